"""tanh's backward returns 1 − tanh²(dA): at the error, and without multiplying by it.

Network: 4-5:tanh-3:softmax, loss cross_entropy.
Source: https://github.com/yizt/numpy_neural_network/issues/6
    (The backward pass of the activation Tanh)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def tanh_backward(next_dz):
    return 1 - np.square(np.tanh(next_dz))


def fc_backward(next_dz, W, z):
    N = z.shape[0]
    dz = np.dot(next_dz, W.T)
    dw = np.dot(z.T, next_dz)
    db = np.sum(next_dz, axis=0)
    return dw / N, db / N, dz


def backward(X, y, weights, nuerons):
    gradients = {}
    dz2 = nuerons["a2"] - y
    gradients["W2"], gradients["b2"], gradients["a1"] = fc_backward(dz2, weights["W2"], nuerons["a1"])
    gradients["z1"] = tanh_backward(gradients["a1"])
    gradients["W1"], gradients["b1"], _ = fc_backward(gradients["z1"], weights["W1"], X)
    return gradients
