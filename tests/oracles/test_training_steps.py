"""Ten steps of training with PyTorch's modules and optimisers, and with the same in NumPy here."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from chalkgrad.derive.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from chalkgrad.network import Network
from chalkgrad.train.setup.work import Block
from tests.laws.executors import OPTIMISERS, Array, Parameters, apart, draw, reference

STEPS, BATCH, ROWS = 10, 6, 25
# network, activation of the hidden layers
NETWORKS = (
    (Network("5-7:relu-6:relu-4:softmax"), "ReLU"),
    (Network("5-7:tanh-1:sigmoid"), "Tanh"),
    (Network("5-4:softplus-3", loss="mean_squared_error"), "Softplus"),
    (Network("5-4:gelu-3:gelu-2", loss="squared_error"), "GELU"),
)


def torch_optimiser(torch: Any, ours: Optimiser, parameters: list[Any]) -> Any:
    match ours:
        case SGD(rate, momentum, nesterov, decay):
            return torch.optim.SGD(parameters, rate, momentum, nesterov=nesterov, weight_decay=decay)
        case Adam(rate, beta1, beta2, epsilon, decay):
            return torch.optim.Adam(parameters, rate, (beta1, beta2), epsilon, decay)
        case AdamW(rate, beta1, beta2, epsilon, decay):
            return torch.optim.AdamW(parameters, rate, (beta1, beta2), epsilon, decay)
        case RMSprop(rate, alpha, epsilon, decay):
            return torch.optim.RMSprop(parameters, rate, alpha, epsilon, decay)


def torch_losses(torch: Any, network: Network, z: Any, t: Any) -> Any:
    """One number a sample, by PyTorch's own losses, from the last layer's Z."""
    name, plain = network.loss.name, torch.nn.functional
    if name == "cross_entropy":
        return plain.cross_entropy(z, t.argmax(dim=1), reduction="none")
    if name == "binary_cross_entropy":
        return plain.binary_cross_entropy_with_logits(z, t, reduction="none").sum(dim=1)
    squares = plain.mse_loss(z, t, reduction="none")
    return squares.mean(dim=1) if name == "mean_squared_error" else squares.sum(dim=1)


def torch_training(
    torch: Any,
    network: Network,
    hidden: str,
    optimiser: Optimiser,
    parameters: Parameters,
    block: Block,
    order: Any,
    clip: float,
) -> tuple[list[float], dict[str, Array]]:
    theirs = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    descent = torch_optimiser(torch, optimiser, list(theirs.values()))
    act, losses = getattr(torch.nn, hidden)(), []
    for k in range(STEPS):
        rows = order[k * BATCH : (k + 1) * BATCH]
        a, t, weight = (
            torch.tensor(part[rows]) for part in (block.x, block.t, block.weight) if part is not None
        )
        for l in range(1, network.depth + 1):
            z = torch.nn.functional.linear(a, theirs[f"W{l}"], theirs[f"b{l}"])
            a = act(z)
        loss = (weight * torch_losses(torch, network, z, t)).mean()
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(theirs.values()), clip)
        descent.step()
        losses.append(float(loss.detach()))
    return losses, {name: value.detach().numpy() for name, value in theirs.items()}


@pytest.mark.oracle("torch")
@pytest.mark.parametrize(("network", "hidden"), NETWORKS, ids=str)
@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_against_pytorch(network: Network, hidden: str, optimiser: Optimiser) -> None:
    torch = importlib.import_module("torch")
    parameters, drawn = draw(network, ROWS, seed=3)
    random = np.random.default_rng(4)
    block = Block(drawn.x, drawn.t, random.uniform(0, 2, ROWS))
    order = random.permutation(np.arange(STEPS * BATCH) % ROWS)[:-2]
    clip = 0.5  # torch scales by clip/(norm + 1e-6), we by clip/norm
    losses, reached = torch_training(torch, network, hidden, optimiser, parameters, block, order, clip)
    executor = reference(network, optimiser=optimiser, batch_size=BATCH, clip_norm=clip)
    executor.load(parameters)
    mine = executor.run(block, order, 0, np.full(STEPS, optimiser.learning_rate))
    np.testing.assert_allclose(mine, losses, rtol=1e-5)
    assert apart(executor.parameters(), reached) <= 1e-5


@pytest.mark.oracle("torch")
@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
def test_against_pytorch_to_the_last_digits(optimiser: Optimiser) -> None:
    torch = importlib.import_module("torch")
    for network, hidden in NETWORKS:
        parameters, drawn = draw(network, ROWS, seed=5)
        block = Block(drawn.x, drawn.t, np.random.default_rng(6).uniform(0, 2, ROWS))
        order = np.arange(STEPS * BATCH) % ROWS
        losses, reached = torch_training(torch, network, hidden, optimiser, parameters, block, order, 1e9)
        executor = reference(network, optimiser=optimiser, batch_size=BATCH)
        executor.load(parameters)
        mine = executor.run(block, order, 0, np.full(STEPS, optimiser.learning_rate))
        np.testing.assert_allclose(mine, losses, rtol=1e-11)
        assert apart(executor.parameters(), reached) <= 1e-11
