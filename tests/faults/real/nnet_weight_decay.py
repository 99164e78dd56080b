"""The penalty's gradient is subtracted from dW, not added.

Network: 4-5:tanh-3:softmax, loss cross_entropy, l2 0.05.
Source: https://github.com/andersbll/nnet/issues/4
    (L2 regularization problem)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Linear:
    def __init__(self, n_in, n_out, weight_decay=0.1):
        rng = np.random.default_rng(0)
        self.W = rng.normal(size=(n_in, n_out)) * 0.1
        self.b = np.zeros(n_out)
        self.weight_decay = weight_decay

    def fprop(self, input):
        self.last_input = input
        return np.dot(input, self.W) + self.b

    def bprop(self, output_grad):
        n = output_grad.shape[0]
        self.dW = np.dot(self.last_input.T, output_grad) / n - self.weight_decay * self.W
        self.db = np.mean(output_grad, axis=0)
        return np.dot(output_grad, self.W.T)


class Tanh:
    def fprop(self, input):
        self.last_output = np.tanh(input)
        return self.last_output

    def bprop(self, output_grad):
        return output_grad * (1 - self.last_output**2)


class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.layers = [Linear(n_in, n_hidden), Tanh(), Linear(n_hidden, n_out)]

    def fprop(self, X):
        for layer in self.layers:
            X = layer.fprop(X)
        e = np.exp(X - np.amax(X, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def bprop(self, X, Y):
        grad = self.fprop(X) - Y
        for layer in reversed(self.layers):
            grad = layer.bprop(grad)
