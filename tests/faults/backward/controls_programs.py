"""Correct functions written by hand as odd programs: one sample a call, running means, updates."""

from __future__ import annotations

from tests.faults.backward.lines import Layout
from tests.faults.backward.setups import Setup
from tests.faults.backward.written import Written

ROWS = Layout()
IN_OUT = Layout(in_out=True)
SINGLE = Layout(rows=False, flat=False, single=True)
CLASS = Layout(in_out=True, flat=False)
BCE = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy")
CE = Setup("4-3:relu-3:softmax", "cross_entropy")
L2 = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy", "mean", 0.1)
NIELSEN = Setup("3-4:sigmoid-2:sigmoid", "half_squared_error")

LOG_SUM_EXP = """\
import numpy as np


def logsumexp(s):
    top = s.max(axis=1, keepdims=True)
    return top + np.log(np.exp(s - top).sum(axis=1, keepdims=True))


def loss(params, X, y):
    W1, b1, W2, b2 = (params[k] for k in ('W1', 'b1', 'W2', 'b2'))
    N = len(X)
    hidden = np.maximum(X.dot(W1) + b1, 0)
    s = hidden.dot(W2) + b2
    log_p = s - logsumexp(s)
    cost = -log_p[np.arange(N), y].mean()
    ds = np.exp(log_p)
    ds[np.arange(N), y] -= 1
    ds /= N
    dh = ds.dot(W2.T)
    dh[hidden <= 0] = 0
    return cost, {"W1": X.T.dot(dh), "b1": dh.sum(axis=0), "W2": hidden.T.dot(ds), "b2": ds.sum(axis=0)}
"""

PENALTY_2CW = """\
import numpy as np


def gradients(X, Y, W1, b1, W2, b2, lam):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    d2 = (a2 - Y) / len(X)
    dW2 = d2.T @ a1
    db2 = d2.sum(axis=0)
    d1 = (d2 @ W2) * (1 - a1**2)
    dW1 = d1.T @ X
    db1 = d1.sum(axis=0)
    for d, W in ((dW1, W1), (dW2, W2)):
        d += 2 * lam * W
    return dW1, db1, dW2, db2
"""

PENALTY_IN_TWICE_HALF = """\
import numpy as np


def gradients(X, Y, W1, b1, W2, b2, reg):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    n = len(X)
    d2 = a2 - Y
    dW2 = (d2.T @ a1 + 2 * n * reg * W2) / n
    db2 = d2.mean(axis=0)
    d1 = (d2 @ W2) * (1 - a1**2)
    dW1 = (d1.T @ X + n * reg * (W1 + W1)) / n
    db1 = d1.mean(axis=0)
    return dW1, db1, dW2, db2
"""

ONE_SAMPLE = """\
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def backprop(x, y, weights, biases):
    nabla_b = [np.zeros(b.shape) for b in biases]
    nabla_w = [np.zeros(w.shape) for w in weights]
    activation, activations, zs = x, [x], []
    for b, w in zip(biases, weights):
        z = np.dot(w, activation) + b
        zs.append(z)
        activation = sigmoid(z)
        activations.append(activation)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b[-1] = delta
    nabla_w[-1] = delta * activations[-2].T
    for l in range(2, len(weights) + 1):
        delta = np.dot(weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])
        nabla_b[-l] = delta
        nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
    return nabla_w, nabla_b
"""

BATCHES_OF_ONE = """\
import numpy as np


def one(x, y, W1, b1, W2, b2):
    h = np.tanh(W1 @ x + b1)
    p = 1 / (1 + np.exp(-(W2 @ h + b2)))
    e = p - y
    k = W2.T @ e * (1 - h * h)
    return np.outer(k, x), k, np.outer(e, h), e


def gradients(X, Y, W1, b1, W2, b2):
    found = [one(x, y, W1, b1, W2, b2) for x, y in zip(X, Y)]
    return tuple(np.mean(part, axis=0) for part in zip(*found))
"""

