"""Correct functions written by hand in odd structures: closures, recursion, layer objects."""

from __future__ import annotations

from tests.faults.backward.lines import Layout
from tests.faults.backward.setups import Setup
from tests.faults.backward.written import Written

ROWS = Layout()
IN_OUT = Layout(in_out=True)
COLUMNS = Layout(rows=False, flat=False)
BCE = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy")
CE = Setup("4-3:relu-3:softmax", "cross_entropy")
DEEP = Setup("4-4:relu-4:relu-1:sigmoid", "binary_cross_entropy")

CENTRAL_DIFFERENCES = """\
import numpy as np


def loss(W1, b1, W2, b2, X, Y):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    return -np.mean(np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2), axis=1))


def gradients(X, Y, W1, b1, W2, b2, h=1e-6):
    found = []
    theta = [W1, b1, W2, b2]
    for array in theta:
        slope = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            kept = array[place]
            array[place] = kept + h
            up = loss(*theta, X, Y)
            array[place] = kept - h
            down = loss(*theta, X, Y)
            array[place] = kept
            slope[place] = (up - down) / (2 * h)
        found.append(slope)
    return tuple(found)
"""

COMPLEX_STEP = """\
import numpy as np


def loss(W1, b1, W2, b2, X, Y):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))
    return -np.mean(np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2), axis=1))


def gradients(X, Y, W1, b1, W2, b2):
    theta = [np.array(p, complex) for p in (W1, b1, W2, b2)]
    found = []
    for array in theta:
        slope = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            array[place] += 1e-30j
            slope[place] = loss(*theta, X, Y).imag / 1e-30
            array[place] -= 1e-30j
        found.append(slope)
    return tuple(found)
"""

CLOSURES = """\
import numpy as np


def linear(W, b, A):
    def back(d):
        return d @ W, d.T @ A, d.sum(axis=0)

    return A @ W.T + b, back


def tanh(Z):
    A = np.tanh(Z)
    return A, lambda d: d * (1 - A * A)


def gradients(X, Y, W1, b1, W2, b2):
    Z1, back1 = linear(W1, b1, X)
    A1, bend = tanh(Z1)
    Z2, back2 = linear(W2, b2, A1)
    P = 1 / (1 + np.exp(-Z2))
    dA1, dW2, db2 = back2((P - Y) / len(X))
    _, dW1, db1 = back1(bend(dA1))
    return dW1, db1, dW2, db2
"""

NESTED_FUNCTION = """\
import numpy as np


def gradients(X, Y, W1, b1, W2, b2):
    z1 = X @ W1.T + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2.T + b2
    a2 = 1 / (1 + np.exp(-z2))

    def pair(d, a):
        return d.T @ a, d.sum(axis=0)

    d2 = (a2 - Y) / X.shape[0]
    d1 = (d2 @ W2) * (1 - a1**2)
    return (*pair(d1, X), *pair(d2, a1))
"""

RECURSION = """\
import numpy as np


def descend(l, A, Y, weights, biases):
    last = l == len(weights) - 1
    Z = A @ weights[l].T + biases[l]
    if last:
        D = (1 / (1 + np.exp(-Z)) - Y) / len(Y)
        rest = []
    else:
        back, rest = descend(l + 1, np.maximum(Z, 0), Y, weights, biases)
        D = back * (Z > 0)
    return D @ weights[l], [(D.T @ A, D.sum(axis=0)), *rest]


def backward(X, Y, weights, biases):
    _, pairs = descend(0, X, Y, weights, biases)
    return [w for w, _ in pairs], [b for _, b in pairs]
"""

DATACLASS = """\
from dataclasses import dataclass

import numpy as np


@dataclass
class Dense:
    W: np.ndarray
    b: np.ndarray
    x: np.ndarray = None
    dW: np.ndarray = None
    db: np.ndarray = None

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.W.T


def gradients(X, y, W1, b1, W2, b2):
    first, second = Dense(W1, b1), Dense(W2, b2)
    h = np.tanh(first.forward(X))
    p = 1 / (1 + np.exp(-second.forward(h)))
    first.backward(second.backward((p - y) / len(y)) * (1 - h**2))
    return {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}
"""

LAYER_OBJECTS = """\
import numpy as np


class ReLU:
    def __call__(self, z):
        self.on = z > 0
        return np.where(self.on, z, 0)

    def back(self, d):
        return np.where(self.on, d, 0)


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, a):
        self.a = a
        return a @ self.w.T + self.b

    def back(self, d):
        self.grad = d.T @ self.a, d.sum(0)
        return d @ self.w


def backward(X, Y, weights, biases):
    layers = []
    for w, b in zip(weights, biases):
        layers += [Linear(w, b), ReLU()]
    layers.pop()
    out = X
    for layer in layers:
        out = layer(out)
    d = (1 / (1 + np.exp(-out)) - Y) / len(X)
    for layer in reversed(layers):
        d = layer.back(d)
    linear = layers[::2]
    return [k.grad[0] for k in linear], [k.grad[1] for k in linear]
"""

NAMED_HELPERS = """\
import numpy as np


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def linear_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    dW = 1.0 / m * np.dot(dZ, A_prev.T)
    db = 1.0 / m * np.sum(dZ, axis=1, keepdims=True)
    return np.dot(W.T, dZ), dW, db


def backward_propagation(parameters, cache, X, Y):
    dA1, dW2, db2 = linear_backward(cache["A2"] - Y, cache["A1"], parameters["W2"])
    _, dW1, db1 = linear_backward(relu_backward(dA1, cache["Z1"]), X, parameters["W1"])
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""

EXTRA_ANSWERS = """\
import numpy as np


def backward(X, Y, W1, b1, W2, b2, Z1, A1, Z2, A2):
    m = len(X)
    dZ2 = (A2 - Y) / m
    dW2, db2, dA1 = dZ2.T @ A1, dZ2.sum(0), dZ2 @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1, db1, dX = dZ1.T @ X, dZ1.sum(0), dZ1 @ W1
    return {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
"""

STRUCTURES: dict[str, tuple[Setup, Written]] = {
    "central differences": (BCE, Written(CENTRAL_DIFFERENCES, "gradients", ROWS, "tuple")),
    "complex step": (BCE, Written(COMPLEX_STEP, "gradients", ROWS, "tuple")),
    "closures": (BCE, Written(CLOSURES, "gradients", ROWS, "tuple")),
    "nested function": (BCE, Written(NESTED_FUNCTION, "gradients", ROWS, "tuple")),
    "recursion": (DEEP, Written(RECURSION, "backward", ROWS, "lists")),
    "dataclass": (BCE, Written(DATACLASS, "gradients", IN_OUT)),
    "layer objects": (DEEP, Written(LAYER_OBJECTS, "backward", ROWS, "lists")),
    "named helpers": (CE, Written(NAMED_HELPERS, "backward_propagation", COLUMNS)),
    "extra answers": (CE, Written(EXTRA_ANSWERS, "backward", ROWS)),
}
"""Every name says what is odd about it; all of them are right."""
