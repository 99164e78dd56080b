"""The error is multiplied by y(1 − y) only, the diagonal of softmax's Jacobian.

Network: 4-5:sigmoid:nobias-3:softmax:nobias, loss half_squared_error.
Source: index of public code, the string 'G = ((z2 - y_real) * softmax_derivative(z2))'
    (a digit classifier after the 'watermelon book', V before the hidden layer and W after it)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def softmax_derivative(s):
    return s * (1 - s)


class BPNetwork:
    def __init__(self, input_num, hidden_num, output_num, lr=0.1):
        rng = np.random.default_rng(0)
        self.hidden_num = hidden_num
        self.output_num = output_num
        self.lr = lr
        self.V = rng.normal(size=(input_num, hidden_num))
        self.W = rng.normal(size=(hidden_num, output_num))

    def BP(self, X, y):
        a1 = X.dot(self.V)
        z1 = sigmoid(a1)
        a2 = z1.dot(self.W)
        z2 = softmax(a2)
        y_real = np.array([0] * self.output_num)
        y_real[y] = 1

        G = ((z2 - y_real) * softmax_derivative(z2)).reshape(1, -1)
        delta_W = z1.reshape(-1, 1) @ G
        E = np.zeros((1, self.hidden_num))
        for i in range(self.hidden_num):
            E[0, i] = np.sum(G[0, :] * self.W[i, :]) * z1[i] * (1 - z1[i])
        delta_V = X.reshape(-1, 1) @ E
        self.W -= self.lr * delta_W
        self.V -= self.lr * delta_V
