"""Biases move by the mean over the samples, weights by the sum.

Network: 2-3:sigmoid-1:sigmoid, loss binary_cross_entropy.
Source: https://github.com/hunkim/DeepLearningZeroToAll/issues/173
    (Our manual backprop weight average is missing)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(v):
    return 1.0 / (1.0 + np.exp(-v))


def back_prop(X, Y, W1, b1, W2, b2, learning_rate=0.1):
    l1 = X @ W1 + b1
    a1 = sigmoid(l1)
    l2 = a1 @ W2 + b2
    Y_pred = sigmoid(l2)

    d_Y_pred = (Y_pred - Y) / (Y_pred * (1.0 - Y_pred) + 1e-7)
    d_l2 = d_Y_pred * (Y_pred * (1 - Y_pred))
    d_b2 = d_l2
    d_W2 = a1.T @ d_l2
    d_a1 = d_l2 @ W2.T
    d_l1 = d_a1 * (a1 * (1 - a1))
    d_b1 = d_l1
    d_W1 = X.T @ d_l1

    W1 = W1 - learning_rate * d_W1
    b1 = b1 - learning_rate * np.mean(d_b1, axis=0)
    W2 = W2 - learning_rate * d_W2
    b2 = b2 - learning_rate * np.mean(d_b2, axis=0)
    return W1, b1, W2, b2
