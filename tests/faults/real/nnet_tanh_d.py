"""tanh_d is (e²ˣ − 1)/(e²ˣ + 1), which is tanh itself.

Network: 4-5:tanh-3:softmax, loss cross_entropy.
Source: https://github.com/andersbll/nnet/issues/4
    (L2 regularization problem, second comment: helpers.py)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def tanh_d(x):
    e = np.exp(2 * x)
    return (e - 1) / (e + 1)


def grads(X, Y, params):
    (W1, b1), (W2, b2) = params
    Z1 = np.dot(X, W1) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(A1, W2) + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    Y_pred = E / E.sum(axis=1, keepdims=True)

    n = Y.shape[0]
    next_grad = Y_pred - Y
    dW2 = np.dot(A1.T, next_grad) / n
    db2 = np.mean(next_grad, axis=0)
    next_grad = np.dot(next_grad, W2.T)
    next_grad = next_grad * tanh_d(Z1)
    dW1 = np.dot(X.T, next_grad) / n
    db1 = np.mean(next_grad, axis=0)
    return [(dW1, db1), (dW2, db2)]
