"""What a training step adds to the equations: weights and masks, in the forms that are promised."""

from __future__ import annotations

import numpy as np
import pytest

from chalkgrad import Fault, InputError, Network, derive, gradients, trace
from chalkgrad._numbers import exact
from chalkgrad.derive import Convention
from chalkgrad.derive.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from chalkgrad.expr import SLOT_NAMES, Apply, walk

COLUMNS = Convention(samples="columns")
LINKS = (
    ("3-2:tanh-2:sigmoid", None),
    ("3-2:tanh-1:sigmoid", None),
    ("3-2:tanh-3:softmax", None),
    ("3-2:tanh-2", "half_squared_error"),
    ("3-2:tanh-1", "squared_error"),
)


@pytest.mark.parametrize(("spec", "loss"), LINKS)
def test_the_canonical_link_is_found_beside_the_weights(spec: str, loss: str | None) -> None:
    network = Network(spec, loss)
    n, last = network.widths[-1], f"dZ{network.depth}"
    front = "2/m" if loss == "squared_error" else "1/m"
    rows = f"(s 1(1 × {n}))" if n > 1 else "s"
    columns = f"(1({n} × 1) sᵀ)" if n > 1 else "sᵀ"
    for convention, weights in ((None, rows), (COLUMNS, columns)):
        step = derive(network, weighted=True, convention=convention).step(last)
        assert step.rule in ("canonical-link", "targets-sum-to-one")
        assert str(step.expr) == f"{front}·({weights} ⊙ (Y + -1·T))"


def test_a_mask_multiplies_the_activation_and_the_error() -> None:
    masked = derive(Network("3-3:relu-3:tanh:skip-3:skip-2:sigmoid"), dropout={1: 0.2, 2: 0.5, 3: "1/3"})
    told = {name: str(masked.step(name).expr) for name in ("A1", "A2", "A3", "dZ3", "dA2", "dZ2")}
    assert told == {
        "A1": "(relu(Z1) ⊙ M1)",
        "A2": "((tanh(Z2) + A1) ⊙ M2)",
        "A3": "((Z3 + A2) ⊙ M3)",
        "dZ3": "(dA3 ⊙ M3)",
        "dA2": "((dA3 ⊙ M3) + (dZ3 W3))",
        "dZ2": "(dA2 ⊙ M2 ⊙ tanh′(Z2))",
    }
    assert masked.step("A2").rule == "dropout"


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "elu", "softplus"])
def test_no_derivative_goes_through_a_masked_value(name: str) -> None:
    """σ′ = A ⊙ (1 − A) is true of σ's value only, and A is not that where it was masked."""
    for step in derive(Network(f"3-4:{name}-2:sigmoid"), dropout={1: 0.2}).backward:
        if step.name == "dZ1":
            for form in step.forms:
                assert any(isinstance(node, Apply) and node.wrt for node in walk(form.expr)), form.rule


def test_without_weights_and_masks_nothing_is_different() -> None:
    network = Network("4-3:relu-2:sigmoid")
    assert derive(network, weighted=False, dropout={1: 0}) is derive(network)
    assert derive(network, dropout={1: 0.5}) is not derive(network)


@pytest.mark.parametrize("spec", ["3-4:tanh-2:sigmoid", "3-4:tanh-3:softmax", "3-4:tanh-1:sigmoid"])
def test_weights_of_one_and_masks_of_one_change_nothing(spec: str) -> None:
    network, (x, t, parameters) = Network(spec), case(spec)
    plain = gradients(network, parameters, x, t)
    ones = gradients(network, parameters, x, t, sample_weight=np.ones(5), masks={1: np.ones((5, 4))})
    assert plain[0] == ones[0]
    assert all(np.array_equal(plain[1][name], ones[1][name]) for name in parameters)


