"""The native executor against the equations and the optimisers' formulas, on every instruction set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad import _native, gradients
from chalkgrad.derive.optimisers import SGD, Adam
from chalkgrad.lower import lower
from chalkgrad.network import Network
from chalkgrad.train.executors.native import NativeExecutor
from chalkgrad.train.executors.random import dropout_key, dropout_mask
from chalkgrad.train.setup.work import Block, Setup
from tests.laws.executors import OPTIMISERS, ByHand, Optimiser, apart, draw

NETWORKS = (
    Network("3-5:relu-4:tanh-2:softmax"),
    Network("3-4:gelu-4:silu:skip-1:sigmoid", l2=0.01),
    Network("2-3:tanh:nobias-3:elu:skip-2:skip(3)", loss="mean_squared_error", factor=3),
    Network("3-4:formula:z/(1+z^2)-2:softplus", loss="formula:log(cosh(y-t))", reduction="sum"),
    Network("4-3:leaky_relu(0.2)-3:softmax", loss="squared_error"),
    Network("17-40:relu-33:sigmoid-18:softmax", l2=0.003),
    Network("5-20:softplus-1", loss="mean_squared_error"),
)
ROWS = 90
TOLERANCE = {"float64": 1e-12, "float32": 1e-4}
SETS = [name for name in ("avx512", "avx2", "sse2", "neon") if _native.instruction_set(name)]


@pytest.fixture(params=SETS)
def isa(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    monkeypatch.setenv("CHALKGRAD_ISA", name)
    return name


def native(network: Network, **settings: Any) -> NativeExecutor:
    given = {"optimiser": SGD(0.1), "batch_size": 4, "dtype": "float64", "threads": 1, **settings}
    setup = Setup(network, **given)
    return NativeExecutor(lower(network, dropout=setup.dropout, clipped=setup.clip_norm is not None), setup)


def typed(block: Block, dtype: str) -> Block:
    return Block(block.x.astype(dtype), block.t.astype(dtype))


def shuffled(rows: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.random.default_rng(1).permutation(rows)


def by_hand(network: Network, optimiser: Optimiser, batch: int, clip: float | None = None) -> ByHand:
    """One pass over all rows, the last mini-batch ragged; keeps the losses."""
    parameters, block = draw(network, ROWS)
    hand = ByHand(optimiser, parameters)
    order = shuffled(ROWS)
    hand.losses = []  # type: ignore[attr-defined]
    for k, begin in enumerate(range(0, ROWS, batch)):
        rows = order[begin : begin + batch]
        loss, slopes = gradients(network, hand.parameters, block.x[rows], block.t[rows])
        norm = np.sqrt(sum(float((g**2).sum()) for g in slopes.values()))
        if clip is not None and norm > clip:
            slopes = {name: g * (clip / norm) for name, g in slopes.items()}
        hand.losses.append(loss)  # type: ignore[attr-defined]
        hand.step(slopes, optimiser.learning_rate, k + 1)
    return hand


def train(network: Network, optimiser: Optimiser, batch: int, dtype: str, **settings: Any) -> tuple[Any, Any]:
    parameters, block = draw(network, ROWS)
    executor = native(network, optimiser=optimiser, batch_size=batch, dtype=dtype, **settings)
    executor.load(parameters)
    rates = np.full(-(-ROWS // batch), optimiser.learning_rate)
    return executor, executor.run(typed(block, dtype), shuffled(ROWS), 0, rates)


@pytest.mark.parametrize("batch", [1, 3, 7, 16, 20, 37, 90])
def test_steps_are_the_formulas_steps(isa: str, batch: int) -> None:
    for network in NETWORKS:
        hand = by_hand(network, Adam(0.01), batch)
        for dtype, tolerance in TOLERANCE.items():
            executor, losses = train(network, Adam(0.01), batch, dtype)
            np.testing.assert_allclose(losses, hand.losses, rtol=tolerance)  # type: ignore[attr-defined]
            assert apart(executor.parameters(), hand.parameters) <= tolerance


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_every_optimiser_on_every_network(isa: str, optimiser: Optimiser) -> None:
    for network in NETWORKS:
        hand = by_hand(network, optimiser, 20)
        for dtype, tolerance in TOLERANCE.items():
            executor, _ = train(network, optimiser, 20, dtype)
            assert apart(executor.parameters(), hand.parameters) <= tolerance


def test_clipping(isa: str) -> None:
    for network in NETWORKS:
        hand = by_hand(network, SGD(0.1), 20, clip=0.05)
        for dtype, tolerance in TOLERANCE.items():
            executor, _ = train(network, SGD(0.1), 20, dtype, clip_norm=0.05)
            assert apart(executor.parameters(), hand.parameters) <= tolerance


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_gradients_have_the_steps_weights_and_masks(isa: str, network: Network) -> None:
    parameters, block = draw(network, ROWS)
    weight = np.random.default_rng(2).uniform(0, 3, ROWS)
    rates = (0.4, 0.2, 0.3)[: network.depth - 1]
    executor = native(network, dropout=rates, seed=11)
    executor.load(parameters)
    for rows in (np.array([3, 1, 7, 7, 0]), np.arange(ROWS)):
        masks = {
            l: dropout_mask(dropout_key(11, 6, l), len(rows), network.widths[l], rate)
            for l, rate in enumerate(rates, start=1)
        }
        loss, found = executor.gradients(Block(block.x, block.t, weight), rows, 6)
        x, t = block.x[rows], block.t[rows]
        true_loss, true = gradients(network, parameters, x, t, sample_weight=weight[rows], masks=masks)
        assert apart(found, true) <= 1e-12
        np.testing.assert_allclose(loss, true_loss, rtol=1e-12)
    assert apart(executor.parameters(), parameters) == 0
    whole, y = executor.losses(Block(block.x, block.t, weight))  # nothing is dropped
    np.testing.assert_allclose(
        whole, gradients(network, parameters, block.x, block.t, sample_weight=weight)[0], rtol=1e-12
    )
    np.testing.assert_array_equal(y, executor.predict(block.x))


@pytest.fixture
def every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that would not pay are started too."""
    monkeypatch.setattr("chalkgrad.train.executors.threads.WORTH", 1.0)


