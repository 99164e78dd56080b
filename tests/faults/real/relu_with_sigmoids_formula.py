"""relu's derivative is written relu(z)(1 − relu(z)), the sigmoid's.

Network: 4-5:relu-3:relu-1:sigmoid, loss binary_cross_entropy.
Source: index of public code, the string 'dZ1 = dA1 * relu(Z1) * (1 - relu(Z1))'
    (a three-layer network with lists of weights and biases)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def backward(X, Y, weights, bias):
    m = X.shape[1]
    Z1 = np.matmul(weights[0], X) + bias[0]
    A1 = relu(Z1)
    Z2 = np.matmul(weights[1], A1) + bias[1]
    A2 = relu(Z2)
    Z3 = np.matmul(weights[2], A2) + bias[2]
    A3 = sigmoid(Z3)

    dZ3 = A3 - Y
    dW3 = (1. / m) * np.matmul(dZ3, A2.T)
    db3 = (1. / m) * np.sum(dZ3, axis=1, keepdims=True)

    dA2 = np.matmul(weights[2].T, dZ3)
    dZ2 = dA2 * relu(Z2) * (1 - relu(Z2))
    dW2 = (1. / m) * np.matmul(dZ2, A1.T)
    db2 = (1. / m) * np.sum(dZ2, axis=1, keepdims=True)

    dA1 = np.matmul(weights[1].T, dZ2)
    dZ1 = dA1 * relu(Z1) * (1 - relu(Z1))
    dW1 = (1. / m) * np.matmul(dZ1, X.T)
    db1 = (1. / m) * np.sum(dZ1, axis=1, keepdims=True)
    return [dW1, dW2, dW3], [db1, db2, db3]
