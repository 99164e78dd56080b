"""Gradients in the order W, W, b, b; sums by a product with ones.

Network: 5-3:relu-5:softmax, loss cross_entropy.
Source: https://github.com/rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization/issues/64
    (Course 2 week 4 with the mask of z1 of the later notebook)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def back_prop(x, yhat, y, h, W1, W2, b1, b2, batch_size):
    z1 = np.dot(W1, x) + b1
    l1 = np.dot(W2.T, (yhat - y))
    l1[z1 < 0] = 0
    grad_W1 = np.dot(l1, x.T) / batch_size
    grad_W2 = np.dot(yhat - y, h.T) / batch_size
    grad_b1 = np.dot(l1, np.ones((batch_size, 1))) / batch_size
    grad_b2 = np.dot(yhat - y, np.ones((batch_size, 1))) / batch_size
    return grad_W1, grad_W2, grad_b1, grad_b2
