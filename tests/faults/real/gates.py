"""tanh's derivative as the issue wants it: 1 + tanh², the tangent's.

Network: 2-3:tanh-4:tanh-2:softmax, loss cross_entropy, reduction sum.
Source: https://github.com/gy910210/neural-network-from-scratch/issues/2
    ((tanx)'=sec²x=1+tan²x; the same in nicodjimenez/lstm#41)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class MultiplyGate:
    def forward(self, W, X):
        return np.dot(X, W)

    def backward(self, W, X, dZ):
        dW = np.dot(np.transpose(X), dZ)
        dX = np.dot(dZ, np.transpose(W))
        return dW, dX


class AddGate:
    def forward(self, X, b):
        return X + b

    def backward(self, X, b, dZ):
        dX = dZ * np.ones_like(X)
        db = np.dot(np.ones((1, dZ.shape[0]), dtype=np.float64), dZ)
        return db, dX


class Tanh:
    def forward(self, X):
        return np.tanh(X)

    def backward(self, X, top_diff):
        output = self.forward(X)
        return (1.0 + np.square(output)) * top_diff


class Model:
    def __init__(self, layers_dim):
        rng = np.random.default_rng(0)
        self.b = []
        self.W = []
        for i in range(len(layers_dim) - 1):
            self.W.append(rng.normal(size=(layers_dim[i], layers_dim[i + 1])) / np.sqrt(layers_dim[i]))
            self.b.append(rng.normal(size=(1, layers_dim[i + 1])))

    def train(self, X, y, num_passes=1, epsilon=0.01):
        mulGate, addGate, layer = MultiplyGate(), AddGate(), Tanh()
        for epoch in range(num_passes):
            input = X
            forward = [(None, None, input)]
            for i in range(len(self.W)):
                mul = mulGate.forward(self.W[i], input)
                add = addGate.forward(mul, self.b[i])
                input = layer.forward(add) if i < len(self.W) - 1 else add
                forward.append((mul, add, input))

            scores = np.exp(input - input.max(axis=1, keepdims=True))
            diff = scores / scores.sum(axis=1, keepdims=True)
            diff[range(len(X)), y] -= 1
            for i in range(len(forward) - 1, 0, -1):
                dadd = layer.backward(forward[i][1], diff) if i < len(forward) - 1 else diff
                db, dmul = addGate.backward(forward[i][0], self.b[i - 1], dadd)
                dW, diff = mulGate.backward(self.W[i - 1], forward[i - 1][2], dmul)
                self.b[i - 1] += -epsilon * db
                self.W[i - 1] += -epsilon * dW