def test_a_weight_of_two_is_the_sample_twice_and_of_zero_not_there() -> None:
    network, (x, t, parameters) = Network("3-4:tanh-3:softmax"), case("3-4:tanh-3:softmax")
    weighted = gradients(network, parameters, x, t, sample_weight=[2, 1, 0, 1, 1])
    twice = gradients(network, parameters, x[[0, 0, 1, 3, 4]], t[[0, 0, 1, 3, 4]])
    assert weighted[0] == pytest.approx(twice[0], rel=1e-14)
    for name in parameters:
        np.testing.assert_allclose(weighted[1][name], twice[1][name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("far", [40.0, 800.0])
@pytest.mark.parametrize("spec", ["3-2:sigmoid", "3-3:softmax"])
def test_weights_lose_no_digits_of_a_saturated_output(spec: str, far: float) -> None:
    """Scaled by its weight, each sample's gradient is what it is without one, also where y is 0 or 1."""
    network, (x, t, parameters) = Network(spec), case(spec)
    parameters = {name: value * far for name, value in parameters.items()}
    for i in range(len(x)):
        loss, slopes = gradients(network, parameters, x[i : i + 1], t[i : i + 1])
        thrice, found = gradients(network, parameters, x[i : i + 1], t[i : i + 1], sample_weight=[3])
        assert thrice == pytest.approx(3 * loss, rel=1e-14)
        for name in parameters:
            np.testing.assert_allclose(found[name], 3 * slopes[name], rtol=1e-14)


def test_a_trace_keeps_what_it_was_given() -> None:
    network, (x, t, parameters) = Network("3-4:tanh-1:sigmoid"), case("3-4:tanh-1:sigmoid")
    mask = np.tile([0, 1.25, 1.25, 0], (5, 1))
    for digits in (None, 30):
        found = trace(
            network, parameters, x, t, sample_weight=[0, 1, 2, 3, 4], masks={1: mask}, steps=2, digits=digits
        )
        assert found.steps[1].values["s"].tolist() == [0, 1, 2, 3, 4]
        assert found.steps[1].values["M1"].shape == (5, 4)
        assert not np.any(found.steps[0].values["A1"][:, [0, 3]] != 0)
        assert {"s", "M1"} <= found.to_dict()["steps"][0]["values"].keys()


def case(spec: str) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    network, rng = Network(spec), np.random.default_rng(5)
    x, t = rng.normal(size=(5, 3)), rng.uniform(size=(5, network.widths[-1]))
    t = t / t.sum(1, keepdims=True) if network.loss.name == "cross_entropy" else t
    return x, t, {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}


@pytest.mark.parametrize(
    ("dropout", "message"),
    [
        ({2: 0.5}, "dropout[2]: must name a hidden layer, from 1 to 1; got 2. The output is never dropped."),
        ({0: 0.5}, "dropout[0]: must name a hidden layer"),
        ({"one": 0.5}, "dropout['one']: must name a hidden layer"),
        ({1: 1}, "dropout[1]: must be a probability from 0 up to, but not, 1; got 1. Write 0.2, say."),
        ({1: -0.1}, "got -0.1"),
        ({1: "half"}, "got 'half'"),
        ({1: float("nan")}, "got nan"),
        (0.5, "dropout: must be a table of layers and rates; got 0.5."),
    ],
    ids=str,
)
def test_a_dropout_that_cannot_be_is_refused(dropout: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        derive(Network("3-4:tanh-2"), dropout=dropout)  # type: ignore[arg-type]
    assert message in str(error.value)


def test_all_faults_of_weights_and_masks_are_told_together() -> None:
    network, (x, t, parameters) = Network("3-4:tanh-1:sigmoid"), case("3-4:tanh-1:sigmoid")
    masks = {1: np.ones((5, 3)), 2: np.ones((5, 1)), "a": 1}
    with pytest.raises(InputError) as error:
        gradients(network, parameters, x, t, sample_weight=[1, 2, 3], masks=masks)  # type: ignore[arg-type]
    faults = [(fault.path, fault.condition) for fault in error.value.faults]
    assert faults == [
        ("sample_weight", "have 5 numbers, one a row of x"),
        ("masks[1]", "have shape (5, 4)"),
        ("masks[2]", "name a hidden layer, from 1 to 1"),
        ("masks['a']", "name a hidden layer, from 1 to 1"),
    ]
    for weights, place in (([1, 2, -3, 4, 5], "[2]"), ([1, 2, float("nan"), 4, 5], "[2]")):
        with pytest.raises(InputError) as error:
            gradients(network, parameters, x, t, sample_weight=weights)
        assert str(error.value.faults[0]).startswith(f"sample_weight{place}: must be ")
    with pytest.raises(InputError, match="masks: must be a table of layers and masks"):
        trace(network, parameters, x, t, masks=[np.ones((5, 4))])  # type: ignore[arg-type]
    assert isinstance(error.value.faults[0], Fault)


OPTIMISERS = (
    SGD(0.1, 0.9),
    SGD(0.1, 0.9, nesterov=True, weight_decay=0.1),
    Adam(),
    AdamW(),
    RMSprop(weight_decay=0.1),
)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=repr)
def test_a_rule_remembers_what_its_optimiser_says(optimiser: Optimiser) -> None:
    rule = optimiser.rule()
    assert tuple(SLOT_NAMES[kind] for kind in rule.remembered) == optimiser.slots
    told = {str(value) for _, value in rule.numbers}
    assert told <= {str(exact(value)) for value in vars(optimiser).values()}


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=repr)
def test_steps_taken_one_by_one_are_the_steps_taken_together(optimiser: Optimiser) -> None:
    network, (x, t, parameters) = Network("3-4:tanh-3:softmax"), case("3-4:tanh-3:softmax")
    rule, at = optimiser.rule(), 0.05
    whole = trace(network, parameters, x, t, rule=rule, steps=4, learning_rate=at, clip_norm=0.3)
    state = None
    for number, expected in enumerate(whole.steps):
        (one,) = trace(
            network, parameters, x, t, rule=rule, state=state, step=number, learning_rate=at, clip_norm=0.3
        ).steps
        assert one == expected
        assert one.number == number + 1
        parameters, state = one.updated, one.updated_state
    digits = trace(network, parameters, x, t, rule=rule, state=state, step=4, digits=30, clip_norm=0.3).steps[
        0
    ]
    plain = trace(network, parameters, x, t, rule=rule, state=state, step=4, clip_norm=0.3).steps[0]
    for name, value in plain.updated.items():
        np.testing.assert_allclose(value, digits.updated[name].astype(float), rtol=1e-12)


def test_plain_descent_is_what_it_was() -> None:
    network = Network("3-4:tanh-2")
    assert derive(network, rule=SGD(0.1).rule()) is derive(network)
    assert str(derive(network, rule=SGD(0.1).rule()).step("W1_new").expr) == "(W1 + -eta·dW1)"
    assert str(derive(network, rule=SGD(0.1, 0.9).rule()).step("W1_new").expr) == "(W1 + -eta·W1.v_new)"


def test_a_gradient_of_zero_is_not_clipped() -> None:
    network = Network("2-1", loss="half_squared_error")
    parameters = {"W1": [[0.0, 0.0]], "b1": [0.0]}
    for digits in (None, 30):
        step = trace(network, parameters, [[1, 2]], [[0]], clip_norm=1, digits=digits).steps[0]
        assert (step.clipping["norm"], step.clipping["factor"]) == (0, 1)
        assert not step.updated["W1"].any()


def test_frozen_parameters_keep_their_state() -> None:
    network, (x, t, parameters) = Network("3-4:tanh-1:sigmoid"), case("3-4:tanh-1:sigmoid")
    step = trace(network, parameters, x, t, rule=Adam().rule(), frozen=["W1"], steps=2).steps[1]
    assert np.array_equal(step.updated["W1"], parameters["W1"])
    assert not step.updated_state["W1.m"].any()
    assert step.updated_state["b1.m"].all()


def test_a_state_that_does_not_fit_is_refused() -> None:
    network, (x, t, parameters) = Network("3-4:tanh-1:sigmoid"), case("3-4:tanh-1:sigmoid")
    state = {"W1.v": np.zeros((3, 4)), "W1.m": 1, "b1.v": np.zeros(4), "W2.v": np.zeros((1, 4))}
    with pytest.raises(InputError) as error:
        trace(network, parameters, x, t, rule=SGD(0.1, 0.9).rule(), state=state, step=-1, clip_norm=0)
    told = str(error.value)
    assert "state.W1.v: must have shape (4, 3); got shape (3, 4)." in told
    assert "state.W1.m: must be remembered by the optimiser" in told
    assert "state.b2.v: must be given, of shape (1,); got nothing." in told
    assert "step: must be a whole number of at least 0" in told
    assert "clip_norm: must be a number above 0; got 0. Leave it out for no limit." in told
    with pytest.raises(InputError, match="state: must be a table"):
        trace(network, parameters, x, t, state=3)  # type: ignore[arg-type]
