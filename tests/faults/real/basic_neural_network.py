"""previousError is formed with weights[n − 1] after deltas were added to it.

Network: 3-4:sigmoid:nobias-3:sigmoid:nobias-2:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/kim-marcel/basic_neural_network/issues/7
    (wrong hidden error computation)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNetwork:
    def __init__(self, *sizes, learning_rate=0.1):
        rng = np.random.default_rng(0)
        self.weights = [rng.normal(size=(b, a)) for a, b in zip(sizes, sizes[1:])]
        self.learning_rate = learning_rate

    def train(self, inputs, targets):
        layers = [np.asarray(inputs).reshape(-1, 1)]
        for w in self.weights:
            layers.append(1 / (1 + np.exp(-(w @ layers[-1]))))

        errors = np.asarray(targets).reshape(-1, 1) - layers[-1]
        for n in range(len(self.weights), 0, -1):
            gradients = errors * layers[n] * (1 - layers[n])
            deltas = self.learning_rate * gradients @ layers[n - 1].T
            self.weights[n - 1] = self.weights[n - 1] + deltas
            errors = self.weights[n - 1].T @ gradients
