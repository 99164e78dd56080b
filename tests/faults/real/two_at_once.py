"""No derivative of tanh, and db1 is one number, summed over the hidden units too.

Network: 4-5:tanh-1, loss half_squared_error.
Source: index of public code, the string 'dz1 = np.dot(w2.T, dz2)', cost by np.abs
    (a regression on one output)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def propagate(w1, b1, w2, b2, X, Y):
    m = X.shape[1]
    z1 = np.dot(w1, X) + b1
    a1 = np.tanh(z1)
    a2 = np.dot(w2, a1) + b2
    cost = (1 / m) * np.sum(0.5 * (a2 - Y) ** 2)

    dz2 = a2 - Y
    dw2 = (1 / m) * np.dot(dz2, a1.T)
    db2 = (1 / m) * np.sum(dz2)

    dz1 = np.dot(w2.T, dz2)
    dw1 = (1 / m) * np.dot(dz1, X.T)
    db1 = (1 / m) * np.sum(dz1)
    return cost, dw1, db1, dw2, db2
