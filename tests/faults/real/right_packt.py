"""A class built from the data; feedforward and backprop take nothing, the step has no rate.

Network: 3-4:sigmoid:nobias-1:sigmoid:nobias, loss squared_error, reduction sum.
Source: https://github.com/PacktPublishing/Neural-Network-Projects-with-Python/issues/4
    (sigmoid derivative function isn't correct in first python example: it is)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1.0 - x)


class NeuralNetwork:
    def __init__(self, x, y):
        rng = np.random.default_rng(0)
        self.input = x
        self.weights1 = rng.random((self.input.shape[1], 4))
        self.weights2 = rng.random((4, 1))
        self.y = y
        self.output = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):
        d_weights2 = np.dot(self.layer1.T, (2 * (self.y - self.output) * sigmoid_derivative(self.output)))
        d_weights1 = np.dot(self.input.T, (np.dot(
            2 * (self.y - self.output) * sigmoid_derivative(self.output), self.weights2.T)
            * sigmoid_derivative(self.layer1)))
        self.weights1 += d_weights1
        self.weights2 += d_weights2
