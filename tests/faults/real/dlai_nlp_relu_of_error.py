"""The biases as the issue proposes them; relu is still applied to the propagated error.

Network: 5-3:relu-5:softmax, loss cross_entropy.
Source: https://github.com/rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization/issues/62
    (Improvisation in Course 2/Lab/Week4/Assignment - Backprop function)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def relu(z):
    result = z.copy()
    result[result < 0] = 0
    return result


def back_prop(x, yhat, y, h, W1, W2, b1, b2, batch_size):
    l1 = relu(np.dot(W2.T, yhat - y))
    ones = np.ones((batch_size, 1))
    grad_W1 = np.dot(l1, x.T) / batch_size
    grad_W2 = np.dot(yhat - y, h.T) / batch_size
    grad_b1 = np.dot(l1, ones) / batch_size
    grad_b2 = np.dot(yhat - y, ones) / batch_size
    return grad_W1, grad_W2, grad_b1, grad_b2
