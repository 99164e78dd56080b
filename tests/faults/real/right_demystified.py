"""z2 and a2 are the first layer's: the input counts as layer 1.

Network: 2-3:sigmoid:nobias-1:sigmoid:nobias, loss half_squared_error, l2 0.005.
Source: https://github.com/stephencwelch/Neural-Networks-Demystified/issues/15
    (Regularization parameter typo? Part 7 as it is now)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Neural_Network:
    def __init__(self, Lambda=0.01):
        rng = np.random.default_rng(0)
        self.inputLayerSize = 2
        self.outputLayerSize = 1
        self.hiddenLayerSize = 3
        self.W1 = rng.normal(size=(self.inputLayerSize, self.hiddenLayerSize))
        self.W2 = rng.normal(size=(self.hiddenLayerSize, self.outputLayerSize))
        self.Lambda = Lambda

    def forward(self, X):
        self.z2 = np.dot(X, self.W1)
        self.a2 = self.sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2)
        return self.sigmoid(self.z3)

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoidPrime(self, z):
        return np.exp(-z) / ((1 + np.exp(-z)) ** 2)

    def costFunctionPrime(self, X, y):
        self.yHat = self.forward(X)
        delta3 = np.multiply(-(y - self.yHat), self.sigmoidPrime(self.z3))
        dJdW2 = np.dot(self.a2.T, delta3) / X.shape[0] + self.Lambda * self.W2
        delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
        dJdW1 = np.dot(X.T, delta2) / X.shape[0] + self.Lambda * self.W1
        return dJdW1, dJdW2