@pytest.mark.usefixtures("every_thread")
@pytest.mark.parametrize("optimiser", [SGD(0.1), Adam(0.01)], ids=str)
def test_the_same_bits_where_threads_share_the_first_layers_outputs(isa: str, optimiser: Optimiser) -> None:
    network = Network("300-256:tanh-9:softmax")
    (one, losses), *others = (train(network, optimiser, 40, "float32", threads=n) for n in (1, 2, 3, 4))
    for executor, found in others:
        np.testing.assert_array_equal(found, losses)
        same(executor.parameters(), one.parameters())
    hand = by_hand(network, optimiser, 40)
    assert apart(one.parameters(), hand.parameters) <= 1e-4


@pytest.mark.usefixtures("every_thread")
@pytest.mark.parametrize("batch", [3, 48])
def test_the_same_bits_with_any_number_of_threads(isa: str, batch: int) -> None:
    for network in NETWORKS:
        for settings in ({}, {"clip_norm": 0.05}):
            dropout = (0.3, 0.1, 0.2)[: network.depth - 1]
            runs = [
                train(network, Adam(0.01), batch, "float32", threads=n, dropout=dropout, **settings)
                for n in (1, 2, 3, 5)
            ]
            block = typed(draw(network, ROWS)[1], "float32")
            for executor, losses in runs[1:]:
                np.testing.assert_array_equal(losses, runs[0][1])
                same(executor.parameters(), runs[0][0].parameters())
                assert executor.losses(block)[0] == runs[0][0].losses(block)[0]


def same(mine: dict[str, Any], other: dict[str, Any]) -> None:
    assert mine.keys() == other.keys()
    assert all(mine[name].tobytes() == other[name].tobytes() for name in mine)


def test_the_same_bits_however_steps_are_split(isa: str) -> None:
    network, optimiser = NETWORKS[0], Adam(0.01)
    parameters, block = draw(network, ROWS)
    settings = {"optimiser": optimiser, "batch_size": 7, "dropout": (0.3, 0.1), "seed": 5}
    order, rates = shuffled(ROWS), np.full(13, 0.01)
    at_once = native(network, **settings)
    at_once.load(parameters)
    losses = at_once.run(block, order, 0, rates)
    first = native(network, **settings)
    first.load(parameters)
    begun = first.run(block, order[:21], 0, rates[:3])
    second = native(network, **settings)
    second.load(first.parameters(), first.state())
    rest = second.run(block, order[21:], 3, rates[3:])
    np.testing.assert_array_equal(np.concatenate([begun, rest]), losses)
    same(second.parameters(), at_once.parameters())
    same(second.state(), at_once.state())


