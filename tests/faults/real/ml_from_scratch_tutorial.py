"""Each gradient is np.dot of two vectors, one number, of the layer's error and its own activation: no rule is
made for it.

Network: 5-4:sigmoid:nobias-3:sigmoid:nobias-2:softmax:nobias, loss cross_entropy.
Source: https://github.com/casper-hansen/Neural-Network-From-Scratch/pull/1
    (Fix for apparently faulty Numpy NN backward pass)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class DeepNeuralNetwork:
    def __init__(self, sizes, epochs=10, l_rate=0.001):
        self.sizes = sizes
        self.epochs = epochs
        self.l_rate = l_rate
        self.params = self.initialization()

    def sigmoid(self, x, derivative=False):
        if derivative:
            return (np.exp(-x)) / ((np.exp(-x) + 1) ** 2)
        return 1 / (1 + np.exp(-x))

    def softmax(self, x):
        exps = np.exp(x - x.max())
        return exps / np.sum(exps, axis=0)

    def initialization(self):
        rng = np.random.default_rng(0)
        one, two, three, four = self.sizes
        return {
            "W1": rng.normal(size=(two, one)) * np.sqrt(1. / two),
            "W2": rng.normal(size=(three, two)) * np.sqrt(1. / three),
            "W3": rng.normal(size=(four, three)) * np.sqrt(1. / four),
        }

    def forward_pass(self, x_train):
        params = self.params
        params["A0"] = x_train
        params["Z1"] = np.dot(params["W1"], params["A0"])
        params["A1"] = self.sigmoid(params["Z1"])
        params["Z2"] = np.dot(params["W2"], params["A1"])
        params["A2"] = self.sigmoid(params["Z2"])
        params["Z3"] = np.dot(params["W3"], params["A2"])
        params["A3"] = self.softmax(params["Z3"])
        return params["A3"]

    def backward_pass(self, y_train, output):
        params = self.params
        change_w = {}
        error = output - y_train
        change_w["W3"] = np.dot(error, params["A3"])
        error = np.multiply(np.dot(params["W3"].T, error), self.sigmoid(params["Z2"], derivative=True))
        change_w["W2"] = np.dot(error, params["A2"])
        error = np.multiply(np.dot(params["W2"].T, error), self.sigmoid(params["Z1"], derivative=True))
        change_w["W1"] = np.dot(error, params["A1"])
        return change_w
