"""σ' is evaluated at a (a sigmoid of a sigmoid), and dw2 is formed with a2 where a1 belongs.

Network: 3-4:sigmoid-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: index of public code, the string 'dw2 = np.dot(dz2, a2.T)'
    (a three-layer tutorial network, one sample at a time, weights in the module)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


w1 = np.zeros((4, 3))
w2 = np.zeros((4, 4))
w3 = np.zeros((2, 4))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(a):
    return sigmoid(a) * (1 - sigmoid(a))


def backward_propagation(a0, a1, a2, a3, y_true):
    dz3 = (a3 - y_true) * sigmoid_derivative(a3)
    dw3 = np.dot(dz3, a2.T)
    db3 = dz3

    dz2 = np.dot(w3.T, dz3) * sigmoid_derivative(a2)
    dw2 = np.dot(dz2, a2.T)
    db2 = dz2

    dz1 = np.dot(w2.T, dz2) * sigmoid_derivative(a1)
    dw1 = np.dot(dz1, a0.T)
    db1 = dz1

    return dw1, dw2, dw3, db1, db2, db3
