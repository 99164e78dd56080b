"""The page derives 2/n, the solution has 1/n.

Network: 2-1:sigmoid, loss mean_squared_error.
Source: https://github.com/Open-Deep-ML/DML-OpenProblem/issues/54
    (25 Single Neuron with Backpropagation)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def train_neuron(features, labels, initial_weights, initial_bias, learning_rate, epochs=1):
    weights = np.array(initial_weights)
    bias = initial_bias
    features = np.array(features)
    labels = np.array(labels)
    mse_values = []
    for _ in range(epochs):
        z = np.dot(features, weights) + bias
        predictions = sigmoid(z)
        mse_values.append(np.mean((predictions - labels) ** 2))

        errors = predictions - labels
        weight_gradients = (1 / len(labels)) * np.dot(features.T, errors * predictions * (1 - predictions))
        bias_gradient = (1 / len(labels)) * np.sum(errors * predictions * (1 - predictions))
        weights -= learning_rate * weight_gradients
        bias -= learning_rate * bias_gradient
    return weights, bias, mse_values
