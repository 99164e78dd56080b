"""Gradients are set, not added to: of a parameter used once a sample only one sample's part is left.

Network: 2-1:tanh, loss squared_error.
Source: https://github.com/karpathy/nn-zero-to-hero/issues/52
    (Bug on micrograd_lecture_second_half_roughly: 'in the video I incorrectly used = instead of +=')
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Value:
    def __init__(self, data, children=(), backward=None):
        self.data, self.grad, self.children = data, 0.0, children
        self._backward = backward or (lambda g: ())


def add(a, b):
    return Value(a.data + b.data, (a, b), lambda g: (g, g))


def mul(a, b):
    return Value(a.data * b.data, (a, b), lambda g: (b.data * g, a.data * g))


def tanh(a):
    t = np.tanh(a.data)
    return Value(t, (a,), lambda g: ((1 - t * t) * g,))


def square(a):
    return Value(a.data**2, (a,), lambda g: (2 * a.data * g,))


def backward(root):
    topo, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v.children:
                build(child)
            topo.append(v)
    build(root)
    root.grad = 1.0
    for v in reversed(topo):
        for child, g in zip(v.children, v._backward(v.grad)):
            child.grad = g


def gradients(X, y, W1, b1):
    w = [Value(float(v)) for v in W1.ravel()]
    b = Value(float(np.ravel(b1)[0]))
    total = Value(0.0)
    for xi, yi in zip(X, y):
        s = b
        for wj, xj in zip(w, xi):
            s = add(mul(wj, Value(float(xj))), s)
        total = add(total, square(add(tanh(s), Value(-float(np.ravel(yi)[0])))))
    backward(mul(total, Value(1.0 / len(X))))
    return {"dW1": np.array([[v.grad for v in w]]), "db1": np.array([b.grad])}
