"""A factor 2 of a squared error before a cross-entropy, and W2 where W2.T belongs; equal widths hide it.

Network: 5-3:relu-3:softmax, loss cross_entropy.
Source: index of public code, the string 'dZ1 = W2.dot(dZ2) * deriv_ReLU(Z1)'
    (a digit classifier with ten hidden units and ten classes)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def deriv_ReLU(Z):
    return Z > 0


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 3))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def back_prop(Z1, A1, Z2, A2, W2, Y, X):
    one_hot_Y = one_hot(Y)
    m = X.shape[0]
    dZ2 = 2 * (A2 - one_hot_Y)
    dW2 = dZ2.dot(A1.T) / m
    db2 = np.sum(dZ2, axis=1) / m

    dZ1 = W2.dot(dZ2) * deriv_ReLU(Z1)
    dW1 = dZ1.dot(X) / m
    db1 = np.sum(dZ1, axis=1) / m
    return dW1, db1, dW2, db2
