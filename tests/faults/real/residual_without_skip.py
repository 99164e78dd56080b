"""The gradient goes back through the block only; the path around it is never added.

Network: 4-4:relu-4:tanh:skip-1, loss half_squared_error.
Source: https://github.com/paiml/entrenar/issues/313
    (CRITICAL: missing second residual skip gradient — vanishing gradients across blocks)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def backward(X, y, params):
    W1, b1, W2, b2, W3, b3 = (params[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
    h1 = np.maximum(X @ W1.T + b1, 0)
    block = np.tanh(h1 @ W2.T + b2)
    h2 = h1 + block
    out = h2 @ W3.T + b3

    grads = {}
    d_out = (out - y) / len(X)
    grads["W3"], grads["b3"] = d_out.T @ h2, d_out.sum(axis=0)
    d_h2 = d_out @ W3
    d_block = d_h2 * (1 - block**2)
    grads["W2"], grads["b2"] = d_block.T @ h1, d_block.sum(axis=0)
    d_h1 = d_block @ W2
    d_z1 = d_h1 * (h1 > 0)
    grads["W1"], grads["b1"] = d_z1.T @ X, d_z1.sum(axis=0)
    return grads
