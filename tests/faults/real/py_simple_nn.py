"""The weights' gradients are formed with H, before tanh, instead of A.

Network: 2-4:tanh-3:tanh-1, loss half_squared_error, reduction sum.
Source: https://github.com/maziarraissi/backprop/issues/1
    (Correct loss gradient calculated on weight)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def initialize_NN(layers):
    rng = np.random.default_rng(0)
    weights, biases = [], []
    for l in range(0, len(layers) - 1):
        weights.append(rng.normal(size=(layers[l], layers[l + 1])))
        biases.append(np.zeros([1, layers[l + 1]]))
    return weights, biases


class NN:
    def __init__(self, X, Y, layers):
        self.X = X
        self.Y = Y
        self.layers = layers
        self.weights, self.biases = initialize_NN(layers)

    def loss_function(self):
        num_layers = len(self.layers)
        weights = self.weights
        biases = self.biases
        H = [None] * (num_layers - 1)
        A = [None] * (num_layers - 1)
        H[0] = self.X
        A[0] = self.X
        for l in range(0, num_layers - 2):
            H[l + 1] = np.dot(A[l], weights[l]) + biases[l]
            A[l + 1] = np.tanh(H[l + 1])
        Y_pred = np.dot(A[num_layers - 2], weights[num_layers - 2]) + biases[num_layers - 2]
        loss = 0.5 * np.sum((Y_pred - self.Y) ** 2)

        G = [None] * (num_layers - 1)
        loss_weights = [None] * (num_layers - 1)
        loss_biases = [None] * (num_layers - 1)
        G[num_layers - 2] = Y_pred - self.Y
        for l in range(num_layers - 2, 0, -1):
            loss_weights[l] = np.dot(H[l].T, G[l])
            loss_biases[l] = np.sum(G[l], axis=0)
            G[l - 1] = (1 - A[l] ** 2) * np.dot(G[l], weights[l].T)
        loss_weights[0] = np.dot(H[0].T, G[0])
        loss_biases[0] = np.sum(G[0], axis=0)
        return loss, loss_weights, loss_biases, Y_pred
