"""The hidden error is not multiplied by the derivative of the activation.

Network: 4-5:relu-1:sigmoid, loss binary_cross_entropy.
Source: index of public code, the string 'dZ1 = np.dot(W2.T, dZ2)' followed by dW1
    (a two-layer classifier, params and cache unpacked by .values())
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def back_propagation(params, cache, X, y):
    W1, b1, W2, b2 = params.values()
    Z1, A1, Z2, A2 = cache.values()
    m = X.shape[1]

    dZ2 = A2 - y.T
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2)
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)

    grad_params = {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dZ1": dZ1, "dW1": dW1, "db1": db1}
    return grad_params
