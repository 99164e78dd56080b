"""Compact steps of small networks are the equations' steps; the general kernels are not used there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad import gradients
from chalkgrad.derive.optimisers import SGD
from chalkgrad.network import Network
from chalkgrad.train.setup.work import Block
from tests.laws.executors import apart, draw
from tests.native.test_executor import ROWS, TOLERANCE, isa, native, same, shuffled, typed

__all__ = ["isa"]

HIDDEN = ("identity", "relu", "leaky_relu(0.2)", "elu", "sigmoid", "tanh", "softplus")
HEADS: dict[str, dict[str, Any]] = {
    "3:softmax": {},
    "1:sigmoid": {},
    "2:sigmoid": {"loss": "mean_squared_error"},
    "2:tanh": {"loss": "squared_error"},
    "1": {"loss": "squared_error", "reduction": "sum", "factor": 3},
}
RATE = 0.02


def by_hand(network: Network, batch: int, weight: np.ndarray[Any, Any] | None) -> tuple[list[float], Any]:
    parameters, block = draw(network, ROWS)
    losses = []
    for begin in range(0, ROWS, batch):
        rows = shuffled(ROWS)[begin : begin + batch]
        s = None if weight is None else weight[rows]
        loss, slopes = gradients(network, parameters, block.x[rows], block.t[rows], sample_weight=s)
        losses.append(loss)
        parameters = {name: w - RATE * slopes[name] for name, w in parameters.items()}
    return losses, parameters


@pytest.mark.parametrize("head", HEADS)
def test_every_activation_and_loss_with_sample_weights(isa: str, head: str) -> None:
    weight = np.random.default_rng(4).uniform(0, 3, ROWS)
    for k, hidden in enumerate(HIDDEN):
        network = Network(f"5-4:{hidden}-3:{HIDDEN[k - 1]}:nobias-{head}", **HEADS[head])
        batch = (1, 3, 8, 13, 32, 41, 64)[k]
        for s in (None, weight):
            losses, parameters = by_hand(network, batch, s)
            for dtype, tolerance in TOLERANCE.items():
                executor = native(network, optimiser=SGD(RATE), batch_size=batch, dtype=dtype)
                executor.load(draw(network, ROWS)[0])
                block = typed(draw(network, ROWS)[1], dtype)
                block = Block(block.x, block.t, None if s is None else s.astype(dtype))
                found = executor.run(block, shuffled(ROWS), 0, np.full(len(losses), RATE))
                np.testing.assert_allclose(found, losses, rtol=tolerance)
                assert apart(executor.parameters(), parameters) <= tolerance


def test_class_numbers_are_one_hot_rows(isa: str) -> None:
    network = Network("3-5:relu-4:softmax")
    parameters, block = draw(network, ROWS)
    runs = []
    for t in (block.t, block.t.argmax(axis=1)):
        executor = native(network, batch_size=7)
        executor.load(parameters)
        runs.append((executor.run(Block(block.x, t), shuffled(ROWS), 0, np.full(13, 0.1)), executor))
    np.testing.assert_allclose(runs[0][0], runs[1][0], rtol=1e-13)
    assert apart(runs[0][1].parameters(), runs[1][1].parameters()) <= 1e-13


def test_rows_in_their_order_are_rows_of_the_order(isa: str) -> None:
    """One step of rows 0 … 32 has the gradient that is asked for."""
    network = Network("4-3:relu-2:relu-1:sigmoid")
    parameters, block = draw(network, ROWS)
    executor = native(network, batch_size=33, optimiser=SGD(1.0))
    executor.load(parameters)
    _, slopes = executor.gradients(block, np.arange(33), 0)
    same(executor.parameters(), {name: np.asarray(w) for name, w in parameters.items()})
    executor.run(block, np.arange(33), 0, np.ones(1))
    after = {name: w - slopes[name] for name, w in parameters.items()}
    assert apart(executor.parameters(), after) <= 1e-14
