"""m counts the entries of the one-hot targets, samples times classes, and biases are summed over everything.

Network: 5-4:relu-3:softmax, loss cross_entropy.
Source: index of public code, the string 'dz2 = A2 - X_act', m = X_act.size
    (a digit classifier: m is the size of the one-hot matrix)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def derv_ReLu(Z):
    return Z > 0


def backprop(W1, W2, A1, A2, Z1, Y_act, X):
    m = Y_act.size
    # second layer
    dz2 = A2 - Y_act
    dw2 = dz2.dot(A1.T) / m
    db2 = np.sum(dz2) / m
    # first layer
    dz1 = W2.T.dot(dz2) * derv_ReLu(Z1)
    dw1 = dz1.dot(X.T) / m
    db1 = np.sum(dz1) / m
    return (dw1, dw2, db1, db2)
