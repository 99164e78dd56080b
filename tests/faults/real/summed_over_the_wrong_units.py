"""A hidden unit's error sums one output's weights over all hidden units, not its own weights over all outputs.

Network: 4-3:sigmoid:nobias-3:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/Lupino/bpnn/issues/2
    (The formula for the hidden layer's weights seems to be wrong?)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def get_error(weights, deltas, j):
    total = 0.0
    for i in range(len(deltas)):
        total += weights[j][i] * deltas[i]
    return total


def backprop(x, target, w1, w2):
    hidden = 1 / (1 + np.exp(-np.dot(w1, x)))
    out = 1 / (1 + np.exp(-np.dot(w2, hidden)))
    out_deltas = [(o - t) * o * (1 - o) for o, t in zip(out, target)]
    hidden_deltas = [h * (1 - h) * get_error(w2, out_deltas, j) for j, h in enumerate(hidden)]
    return np.outer(hidden_deltas, x), np.outer(out_deltas, hidden)
