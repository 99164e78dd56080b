"""The derivative 1 − tanh² is called with the neuron's output instead of its weighted sum.

Network: 3-4:tanh-2:tanh, loss half_squared_error.
Source: https://github.com/davidrmiller/neural2d/issues/40
    (Are the TF derivatives correctly implemented?)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def transfer(x):
    return np.tanh(x)


def transfer_derivative(x):
    return 1 - np.tanh(x) * np.tanh(x)


class Net:
    def __init__(self, sizes):
        rng = np.random.default_rng(0)
        self.weights = [rng.normal(size=(n, k)) for k, n in zip(sizes, sizes[1:])]
        self.biases = [rng.normal(size=n) for n in sizes[1:]]

    def feed_forward(self, inputs):
        self.outputs = [np.array(inputs, dtype=float)]
        for w, b in zip(self.weights, self.biases):
            layer = []
            for n in range(len(w)):
                total = sum(w[n, k] * self.outputs[-1][k] for k in range(w.shape[1])) + b[n]
                layer.append(transfer(total))
            self.outputs.append(np.array(layer))
        return self.outputs[-1]

    def back_prop(self, inputs, targets):
        self.feed_forward(inputs)
        gradients = (self.outputs[-1] - targets) * transfer_derivative(self.outputs[-1])
        self.dw, self.db = [], []
        for layer in range(len(self.weights) - 1, -1, -1):
            self.dw.insert(0, np.outer(gradients, self.outputs[layer]))
            self.db.insert(0, gradients)
            dow = np.array([sum(self.weights[layer][n, k] * gradients[n] for n in range(len(gradients)))
                            for k in range(len(self.outputs[layer]))])
            gradients = dow * transfer_derivative(self.outputs[layer])
