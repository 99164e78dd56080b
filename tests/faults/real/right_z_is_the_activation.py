"""Names that mean something else: it looks as if z stood where a belongs.

Network: 3-4:sigmoid-4:sigmoid-2:sigmoid, loss binary_cross_entropy.
Source: index of public code, the string 'dW2 = np.dot(dZ2, Z1.T)'
    (A is the input and Z1, Z2, Z3 are activations)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(A, W1, b1, W2, b2, W3, b3):
    Z1 = sigmoid(np.dot(W1, A) + b1)
    Z2 = sigmoid(np.dot(W2, Z1) + b2)
    Z3 = sigmoid(np.dot(W3, Z2) + b3)
    return Z1, Z2, Z3


def backward(X, y, W1, b1, W2, b2, W3, b3):
    m = X.shape[1]
    A = X
    Z1, Z2, Z3 = forward(A, W1, b1, W2, b2, W3, b3)
    dZ3 = (Z3 - y) / m
    dW3 = np.dot(dZ3, Z2.T)
    db3 = np.sum(dZ3, axis=1, keepdims=True)
    dZ2 = np.dot(W3.T, dZ3) * (Z2 * (1 - Z2))
    dW2 = np.dot(dZ2, Z1.T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (Z1 * (1 - Z1))
    dW1 = np.dot(dZ1, A.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3
