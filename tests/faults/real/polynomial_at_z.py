"""z(1 − z) where σ(z)(1 − σ(z)) belongs.

Network: 3-1:sigmoid:nobias, loss half_squared_error, reduction sum.
Source: https://github.com/kyle8998/Sudo-Productivity/issues/3
    (sigmoid derivative)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1 - x)


def train(training_inputs, training_outputs, synaptic_weights):
    net = np.dot(training_inputs, synaptic_weights)
    output = sigmoid(net)
    error = training_outputs - output
    adjustment = np.dot(training_inputs.T, error * sigmoid_derivative(net))
    synaptic_weights += adjustment
    return synaptic_weights
