"""The loss is a mean of squares; the step has neither its 2 nor its 1/m.

Network: 2-4:sigmoid:nobias-1:sigmoid:nobias, loss mean_squared_error.
Source: index of public code, the string '(A2 - Y) * sigmoid_derivative(A2)' beside np.mean((a2 - y)**2)
    (XOR tutorials of this form)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid_derivative(a):
    return a * (1 - a)


def backward_pass(x, y, a1, a2, w1, w2, lr):
    d2 = (a2 - y) * sigmoid_derivative(a2)
    d1 = (d2 @ w2.T) * sigmoid_derivative(a1)
    w2 -= a1.T @ d2 * lr
    w1 -= x.T @ d1 * lr
    return w1, w2
