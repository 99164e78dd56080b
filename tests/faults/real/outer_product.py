"""outer_prod(input, delta) has inputs as rows, the weights have outputs as rows.

Network: 3-3:nobias, loss half_squared_error.
Source: https://github.com/iamtrask/Grokking-Deep-Learning/issues/23
    (Chapter 5: weight_deltas calculation in case of multiple inputs and multiple outputs)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def outer_prod(a, b):
    out = np.zeros((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            out[i][j] = a[i] * b[j]
    return out


def train(input, truth, weights, alpha=0.01):
    pred = [sum(input[j] * weights[i][j] for j in range(len(input))) for i in range(len(weights))]
    delta = [pred[i] - truth[i] for i in range(len(truth))]
    weight_deltas = outer_prod(input, delta)
    for i in range(len(weights)):
        for j in range(len(weights[0])):
            weights[i][j] -= alpha * weight_deltas[i][j]
    return weights
