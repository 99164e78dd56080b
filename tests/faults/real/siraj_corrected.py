"""The 'corrected' derivative applies the sigmoid to its own output.

Network: 3-1:sigmoid:nobias, loss half_squared_error, reduction sum.
Source: https://github.com/llSourcell/Make_a_neural_network/pull/2
    (Corrected sigmoid derivative function and rewrote for Python 3)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNetwork:
    def __init__(self):
        rng = np.random.default_rng(1)
        self.synaptic_weights = 2 * rng.random((3, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def __sigmoid_derivative(self, x):
        return self.__sigmoid(x) * (1 - self.__sigmoid(x))

    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for iteration in range(number_of_training_iterations):
            output = self.think(training_set_inputs)
            error = training_set_outputs - output
            adjustment = np.dot(training_set_inputs.T, error * self.__sigmoid_derivative(output))
            self.synaptic_weights += adjustment

    def think(self, inputs):
        return self.__sigmoid(np.dot(inputs, self.synaptic_weights))
