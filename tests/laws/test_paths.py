"""The sum over paths is the gradient; the count is the number of paths; merging keeps the sum."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.derive import Convention, derive
from chalkgrad.derive.chosen import find_weight
from chalkgrad.derive.influence import Influence
from chalkgrad.derive.paths import paths
from chalkgrad.evaluate import initialise, trace
from chalkgrad.formula import Exact, Float64, Precise
from chalkgrad.network import Network

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
}
HIDDEN = list(ACTIVATIONS)
CONVENTIONS = [
    Convention(batch=False, samples="columns"),
    Convention(batch=False, samples="columns", weights="in_out", errors="transposed"),
    Convention(batch=False, samples="rows"),
    Convention(),
]


def loss_by_hand(network: Network, parameters: dict[str, Any], x: Any, t: Any) -> float:
    """A forward pass in plain NumPy: the independent side of the comparison."""
    values = [np.array(x, dtype=float)]
    for number, layer in enumerate(network.layers, start=1):
        z = parameters[f"W{number}"] @ values[-1] + parameters.get(f"b{number}", 0)
        if layer.is_softmax:
            a = np.exp(z) / np.exp(z).sum()
        else:
            a = ACTIVATIONS[layer.activation.name](z)
        values.append(a + (values[number - layer.skip] if layer.skip else 0))
    y, t = values[-1], np.array(t, dtype=float)
    loss = {
        "half_squared_error": lambda: ((y - t) ** 2).sum() / 2,
        "mean_squared_error": lambda: ((y - t) ** 2).mean(),
        "binary_cross_entropy": lambda: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(),
        "cross_entropy": lambda: -(t * np.log(y)).sum(),
    }[network.loss.name]()
    squares = sum((parameters[f"W{i}"] ** 2).sum() for i in range(1, network.depth + 1))
    return float(network.loss.factor) * float(loss) + float(network.l2) * float(squares)


def difference(network: Network, parameters: dict[str, Any], x: Any, t: Any, name: str, place: Any) -> float:
    found = []
    for step in (1e-5, -1e-5):
        moved = {key: value.copy() for key, value in parameters.items()}
        moved[name][place] += step
        found.append(loss_by_hand(network, moved, x, t))
    return (found[0] - found[1]) / 2e-5


@st.composite
def cases(draw: st.DrawFn) -> tuple[Network, dict[str, Any], Any, Any, str, tuple[int, ...]]:
    widths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=5))
    parts, earlier = [str(widths[0])], widths[0]
    for width in widths[1:-1]:
        skip = ":skip" if width == earlier and draw(st.booleans()) else ""
        bias = draw(st.sampled_from(["", ":nobias"]))
        parts.append(f"{width}:{draw(st.sampled_from(HIDDEN))}{bias}{skip}")
        earlier = width
    last, loss = draw(
        st.sampled_from(
            [
                ("sigmoid", "binary_cross_entropy"),
                ("softmax", "cross_entropy"),
                ("identity", "half_squared_error"),
                ("tanh", "mean_squared_error"),
                ("softmax", "half_squared_error"),
            ]
        )
    )
    network = Network(
        "-".join([*parts, f"{widths[-1]}:{last}"]),
        loss,
        factor=draw(st.sampled_from([1, 3])),
        l2=draw(st.sampled_from([0, 0.5])),
    )
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    parameters = {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}
    x = rng.normal(size=widths[0])
    t = rng.dirichlet(np.ones(widths[-1])) if loss == "cross_entropy" else rng.uniform(size=widths[-1])
    name = draw(st.sampled_from(list(parameters)))
    place = tuple(int(rng.integers(n)) for n in parameters[name].shape)
    return network, parameters, x, t, name, place


@given(cases(), st.booleans(), st.sampled_from(CONVENTIONS))
def test_the_sum_over_paths_is_the_gradient(case: Any, merged: bool, convention: Convention) -> None:
    network, parameters, x, t, name, place = case
    indices = [i + 1 for i in place]
    if convention.weights == "in_out" and name[0] == "W":
        indices.reverse()
    found = paths(derive(network, convention=convention), (name, tuple(indices)), merged=merged, limit=10_000)
    step = trace(network, parameters, [x], [t]).steps[0]
    numbers = found.evaluate({**step.values, **step.parameters}, Float64())
    assert numbers.complete
    assert numbers.total == pytest.approx(step.gradients[name][place], rel=1e-11, abs=1e-12)
    kink = "relu" in str(network)
    by_differences = difference(network, parameters, x, t, name, place)
    scale = 1 + max(abs(p) for p in numbers.products)
    assert kink or numbers.total == pytest.approx(by_differences, rel=1e-6, abs=1e-7 * scale)


@given(cases(), st.booleans())
def test_the_count_is_the_number_of_paths(case: Any, merged: bool) -> None:
    network, _, _, _, name, place = case
    derivation = derive(network, batch=False)
    weight = (name, tuple(i + 1 for i in place))
    found = paths(derivation, weight, merged=merged, limit=10_000)
    assert found.count == len(found.paths) == len({p.nodes for p in found.paths})
    few = paths(derivation, weight, merged=merged, limit=1)
    assert (few.count, few.paths) == (found.count, found.paths[:1])
    for path in found.paths:
        assert path.nodes[0].symbol.kind == "loss"
        assert path.nodes[-1] == find_weight(derivation, weight)
        assert [f.top for f in path.factors] == list(path.nodes[:-1])
        assert [f.bottom for f in path.factors] == list(path.nodes[1:])
        assert merged <= all(node.symbol.kind != "pre" for node in path.nodes)


def test_paths_are_exact_in_exact_arithmetic() -> None:
    network = Network("2-3:relu-3:relu:skip-2", loss="half_squared_error", l2=Fraction(1, 10))
    rng = np.random.default_rng(0)
    parameters = {
        name: np.array([Fraction(int(v), 7) for v in rng.integers(-9, 9, size=int(np.prod(shape)))]).reshape(
            shape
        )
        for name, shape in network.parameter_shapes().items()
    }
    step = trace(network, parameters, [[Fraction(1, 2), -3]], [[1, 2]], exact=True).steps[0]
    values = {**step.values, **step.parameters}
    for row in range(3):
        for column in range(2):
            found = paths(derive(network), ("W1", (row + 1, column + 1)))
            total = found.evaluate(values, Exact()).total
            assert isinstance(total, Fraction)
            assert total == step.gradients["W1"][row, column]


def test_many_digits() -> None:
    network = Network("2-2:tanh-2:softmax")
    step = trace(network, initialise(network), [[0.3, -1]], [[0, 1]], digits=40).steps[0]
    total = paths(derive(network), "W1[2,1]").evaluate({**step.values, **step.parameters}, Precise(40)).total
    with mpmath.workdps(40):
        assert mpmath.almosteq(total, step.gradients["W1"][1, 0], 1e-36)


def test_each_sample_of_a_batch_has_its_paths() -> None:
    network = Network("2-3:tanh-2:sigmoid")
    rng = np.random.default_rng(1)
    step = trace(network, initialise(network), rng.normal(size=(5, 2)), rng.uniform(size=(5, 2))).steps[0]
    found = paths(derive(network), "b1[3]")
    assert found.per_sample
    values = {**step.values, **step.parameters}
    totals = [found.evaluate(values, Float64(), sample=i).total for i in range(5)]
    assert np.mean(totals) == pytest.approx(step.gradients["b1"][2], rel=1e-12)


def test_an_inactive_relu_kills_its_paths() -> None:
    network = Network("1-2:relu-1")
    parameters = {"W1": [[1.0], [-1.0]], "b1": [0.0, 0.0], "W2": [[2.0, 3.0]], "b2": [0.0]}
    step = trace(network, parameters, [[2.0]], [[0.0]]).steps[0]
    values = {**step.values, **step.parameters}
    alive = paths(derive(network), "W1[1,1]").evaluate(values, Float64())
    killed = paths(derive(network), "W1[2,1]").evaluate(values, Float64())
    assert (alive.dead, killed.dead) == ((False,), (True,))
    assert (alive.total, killed.total) == (16.0, 0.0)


def test_astronomically_many_are_counted_and_a_few_shown() -> None:
    network = Network("4096-" + "-".join(["4096:relu"] * 49) + "-10:softmax", l2=0.1)
    found = paths(derive(network), "W1[7,9]", limit=3)
    assert found.count == 4096**48 * 10 * 10 + 1
    assert len(found.paths) == 3
    assert found.truncated


def test_straight_ahead_comes_first() -> None:
    found = paths(derive(Network("3-3:tanh-3:tanh-1"), batch=False), "W1[3,1]")
    units = [[node.row for node in path.nodes if node.symbol.kind == "act"] for path in found.paths]
    assert units == [[3, 3], [1, 3], [2, 3]]


def test_the_softmax_slope_is_the_derivative_of_its_formula() -> None:
    """∂y_k/∂z_j as the paths have it, against the slope of exp z_k / Σ exp z_j itself."""
    network = Network("2-3:softmax")
    derivation = derive(network, batch=False)
    influence = Influence(derivation)
    step = trace(network, initialise(network, 3), [[1.0, -2.0]], [[1, 0, 0]]).steps[0]
    values = {**step.values, **step.parameters}
    z = step.values["Z1"][0]
    found = paths(derivation, "b1[2]")
    numbers = found.evaluate(values, Float64())
    for path, factors in zip(found.paths, numbers.factors, strict=True):
        k = int(path.nodes[1].row or 0) - 1
        up, down = (np.exp(z + h * np.eye(3)[1]) for h in (1e-6, -1e-6))
        assert factors[1] == pytest.approx((up[k] / up.sum() - down[k] / down.sum()) / 2e-6, rel=1e-8)
    assert influence.counts()[found.weight.symbol] == 3


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("W9[1,1]", "choose one of W1, b1, W2, b2; got 'W9'"),
        ("W1[4,1]", "lie inside W1, which is 3 × 2 here, counted from 1; got W1[4,1]"),
        ("W1[0,1]", "lie inside W1"),
        ("W1[2]", "have 2 indices, W1 being 3 × 2 here; got 1"),
        ("b1", "have 1 index, b1 being 3 here; got 0"),
        ("z1[2]", "name a weight or bias by its indices; got 'z1[2]'"),
    ],
)
def test_a_wrong_weight_is_refused(weight: str, message: str) -> None:
    with pytest.raises(InputError, match="path: must") as error:
        paths(derive(Network("2-3:tanh-1")), weight)
    assert message in str(error.value)


def test_a_single_weight_needs_no_indices() -> None:
    assert paths(derive(Network("1-1:tanh-1")), "w1").count == 1
