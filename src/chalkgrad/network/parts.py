"""The parts of a network: activations, layers and losses.

Each part checks itself when it is built and raises one ``InputError`` with every fault of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import Number, exact, number_text, plain_number, shown, whole
from chalkgrad._roles import BIAS, GAIN, RUNNING_MEAN, RUNNING_VARIANCE, SHIFT, WEIGHT
from chalkgrad.formula import ActivationFunction, ElementwiseFunction, LossFunction, format_formula
from chalkgrad.network.functions import Found, builtin_activation, builtin_loss, own_formula, suggestion
from chalkgrad.network.norms import NORMS, Norm, check_norm, is_norm, read_norm
from chalkgrad.network.parameters import Parameter
from chalkgrad.network.spec import formula_text, read_formula, read_part

MAX_WIDTH = 1_000_000
REDUCTIONS = ("mean", "sum")
_LEFT_OUT = "identity"


@dataclass(frozen=True, init=False, repr=False)
class Activation:
    """What a layer does to its pre-activation: ``a = f(z)``, by a known name or by a formula in z.

    Parameters
    ----------
    name
        ``"relu"``, ``"leaky_relu(0.1)"``, ``"softmax"`` …, ``"formula:z*sigmoid(z)"``, or with
        ``formula`` a name of one's own.
    formula
        The formula in ``z``; its derivative is derived.
    **parameters
        Numbers of the activation (``slope=0.1``) or letters used in the formula.

    Raises
    ------
    InputError
        If the name is unknown, a parameter is no finite number or the formula cannot be read.

    Examples
    --------
    >>> Activation("leaky_relu", slope=0.1)
    Activation('leaky_relu(0.1)')
    >>> str(Activation("swish", "z*sigmoid(c*z)", c=2))
    'formula:swish=z*sigmoid(2*z)'
    """

    name: str
    formula: str | None
    parameters: tuple[tuple[str, Fraction], ...]
    function: ActivationFunction | None = field(compare=False)

    def __init__(self, name: str, formula: str | None = None, **parameters: Number) -> None:
        faults: list[Fault] = []
        typed = read_formula(name) if formula is None else None
        if typed is not None:
            name, formula = typed
        found: Found | None
        if formula is not None:
            body = own_formula("activation", name, formula, ("z",), parameters, faults)
            found = None if body is None else (name, (), ActivationFunction(name, ("z",), body))
            formula = format_formula(body) if body is not None else formula
        else:
            found = builtin_activation(name, parameters, faults)
        if found is None:
            raise InputError(faults)
        object.__setattr__(self, "name", found[0])
        object.__setattr__(self, "formula", formula)
        object.__setattr__(self, "parameters", found[1])
        object.__setattr__(self, "function", found[2])

    @property
    def is_softmax(self) -> bool:
        """Whether it is the row-coupled softmax, which has no elementwise function."""
        return self.function is None

    @property
    def is_identity(self) -> bool:
        """Whether a = z."""
        return self.function is not None and self.function.is_identity

    def stays_within(self, low: float, high: float) -> bool:
        """Whether its values are known to keep bounds."""
        least, most = (0.0, 1.0) if self.function is None else self.function.range
        return low <= least and most <= high

    def __str__(self) -> str:
        if self.formula is not None:
            return formula_text(self.name, self.formula)
        values = ",".join(number_text(value) for _, value in self.parameters)
        return f"{self.name}({values})" if values else self.name

    def __repr__(self) -> str:
        return f"Activation({str(self)!r})"


@dataclass(frozen=True, init=False, repr=False)
class Layer:
    """One layer: ``A_l = f(A_{l−1} W_lᵀ + 1 b_lᵀ)``, plus ``A_{l−skip}`` when ``skip`` is not 0.

    With a norm, the weighted sum is U_l and f is taken of ``Z_l = γ_l ⊙ (U_l − μ)/√(σ² + ε) + β_l``.

    Parameters
    ----------
    width
        Number of neurons, 1 … 1,000,000.
    activation
        An ``Activation`` or its text.
    bias
        Whether the layer has ``b_l``.
    skip
        How many layers back the residual connection begins; 0 for none.
    norm
        A ``Norm`` or its text, ``"layer_norm"`` or ``"batch_norm"``; none if left out.

    Raises
    ------
    InputError
        With every fault of the layer.

    Examples
    --------
    >>> Layer(3, "relu", bias=False)
    Layer(3, 'relu', bias=False)
    """

    width: int
    activation: Activation
    bias: bool
    skip: int
    norm: Norm | None

    def __init__(
        self,
        width: int,
        activation: Activation | str = _LEFT_OUT,
        bias: bool = True,
        skip: int = 0,
        norm: Norm | str | None = None,
    ) -> None:
        faults: list[Fault] = []
        object.__setattr__(self, "width", read_width(width, faults))
        if isinstance(activation, str):
            try:
                activation = Activation(activation)
            except InputError as error:
                faults.extend(error.faults)
        elif not isinstance(activation, Activation):
            fix = 'Write it in quotes, such as "relu".'
            faults.append(Fault("activation", "be the name of an activation", shown(activation), fix))
        if not isinstance(bias, bool):
            faults.append(Fault("bias", "be true or false", shown(bias), "Leave it out for true."))
        back = whole(skip)
        if back is None or back < 0:
            faults.append(
                Fault("skip", "be a whole number of layers, 0 for none", shown(skip), "Write 1, say.")
            )
        normalised = read_norm(norm, faults)
        faults += check_norm(normalised, self.width, faults)
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "activation", activation)
        object.__setattr__(self, "bias", bias)
        object.__setattr__(self, "skip", back)
        object.__setattr__(self, "norm", normalised)

    @classmethod
    def parse(cls, text: str) -> Layer:
        """Read one part of a specification, ``3:leaky_relu(0.1):nobias:skip``."""
        if text.count("(") != text.count(")"):
            raise InputError(Fault("activation", "close every parenthesis", shown(text), "Balance ( and )."))
        part = read_part(text)
        faults: list[Fault] = []
        norms = [option for option in part.activations if is_norm(option)]
        activations = [option for option in part.activations if option not in norms]
        if len(norms) > 1:
            faults.append(
                Fault("norm", "be one norm", " and ".join(map(shown, norms[:3])), "Keep one of them.")
            )
        if len(activations) > 1:
            got = " and ".join(shown(name, 20) for name in activations[:3])
            near = [suggestion(name[:20], ("nobias", "skip", *NORMS)) for name in activations[:3]]
            fix = next(filter(None, near), "Keep one of them.")
            faults.append(Fault("activation", "be one activation", got, fix))
        if len(part.skips) > 1:
            faults.append(Fault("skip", "be given once", shown(text), "Keep one of them."))
        activation = activations[0] if activations else _LEFT_OUT
        back = _integer(*part.skips[:1] or "0")
        try:
            layer = cls(_integer(part.width), activation, part.bias, back, *norms[:1])
        except InputError as error:
            faults = [*error.faults, *faults] if len(activations) <= 1 else [*faults, *error.faults]
        if faults:
            raise InputError(faults)
        return layer

    def parameters(self, number: int, inputs: int) -> tuple[Parameter, ...]:
        """Return what layer ``number`` with so many inputs learns."""
        roles = (WEIGHT, *((BIAS,) if self.bias else ()), *((GAIN, SHIFT) if self.norm else ()))
        return tuple(Parameter(r, number, (self.width, inputs)[: 1 + r.is_matrix]) for r in roles)

    def statistics(self, number: int) -> tuple[Parameter, ...]:
        """Return what the norm of layer ``number`` remembers of the batches that it has seen."""
        remembers = self.norm is not None and self.norm.remembers
        roles = (RUNNING_MEAN, RUNNING_VARIANCE) if remembers else ()
        return tuple(Parameter(role, number, (self.width,)) for role in roles)

    @property
    def function(self) -> ActivationFunction:
        """The elementwise function; softmax has none (ask ``is_softmax`` first)."""
        assert self.activation.function is not None, "softmax is row-coupled"
        return self.activation.function

    @property
    def is_softmax(self) -> bool:
        """Whether the activation is softmax."""
        return self.activation.is_softmax

    def __str__(self) -> str:
        options = [] if self.norm is None else [str(self.norm)]
        options += [] if str(self.activation) == _LEFT_OUT else [str(self.activation)]
        options += [] if self.bias else ["nobias"]
        options += {0: [], 1: ["skip"]}.get(self.skip, [f"skip({self.skip})"])
        return ":".join([str(self.width), *options])

    def __repr__(self) -> str:
        named = [] if str(self.activation) == _LEFT_OUT else [repr(str(self.activation))]
        named += [] if self.bias else ["bias=False"]
        named += [f"skip={self.skip}"] if self.skip else []
        named += [f"norm={str(self.norm)!r}"] if self.norm else []
        return f"Layer({', '.join([str(self.width), *named])})"


@dataclass(frozen=True, init=False, repr=False)
class Loss:
    """What is minimised: the sum over outputs of a formula in y and t, reduced over the samples.

    ``L = factor · reduction over samples of Σ_j ℓ(y_j, t_j)``; ``mean_squared_error`` takes the mean over
    outputs too.

    Parameters
    ----------
    name
        A name of the table, ``"formula:(y-t)^4"``, or with ``formula`` a name of one's own.
    formula
        The formula of one output's loss in ``y`` (prediction) and ``t`` (target).
    factor
        A positive constant in front.
    reduction
        ``"mean"`` or ``"sum"`` over the samples of a batch.

    Raises
    ------
    InputError
        With every fault of the loss.

    Examples
    --------
    >>> Loss("quartic", "(y-t)^4", factor=0.25)
    Loss('formula:quartic=(y - t)^4', factor=0.25)
    """

    name: str
    formula: str | None
    factor: Fraction
    reduction: str
    loss_function: LossFunction = field(compare=False)

    def __init__(
        self, name: str, formula: str | None = None, factor: Number = 1, reduction: str = "mean"
    ) -> None:
        faults: list[Fault] = []
        typed = read_formula(name) if formula is None else None
        if typed is not None:
            name, formula = typed
        function: LossFunction | None = None
        if formula is None:
            function = builtin_loss(name, faults)
            name = name if function is None else function.name
        else:
            body = own_formula("loss", name, formula, ("y", "t"), {}, faults)
            if body is not None:
                function = LossFunction(name, ElementwiseFunction(name, ("y", "t"), body))
                formula = function.formula
        scale = exact(factor)
        if scale is None or scale <= 0:
            fix = "Leave it out for 1." if scale is not None else "Write 0.5, say."
            faults.append(Fault("factor", "be a positive number", shown(factor), fix))
        if reduction not in REDUCTIONS:
            fix = suggestion(reduction, REDUCTIONS) or "Leave it out for mean."
            faults.append(Fault("reduction", "be mean or sum (over the samples)", shown(reduction), fix))
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "formula", formula)
        object.__setattr__(self, "factor", scale)
        object.__setattr__(self, "reduction", reduction)
        object.__setattr__(self, "loss_function", function)

    def __str__(self) -> str:
        return self.name if self.formula is None else formula_text(self.name, self.formula)

    def __repr__(self) -> str:
        factor = [] if self.factor == 1 else [f"factor={plain_number(self.factor)!r}"]
        reduction = [] if self.reduction == "mean" else [f"reduction={self.reduction!r}"]
        return f"Loss({', '.join([repr(str(self)), *factor, *reduction])})"


def _integer(text: str) -> int:
    """Return the whole number of a text; another text as it is, for ``Layer`` to refuse with its place."""
    stripped = text.strip()
    digits = stripped[1:] if stripped[:1] in ("+", "-") else stripped
    is_integer = digits.isdecimal() and len(digits) < 400
    return int(stripped) if is_integer else cast(int, stripped)


def read_width(value: object, faults: list[Fault]) -> int:
    """Return a width, or 0 after adding a fault."""
    width = whole(value)
    if width is None or not 1 <= width <= MAX_WIDTH:
        got = "nothing" if isinstance(value, str) and not value else shown(value)
        condition = f"be a whole number from 1 to {MAX_WIDTH:,}"
        faults.append(Fault("width", condition, got, "Write a number such as 3."))
        return 0
    return width
