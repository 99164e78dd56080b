"""Only output·(1 − output), the diagonal of softmax's Jacobian, is implemented.

Network: 4-3:sigmoid-3:softmax, loss half_squared_error.
Source: https://github.com/deeplearning4j/libnd4j/issues/440
    (Softmax derivative implementation incorrect)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_derivative(out):
    return out * (1 - out)


def backward(X, y, W1, b1, W2, b2):
    hidden = sigmoid(X @ W1 + b1)
    out = softmax(hidden @ W2 + b2)
    delta2 = (out - y) * softmax_derivative(out) / len(X)
    delta1 = delta2 @ W2.T * hidden * (1 - hidden)
    return X.T @ delta1, delta1.sum(axis=0), hidden.T @ delta2, delta2.sum(axis=0)
