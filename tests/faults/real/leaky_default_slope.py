"""The backward pass does not take alpha and uses the default slope 0.01.

Network: 4-5:leaky_relu(0.3)-3:softmax, loss cross_entropy.
Source: https://github.com/deeplearning4j/deeplearning4j/issues/8178
    (Libnd4j: leaky relu backprop is incorrect)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


ALPHA = 0.3


def lrelu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)


def lrelu_bp(x, eps, alpha=0.01):
    return np.where(x > 0, eps, alpha * eps)


def grads(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1.T + b1
    A1 = lrelu(Z1, ALPHA)
    Z2 = A1 @ W2.T + b2
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    dZ2 = (P - Y) / len(X)
    dZ1 = lrelu_bp(Z1, dZ2 @ W2)
    return {"dW1": dZ1.T @ X, "db1": dZ1.sum(0), "dW2": dZ2.T @ A1, "db2": dZ2.sum(0)}
