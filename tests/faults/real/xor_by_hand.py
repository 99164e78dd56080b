"""The output weights' gradient is dE/dy·h, without y(1 − y); the inputs' weights have it.

Network: 2-2:sigmoid:nobias-1:sigmoid:nobias, loss half_squared_error.
Source: https://stackoverflow.com/questions/59399842/xor-gate-with-backpropagation
    (XOR gate with backpropagation)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sig(x):
    return 1 / (1 + np.exp(-x))


def gradients(x, y, w0, w1):
    h0 = sig(w0[0, 0] * x[0] + w0[1, 0] * x[1])
    h1 = sig(w0[0, 1] * x[0] + w0[1, 1] * x[1])
    y0 = sig(w1[0, 0] * h0 + w1[1, 0] * h1)
    dey0 = -(y[0] - y0)
    dw0 = np.zeros((2, 2))
    dw0[0, 0] = dey0 * y0 * (1 - y0) * w1[0, 0] * h0 * (1 - h0) * x[0]
    dw0[0, 1] = dey0 * y0 * (1 - y0) * w1[1, 0] * h1 * (1 - h1) * x[0]
    dw0[1, 0] = dey0 * y0 * (1 - y0) * w1[0, 0] * h0 * (1 - h0) * x[1]
    dw0[1, 1] = dey0 * y0 * (1 - y0) * w1[1, 0] * h1 * (1 - h1) * x[1]
    dw1 = np.zeros((2, 1))
    dw1[0, 0] = dey0 * h0
    dw1[1, 0] = dey0 * h1
    return dw0, dw1
