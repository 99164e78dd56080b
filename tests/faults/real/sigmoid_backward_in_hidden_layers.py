"""The hidden layers go back through the sigmoid's derivative, their activation is relu.

Network: 5-4:relu-3:relu-1:sigmoid, loss binary_cross_entropy.
Source: https://github.com/Kulbear/deep-learning-coursera/pull/20
    (Update Building your Deep Neural Network; 'Shouldn't it be relu_backward instead of sigmoid_backward')
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid_backward(dA, cache):
    Z = cache
    s = 1 / (1 + np.exp(-Z))
    return dA * s * (1 - s)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    linear_cache, activation_cache = caches[-1]
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = linear_backward(
        sigmoid_backward(dAL, activation_cache), linear_cache)
    for l in reversed(range(L - 1)):
        linear_cache, activation_cache = caches[l]
        grads["dA" + str(l)], grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = linear_backward(
            sigmoid_backward(grads["dA" + str(l + 1)], activation_cache), linear_cache)
    return grads
