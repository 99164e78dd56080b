"""The output's delta is the error itself; it was never multiplied by the sigmoid's derivative.

Network: 3-4:sigmoid:nobias-4:sigmoid:nobias-1:sigmoid:nobias, loss half_squared_error, reduction sum.
Source: https://github.com/jiexunsee/Neural-Network-with-Python/issues/1
    (Problem in Error/Delta for layer 3)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNetwork:
    def __init__(self):
        rng = np.random.default_rng(1)
        self.synaptic_weights1 = 2 * rng.random((3, 4)) - 1
        self.synaptic_weights2 = 2 * rng.random((4, 4)) - 1
        self.synaptic_weights3 = 2 * rng.random((4, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations=1):
        for iteration in range(number_of_training_iterations):
            a2 = self.__sigmoid(np.dot(training_set_inputs, self.synaptic_weights1))
            a3 = self.__sigmoid(np.dot(a2, self.synaptic_weights2))
            output = self.__sigmoid(np.dot(a3, self.synaptic_weights3))

            # calculate error
            del4 = training_set_outputs - output
            # find errors in each layer
            del3 = np.dot(self.synaptic_weights3, del4.T) * (self.__sigmoid_derivative(a3).T)
            del2 = np.dot(self.synaptic_weights2, del3) * (self.__sigmoid_derivative(a2).T)

            adjustment3 = np.dot(a3.T, del4)
            adjustment2 = np.dot(a2.T, del3.T)
            adjustment1 = np.dot(training_set_inputs.T, del2.T)
            self.synaptic_weights1 += adjustment1
            self.synaptic_weights2 += adjustment2
            self.synaptic_weights3 += adjustment3
