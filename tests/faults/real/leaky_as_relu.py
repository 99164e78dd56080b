"""The derivative of leaky relu is relu's: 0 instead of 0.3 on the negative side.

Network: 4-5:leaky_relu(0.3)-2, loss half_squared_error.
Source: https://github.com/scientific-computing/FKB/issues/15
    (Wrong derivative of leaky-relu activation; the same in stochman#10)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def leaky_relu(x, alpha=0.3):
    return np.maximum(alpha * x, x)


def leaky_relu_prime(x, alpha=0.3):
    res = np.zeros(x.shape)
    res[alpha * x > 0] = 1
    return res


def backprop(x, y, w1, b1, w2, b2):
    z1 = x @ w1 + b1
    a1 = leaky_relu(z1)
    out = a1 @ w2 + b2
    db2 = (out - y) / len(x)
    dw2 = a1.T @ db2
    db1 = (db2 @ w2.T) * leaky_relu_prime(z1)
    dw1 = x.T @ db1
    return dw1, db1.sum(axis=0), dw2, db2.sum(axis=0)
