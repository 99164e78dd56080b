"""The derivative of the sigmoid is written out for every layer, whatever its activation is.

Network: 3-4:tanh-2, loss half_squared_error.
Source: https://github.com/ttezel/nn/issues/8
    (SGD)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NN:
    def __init__(self, n_in, n_hidden, n_out, learning_rate=0.5):
        rng = np.random.default_rng(0)
        self.w1 = rng.normal(size=(n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.w2 = rng.normal(size=(n_hidden, n_out))
        self.b2 = np.zeros(n_out)
        self.learning_rate = learning_rate

    def forward(self, x):
        self.x = x
        self.hidden = np.tanh(x @ self.w1 + self.b1)
        self.out = self.hidden @ self.w2 + self.b2
        return self.out

    def back_propagate(self, desired):
        error = desired - self.out
        sig2 = error * self.out * (1 - self.out)
        sig1 = sig2 @ self.w2.T * self.hidden * (1 - self.hidden)
        rate = self.learning_rate / len(self.x)
        self.w2 += rate * self.hidden.T @ sig2
        self.b2 += rate * sig2.sum(axis=0)
        self.w1 += rate * self.x.T @ sig1
        self.b1 += rate * sig1.sum(axis=0)
