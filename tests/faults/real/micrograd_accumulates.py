"""The gradients are added to with every call and cleared by nobody: the first call is right.

Network: 3-4:tanh-1, loss half_squared_error.
Source: https://github.com/karpathy/micrograd/issues/53
    (Ensure backward() is idempotent; the forgotten zero_grad also in d2l-java#202)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class MLP:
    def __init__(self, nin, nhid, nout):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.uniform(-1, 1, (nin, nhid)), np.zeros(nhid)
        self.W2, self.b2 = rng.uniform(-1, 1, (nhid, nout)), np.zeros(nout)
        self.dW1, self.db1 = np.zeros((nin, nhid)), np.zeros(nhid)
        self.dW2, self.db2 = np.zeros((nhid, nout)), np.zeros(nout)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1 + self.b1)
        self.out = self.h @ self.W2 + self.b2
        return self.out

    def backward(self, y):
        d_out = (self.out - y) / len(y)
        self.dW2 += self.h.T @ d_out
        self.db2 += d_out.sum(axis=0)
        d_h = d_out @ self.W2.T * (1 - self.h**2)
        self.dW1 += self.x.T @ d_h
        self.db1 += d_h.sum(axis=0)
        return {"dW1": self.dW1, "db1": self.db1, "dW2": self.dW2, "db2": self.db2}