RUNNING_MEAN = """\
import numpy as np


def gradients(X, Y, W1, b1, W2, b2):
    dW1, db1 = np.zeros_like(W1), np.zeros_like(b1)
    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)
    for i, (x, y) in enumerate(zip(X, Y), start=1):
        h = np.tanh(W1 @ x + b1)
        e = 1 / (1 + np.exp(-(W2 @ h + b2))) - y
        k = W2.T @ e * (1 - h * h)
        for total, new in ((dW1, np.outer(k, x)), (db1, k), (dW2, np.outer(e, h)), (db2, e)):
            total += (new - total) / i
    return dW1, db1, dW2, db2
"""

A_CLASS_THAT_IS_CLEARED = """\
import numpy as np


class Network:
    def __init__(self, sizes):
        self.W1 = np.zeros((sizes[0], sizes[1]))
        self.b1 = np.zeros((1, sizes[1]))
        self.W2 = np.zeros((sizes[1], sizes[2]))
        self.b2 = np.zeros((1, sizes[2]))
        self.zero_grad()

    def zero_grad(self):
        self.dW1 = np.zeros_like(self.W1)
        self.db1 = np.zeros_like(self.b1)
        self.dW2 = np.zeros_like(self.W2)
        self.db2 = np.zeros_like(self.b2)

    def forward(self, X):
        self.X = X
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.A2 = 1 / (1 + np.exp(-(self.A1 @ self.W2 + self.b2)))
        return self.A2

    def backward(self, Y):
        self.zero_grad()
        d = (self.A2 - Y) / len(Y)
        self.dW2 += self.A1.T @ d
        self.db2 += d.sum(axis=0, keepdims=True)
        d = (d @ self.W2.T) * (1 - self.A1**2)
        self.dW1 += self.X.T @ d
        self.db1 += d.sum(axis=0, keepdims=True)
"""

MOMENTUM_OF_ZERO = """\
import numpy as np


def step(W1, b1, W2, b2, X, Y, lr):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    d2 = a2 - Y
    d1 = d2 @ W2 * (1 - a1**2)
    rate = lr / len(X)
    return W1 - rate * d1.T @ X, b1 - rate * d1.sum(0), W2 - rate * d2.T @ a1, b2 - rate * d2.sum(0)
"""

ASCENDS_THE_NEGATIVE = """\
import numpy as np


def update(W1, b1, W2, b2, X, Y, lr=0.1):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    error = (Y - a2) / len(X)
    hidden = error @ W2 * (1 - a1**2)
    W1 += lr * hidden.T @ X
    b1 += lr * hidden.sum(0)
    W2 += lr * error.T @ a1
    b2 += lr * error.sum(0)
"""

PROGRAMS: dict[str, tuple[Setup, Written]] = {
    "log-sum-exp": (CE, Written(LOG_SUM_EXP, "loss", IN_OUT, loss_first=True, targets="classes")),
    "penalty 2cW": (L2, Written(PENALTY_2CW, "gradients", ROWS, "tuple")),
    "penalty in twice half": (L2, Written(PENALTY_IN_TWICE_HALF, "gradients", ROWS, "tuple")),
    "one sample": (NIELSEN, Written(ONE_SAMPLE, "backprop", SINGLE, "lists")),
    "batches of one": (BCE, Written(BATCHES_OF_ONE, "gradients", ROWS, "tuple")),
    "running mean": (BCE, Written(RUNNING_MEAN, "gradients", ROWS, "tuple")),
    "a class that is cleared": (BCE, Written(A_CLASS_THAT_IS_CLEARED, "Network", CLASS, "attributes")),
    "momentum of zero": (BCE, Written(MOMENTUM_OF_ZERO, "step", ROWS, "updated")),
    "ascends the negative": (BCE, Written(ASCENDS_THE_NEGATIVE, "update", ROWS, "updated")),
}
"""Every name says what is odd about it; all of them are right."""
