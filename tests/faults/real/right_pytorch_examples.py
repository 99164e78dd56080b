"""No biases, a sum of squares; gradients of everything.

Network: 4-5:relu:nobias-2:nobias, loss squared_error, reduction sum.
Source: https://github.com/jcjohnson/pytorch-examples/issues/28
    (two_layer_net_numpy.py backprop: doubted in #5 and #28, and right)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def backward(x, y, w1, w2):
    h = x.dot(w1)
    h_relu = np.maximum(h, 0)
    y_pred = h_relu.dot(w2)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.T.dot(grad_y_pred)
    grad_h_relu = grad_y_pred.dot(w2.T)
    grad_h = grad_h_relu.copy()
    grad_h[h < 0] = 0
    grad_w1 = x.T.dot(grad_h)
    return grad_w1, grad_w2
