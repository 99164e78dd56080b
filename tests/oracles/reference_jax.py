"""Loss and gradients of a case by JAX's automatic differentiation, in float64."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.oracles.cases import Array, Case

jax.config.update("jax_enable_x64", True)

ACTIVATIONS: dict[str, Any] = {
    "identity": lambda z: z,
    "relu": jax.nn.relu,
    "elu": jax.nn.elu,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "softplus": jax.nn.softplus,
    "silu": jax.nn.silu,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    "softmax": lambda z: jax.nn.softmax(z, axis=1),
    "formula:z*sigmoid(z)": lambda z: z * jax.nn.sigmoid(z),
    "formula:z/(1+z^2)": lambda z: z / (1 + z * z),
}


def gradients(case: Case) -> tuple[float, dict[str, Array]]:
    """Return the loss and {name: gradient}."""

    def loss(parameters: dict[str, Any]) -> Any:
        values = [jnp.asarray(case.x)]
        z = values[0]
        for l, layer in enumerate(case.layers, start=1):
            z = values[-1] @ parameters[f"W{l}"].T + parameters.get(f"b{l}", 0.0)
            leaky = layer.activation == "leaky_relu"
            a = jax.nn.leaky_relu(z, layer.slope) if leaky else ACTIVATIONS[layer.activation](z)
            values.append(a + values[l - layer.skip] if layer.skip else a)
        per_sample = sample_losses(case, z, values[-1], jnp.asarray(case.t))
        reduced = per_sample.mean() if case.reduction == "mean" else per_sample.sum()
        penalty = sum(jnp.sum(value**2) for name, value in parameters.items() if name.startswith("W"))
        return case.factor * reduced + case.l2 * penalty

    value, slopes = jax.jit(jax.value_and_grad(loss))(case.parameters)
    return float(value), {name: np.asarray(slope) for name, slope in slopes.items()}


def sample_losses(case: Case, z: Any, y: Any, t: Any) -> Any:
    """Return one loss a sample; those of probabilities are written in the logits z."""
    last = case.layers[-1].activation
    match case.loss:
        case "squared_error":
            return jnp.sum((y - t) ** 2, axis=1)
        case "half_squared_error":
            return jnp.sum((y - t) ** 2, axis=1) / 2
        case "mean_squared_error":
            return jnp.mean((y - t) ** 2, axis=1)
        case "formula:(y-t)^4":
            return jnp.sum((y - t) ** 4, axis=1)
        case "formula:log(cosh(y-t))":
            return jnp.sum(jnp.logaddexp(y - t, t - y) - math.log(2), axis=1)
    log_y = jax.nn.log_sigmoid(z) if last == "sigmoid" else jax.nn.log_softmax(z, axis=1)
    if case.loss == "cross_entropy":
        return -jnp.sum(t * log_y, axis=1)
    if last == "sigmoid":
        log_rest = jax.nn.log_sigmoid(-z)
    else:  # log(1 − y_j) = log Σ_{k≠j} e^{z_k} − log Σ_k e^{z_k}
        others = jnp.where(jnp.eye(z.shape[1], dtype=bool), -jnp.inf, z[:, None, :])
        log_rest = jax.nn.logsumexp(others, axis=2) - jax.nn.logsumexp(z, axis=1, keepdims=True)
    return -jnp.sum(t * log_y + (1 - t) * log_rest, axis=1)
