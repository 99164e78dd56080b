"""σ was applied in place, so the kept z and a are the same array and σ' is taken at a.

Network: 3-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: https://github.com/deeplearning4j/deeplearning4j/pull/364
    (BackProp fixes and unit tests)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigma(z):
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return np.reciprocal(z, out=z)


def sigma_prime(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


def gradients(x, y, weights, biases):
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        z = activations[-1] @ w.T + b
        zs.append(z)
        activations.append(sigma(z))
    delta = (activations[-1] - y) * sigma_prime(zs[-1]) / len(x)
    weight_gradients, bias_gradients = [], []
    for i in reversed(range(len(weights))):
        weight_gradients.insert(0, delta.T @ activations[i])
        bias_gradients.insert(0, delta.sum(axis=0))
        if i:
            delta = (delta @ weights[i]) * sigma_prime(zs[i - 1])
    return weight_gradients, bias_gradients
