"""dz2 is dh2(1 − dh2): the error stands where the activation belongs.

Network: 3-4:sigmoid-2:sigmoid, loss half_squared_error, reduction sum.
Source: https://datascience.stackexchange.com/questions/20139/gradients-for-bias-terms-in-backpropagation
    (Gradients for bias terms in backpropagation)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(x, y, theta1, b1, theta2, b2):
    z1 = x.dot(theta1) + b1
    h1 = 1 / (1 + np.exp(-z1))
    z2 = h1.dot(theta2) + b2
    h2 = 1 / (1 + np.exp(-z2))
    dh2 = h2 - y
    # back prop
    dz2 = dh2 * (1 - dh2)
    H1 = np.transpose(h1)
    dw2 = np.dot(H1, dz2)
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dh1 = np.dot(dz2, theta2.T)
    dz1 = dh1 * h1 * (1 - h1)
    dw1 = np.dot(x.T, dz1)
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dw1, db1, dw2, db2
