"""The hidden bias's gradient is taken from grad_h, after tanh, instead of grad_htilde.

Network: 4-5:tanh-3:softmax, loss cross_entropy.
Source: https://github.com/arthurdouillard/deepcourse/issues/6
    (TP MLP htilde; fixed by #9)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNet:
    def __init__(self, input_size, hidden_size, output_size):
        rng = np.random.default_rng(0)
        self.Wh = rng.uniform(-0.5, 0.5, (input_size, hidden_size))
        self.bh = np.zeros(hidden_size)
        self.Wy = rng.uniform(-0.5, 0.5, (hidden_size, output_size))
        self.by = np.zeros(output_size)

    def forward(self, X):
        self.htilde = np.dot(X, self.Wh) + self.bh
        self.h = np.tanh(self.htilde)
        ytilde = np.dot(self.h, self.Wy) + self.by
        exp = np.exp(ytilde - ytilde.max(axis=1, keepdims=True))
        return exp / exp.sum(axis=1, keepdims=True)

    def backward(self, X, y, probs):
        grad_ytilde = (probs - y) / len(X)
        grad_Wy = np.dot(self.h.T, grad_ytilde)
        grad_by = grad_ytilde.sum(axis=0)

        grad_h = np.dot(grad_ytilde, self.Wy.T)
        grad_htilde = grad_h * (1 - self.h**2)
        grad_Wh = np.dot(X.T, grad_htilde)
        grad_bh = grad_h.sum(axis=0)
        return {"Wh": grad_Wh, "bh": grad_bh, "Wy": grad_Wy, "by": grad_by}
