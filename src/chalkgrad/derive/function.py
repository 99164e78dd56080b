"""The derivative of one activation or loss, derived: rule by rule, its limits, its extremes, its kinks."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from chalkgrad._errors import InputError
from chalkgrad._pages import Written, made
from chalkgrad.formula import LOSSES, SOFTMAX, ActivationFunction, ElementwiseFunction
from chalkgrad.formula.activations import ACTIVATIONS, known_name
from chalkgrad.formula.build import add, mul, negate, num, power, substitute, walk
from chalkgrad.formula.extremes import Extreme, Kink, extremes, kink
from chalkgrad.formula.limits import Limit, limit
from chalkgrad.formula.nodes import Call, Node, Var, Where
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.same import same
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.steps import RuleLine, differentiation, meaning, written_out
from chalkgrad.network import Activation, Loss


@dataclass(frozen=True)
class Course:
    """How a function of z goes on: its limits at −∞ and +∞, its maxima and minima."""

    formula: Node
    limits: tuple[Limit | None, Limit | None]
    extremes: tuple[Extreme, ...]


@dataclass(frozen=True)
class EntryDerivative:
    """∂y_i/∂z_j of softmax for i = j or i ≠ j."""

    condition: str
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True)
class FunctionDerivation(Written):
    """An activation or loss with its derivative, step by step.

    Attributes
    ----------
    name
        As people type it, ``leaky_relu(0.1)``.
    function
        The function, and for softmax ``None``.
    variable
        By which it is derived: ``z``, or ``y`` of a loss.
    definition
        The formulas that define it, each equal to the one before.
    lines
        The derivative, each line with the rules by which it follows.
    courses
        The function and its derivative, how they go on; empty of a loss.
    kinks
        Where there is no derivative.
    entries
        The entries of softmax's Jacobian.
    """

    name: str
    function: ElementwiseFunction | None
    variable: str
    definition: tuple[Node, ...]
    lines: tuple[RuleLine, ...]
    courses: tuple[Course, ...] = ()
    kinks: tuple[Kink, ...] = ()
    entries: tuple[EntryDerivative, ...] = ()
    mean_over_outputs: bool = False

    @property
    def derivative(self) -> Node:
        """The derivative as it is used everywhere."""
        return self.lines[-1].formula if self.function is None else self.function.derivative(self.variable)

    def to_dict(self) -> dict[str, Any]:
        """Return the derivation as plain values, each formula as text and LaTeX."""
        plain: dict[str, Any] = made("FunctionDerivation.to_dict", self)
        return plain

    def __repr__(self) -> str:
        return f"<FunctionDerivation of {self.name}: {len(self.lines)} lines>"


def is_function(text: str) -> bool:
    """Whether a text names an activation or a loss, or is a formula of one's own.

    >>> [is_function(text) for text in ("sigmoid", "leaky_relu(0.1)", "formula:z^2", "2-1:sigmoid")]
    [True, True, True, False]
    """
    word = text.partition("(")[0]
    return text.startswith("formula:") or known_name(word, ACTIVATIONS, SOFTMAX) is not None or _is_loss(word)


def _is_loss(word: str) -> bool:
    return known_name(word, LOSSES) is not None


def derive_function(name: str) -> FunctionDerivation:
    """Derive the derivative of an activation or a loss, each line by named rules.

    Parameters
    ----------
    name
        ``"sigmoid"``, ``"leaky_relu(0.1)"``, ``"softmax"``, ``"cross_entropy"`` …, or a formula of one's
        own in z, ``"formula:z*sigmoid(z)"``, or in y and t, ``"formula:(y-t)^4"``.

    Raises
    ------
    InputError
        There is no such function, or its formula cannot be read.

    Examples
    --------
    >>> from chalkgrad import derive_function
    >>> from chalkgrad.formula import format_formula
    >>> found = derive_function("sigmoid")
    >>> [format_formula(line.formula) for line in found.lines[-3:]]
    ['(1 - 1/(1 + exp(-z)))/(1 + exp(-z))', 'sigmoid(z)*(1 - sigmoid(z))', 'a*(1 - a)']
    """
    if not _is_loss(name):
        try:
            activation = Activation(name)
        except InputError as error:
            loss = _own_loss(name)
            if loss is None:
                raise error from None
            return _of_loss(loss)
        return _softmax() if activation.function is None else _of_activation(activation)
    return _of_loss(Loss(name))


def _own_loss(name: str) -> Loss | None:
    try:
        return Loss(name) if name.startswith("formula:") else None
    except InputError:
        return None


def _of_loss(loss: Loss) -> FunctionDerivation:
    own = loss.loss_function
    lines = _lines(own.function, own.function.body, "y")
    mean = own.mean_over_outputs
    return FunctionDerivation(
        str(loss), own.function, "y", (own.function.body,), lines, mean_over_outputs=mean
    )


def _of_activation(activation: Activation) -> FunctionDerivation:
    function = activation.function
    assert function is not None
    definition = [function.body]
    while (further := meaning(definition[-1])) is not None:
        definition.append(further)
    shown = tuple(definition[1:] or definition)
    slope = function.derivative("z")
    return FunctionDerivation(
        str(activation),
        function,
        "z",
        shown,
        _through_value(function, _lines(function, shown[-1], "z")),
        tuple(_course(formula, function.body) for formula in (function.body, slope)),
        tuple(kink(function.body, slope, "z", point) for point in function.kinks),
    )


def _course(formula: Node, body: Node) -> Course:
    """A limit is told only at an end towards which the function itself has values: log(z) has none below."""
    far = {end: value_at(body, {"z": end * 10**6}, 20) for end in (-1, 1)}
    low, high = (limit(formula, "z", end) if value == value else None for end, value in far.items())
    return Course(formula, (low, high), extremes(formula, "z"))


def _lines(function: ElementwiseFunction, body: Node, variable: str) -> tuple[RuleLine, ...]:
    """The rules, then the way to the formula that is used: it written out, and gathered again."""
    lines = differentiation(body, variable)
    used = function.derivative(variable)
    if lines[-1].formula == used:
        return tuple(lines)
    if lines[-1].rules == ("simplify",):
        del lines[-1]
    between = _regrouped(lines[-1].formula, written_out(used))
    return (*lines, *between, RuleLine(used, tuple(_defined(used)) or ("simplify",)))


def _defined(used: Node) -> Iterator[str]:
    """By which definitions a formula says the same as it does written out."""
    calls = (part for part in walk(used) if isinstance(part, Call) and meaning(part) is not None)
    return (f"definition of {name}" for name in dict.fromkeys(call.function for call in calls))


def _regrouped(before: Node, after: Node) -> list[RuleLine]:
    """The line between, where it says something and can be read."""
    cases = any(isinstance(part, Where) for part in walk(after))
    return [] if cases or after == before else [RuleLine(after, ("regroup",))]


def _through_value(function: ActivationFunction, lines: tuple[RuleLine, ...]) -> tuple[RuleLine, ...]:
    """The derivative through a = f(z), after the line that has f's definition in the place of a."""
    through = function.value_derivative
    if through is None or through == lines[-1].formula:
        return lines
    body = meaning(function.body) or function.body
    inserted = substitute(through, {"a": body})
    if not same(inserted, lines[-1].formula):
        return lines
    shown = {line.formula for line in lines}
    between = [] if inserted in shown else _regrouped(lines[-1].formula, inserted)
    return (*lines, *between, RuleLine(through, ("through the value",)))


