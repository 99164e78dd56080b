"""The learning rates of the layers contain the base rate, and the step multiplies by it again.

Network: 4-3:relu-2, loss half_squared_error.
Source: https://github.com/gpleiss/nnlr/pull/4
    (Fix the issue of multiplying base learning rate twice.)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sgd_step(X, y, W1, b1, W2, b2, learning_rate=0.1):
    A1 = np.maximum(0, X @ W1.T + b1)
    out = A1 @ W2.T + b2
    delta = (out - y) / len(X)
    hidden = (delta @ W2) * (A1 > 0)
    grads = [hidden.T @ X, hidden.sum(0), delta.T @ A1, delta.sum(0)]

    relative = [1, 1, 1, 1]
    learning_rates = [learning_rate * r for r in relative]
    updates = [rate * grad for rate, grad in zip(learning_rates, grads)]
    new = [v - learning_rate * u for v, u in zip((W1, b1, W2, b2), updates)]
    return tuple(new)
