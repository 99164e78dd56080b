"""The optimisers' updates against their equations in float64, PyTorch, and NumPy's float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.derive.optimisers import SGD, Adam, AdamW, RMSprop
from tests.native.probe import Array, Probe

Optimiser = SGD | Adam | AdamW | RMSprop
OPTIMISERS: dict[str, Optimiser] = {
    "sgd": SGD(0.1),
    "sgd with decay": SGD(0.1, weight_decay=0.01),
    "momentum": SGD(0.05, momentum=0.9, weight_decay=0.001),
    "nesterov": SGD(0.05, momentum=0.8, nesterov=True),
    "adam": Adam(0.001),
    "adam with decay": Adam(0.01, 0.8, 0.99, 1e-6, weight_decay=0.02),
    "adamw": AdamW(0.01),
    "rmsprop": RMSprop(0.01, weight_decay=0.01),
}


def gradients(dtype: Any, steps: int = 50, size: int = 128) -> tuple[Array, list[Array]]:
    """Parameters, and gradients of all magnitudes with zeros among them."""
    random = np.random.default_rng(6)
    scale = 10.0 ** random.uniform(-4, 2, size)
    scale[::17] = 0
    return random.normal(size=size).astype(dtype), [
        (random.normal(size=size) * scale).astype(dtype) for _ in range(steps)
    ]


def native(probe: Probe, optimiser: Optimiser, w: Array, steps: list[Array], l2: float = 0.0) -> Array:
    w, m, v = w.copy(), np.zeros_like(w), np.zeros_like(w)
    for step, g in enumerate(steps):
        probe.update(optimiser, step, w, g, m, v, l2=l2)
    return w


def by_hand(optimiser: Optimiser, w: Array, steps: list[Array], l2: float = 0.0) -> Array:
    """The equations of derive/optimisers.py as anybody would write them, in the type of w."""
    w, m, v = w.copy(), np.zeros_like(w), np.zeros_like(w)
    eta, decay = optimiser.learning_rate, optimiser.weight_decay
    for t, gradient in enumerate(steps, start=1):
        g = gradient.astype(w.dtype) + 2 * l2 * w
        match optimiser:
            case SGD(_, momentum, nesterov):
                g = g + decay * w
                v = momentum * v + g
                w = w - eta * (g + momentum * v if nesterov else v)
            case RMSprop(_, alpha, epsilon):
                g = g + decay * w
                v = alpha * v + (1 - alpha) * g**2
                w = w - eta * g / (np.sqrt(v) + epsilon)
            case Adam(_, beta1, beta2, epsilon) | AdamW(_, beta1, beta2, epsilon):
                if isinstance(optimiser, AdamW):
                    w = w - eta * decay * w
                else:
                    g = g + decay * w
                m = beta1 * m + (1 - beta1) * g
                v = beta2 * v + (1 - beta2) * g**2
                w = w - eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    return w


@pytest.mark.parametrize("l2", [0.0, 0.03])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_double_is_the_equation(probe: Probe, name: str, l2: float) -> None:
    w, steps = gradients(np.float64)
    expected = by_hand(OPTIMISERS[name], w, steps, l2)
    assert native(probe, OPTIMISERS[name], w, steps, l2) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_float_is_no_worse_than_numpys(probe: Probe, name: str) -> None:
    """The root mean square error against float64, each next to how far its parameter came, and NumPy's."""
    w, steps = gradients(np.float32, 200, 4096)
    path = [by_hand(OPTIMISERS[name], w.astype(np.float64), steps[:count]) for count in range(0, 201, 20)]
    true, size = path[-1], np.max(np.abs(path), axis=0)
    numpys = by_hand(OPTIMISERS[name], w, steps)
    assert numpys.dtype == np.float32
    ours = native(probe, OPTIMISERS[name], w, steps)
    error, numpys_error = (np.sqrt(np.mean(((got - true) / size) ** 2)) for got in (ours, numpys))
    assert error <= 1.02 * numpys_error


@pytest.mark.oracle("torch")
@pytest.mark.parametrize("name", OPTIMISERS)
def test_torch(probe: Probe, name: str) -> None:
    import torch

    optimiser = OPTIMISERS[name]
    w, steps = gradients(np.float64)
    theta = torch.tensor(w.copy(), requires_grad=True)
    eta, decay = optimiser.learning_rate, optimiser.weight_decay
    theirs: Any
    match optimiser:
        case SGD(_, momentum, nesterov):
            theirs = torch.optim.SGD([theta], eta, momentum, nesterov=nesterov, weight_decay=decay)
        case RMSprop(_, alpha, epsilon):
            theirs = torch.optim.RMSprop([theta], eta, alpha, epsilon, weight_decay=decay)
        case Adam(_, beta1, beta2, epsilon):
            theirs = torch.optim.Adam([theta], eta, (beta1, beta2), epsilon, decay)
        case AdamW(_, beta1, beta2, epsilon):
            theirs = torch.optim.AdamW([theta], eta, (beta1, beta2), epsilon, decay)
    for g in steps:
        theta.grad = torch.tensor(g)
        theirs.step()
    expected = theta.detach().numpy()
    assert native(probe, optimiser, w, steps) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop"])
def test_a_zero_gradient_leaves_no_nan(probe: Probe, name: str) -> None:
    w = np.ones(16, np.float32)
    got = native(probe, OPTIMISERS[name], w, [np.zeros(16, np.float32)] * 3)
    assert np.isfinite(got).all()


def test_late_steps_are_exact(probe: Probe) -> None:
    """1 − β₂ᵗ at the first step and after a million."""
    for step in (0, 1, 10, 999, 10**6):
        w, g = np.zeros(16), np.full(16, 0.5)
        m, v = np.full(16, 0.25), np.full(16, 0.125)
        new_m, new_v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        expected = (
            -0.001 * (new_m / (1 - 0.9 ** (step + 1))) / (np.sqrt(new_v / (1 - 0.999 ** (step + 1))) + 1e-8)
        )
        probe.update(Adam(0.001), step, w, g, m, v)
        assert w == pytest.approx(expected, rel=1e-13)
