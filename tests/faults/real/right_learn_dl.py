"""A layer computes the error of the layer before it, from its own input.

Network: 3-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: https://github.com/hanbt/learn_dl/issues/23
    (fc.py: is the gradient of weights and bias in backward a slip? It is not)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class SigmoidActivator:
    def forward(self, weighted_input):
        return 1.0 / (1.0 + np.exp(-weighted_input))

    def backward(self, output):
        return output * (1 - output)


class FullConnectedLayer:
    def __init__(self, input_size, output_size, activator):
        rng = np.random.default_rng(0)
        self.activator = activator
        self.W = rng.uniform(-0.1, 0.1, (output_size, input_size))
        self.b = np.zeros((output_size, 1))

    def forward(self, input_array):
        self.input = input_array
        self.output = self.activator.forward(np.dot(self.W, input_array) + self.b)

    def backward(self, delta_array):
        self.delta = self.activator.backward(self.input) * np.dot(self.W.T, delta_array)
        self.W_grad = np.dot(delta_array, self.input.T)
        self.b_grad = delta_array

    def update(self, learning_rate):
        self.W += learning_rate * self.W_grad
        self.b += learning_rate * self.b_grad


class Network:
    def __init__(self, layers):
        self.layers = []
        for i in range(len(layers) - 1):
            self.layers.append(FullConnectedLayer(layers[i], layers[i + 1], SigmoidActivator()))

    def predict(self, sample):
        output = sample
        for layer in self.layers:
            layer.forward(output)
            output = layer.output
        return output

    def train_sample(self, label, data, rate):
        self.predict(data)
        delta = self.layers[-1].activator.backward(self.layers[-1].output) * (label - self.layers[-1].output)
        for layer in self.layers[::-1]:
            layer.backward(delta)
            delta = layer.delta
        for layer in self.layers:
            layer.update(rate)
