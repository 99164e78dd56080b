"""In a − b the gradient of b gets +1 instead of −1; the loss is (target − output)².

Network: 2-3:tanh-1, loss squared_error.
Source: https://github.com/AayushSameerShah/Neural-Net-Zero-to-Hero-with-Andrej/issues/1
    (Micrograd subtraction gradient is wrong)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Value(self.data - other.data, (self, other))

        def _backward():
            self.grad += 1.0 * out.grad
            other.grad += 1.0 * out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if id(v) not in visited:
                visited.add(id(v))
                for child in v.children:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


def gradients(X, y, W1, b1, W2, b2):
    names = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    v = {name: np.vectorize(Value, otypes=[object])(value) for name, value in names.items()}
    loss = Value(0.0)
    for xi, yi in zip(X, y):
        h = []
        for w, b in zip(v["W1"], v["b1"]):
            h.append(sum((wj * Value(xj) for wj, xj in zip(w, xi)), b).tanh())
        out = sum((wj * hj for wj, hj in zip(v["W2"][0], h)), v["b2"][0])
        error = Value(float(np.ravel(yi)[0])) - out
        loss = loss + error * error
    loss = loss * Value(1 / len(X))
    loss.backward()
    return {name: np.vectorize(lambda u: u.grad)(value) for name, value in v.items()}
