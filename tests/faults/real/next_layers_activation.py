"""Each layer's error takes the derivative function of the layer after it: none in the last but one.

Network: 4-3:tanh-5:sigmoid-2, loss half_squared_error.
Source: https://github.com/unda-ml/unda/issues/1
    (Known Issue: Backprop working improperly when multiple activation functions are mixed)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


TANH = (np.tanh, lambda a: 1 - a**2)
SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))
LINEAR = (lambda z: z, lambda a: np.ones_like(a))
activations = [TANH, SIGMOID, LINEAR]


def back_propagate(x, y, weights, biases):
    data = [x]
    for w, b, (act, _) in zip(weights, biases, activations):
        data.append(act(data[-1] @ w.T + b))
    n = len(weights)
    w_grads, b_grads = [None] * n, [None] * n
    gradient = (data[-1] - y) * LINEAR[1](data[-1]) / len(x)
    for i in range(n - 1, -1, -1):
        w_grads[i] = gradient.T @ data[i]
        b_grads[i] = gradient.sum(axis=0)
        _, derivative = activations[i]
        gradient = (gradient @ weights[i]) * derivative(data[i])
    return w_grads, b_grads
