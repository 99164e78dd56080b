"""Layers of z and a are numbered from 2, those of w and b from 1.

Network: 4-5:sigmoid-3:sigmoid, loss half_squared_error.
Source: index of public code, the string 'dz2 = np.dot(w2.T, dz3)'
    (the input is layer 1: z2 and a2 are the hidden layer's, z3 and a3 the output's)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


def backward(x, y, z2, a2, z3, a3, w1, w2, b1, b2):
    m = x.shape[1]

    dz3 = (a3 - y) * sigmoid_derivative(z3)
    dw2 = np.dot(dz3, a2.T) / m
    db2 = np.sum(dz3, axis=1, keepdims=True) / m

    dz2 = np.dot(w2.T, dz3) * sigmoid_derivative(z2)
    dw1 = np.dot(dz2, x.T) / m
    db1 = np.sum(dz2, axis=1, keepdims=True) / m
    return dw1, dw2, db1, db2
