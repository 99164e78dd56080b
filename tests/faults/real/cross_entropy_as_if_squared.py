"""The loss is the cross-entropy; A2 − y is multiplied by σ' once more, and nothing is averaged.

Network: 3-4:sigmoid-1:sigmoid, loss binary_cross_entropy.
Source: index of public code, the string 'dZ2 = dA2 * sigmoid_derivative(A2)' beside binary_cross_entropy
    (a classifier with early stopping)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(a):
    return a * (1 - a)


def gradients(X_train, y_train, W1, b1, W2, b2):
    A1 = sigmoid(X_train @ W1 + b1)
    A2 = sigmoid(A1 @ W2 + b2)

    dA2 = A2 - y_train
    dZ2 = dA2 * sigmoid_derivative(A2)
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)

    dA1 = np.dot(dZ2, W2.T)
    dZ1 = dA1 * sigmoid_derivative(A1)
    dW1 = np.dot(X_train.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2
