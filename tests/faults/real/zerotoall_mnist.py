"""'Why is the mean taken for the bias only?' The weights' gradients are sums.

Network: 5-4:sigmoid-3:sigmoid, loss half_squared_error.
Source: https://github.com/deeplearningzerotoall/PyTorch/issues/40
    (lab-08_4_mnist_back_prop ... question)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))


def step(X, Y, w1, b1, w2, b2, learning_rate):
    l1 = np.add(np.matmul(X, w1), b1)
    a1 = sigmoid(l1)
    l2 = np.add(np.matmul(a1, w2), b2)
    y_pred = sigmoid(l2)

    diff = y_pred - Y

    d_l2 = diff * sigmoid_prime(l2)
    d_b2 = d_l2
    d_w2 = np.matmul(np.transpose(a1), d_l2)

    d_a1 = np.matmul(d_l2, np.transpose(w2))
    d_l1 = d_a1 * sigmoid_prime(l1)
    d_b1 = d_l1
    d_w1 = np.matmul(np.transpose(X), d_l1)

    w1 -= learning_rate * d_w1
    b1 -= learning_rate * np.mean(d_b1, 0)
    w2 -= learning_rate * d_w2
    b2 -= learning_rate * np.mean(d_b2, 0)
