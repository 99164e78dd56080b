"""The executors in NumPy against the optimisers' formulas and the derivation's gradients."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad import gradients
from chalkgrad.derive.optimisers import SGD, Adam
from chalkgrad.lower import lower
from chalkgrad.lower.program import Map
from chalkgrad.network import Network
from chalkgrad.train.executors.evaluator import EvaluatorExecutor
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.instructions import run_tape
from chalkgrad.train.executors.random import dropout_key, dropout_mask
from chalkgrad.train.executors.updates import by_rule, update, zero_state
from chalkgrad.train.setup.work import Block, Setup
from tests.laws.executors import OPTIMISERS, Array, ByHand, Optimiser, apart, draw, reference

NETWORKS = (
    Network("3-5:relu-4:tanh-2:softmax"),
    Network("3-4:gelu-4:silu:skip-1:sigmoid", l2=0.01),
    Network("2-3:tanh:nobias-3:elu:skip-2:skip(3)", loss="mean_squared_error", factor=3),
    Network("3-4:formula:z/(1+z^2)-2:softplus", loss="formula:log(cosh(y-t))", reduction="sum"),
    Network("4-3:leaky_relu(0.2)-3:softmax", loss="squared_error"),
)
BATCH, ROWS = 4, 22


def evaluator(network: Network, **settings: Any) -> EvaluatorExecutor:
    given = {"optimiser": SGD(0.1), "batch_size": BATCH, "dtype": "float64", **settings}
    return EvaluatorExecutor(Setup(network, **given))


def native(network: Network, **settings: Any) -> Any:
    pytest.importorskip("chalkgrad._native", reason="the native core is not built")
    twin = reference(network, **settings)
    return importlib.import_module("chalkgrad.train.executors.native").NativeExecutor(
        twin.program, twin.setup
    )


MAKERS: tuple[Callable[..., Any], ...] = (reference, evaluator, native)


def batches(steps: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.random.default_rng(1).permutation(np.arange(steps * BATCH) % ROWS)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_ten_steps_are_the_formulas_ten_steps(optimiser: Optimiser, make: Callable[..., Any]) -> None:
    for network in NETWORKS:
        parameters, block = draw(network, ROWS)
        order, rates = batches(10), np.linspace(1, 0.1, 10) * optimiser.learning_rate
        hand = ByHand(optimiser, parameters)
        true = []
        for k, rate in enumerate(rates):
            rows = order[k * BATCH : (k + 1) * BATCH]
            loss, slopes = gradients(network, hand.parameters, block.x[rows], block.t[rows])
            true.append(loss)
            hand.step(slopes, rate, k + 1)
        for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-4)):
            executor = make(network, optimiser=optimiser, batch_size=BATCH, dtype=dtype)
            executor.load(parameters)
            typed = Block(block.x.astype(dtype), block.t.astype(dtype))
            losses = executor.run(typed, order, 0, rates)
            np.testing.assert_allclose(losses, true, rtol=tolerance)
            assert apart(executor.parameters(), hand.parameters) <= tolerance


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_weights_and_masks_are_those_of_the_equations(network: Network, make: Callable[..., Any]) -> None:
    parameters, block = draw(network, ROWS)
    weight = np.random.default_rng(2).uniform(0, 3, ROWS)
    rates = (0.4, 0.2, 0.3)[: network.depth - 1]
    executor = make(network, dropout=rates, seed=11)
    executor.load(parameters)
    rows = np.array([3, 1, 7, 7, 0])
    masks = {
        l: dropout_mask(dropout_key(11, 6, l), len(rows), network.widths[l], rate)
        for l, rate in enumerate(rates, start=1)
    }
    loss, found = executor.gradients(Block(block.x, block.t, weight), rows, 6)
    x, t = block.x[rows], block.t[rows]
    true_loss, true = gradients(network, parameters, x, t, sample_weight=weight[rows], masks=masks)
    assert apart(found, true) <= 1e-12
    np.testing.assert_allclose(loss, true_loss, rtol=1e-12)
    weighted, _ = gradients(network, parameters, block.x, block.t, sample_weight=weight)
    whole, y = executor.losses(Block(block.x, block.t, weight))  # nothing is dropped
    np.testing.assert_allclose(whole, weighted, rtol=1e-12)
    np.testing.assert_allclose(y, executor.predict(block.x), rtol=1e-13)


@pytest.mark.parametrize("make", MAKERS)
def test_many_rows_are_told_like_few(make: Callable[..., Any]) -> None:
    for network in (NETWORKS[1], NETWORKS[3]):
        parameters, block = draw(network, 5000)
        executor = make(network)
        executor.load(parameters)
        loss, y = executor.losses(block)
        np.testing.assert_allclose(loss, gradients(network, parameters, block.x, block.t)[0], rtol=1e-11)
        assert y.shape == (5000, network.widths[-1])


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_bits_however_steps_are_split(make: Callable[..., Any]) -> None:
    network, optimiser = NETWORKS[0], Adam(0.01)
    parameters, block = draw(network, ROWS)
    order, rates = batches(6)[:-1], np.full(6, 0.01)  # the last mini-batch is ragged
    settings = {"optimiser": optimiser, "batch_size": BATCH, "dropout": (0.3, 0.1), "seed": 5}
    at_once = make(network, **settings)
    at_once.load(parameters)
    losses = at_once.run(block, order, 0, rates)
    first = make(network, **settings)
    first.load(parameters)
    begun = first.run(block, order[: 2 * BATCH], 0, rates[:2])
    second = make(network, **settings)
    second.load(first.parameters(), first.state())
    rest = second.run(block, order[2 * BATCH :], 2, rates[2:])
    np.testing.assert_array_equal(np.concatenate([begun, rest]), losses)
    for mine, other in ((second.parameters(), at_once.parameters()), (second.state(), at_once.state())):
        assert mine.keys() == other.keys()
        assert all(mine[name].tobytes() == other[name].tobytes() for name in mine)


def test_state_has_the_optimisers_slots() -> None:
    executor = reference(NETWORKS[0], optimiser=Adam())
    executor.load(draw(NETWORKS[0], 1)[0])
    assert set(executor.state()) == {f"{p}.{s}" for p in NETWORKS[0].parameter_shapes() for s in "mv"}


@pytest.mark.parametrize("make", MAKERS)
def test_a_loss_that_is_not_finite_ends_the_run(make: Callable[..., Any]) -> None:
    network = Network("2-3:relu-1")
    parameters, block = draw(network, 4)
    executor: Executor = make(network, optimiser=SGD(1e200))
    executor.load(parameters)
    losses = executor.run(block, np.tile(np.arange(4), 9), 0, np.full(9, 1e200))
    assert 1 < len(losses) < 9
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])


@pytest.mark.parametrize("make", MAKERS)
def test_a_gradient_is_clipped_to_its_norm(make: Callable[..., Any]) -> None:
    network = NETWORKS[0]
    parameters, block = draw(network, ROWS)
    rows = np.arange(BATCH)
    _, slopes = gradients(network, parameters, block.x[rows], block.t[rows])
    norm = np.sqrt(sum((g**2).sum() for g in slopes.values()))
    for limit, factor in ((norm / 3, 1 / 3), (norm * 2, 1.0)):
        executor = make(network, clip_norm=float(limit))
        executor.load(parameters)
        executor.run(block, rows, 0, np.array([0.5]))
        true = {name: value - 0.5 * factor * slopes[name] for name, value in parameters.items()}
        assert apart(executor.parameters(), true) <= 1e-12


@pytest.mark.parametrize("make", MAKERS)
def test_class_numbers_are_one_hot_rows(make: Callable[..., Any]) -> None:
    network = NETWORKS[0]
    parameters, block = draw(network, ROWS)
    executor = make(network)
    executor.load(parameters)
    classes = Block(block.x, block.t.argmax(axis=1))
    rows = np.array([2, 5, 5, 1])
    one, other = executor.gradients(classes, rows, 0), executor.gradients(block, rows, 0)
    assert one[0] == other[0]
    assert apart(one[1], other[1]) <= 1e-15
    assert executor.losses(classes)[0] == executor.losses(block)[0]


ENDS = (
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "cross_entropy"),
    ("softmax", "half_squared_error"),
    ("softmax", "formula:-t*log(y)"),
    ("sigmoid", "squared_error"),
    ("tanh", "half_squared_error"),
    ("elu", "squared_error"),
    ("softplus", "squared_error"),
    ("formula:1/(1+exp(-z))", "binary_cross_entropy"),
    ("formula:max(0,min(1,z))", "half_squared_error"),
)
ALIKE = {"formula:1/(1+exp(-z))": "sigmoid"}  # where float64's evaluation is at its limits too


@pytest.mark.parametrize("make", [reference, native])
@pytest.mark.parametrize(("last", "loss"), ENDS)
@pytest.mark.parametrize("logit", [0.0, 5.0, 30.0, 120.0, 2000.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_saturated_outputs_stay_finite(
    last: str, loss: str, logit: float, sign: float, make: Callable[..., Any]
) -> None:
    network = Network(f"2-2:{last}", loss=loss)
    alike = Network(f"2-2:{ALIKE.get(last, last)}", loss=loss)
    w, b = np.array([[sign * logit, 0.0], [0.0, -0.5 * sign * logit]]), np.array([0.0, 0.25])
    parameters = {"W1": w, "b1": b}
    for t in (np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])):
        x = np.ones((1, 2))
        true_loss, true = gradients(alike, parameters, x, t)
        for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-6)):
            executor = make(network, dtype=dtype)
            executor.load(parameters)
            block = Block(x.astype(dtype), t.astype(dtype))
            found_loss, found = executor.gradients(block, np.array([0]), 0)
            np.testing.assert_allclose(found_loss, true_loss, rtol=tolerance, atol=tolerance)
            for name, value in true.items():
                np.testing.assert_allclose(found[name], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["gelu", "silu", "formula:1/(1+exp(-z))", "formula:log(1+exp(z))"])
def test_tapes_stay_finite_in_single_precision(name: str) -> None:
    """Not only in the reference, which computes tapes in float64: the formulas themselves are stable."""
    z = np.array([-3e4, -200.0, -100.0, -20.0, -1.0, 0.0, 1.0, 20.0, 100.0, 200.0, 3e4])
    maps = [i for i in lower(Network(f"2-3:{name}-1")).instructions if isinstance(i, Map)]
    for each in maps:
        values: dict[str, Array] = {"Z1": z, "dA1": np.ones_like(z)}
        with np.errstate(all="ignore"):
            true = run_tape(each.tape, [values[source] for source in each.sources])
            single = run_tape(each.tape, [values[source].astype(np.float32) for source in each.sources])
        assert np.isfinite(true).all()
        np.testing.assert_allclose(single, true, rtol=1e-5, atol=1e-6)


def test_nothing_is_zero_times_infinity() -> None:
    """0 · log 0 = 0: a hard sigmoid that says exactly 0 or 1, and is right, has no loss and no NaN."""
    network = Network("1-1:formula:max(0,min(1,z))", loss="binary_cross_entropy")
    executor = reference(network)
    executor.load({"W1": np.ones((1, 1)), "b1": np.zeros(1)})
    block = Block(np.array([[-1.0], [2.0], [0.5]]), np.array([[0.0], [1.0], [0.5]]))
    loss, found = executor.gradients(block, np.array([0, 1]), 0)
    assert loss == 0
    assert apart(found, {"W1": np.zeros((1, 1)), "b1": np.zeros(1)}) == 0
    assert executor.losses(block)[0] == pytest.approx(np.log(2) / 3)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_an_update_is_its_rule(optimiser: Optimiser) -> None:
    """NumPy's twin, step by step, against the formulas that are printed."""
    random = np.random.default_rng(5)
    first = random.normal(size=(4, 3))
    ours, told = ({"W1": first.copy(), **zero_state(optimiser, {"W1": first})} for _ in range(2))
    for step in range(6):
        gradient, rate = random.normal(size=first.shape), 0.1 / (step + 1)
        for move, at in ((update, ours), (by_rule, told)):
            slots = {slot: at[f"W1.{slot}"] for slot in optimiser.slots}
            move(optimiser, at["W1"], gradient.copy(), slots, rate, step)
        assert apart(ours, told) < 1e-13
