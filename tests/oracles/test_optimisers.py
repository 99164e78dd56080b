"""The update equations against torch.optim, over several steps, and the clipping against its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network, gradients, trace
from chalkgrad.derive.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop

STEPS = 6
PAIRS: tuple[tuple[Optimiser, Callable[[Any, Any], Any]], ...] = (
    (SGD(0.3), lambda optim, p: optim.SGD(p, 0.3)),
    (SGD(0.3, weight_decay=0.1), lambda optim, p: optim.SGD(p, 0.3, weight_decay=0.1)),
    (SGD(0.3, 0.9), lambda optim, p: optim.SGD(p, 0.3, 0.9)),
    (SGD(0.3, 0.9, True, 0.1), lambda optim, p: optim.SGD(p, 0.3, 0.9, nesterov=True, weight_decay=0.1)),
    (Adam(), lambda optim, p: optim.Adam(p)),
    (
        Adam(0.2, 0.7, 0.8, 1e-3, 0.1),
        lambda optim, p: optim.Adam(p, 0.2, (0.7, 0.8), eps=1e-3, weight_decay=0.1),
    ),
    (AdamW(), lambda optim, p: optim.AdamW(p)),
    (AdamW(0.2, weight_decay=0.0), lambda optim, p: optim.AdamW(p, 0.2, weight_decay=0)),
    (RMSprop(), lambda optim, p: optim.RMSprop(p)),
    (
        RMSprop(0.2, 0.6, 1e-3, 0.1),
        lambda optim, p: optim.RMSprop(p, 0.2, alpha=0.6, eps=1e-3, weight_decay=0.1),
    ),
)


def problem(seed: int = 0) -> tuple[Network, dict[str, Any], Any, Any]:
    network, rng = Network("4-5:tanh-3:softmax", l2=0.01), np.random.default_rng(seed)
    parameters = {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}
    return network, parameters, rng.normal(size=(7, 4)), np.eye(3)[rng.integers(0, 3, size=7)]


@pytest.mark.oracle("torch")
@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=[repr(ours) for ours, _ in PAIRS])
def test_the_parameters_go_where_torch_moves_them(ours: Optimiser, theirs: Callable[[Any, Any], Any]) -> None:
    """Our gradients, torch's update: at every step the parameters and what is remembered agree."""
    import torch

    network, parameters, x, t = problem()
    found = trace(network, parameters, x, t, rule=ours.rule(), learning_rate=ours.learning_rate, steps=STEPS)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    optimiser = theirs(torch.optim, list(tensors.values()))
    for step in found.steps:
        now = {name: tensor.detach().numpy() for name, tensor in tensors.items()}
        _, slopes = gradients(network, now, x, t)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(slopes[name])
        optimiser.step()
        for name, tensor in tensors.items():
            np.testing.assert_allclose(step.updated[name], tensor.detach().numpy(), rtol=1e-12, atol=1e-14)
            names = {"m": "exp_avg", "v": "exp_avg_sq"}
            if isinstance(ours, SGD | RMSprop):
                names = {"v": "momentum_buffer" if isinstance(ours, SGD) else "square_avg"}
            for slot in ours.slots:
                state = optimiser.state[tensor][names[slot]].numpy()
                np.testing.assert_allclose(
                    step.updated_state[f"{name}.{slot}"], state, rtol=1e-12, atol=1e-15
                )


@pytest.mark.parametrize("longest", [0.01, 1, 1000])
def test_clipped_gradients_have_their_length_and_direction(longest: float) -> None:
    network, parameters, x, t = problem(1)
    step = trace(network, parameters, x, t, clip_norm=longest, learning_rate=1).steps[0]
    _, slopes = gradients(network, parameters, x, t)
    length = np.sqrt(sum((g**2).sum() for g in slopes.values()))
    factor = 1 if length <= longest else longest / length
    assert step.clipping["norm"] == pytest.approx(length, rel=1e-14)
    assert step.clipping["factor"] == pytest.approx(factor, rel=1e-14)
    for name, g in slopes.items():
        np.testing.assert_allclose(step.followed[name], factor * g, rtol=1e-13)
        np.testing.assert_allclose(step.updated[name], parameters[name] - factor * g, rtol=1e-13)
