"""The network itself: layers, loss and penalty, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import Number, exact, plain_number, shown
from chalkgrad._reading import attempt
from chalkgrad._roles import Role
from chalkgrad.formula.losses import USUAL, usual_loss
from chalkgrad.network.checks import check_layers, check_loss
from chalkgrad.network.layers import MAX_DEPTH, read_input, read_layers, unknown_keys
from chalkgrad.network.parameters import Parameter
from chalkgrad.network.parts import Layer, Loss
from chalkgrad.network.spec import MAX_SPEC, split_spec

KEYS = ("layers", "loss", "factor", "reduction", "l2")
_HINT = "Write widths joined by '-', such as 4-3:relu-1:sigmoid."


@dataclass(frozen=True, init=False, repr=False)
class Network:
    """A feed-forward network with its loss: what all gradients are derived from.

    ``A₀ = X; Z_l = A_{l−1} W_lᵀ + 1 b_lᵀ; A_l = f_l(Z_l) [+ A_{l−skip}]; L = loss(A_L, T) + l2 Σ_l Σ W_l²``.

    The penalty is over weights only, not biases, and is not divided by the number of samples.

    Parameters
    ----------
    layers
        A specification such as ``"4-3:relu-1:sigmoid"``, or a sequence that begins with the input's
        width and goes on with layers, residual blocks, widths, specifications or tables.
    loss
        A ``Loss`` or its text.  Left out it is the partner of the last activation: binary cross-entropy
        for sigmoid, cross-entropy for softmax, half the squared error for everything else.
    factor, reduction
        Put into the loss.
    l2
        The constant c of the penalty c·ΣW², 0 for none.

    Raises
    ------
    InputError
        With every fault of the description, in reading order.

    Examples
    --------
    >>> network = Network("4-3:relu-2:relu-1:sigmoid")
    >>> network.widths, network.depth, network.loss
    ((4, 3, 2, 1), 3, Loss('binary_cross_entropy'))
    >>> from chalkgrad.network import Layer, Residual
    >>> Network([4, Layer(3, "relu"), Residual(Layer(3, "tanh"), 3)])
    Network('4-3:relu-3:tanh-3:skip(2)', loss='half_squared_error')
    """

    input_width: int
    layers: tuple[Layer, ...]
    loss: Loss
    l2: Fraction

    def __init__(
        self,
        layers: str | Sequence[object],
        loss: str | Loss | Mapping[str, object] | None = None,
        *,
        factor: Number | None = None,
        reduction: str | None = None,
        l2: Number = 0,
    ) -> None:
        faults: list[Fault] = []
        input_width, read = _read_description(layers, faults)
        check_layers(input_width, read, faults)
        last = read[-1] if read else None
        whole_loss = _read_loss(loss, last, factor, reduction, faults)
        if last is not None and whole_loss is not None:
            check_loss(whole_loss, last, len(read), faults)
        penalty = exact(l2)
        if penalty is None or penalty < 0:
            faults.append(Fault("l2", "be a number of at least 0", shown(l2), "Leave it out for no penalty."))
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "input_width", input_width)
        object.__setattr__(self, "layers", tuple(read))
        object.__setattr__(self, "loss", whole_loss)
        object.__setattr__(self, "l2", penalty)

    @cached_property
    def _hash(self) -> int:
        return hash((self.input_width, self.layers, self.loss, self.l2))

    def __hash__(self) -> int:  # networks key the table of derivations: hash once
        return self._hash

    @property
    def depth(self) -> int:
        """The number L of layers, the input not counted."""
        return len(self.layers)

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths n₀, n₁, …, n_L."""
        return (self.input_width, *(layer.width for layer in self.layers))

    @cached_property
    def has_norm(self) -> bool:
        """Whether a layer is normalised."""
        return any(layer.norm is not None for layer in self.layers)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return what is learned: a record for each of W1, b1, W2 and so on."""
        return self._parameters

    @cached_property
    def _parameters(self) -> tuple[Parameter, ...]:
        numbered = enumerate(zip(self.layers, self.widths, strict=False), start=1)
        return tuple(one for number, (layer, inputs) in numbered for one in layer.parameters(number, inputs))

    def parameter_names(self, role: Role) -> list[str]:
        """Return the names of the parameters of one role.

        >>> from chalkgrad._roles import BIAS
        >>> Network("1-1:relu:nobias-2").parameter_names(BIAS)
        ['b2']
        """
        return [parameter.name for parameter in self.parameters() if parameter.role == role]

    @cached_property
    def statistics(self) -> tuple[Parameter, ...]:
        """What its norms remember of the batches: running_mean1, running_var1 and so on."""
        return tuple(one for number, layer in enumerate(self.layers, 1) for one in layer.statistics(number))

    def stored_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each array that a trained network consists of: parameters, then statistics.

        >>> Network("2-3:batch_norm:nobias").stored_shapes()
        {'W1': (3, 2), 'gamma1': (3,), 'beta1': (3,), 'running_mean1': (3,), 'running_var1': (3,)}
        """
        return self._shapes | {each.name: each.shape for each in self.statistics}

    def penalised(self) -> list[Parameter]:
        """Return the parameters that the penalty is over."""
        return [parameter for parameter in self.parameters() if parameter.role.is_penalised]

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, in the order W1, b1, W2 and so on.

        >>> Network("1-1:relu:nobias-2").parameter_shapes()
        {'W1': (1, 1), 'W2': (2, 1), 'b2': (2,)}
        """
        return dict(self._shapes)

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {parameter.name: parameter.shape for parameter in self.parameters()}

    def __str__(self) -> str:
        return "-".join([str(self.input_width), *map(str, self.layers)])

    def __repr__(self) -> str:
        rest = {key: value for key, value in self.to_dict().items() if key != "layers"}
        words = ", ".join(f"{key}={value!r}" for key, value in rest.items())
        return f"Network({str(self)!r}, {words})"

    def to_dict(self) -> dict[str, object]:
        """Return the plain table of the network, as a problem file has it.

        >>> Network("3-1", factor=0.1).to_dict()
        {'layers': '3-1', 'loss': 'half_squared_error', 'factor': 0.1}
        """
        table: dict[str, object] = {"layers": str(self), "loss": str(self.loss)}
        if self.loss.factor != 1:
            table["factor"] = plain_number(self.loss.factor)
        if self.loss.reduction != "mean":
            table["reduction"] = self.loss.reduction
        if self.l2:
            table["l2"] = plain_number(self.l2)
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, object]) -> Network:
        """Read the table of a network, the inverse of ``to_dict``; raises ``InputError``."""
        if not isinstance(table, Mapping):
            raise InputError(Fault("network", "be a table", shown(table), 'Write {"layers": "2-1"}, say.'))
        faults = unknown_keys(table, KEYS)
        given = {key: table[key] for key in KEYS if key in table}
        if "layers" not in table:
            faults.insert(0, Fault("layers", "be given", "no layers", _HINT))
            given["layers"] = "1-1"
        for key in ("factor", "reduction", "l2"):
            if given.get(key, 0) is None:
                faults.append(Fault(key, "be left out or have a value", "nothing", f"Remove {key}."))
                del given[key]
        network = attempt(faults, lambda: cls(**given))  # type: ignore[arg-type]
        if faults or network is None:
            raise InputError(faults)
        return network


def expect_network(value: object) -> None:
    """Refuse what is no network, most often its specification; raises ``InputError``."""
    if not isinstance(value, Network):
        fix = (
            f"Write Network({shown(value, 40)})." if isinstance(value, str) else 'Write Network("2-1"), say.'
        )
        raise InputError(Fault("network", "be a Network", shown(value), fix))


def _read_description(layers: object, faults: list[Fault]) -> tuple[int, list[Layer | None]]:
    items: list[object] = []
    if isinstance(layers, str):
        if len(layers) > MAX_SPEC:
            got = f"{len(layers):,} characters"
            faults.append(Fault("layers", f"have at most {MAX_SPEC:,} characters", got, "Use fewer layers."))
            return 0, []
        items = list(split_spec(layers)) if layers.strip() else []
    elif isinstance(layers, Sequence) and not isinstance(layers, (bytes, bytearray)):
        items = list(layers[:1]) + list(layers[1:])
        if items and isinstance(items[0], str):
            items[:1] = split_spec(items[0])
    else:
        faults.append(Fault("layers", "be a text or a list", shown(layers), _HINT))
        return 0, []
    if len(items) < 2:
        got = "nothing" if not items else f"only the input ({shown(items[0])})"
        faults.append(Fault("layers", "have an input and at least one layer", got, _HINT))
        return 0, []
    found: list[Fault] = []
    input_width, read = read_input(items[0], found), read_layers(items[1:], 1, found)
    if len(read) > MAX_DEPTH:
        found, read = [Fault("layers", f"be at most {MAX_DEPTH:,}", "more", "Use fewer layers.")], []
    faults.extend(found)
    return input_width, read


def _read_loss(
    loss: object, last: Layer | None, factor: object, reduction: object, faults: list[Fault]
) -> Loss | None:
    given: dict[str, object] = {}
    found: list[Fault] = []
    if loss is None:
        given = {"name": USUAL if last is None or last.skip else usual_loss(last.activation.name)}
    elif isinstance(loss, Loss):
        given = {"name": str(loss), "factor": loss.factor, "reduction": loss.reduction}
    elif isinstance(loss, Mapping):
        keys = ("name", "formula", "factor", "reduction")
        found += [Fault(f"loss.{f.path}", f.condition, f.got, f.fix) for f in unknown_keys(loss, keys)]
        given = {key: loss[key] for key in keys if key in loss}
        given.setdefault("name", "formula" if "formula" in given else "")
    else:
        given = {"name": loss}
    given |= {} if factor is None else {"factor": factor}
    given |= {} if reduction is None else {"reduction": reduction}
    whole_loss = attempt(found, lambda: Loss(**given))  # type: ignore[arg-type]
    faults.extend(found)
    return None if found else whole_loss
