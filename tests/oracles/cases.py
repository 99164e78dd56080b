"""Random networks, described in words that no library shares: every reference reads a ``Case`` by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chalkgrad.network import Loss, Network

Array = NDArray[np.float64]

ACTIVATIONS = (
    "identity",
    "relu",
    "leaky_relu",
    "elu",
    "sigmoid",
    "tanh",
    "softplus",
    "silu",
    "gelu",
    "formula:z*sigmoid(z)",
    "formula:z/(1+z^2)",
)
SLOPES = (0.01, 0.2, 0.75)
LAST = (*ACTIVATIONS, "softmax")
LOSSES = (
    "squared_error",
    "half_squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "cross_entropy",
    "formula:(y-t)^4",
    "formula:log(cosh(y-t))",
)
PROBABILITY_LOSSES = ("binary_cross_entropy", "cross_entropy")
NORMS = ("layer_norm", "layer_norm(0.1)", "batch_norm", "batch_norm(0.1)")
# Every loss with every last activation that it allows; the random networks go round this list.
ENDS = tuple(
    (last, loss)
    for loss in LOSSES
    for last in LAST
    if loss not in PROBABILITY_LOSSES or last in ("sigmoid", "softmax")
)


@dataclass(frozen=True)
class LayerCase:
    """A_l = f(A_{l−1} W_lᵀ + 1 b_lᵀ) + A_{l−skip}, without b_l or A_{l−skip} where there is none."""

    width: int
    activation: str
    slope: float = 0.01
    bias: bool = True
    skip: int = 0
    norm: str = ""

    def __str__(self) -> str:
        slope = f"({self.slope})" if self.activation == "leaky_relu" else ""
        name = "" if self.activation == "identity" else f":{self.activation}{slope}"
        norm = f":{self.norm}" if self.norm else ""
        skip = f":skip({self.skip})" if self.skip else ""
        return f"{self.width}{norm}{name}{'' if self.bias else ':nobias'}{skip}"


@dataclass(frozen=True)
class Case:
    """L = factor · (mean or sum over samples of the loss) + l2 Σ_l Σ W_l²."""

    number: int
    input_width: int
    layers: tuple[LayerCase, ...]
    loss: str
    factor: float
    reduction: str
    l2: float
    m: int
    parameters: dict[str, Array] = field(repr=False)
    x: Array = field(repr=False)
    t: Array = field(repr=False)
    weights: Array | None = field(repr=False, default=None)
    masks: dict[int, Array] = field(repr=False, default_factory=dict)

    @property
    def spec(self) -> str:
        return "-".join([str(self.input_width), *map(str, self.layers)])

    @property
    def canonical(self) -> bool:
        """Whether loss and last activation belong together, so that references use their stable form."""
        return self.loss in PROBABILITY_LOSSES

    def network(self) -> Network:
        return Network(self.spec, Loss(self.loss, factor=self.factor, reduction=self.reduction), l2=self.l2)


def random_case(number: int, *, deepest: int = 8, widest: int = 64, largest_batch: int = 64) -> Case:
    """Draw network, parameters and data; the same for the same number on every machine."""
    random = np.random.default_rng([2026, number])
    last, loss = ENDS[number % len(ENDS)]
    depth = int(random.integers(1, deepest + 1))
    widths = [int(random.integers(1, widest + 1))]
    layers: list[LayerCase] = []
    for l in range(1, depth + 1):
        at_end = l == depth
        width = widths[-1] if random.random() < 0.4 else int(random.integers(1, widest + 1))
        if at_end and last == "softmax":
            width = max(width, 2)
        activation = last if at_end else str(random.choice(ACTIVATIONS))
        back = [k for k in range(1, l + 1) if widths[l - k] == width]
        may_skip = back and not (at_end and (last == "softmax" or loss in PROBABILITY_LOSSES))
        skip = int(random.choice(back)) if may_skip and random.random() < 0.5 else 0
        slope = float(random.choice(SLOPES))
        layers.append(LayerCase(width, activation, slope, bool(random.random() < 0.8), skip))
        widths.append(width)
    m = int(random.integers(1, largest_batch + 1))
    parameters: dict[str, Array] = {}
    for l, layer in enumerate(layers, start=1):
        spread = random.uniform(0.5, 1.5) / np.sqrt(widths[l - 1])
        parameters[f"W{l}"] = random.normal(size=(layer.width, widths[l - 1])) * spread
        if layer.bias:
            parameters[f"b{l}"] = random.normal(size=layer.width) * 0.5
    return Case(
        number=number,
        input_width=widths[0],
        layers=tuple(layers),
        loss=loss,
        factor=float(random.choice([1.0, 1.0, 0.25, 0.7, 3.0])),
        reduction=str(random.choice(["mean", "sum"])),
        l2=float(random.choice([0.0, 0.0, 0.01, 0.3])),
        m=m,
        parameters=parameters,
        x=random.normal(size=(m, widths[0])),
        t=targets(random, loss, m, widths[-1]),
    )


def with_weights_and_masks(case: Case) -> Case:
    """The case as a training step meets it: sample weights, some of them 0, and dropout after some layers."""
    random = np.random.default_rng([2027, case.number])
    weights = random.uniform(0, 4, size=case.m) * (random.random(case.m) < 0.8)
    masks = {
        l: (random.random((case.m, layer.width)) >= 0.3) / 0.7
        for l, layer in enumerate(case.layers[:-1], start=1)
        if random.random() < 0.7
    }
    return replace(case, weights=weights, masks=masks)


def with_norms(case: Case) -> Case:
    """The case with a norm in about half of its layers, its γ and β drawn.

    Over two units (or samples) the normalised values are −1 and 1 up to ε, and a slope is the difference of
    nearly equal numbers: both libraries lose digits there, as many as each other, so such layers stay as
    they are.
    """
    random = np.random.default_rng([2028, case.number])
    layers, parameters = list(case.layers), dict(case.parameters)
    for l, layer in enumerate(case.layers, start=1):
        if layer.width > 2 and random.random() < 0.6:
            norm = str(random.choice(NORMS if case.m > 2 else NORMS[:2]))
            is_seen = norm.startswith("layer")  # a batch norm takes the bias away: its slope is 0, and noise
            layers[l - 1] = replace(layer, norm=norm, bias=layer.bias and is_seen)
            if not layers[l - 1].bias:
                parameters.pop(f"b{l}", None)
            parameters[f"gamma{l}"] = random.uniform(0.5, 2, size=layer.width)
            parameters[f"beta{l}"] = random.normal(size=layer.width)
    return replace(case, layers=tuple(layers), parameters=parameters)


def targets(random: np.random.Generator, loss: str, m: int, n: int) -> Array:
    """Draw targets that the loss allows: any numbers, numbers from 0 to 1, or rows that sum to 1."""
    if loss == "binary_cross_entropy":
        soft = random.random((m, n))
        return soft if random.random() < 0.5 else np.round(soft)
    if loss == "cross_entropy":
        if random.random() < 0.5:
            return np.eye(n)[random.integers(0, n, size=m)]
        soft = random.random((m, n)) + 0.01
        soft /= soft.sum(axis=1, keepdims=True)
        return soft
    return random.normal(size=(m, n))


def relative_errors(found: dict[str, Array], true: dict[str, Array], least: float = 0.0) -> dict[str, float]:
    """Return max |found − true| / max |true| for every array; a zero array must be found exactly.

    An array that is smaller than ``least`` times the largest is measured by that: a bias that a batch norm
    takes away again has the slope 0, and both libraries have the noise of its terms.
    """
    floor = least * max(float(np.abs(value).max()) for value in true.values())
    assert found.keys() == true.keys()
    errors = {}
    for name, value in true.items():
        assert found[name].shape == value.shape, name
        scale = max(float(np.abs(value).max()), floor)
        apart = float(np.abs(found[name] - value).max())
        errors[name] = apart / scale if scale else (0.0 if apart == 0 else np.inf)
    return errors
