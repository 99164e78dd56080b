"""Bias gradients are row sums of the weights' gradients, and relu is applied to the propagated error.

Network: 5-3:relu-5:softmax, loss cross_entropy.
Source: https://github.com/rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization/issues/64
    (Course 2 week 4 ~ Wrong back propagation function ~ UNQ_C4)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def relu(z):
    result = z.copy()
    result[result < 0] = 0
    return result


def back_prop(x, yhat, y, h, W1, W2, b1, b2, batch_size):
    l1 = np.dot(W2.T, (yhat - y))
    l1 = relu(l1)
    grad_W1 = (1 / batch_size) * np.dot(l1, x.T)
    grad_W2 = (1 / batch_size) * np.dot(yhat - y, h.T)
    grad_b1 = np.sum((1 / batch_size) * np.dot(l1, x.T), axis=1, keepdims=True)
    grad_b2 = np.sum((1 / batch_size) * np.dot(yhat - y, h.T), axis=1, keepdims=True)
    return grad_W1, grad_W2, grad_b1, grad_b2
