"""Activations, their derivatives and the losses as NumPy text, each in the forms in which people write them.

Placeholders: ``{z}`` and ``{a}`` of the layer, ``{e}`` what was propagated to it, ``{d}`` the target of the
line; ``{y}``, ``{t}`` prediction and target, ``{n}`` the number of outputs, ``{ax}`` the axis of the units.
A form that begins with ``do:`` is statements, joined by ``|``, not a factor.
"""

from __future__ import annotations

FORWARD: dict[str, str] = {
    "relu": "np.maximum(0, {z})",
    "leaky_relu": "np.where({z} > 0, {z}, 0.01 * {z})",
    "tanh": "np.tanh({z})",
    "sigmoid": "sigmoid({z})",
    "softplus": "np.log(1 + np.exp({z}))",
    "identity": "{z}",
    "softmax": "softmax({z})",
}

SLOPES: dict[str, tuple[str, ...]] = {
    "relu": (
        "({z} > 0)",
        "np.where({z} > 0, 1, 0)",
        "({a} > 0)",
        "do:{d} = np.array({e}, copy=True)|{d}[{z} <= 0] = 0",
        "np.heaviside({z}, 0)",
        "np.where({z} <= 0, 0.0, 1.0)",
        "np.sign({a})",
        "({z} >= 0)",
        "({z} > 0).astype(float)",
        "(0.5 * (np.sign({z}) + 1))",
    ),
    "leaky_relu": (
        "np.where({z} > 0, 1, 0.01)",
        "(({z} > 0) + 0.01 * ({z} <= 0))",
        "np.where({a} > 0, 1.0, 0.01)",
        "do:{d} = np.array({e}, copy=True)|{d}[{z} <= 0] *= 0.01",
    ),
    "tanh": (
        "(1 - {a}**2)",
        "(1 - np.tanh({z})**2)",
        "(1 - np.power({a}, 2))",
        "(1 - {a}) * (1 + {a})",
        "(1 / np.cosh({z})**2)",
        "(1 - np.square({a}))",
    ),
    "sigmoid": (
        "{a} * (1 - {a})",
        "sigmoid({z}) * (1 - sigmoid({z}))",
        "({a} - {a}**2)",
        "(np.exp(-{z}) / (1 + np.exp(-{z}))**2)",
        "np.multiply({a}, 1 - {a})",
        "sigmoid({z}) * sigmoid(-{z})",
    ),
    "softplus": ("sigmoid({z})", "(1 - np.exp(-{a}))", "(np.exp({z}) / (1 + np.exp({z})))"),
    "identity": ("", "np.ones_like({z})"),
}
"""The derivative, in every form that is right; the first is the usual one."""

Z_FORM: dict[str, str] = {
    "relu": "({z} > 0)",
    "leaky_relu": "np.where({z} > 0, 1, 0.01)",
    "tanh": "(1 - np.tanh({z})**2)",
    "sigmoid": "sigmoid({z}) * (1 - sigmoid({z}))",
    "softplus": "sigmoid({z})",
    "identity": "",
}
"""The derivative as a function of z alone, for what is taken at the wrong place."""

SOFTMAX_JACOBIAN = "do:{d} = {y} * ({e} - np.sum({e} * {y}, axis={ax}, keepdims=True))"

LOSS_SLOPES: dict[str, tuple[str, ...]] = {
    "squared_error": ("2 * ({y} - {t})", "-2 * ({t} - {y})"),
    "half_squared_error": ("({y} - {t})", "-({t} - {y})"),
    "mean_squared_error": ("2 * ({y} - {t}) / {n}", "(2 / {n}) * ({y} - {t})"),
    "binary_cross_entropy": (
        "(-{t} / {y} + (1 - {t}) / (1 - {y}))",
        "-(np.divide({t}, {y}) - np.divide(1 - {t}, 1 - {y}))",
        "({y} - {t}) / ({y} * (1 - {y}))",
    ),
    "cross_entropy": ("(-{t} / {y})", "-({t} / {y})"),
}
"""The loss of one sample, differentiated by the prediction."""

LOSS_VALUES: dict[str, str] = {
    "squared_error": "np.sum(({y} - {t})**2)",
    "half_squared_error": "0.5 * np.sum(({y} - {t})**2)",
    "mean_squared_error": "np.sum(({y} - {t})**2) / {n}",
    "binary_cross_entropy": "-np.sum({t} * np.log({y}) + (1 - {t}) * np.log(1 - {y}))",
    "cross_entropy": "-np.sum({t} * np.log({y}))",
}

AT_ONCE: dict[tuple[str, str], tuple[str, ...]] = {
    ("binary_cross_entropy", "sigmoid"): ("({y} - {t})", "-({t} - {y})"),
    ("cross_entropy", "softmax"): ("({y} - {t})", "-({t} - {y})"),
}
"""Loss and last activation that leave y − t."""


def helpers(text: str, axis: int) -> str:
    """The helper functions that a text calls, as they stand above it."""
    found = ""
    if "sigmoid(" in text:
        found += "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n\n"
    if "softmax(" in text:
        found += (
            "def softmax(z):\n"
            f"    e = np.exp(z - np.max(z, axis={axis}, keepdims=True))\n"
            f"    return e / np.sum(e, axis={axis}, keepdims=True)\n\n\n"
        )
    return found
