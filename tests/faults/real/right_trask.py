"""x(1 − x) is the sigmoid's derivative, for x is its value.

Network: 3-4:sigmoid:nobias-1:sigmoid:nobias, loss half_squared_error, reduction sum.
Source: https://github.com/iamtrask/iamtrask.github.io/issues/12
    (Error in derivative calculation in the 11 lines NN: doubted in #12, #25, #32, and right)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def train(X, y, syn0, syn1):
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = y - l2
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 += l1.T.dot(l2_delta)
    syn0 += l0.T.dot(l1_delta)