REST, TOTAL = "Σ_{k≠j} e^z_k", "S"
"""What softmax's denominator has besides e^{z_j}, which is a constant; and the denominator, Σ_k e^{z_k}."""


def _softmax() -> FunctionDerivation:
    """y_i = e^{z_i}/S, once with z_i the variable and once with z_i a constant."""
    y, total, delta = (Var(name) for name in ("y_j", TOTAL, "δ_ij"))
    own, other = _entry("i = j", "j"), _entry("i ≠ j", "i")
    joined = mul(Var("y_i"), add(delta, negate(y)))
    assert same(substitute(joined, {"δ_ij": num(1), "y_i": y}), own.lines[-1].formula)
    assert same(substitute(joined, {"δ_ij": num(0)}), other.lines[-1].formula)
    body = mul(Call("exp", (Var("z_i"),)), power(total, num(-1)))
    both = (RuleLine(joined, ("both cases in one",)),)
    return FunctionDerivation(SOFTMAX, None, "z_j", (body,), both, entries=(own, other))


def _entry(condition: str, index: str) -> EntryDerivative:
    """∂/∂z_j of e^{z_i}/(e^{z_j} + rest), the sum gathered into S, then e^{z_k} = y_k S inserted."""
    here, total = Call("exp", (Var("z_j"),)), Var(TOTAL)
    below = add(here, Var(REST))
    lines = differentiation(mul(Call("exp", (Var(f"z_{index}"),)), power(below, num(-1))), "z_j")
    gathered = simplify(substitute(lines[-1].formula, {REST: add(total, negate(here))}))
    known: dict[Hashable, Node] = {
        f"z_{letter}": Call("log", (mul(Var(f"y_{letter}"), total),)) for letter in "ij"
    }
    inserted = simplify(substitute(gathered, known))
    ends = (RuleLine(gathered, ("gather the sum",)), RuleLine(inserted, ("insert the values",)))
    return EntryDerivative(condition, (*lines, *ends))


__all__ = ["Course", "EntryDerivative", "FunctionDerivation", "derive_function", "is_function"]
