"""The check itself: rates, noise, kinks, coverage; right on what is right, and no fault gets past it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalkgrad._errors import InputError
from chalkgrad.check import check
from chalkgrad.check.checking import check_gradients, derived_gradients
from chalkgrad.check.differences import extrapolate, rounding_noise, sweep
from chalkgrad.check.exact import ExactCheck, is_exact, loss_degree
from chalkgrad.check.forward import Forward
from chalkgrad.check.kinks import pieces
from chalkgrad.check.probe import complete
from chalkgrad.check.taylor import taylor
from chalkgrad.evaluate.data import validate_data
from chalkgrad.formula import Float64, activation
from chalkgrad.network import Network
from tests.thorough import THOROUGH

Array = NDArray[Any]
ACTIVATIONS = [
    *("identity", "relu", "leaky_relu(0.1)", "elu", "elu(2)", "sigmoid", "tanh", "softplus", "silu", "gelu"),
    *("formula:z*sigmoid(2*z)", "formula:max(z,-1)+abs(z)/3", "formula:where(z<1,z,1+log(z))"),
]
LOSSES = [
    *("squared_error", "half_squared_error", "mean_squared_error"),
    *("formula:(y-t)^4/4", "formula:log(1+(y-t)^2)", "formula:abs(y-t)"),
]


# -- one line ------------------------------------------------------------------------------------------------


def line(f: Callable[[float], float]) -> Callable[[Any], tuple[Any, bool]]:
    return lambda s: (f(float(s)), True)


@pytest.mark.parametrize("scale", [1e-30, 1e-6, 1, 1e6, 1e30])
@pytest.mark.parametrize(
    ("f", "slope"),
    [(np.exp, 1.0), (np.sin, 1.0), (lambda s: 1 + s + s * s, 1.0), (lambda s: (s + 2) ** 4, 32.0)],
)
def test_the_remainder_of_a_gradient_falls_as_h_squared(
    f: Callable[[float], float], slope: float, scale: float
) -> None:
    def g(s: float) -> float:
        return scale * float(f(s))

    noise = rounding_noise(line(g))
    test = taylor(sweep(line(g)), scale * slope, noise)
    assert test.verdict == "right"
    assert test.resolution < 1e-9 * scale * slope
    for factor in (2, -1, 0.5, 0, 1 + 1e-6, 1 - 1e-8):
        fault = taylor(sweep(line(g)), factor * scale * slope, noise)
        assert fault.verdict == "wrong"
        assert fault.rate is not None
        assert abs(fault.rate - 1) < 0.3


def test_a_linear_loss_leaves_no_remainder() -> None:
    test = taylor(sweep(line(lambda s: 3 + 7 * s)), 7.0, 1e-15)
    assert test.verdict == "right"
    assert test.rate is None
    assert taylor(sweep(line(lambda s: 3 + 7 * s)), 7.0001, 1e-15).verdict == "wrong"


def test_a_flat_loss_is_vacuous_and_a_hidden_slope_is_not_decided() -> None:
    assert taylor(sweep(line(lambda s: 3.0)), 0.0, 1e-15).verdict == "vacuous"
    assert taylor(sweep(line(lambda s: 3 + s * s)), 0.0, 1e-15).verdict == "vacuous"
    assert taylor(sweep(line(lambda s: 3.0)), 1e-17, 1e-15).verdict == "inconclusive"


def test_a_remainder_that_vanishes_at_once_is_not_taken_for_a_rate_of_one() -> None:
    def corner(s: float) -> float:  # linear beyond ±1e-3, flat between
        return 1 + max(s - 1e-3, 0.0) + s

    assert taylor(sweep(line(corner)), 1.0, 1e-16).verdict == "right"


def test_a_step_across_a_kink_is_not_used() -> None:
    def cornered(s: float) -> tuple[float, bool]:
        return math.exp(s) + 5 * abs(s - 1e-4) + 5 * s, abs(s) < 1e-4

    test = taylor(sweep(cornered), 1.0, 1e-15)
    assert test.verdict == "right"
    assert all(not point.usable for point in test.points if point.h > 1e-4)


@given(st.floats(-3, 3), st.integers(-200, 200))
def test_extrapolated_differences_are_as_good_as_they_say(x: float, exponent: int) -> None:
    scale = 10.0**exponent

    def g(s: float) -> float:
        return scale * (math.sin(x + s) + 2)

    best = extrapolate(sweep(line(g)), rounding_noise(line(g)))
    truth = scale * math.cos(x)
    assert abs(best.value - truth) <= 20 * best.error
    assert best.error <= 1e-10 * scale


@pytest.mark.parametrize("size", [1e-12, 1e-8, 1e-4])
def test_noise_is_measured_on_the_loss(size: float) -> None:
    random = np.random.default_rng(0)
    values: dict[float, float] = {}

    def noisy(s: float) -> float:
        return values.setdefault(s, math.exp(s) + size * random.normal())

    assert size / 4 < rounding_noise(line(noisy)) < 6 * size


# -- kinks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_pieces_agree_with_the_function_between_its_kinks(name: str) -> None:
    function, z = activation(name), np.array([-3.0, -0.5, 0.25, 4.0])
    float64 = Float64()
    parts = pieces(function)
    values = [float64.apply(part, None, z) for part in parts]
    expected = float64.apply(function, None, z)
    assert np.array_equal(np.where(z < 0, values[0], values[-1]), expected)


KINKED = Network("2-3:relu-1")
AT = {"W1": [[1.0, -1], [0.5, 2], [-1, 1.5]], "b1": [0.0, 0, 0], "W2": [[1.0, 2, -1]], "b2": [0.5]}
X, T = [[1.0, 1.0], [2.0, 1.0]], [[1.0], [2.0]]


def test_the_convention_at_a_kink_is_allowed_and_another_value_is_not() -> None:
    report = check(KINKED, AT, X, T)
    assert report.ok
    assert report.finding("dZ1").verdict == "at-a-kink"
    assert any("kink" in note for note in report.notes)
    data = validate_data(KINKED, X, T, AT)
    claimed = derived_gradients(KINKED, data)
    delta = claimed["Z1"].copy()
    upstream = claimed["A1"]
    (place,) = np.argwhere(Forward(KINKED, data).values["Z1"] == 0)
    for share, verdict in ((1.0, "at-a-kink"), (0.5, "at-a-kink"), (2.0, "wrong"), (-1.0, "wrong")):
        delta[tuple(place)] = share * upstream[tuple(place)]
        assert check_gradients(KINKED, data, {"Z1": delta}).finding("dZ1").verdict == verdict


def test_the_certificate_holds_until_a_unit_changes_its_branch() -> None:
    parameters = AT | {"b1": [0.01, 0, 0]}
    forward = Forward(KINKED, validate_data(KINKED, X, T, parameters))
    direction = np.array([1.0, 0, 0])
    line = forward.line("b1", direction)
    assert line(0.001)[1]
    assert line(-0.001)[1]
    z1 = forward.values["Z1"]
    for step in (0.02, -0.02):
        changed = np.argwhere(np.sign(z1 + step * direction) != np.sign(z1)).tolist()
        assert line(step)[1] == (not changed)
    assert changed == [[0, 0]]


# -- networks ------------------------------------------------------------------------------------------------


def random_network(seed: int, depth: int, width: int) -> Network:
    random = np.random.default_rng(seed)
    layers = int(random.integers(1, depth + 1))
    widths = [1 + int(width ** random.uniform(0, 1)) for _ in range(layers + 1)]
    parts = [str(widths[0])]
    for l in range(1, layers):
        skip = l > 1 and random.random() < 0.2
        widths[l] = widths[l - 1] if skip else widths[l]
        bias = ":nobias" if random.random() < 0.15 else ""
        parts.append(f"{widths[l]}:{random.choice(ACTIVATIONS)}{bias}{':skip' if skip else ''}")
    head = str(random.choice(["sigmoid", "softmax", "any"]))
    losses = {"sigmoid": "binary_cross_entropy half_squared_error", "any": " ".join(LOSSES)}
    losses["softmax"] = "cross_entropy squared_error binary_cross_entropy"
    parts.append(f"{widths[-1]}:{random.choice(ACTIVATIONS) if head == 'any' else head}")
    loss, reduction = str(random.choice(losses[head].split())), str(random.choice(["mean", "sum"]))
    return Network("-".join(parts), loss=loss, reduction=reduction, l2=float(random.choice([0, 0.01])))


@pytest.mark.parametrize("seed", range(20 if THOROUGH else 8))
def test_the_derivation_of_a_random_network_is_right(seed: int) -> None:
    network = random_network(seed, depth=8, width=10)
    report = check(network, seed=seed)
    assert report.ok, str(report)
    assert {found.verdict for found in report.findings} <= {"right", "vacuous", "at-a-kink"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_under_every_loss(name: str) -> None:
    for loss in LOSSES:
        report = check(Network(f"2-3:{name}-2:{name}", loss=loss))
        assert report.ok, str(report)
    assert check(Network(f"2-3:{name}-2:sigmoid")).ok
    assert check(Network(f"2-3:{name}-3:softmax")).ok


def test_a_widest_network_is_covered_by_directions_and_some_entries() -> None:
    network = Network("64-64:relu-64:tanh-10:softmax")
    report = check(network)
    assert report.ok
    assert report.finding("dW2").covered.endswith("of 4096 entries")
    assert report.finding("db2").covered == "every entry"


FAULTS: dict[str, Callable[[Array], Array]] = {
    "doubled": lambda g: 2 * g,
    "sign": lambda g: -g,
    "sum for mean": lambda g: 5 * g,
    "left out": lambda g: 0 * g,
    "one part in a million": lambda g: g * (1 + 1e-6),
    "constant added": lambda g: g + 1e-5,
    "transposed": lambda g: g.T.copy() if g.ndim == 2 and g.shape[0] == g.shape[1] else g[..., ::-1].copy(),
    "one entry": lambda g: g + np.eye(1, g.size, g.size // 2).reshape(g.shape) * np.abs(g).max() / 3,
    "not a number": lambda g: g * np.nan,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("spec", ["3-3:tanh-2:sigmoid", "4-3:relu-3:gelu-2", "3-4:leaky_relu(0.1)-3:softmax"])
def test_a_planted_fault_is_found_where_it_is_and_nowhere_else(spec: str, fault: str) -> None:
    network = Network(spec)
    data, _ = complete(network, None, None, None)
    claimed = derived_gradients(network, data)
    assert check_gradients(network, data, claimed).ok
    for name, right in claimed.items():
        planted = FAULTS[fault](right)
        if np.array_equal(planted, right):
            continue
        others = claimed if name == "W2" else {}
        report = check_gradients(network, data, {**others, name: planted})
        assert [found.name for found in report.wrong] == [f"d{name}"]
        assert not report.ok


def test_one_wrong_entry_of_a_large_matrix_is_found_and_located() -> None:
    network = Network("50-60:tanh-40:relu-3:softmax")
    data, _ = complete(network, None, None, None)
    claimed = derived_gradients(network, data)
    planted = claimed["W2"].copy()
    large = np.argwhere(np.abs(planted) > np.abs(planted).max() / 10)
    for row, column in large[::150]:
        planted = claimed["W2"].copy()
        planted[row, column] *= 1.5
        found = check_gradients(network, data, {"W2": planted}).finding("dW2")
        assert found.verdict == "wrong"
        assert found.worst is not None
        assert found.worst.index == (row, column)
        assert math.isclose(found.worst.measured, claimed["W2"][row, column], rel_tol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_drawn_data_tests_every_parameter(seed: int) -> None:
    network = Network("4-3:relu-2:relu-1:sigmoid")
    data, notes = complete(network, None, None, None, seed)
    assert len(data.x) not in network.widths
    assert all(gradient.any() for gradient in derived_gradients(network, data).values())
    assert "m = 5" in notes[0]
    for l in (1, 2):
        assert np.abs(Forward(network, data).values[f"Z{l}"]).min() > 1e-4


@pytest.mark.parametrize("factor", [2.0, -1.0, 1 / 3, 1 + 1e-4])
def test_a_factor_is_told_where_every_entry_has_it(factor: float) -> None:
    network = Network("3-4:tanh-2:sigmoid")
    data, _ = complete(network, None, None, None)
    right = derived_gradients(network, data)["W1"]
    found = check_gradients(network, data, {"W1": factor * right}).finding("dW1")
    assert found.ratio is not None
    assert math.isclose(found.ratio, factor, rel_tol=1e-6)
    assert found.covered == "every entry"
    for entry in ((0, 0), (3, 2)):
        planted = factor * right
        planted[entry] *= 1 + 1e-4
        assert check_gradients(network, data, {"W1": planted}).finding("dW1").ratio is None


@pytest.mark.parametrize(
    ("network", "x", "t", "shapes"),
    [
        ("3-2", [1.0, 2, 3], None, ((1, 3), (1, 2))),
        ("1-2", [1.0, 2, 3], None, ((3, 1), (3, 2))),
        ("1-2", 7.0, None, ((1, 1), (1, 2))),
        ("3-2", [[1.0, 2, 3]] * 4, None, ((4, 3), (4, 2))),
        ("3-1", None, [1.0, 2], ((2, 3), (2, 1))),
        ("3-2", None, [1.0, 2], ((1, 3), (1, 2))),
        ("3-2", None, [[1.0, 2]] * 5, ((5, 3), (5, 2))),
        ("3-1", None, 7.0, ((1, 3), (1, 1))),
        ("2-2", None, None, ((3, 2), (3, 2))),
        ("3-2", None, None, ((4, 3), (4, 2))),
        ("3-5:tanh-4", None, None, ((6, 3), (6, 4))),
    ],
)
def test_what_is_drawn_goes_with_what_is_given(network: str, x: Any, t: Any, shapes: Any) -> None:
    data, (note,) = complete(Network(network), None, x, t)
    assert (data.x.shape, data.t.shape) == shapes
    assert note.endswith(f"m = {shapes[0][0]}")


@pytest.mark.parametrize("network", ["3-2:softmax", "3-2:sigmoid", "4-3:tanh-5:softmax"])
@pytest.mark.parametrize("seed", range(3))
def test_drawn_targets_are_labels_where_they_are_asked_for(network: str, seed: int) -> None:
    labels, soft = (
        complete(Network(network), None, None, None, seed, labels=asked)[0].t for asked in (True, False)
    )
    assert set(np.unique(labels)) == {0.0, 1.0}
    assert ((soft > 0) & (soft < 1)).all()
    if network.endswith("softmax"):
        np.testing.assert_allclose((labels.sum(axis=1), soft.sum(axis=1)), 1)
        assert np.ptp(labels.sum(axis=0)) <= 1


def test_the_resolution_is_stated_and_holds() -> None:
    network = Network("3-4:tanh-2:sigmoid")
    data, _ = complete(network, None, None, None)
    claimed = derived_gradients(network, data)
    for name in data.parameters:
        found = check_gradients(network, data, {name: claimed[name]}).finding(f"d{name}")
        assert found.resolution is not None
        assert found.resolution < 1e-7
        off = claimed[name] * (1 + 30 * found.resolution)
        assert check_gradients(network, data, {name: off}).finding(f"d{name}").verdict == "wrong"


# -- extremes and vacuous checks -----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1e10, 1e30])
def test_tiny_and_huge_data(scale: float) -> None:
    x, t = scale * np.array([[1.0, 2], [3, -1], [0.5, 0.7]]), scale * np.array([[1.0], [2], [3]])
    parameters = AT | {"b1": scale * np.array([0.1, -0.2, 0.3]), "b2": [0.5 * scale]}
    assert {f.verdict for f in check(KINKED, parameters, x, t).findings} == {"right"}


def test_saturated_outputs_are_not_accused() -> None:
    parameters = AT | {"b1": [0.1, 0, 0.2], "W1": 1e4 * np.array(AT["W1"])}
    report = check(Network("2-3:relu-1:sigmoid"), parameters, X, [[1], [0]])
    assert report.wrong == ()


def test_slopes_below_rounding_are_decided_with_many_digits() -> None:
    network = Network("2-2:tanh-1:tanh-1:sigmoid")
    parameters = {"W1": [[1.0, 0.5], [-1, 2]], "b1": [0.1, 0.2], "b2": [0.3], "b3": [0.2]}
    parameters |= {"W2": [[1e-9, -1e-9]], "W3": [[1e-9]]}
    report = check(network, parameters, [[1.0, 2], [0.5, -1]], [[0.75], [0.25]])
    assert report.ok
    assert "50 digits" in report.finding("dW1").message
    data = validate_data(network, [[1.0, 2], [0.5, -1]], [[0.75], [0.25]], parameters)
    wrong = 2 * derived_gradients(network, data)["W1"]
    assert check_gradients(network, data, {"W1": wrong}).finding("dW1").verdict == "wrong"


def test_a_vacuous_check_is_refused() -> None:
    network = Network("2-3:tanh:nobias-1:nobias")
    report = check(network, {"W1": AT["W1"], "W2": AT["W2"]}, [[0.0, 0]], [[0.0]])
    assert (report.ok, report.verdict) == (False, "vacuous")
    assert "nothing was tested" in report.summary


def test_a_dead_layer_is_said() -> None:
    report = check(KINKED, AT | {"b1": [-100.0, -100, -100]}, X, T)
    assert report.ok
    assert report.finding("dW1").verdict == "vacuous"
    assert "dW1" in report.summary


def test_a_loss_that_is_not_finite_is_not_decided() -> None:
    report = check(Network("2-1:softmax", loss="binary_cross_entropy"))
    assert not report.ok
    assert report.wrong == ()


def test_bad_data_is_refused() -> None:
    with pytest.raises(InputError, match="W1"):
        check(KINKED, AT | {"W1": [[1, 2]]}, X, T)


# -- fractions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "mean_squared_error", "formula:(y-t)^4/4 - t*y^3"])
def test_piecewise_linear_networks_are_compared_as_fractions(loss: str) -> None:
    network = Network("3-3:relu-2:leaky_relu(0.1):skip(0)-2", loss=loss, l2=0.1)
    assert is_exact(network)
    report = check(network)
    assert report.ok
    assert all(found.exact for found in report.parameters)


def test_a_fraction_that_is_off_by_nearly_nothing_is_found() -> None:
    network = Network("2-2:relu-1")
    data, _ = complete(network, None, None, None)
    fractions = ExactCheck(network, data)
    finding = check(network).finding("dW2")
    assert fractions.refine(finding).verdict == "right"
    fractions.claimed["W2"] = fractions.claimed["W2"] + Fraction(1, 10**40)
    assert fractions.refine(finding).verdict == "wrong"


def test_what_has_no_exact_value_is_not_tried() -> None:
    assert not is_exact(Network("2-2:tanh-1"))
    assert not is_exact(Network("2-2:softmax"))
    assert loss_degree(Network("1-1", loss="formula:log(1+(y-t)^2)").loss.loss_function) is None
    assert loss_degree(Network("1-1", loss="squared_error").loss.loss_function) == 2


def test_the_report_is_plain_data() -> None:
    report = check(Network("3-2:tanh-1"))
    table = report.to_dict()
    assert table["ok"] is True
    assert [row["name"] for row in table["findings"]][:2] == ["dW1", "db1"]
    assert "remainder falls as h^" in str(report)
    with pytest.raises(KeyError, match="dW1"):
        report.finding("dW9")
    accused = replace(report, findings=(replace(report.findings[0], verdict="wrong"), *report.findings[1:]))
    assert not accused.ok
    assert accused.summary.startswith("wrong: dW1")