def test_class_numbers_are_one_hot_rows(isa: str) -> None:
    parameters, block = draw(NETWORKS[0], ROWS)
    executor = native(NETWORKS[0])
    executor.load(parameters)
    classes = Block(block.x, block.t.argmax(axis=1))
    rows = np.array([2, 5, 5, 1])
    one, other = executor.gradients(classes, rows, 0), executor.gradients(block, rows, 0)
    assert one[0] == pytest.approx(other[0], rel=1e-14)
    assert apart(one[1], other[1]) <= 1e-15


def test_threads_that_do_not_pay_are_not_started() -> None:
    assert native(Network("13-64:tanh-64:tanh-1"), batch_size=32, threads=2).threads == 1
    assert native(Network("784-128:relu-10:softmax"), batch_size=32, threads=2).threads == 2
    assert native(Network("784-128:relu-10:softmax"), batch_size=32, threads=1).threads == 1


@pytest.mark.usefixtures("every_thread")
def test_a_loss_that_is_not_finite_ends_the_run(isa: str) -> None:
    network = Network("2-3:relu-1")
    parameters, block = draw(network, 4)
    for threads in (1, 2):
        executor = native(network, threads=threads)
        executor.load(parameters)
        losses = executor.run(block, np.tile(np.arange(4), 9), 0, np.full(9, 1e200))
        assert 1 < len(losses) < 9
        assert np.isfinite(losses[:-1]).all()
        assert not np.isfinite(losses[-1])
        before = executor.parameters()
        executor.run(block, np.arange(4), 0, np.full(1, 0.1))
        same(executor.parameters(), before)


def test_padding_is_nowhere(isa: str) -> None:
    """An activation with a pole where nothing is: lanes without a sample must not be at it."""
    network = Network("2-3:formula:log(z)-2:formula:1/z", loss="squared_error")
    parameters = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    parameters["W1"][:] = 1.0
    parameters["W2"][:] = 2.0
    x, t = np.full((5, 2), 3.0), np.ones((5, 2))
    for batch in (1, 3, 5, 20):
        executor = native(network, batch_size=batch)
        executor.load(parameters)
        loss, found = executor.gradients(Block(x, t), np.arange(min(5, batch)), 0)
        true_loss, true = gradients(network, parameters, x[:batch], t[:batch])
        assert apart(found, true) <= 1e-12
        assert loss == pytest.approx(true_loss, rel=1e-12)


def test_wide_layers_and_long_sums(isa: str) -> None:
    """Sums longer than a tile takes at once, widths that no tile divides, against NumPy."""
    random = np.random.default_rng(3)
    network = Network("601-530:relu-301:softmax")
    parameters, block = draw(network, 67)
    executor = native(network, batch_size=67, dtype="float64", optimiser=SGD(0.5))
    executor.load(parameters)
    executor.run(block, np.arange(67), 0, np.array([0.5]))
    w1, b1, w2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    z1 = block.x @ w1.T + b1
    a1 = np.maximum(z1, 0)
    e = np.exp(a1 @ w2.T + b2)
    d2 = (e / e.sum(1, keepdims=True) - block.t) / 67
    d1 = (d2 @ w2) * (z1 > 0)
    true = {"W1": w1 - 0.5 * d1.T @ block.x, "b1": b1 - 0.5 * d1.sum(0)}
    true |= {"W2": w2 - 0.5 * d2.T @ a1, "b2": b2 - 0.5 * d2.sum(0)}
    assert apart(executor.parameters(), true) <= 1e-13
    x = random.normal(size=(1000, 601))
    y = np.exp(np.maximum(x @ true["W1"].T + true["b1"], 0) @ true["W2"].T + true["b2"])
    assert np.abs(executor.predict(x) - y / y.sum(1, keepdims=True)).max() <= 1e-12
