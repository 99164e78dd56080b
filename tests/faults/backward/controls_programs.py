"""Correct functions written by hand: odd programs, from closures to numerical differences."""

from __future__ import annotations

from tests.faults.backward.controls_equations import IN_OUT, ROWS
from tests.faults.backward.lines import Layout
from tests.faults.backward.setups import Setup
from tests.faults.backward.written import Written

_COLUMNS = Layout(rows=False, flat=False)
_SINGLE = Layout(rows=False, flat=False, single=True)
_CLASS = Layout(in_out=True, flat=False)
_BCE = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy")
_DEEP = Setup("4-4:relu-4:relu-1:sigmoid", "binary_cross_entropy")
_CE = Setup("4-3:relu-3:softmax", "cross_entropy")
_L2 = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy", "mean", 0.1)
_NIELSEN = Setup("3-4:sigmoid-2:sigmoid", "half_squared_error")
_TOP = "import numpy as np\n\n\n"
_FORWARD = (
    "    z1 = X @ W1.T + b1\n    a1 = np.tanh(z1)\n    z2 = a1 @ W2.T + b2\n    a2 = 1 / (1 + np.exp(-z2))\n"
)
_LOSS = (
    "def loss(W1, b1, W2, b2, X, Y):\n"
    + _FORWARD
    + "    return -np.mean(np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2), axis=1))\n\n\n"
)


def _tuple(text: str, name: str = "gradients", layout: Layout = ROWS, **more: object) -> Written:
    return Written(_TOP + text, name, layout, "tuple", **more)  # type: ignore[arg-type]


PROGRAMS: dict[str, tuple[Setup, Written]] = {
    "central differences": (
        _BCE,
        _tuple(
            _LOSS + "def gradients(X, Y, W1, b1, W2, b2, h=1e-6):\n"
            "    found = []\n    theta = [W1, b1, W2, b2]\n    for array in theta:\n"
            "        slope = np.zeros(array.shape)\n        for place in np.ndindex(*array.shape):\n"
            "            kept = array[place]\n            array[place] = kept + h\n            up = loss(*theta, X, Y)\n"
            "            array[place] = kept - h\n            down = loss(*theta, X, Y)\n            array[place] = kept\n"
            "            slope[place] = (up - down) / (2 * h)\n        found.append(slope)\n    return tuple(found)\n"
        ),
    ),
    "complex step": (
        _BCE,
        _tuple(
            _LOSS.replace("Y, axis=1", "Y, axis=1") + "def gradients(X, Y, W1, b1, W2, b2):\n"
            "    theta = [np.array(p, complex) for p in (W1, b1, W2, b2)]\n    found = []\n    for array in theta:\n"
            "        slope = np.zeros(array.shape)\n        for place in np.ndindex(*array.shape):\n"
            "            array[place] += 1e-30j\n            slope[place] = loss(*theta, X, Y).imag / 1e-30\n"
            "            array[place] -= 1e-30j\n        found.append(slope)\n    return tuple(found)\n"
        ),
    ),
    "closures": (
        _BCE,
        _tuple(
            "def linear(W, b, A):\n    def back(d):\n        return d @ W, d.T @ A, d.sum(axis=0)\n\n"
            "    return A @ W.T + b, back\n\n\ndef tanh(Z):\n    A = np.tanh(Z)\n"
            "    return A, lambda d: d * (1 - A * A)\n\n\ndef gradients(X, Y, W1, b1, W2, b2):\n"
            "    Z1, back1 = linear(W1, b1, X)\n    A1, bend = tanh(Z1)\n    Z2, back2 = linear(W2, b2, A1)\n"
            "    P = 1 / (1 + np.exp(-Z2))\n    dA1, dW2, db2 = back2((P - Y) / len(X))\n"
            "    _, dW1, db1 = back1(bend(dA1))\n    return dW1, db1, dW2, db2\n"
        ),
    ),
    "nested function": (
        _BCE,
        _tuple(
            "def gradients(X, Y, W1, b1, W2, b2):\n"
            + _FORWARD
            + "\n    def pair(d, a):\n        return d.T @ a, d.sum(axis=0)\n\n"
            "    d2 = (a2 - Y) / X.shape[0]\n    d1 = (d2 @ W2) * (1 - a1**2)\n"
            "    return (*pair(d1, X), *pair(d2, a1))\n"
        ),
    ),
    "recursion": (
        _DEEP,
        Written(
            _TOP + "def descend(l, A, Y, weights, biases):\n    last = l == len(weights) - 1\n"
            "    Z = A @ weights[l].T + biases[l]\n    if last:\n        D = (1 / (1 + np.exp(-Z)) - Y) / len(Y)\n"
            "        rest = []\n    else:\n        back, rest = descend(l + 1, np.maximum(Z, 0), Y, weights, biases)\n"
            "        D = back * (Z > 0)\n    return D @ weights[l], [(D.T @ A, D.sum(axis=0)), *rest]\n\n\n"
            "def backward(X, Y, weights, biases):\n    _, pairs = descend(0, X, Y, weights, biases)\n"
            "    return [w for w, _ in pairs], [b for _, b in pairs]\n",
            "backward",
            ROWS,
            "lists",
        ),
    ),
    "dataclass": (
        _BCE,
        Written(
            "from dataclasses import dataclass\n\n"
            + _TOP
            + "@dataclass\nclass Dense:\n    W: np.ndarray\n    b: np.ndarray\n"
            "    x: np.ndarray = None\n    dW: np.ndarray = None\n    db: np.ndarray = None\n\n"
            "    def forward(self, x):\n        self.x = x\n        return x @ self.W + self.b\n\n"
            "    def backward(self, d):\n        self.dW = self.x.T @ d\n        self.db = d.sum(axis=0)\n"
            "        return d @ self.W.T\n\n\ndef gradients(X, y, W1, b1, W2, b2):\n"
            "    first, second = Dense(W1, b1), Dense(W2, b2)\n    h = np.tanh(first.forward(X))\n"
            "    p = 1 / (1 + np.exp(-second.forward(h)))\n"
            "    first.backward(second.backward((p - y) / len(y)) * (1 - h**2))\n"
            '    return {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}\n',
            "gradients",
            IN_OUT,
        ),
    ),
    "layer objects": (
        _DEEP,
        Written(
            _TOP
            + "class ReLU:\n    def __call__(self, z):\n        self.on = z > 0\n        return np.where(self.on, z, 0)\n\n"
            "    def back(self, d):\n        return np.where(self.on, d, 0)\n\n\nclass Linear:\n"
            "    def __init__(self, w, b):\n        self.w, self.b = w, b\n\n    def __call__(self, a):\n        self.a = a\n"
            "        return a @ self.w.T + self.b\n\n    def back(self, d):\n        self.grad = d.T @ self.a, d.sum(0)\n"
            "        return d @ self.w\n\n\ndef backward(X, Y, weights, biases):\n    layers = []\n"
            "    for w, b in zip(weights, biases):\n        layers += [Linear(w, b), ReLU()]\n    layers.pop()\n"
            "    out = X\n    for layer in layers:\n        out = layer(out)\n    d = (1 / (1 + np.exp(-out)) - Y) / len(X)\n"
            "    for layer in reversed(layers):\n        d = layer.back(d)\n"
            "    linear = layers[::2]\n    return [k.grad[0] for k in linear], [k.grad[1] for k in linear]\n",
            "backward",
            ROWS,
            "lists",
        ),
    ),
    "named helpers": (
        _CE,
        Written(
            _TOP
            + "def relu_backward(dA, Z):\n    dZ = np.array(dA, copy=True)\n    dZ[Z <= 0] = 0\n    return dZ\n\n\n"
            "def linear_backward(dZ, A_prev, W):\n    m = A_prev.shape[1]\n    dW = 1.0 / m * np.dot(dZ, A_prev.T)\n"
            "    db = 1.0 / m * np.sum(dZ, axis=1, keepdims=True)\n    return np.dot(W.T, dZ), dW, db\n\n\n"
            "def backward_propagation(parameters, cache, X, Y):\n"
            '    dA1, dW2, db2 = linear_backward(cache["A2"] - Y, cache["A1"], parameters["W2"])\n'
            '    _, dW1, db1 = linear_backward(relu_backward(dA1, cache["Z1"]), X, parameters["W1"])\n'
            '    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}\n',
            "backward_propagation",
            _COLUMNS,
        ),
    ),
    "extra answers": (
        _CE,
        Written(
            _TOP
            + "def backward(X, Y, W1, b1, W2, b2, Z1, A1, Z2, A2):\n    m = len(X)\n    dZ2 = (A2 - Y) / m\n"
            "    dW2, db2, dA1 = dZ2.T @ A1, dZ2.sum(0), dZ2 @ W2\n    dZ1 = dA1 * (Z1 > 0)\n"
            "    dW1, db1, dX = dZ1.T @ X, dZ1.sum(0), dZ1 @ W1\n"
            '    return {"dZ2": dZ2, "dW2": dW2, "db2": db2, "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}\n',
            "backward",
            ROWS,
        ),
    ),
    "log-sum-exp": (
        _CE,
        Written(
            _TOP + "def logsumexp(s):\n    top = s.max(axis=1, keepdims=True)\n"
            "    return top + np.log(np.exp(s - top).sum(axis=1, keepdims=True))\n\n\n"
            "def loss(params, X, y):\n    W1, b1, W2, b2 = (params[k] for k in ('W1', 'b1', 'W2', 'b2'))\n"
            "    N = len(X)\n    hidden = np.maximum(X.dot(W1) + b1, 0)\n    s = hidden.dot(W2) + b2\n"
            "    log_p = s - logsumexp(s)\n    cost = -log_p[np.arange(N), y].mean()\n    ds = np.exp(log_p)\n"
            "    ds[np.arange(N), y] -= 1\n    ds /= N\n    dh = ds.dot(W2.T)\n    dh[hidden <= 0] = 0\n"
            '    return cost, {"W1": X.T.dot(dh), "b1": dh.sum(axis=0), "W2": hidden.T.dot(ds), "b2": ds.sum(axis=0)}\n',
            "loss",
            IN_OUT,
            loss_first=True,
            targets="classes",
        ),
    ),
    "penalty 2cW": (
        _L2,
        _tuple(
            "def gradients(X, Y, W1, b1, W2, b2, lam):\n"
            + _FORWARD
            + "    d2 = (a2 - Y) / len(X)\n    dW2 = d2.T @ a1\n    db2 = d2.sum(axis=0)\n"
            "    d1 = (d2 @ W2) * (1 - a1**2)\n    dW1 = d1.T @ X\n    db1 = d1.sum(axis=0)\n"
            "    for d, W in ((dW1, W1), (dW2, W2)):\n        d += 2 * lam * W\n    return dW1, db1, dW2, db2\n"
        ),
    ),
    "penalty in twice half": (
        _L2,
        _tuple(
            "def gradients(X, Y, W1, b1, W2, b2, reg):\n"
            + _FORWARD
            + "    n = len(X)\n    d2 = a2 - Y\n    dW2 = (d2.T @ a1 + 2 * n * reg * W2) / n\n    db2 = d2.mean(axis=0)\n"
            "    d1 = (d2 @ W2) * (1 - a1**2)\n    dW1 = (d1.T @ X + n * reg * (W1 + W1)) / n\n    db1 = d1.mean(axis=0)\n"
            "    return dW1, db1, dW2, db2\n"
        ),
    ),
    "one sample": (
        _NIELSEN,
        Written(
            _TOP + "def sigmoid(z):\n    return 1.0 / (1.0 + np.exp(-z))\n\n\ndef sigmoid_prime(z):\n"
            "    return sigmoid(z) * (1 - sigmoid(z))\n\n\ndef backprop(x, y, weights, biases):\n"
            "    nabla_b = [np.zeros(b.shape) for b in biases]\n    nabla_w = [np.zeros(w.shape) for w in weights]\n"
            "    activation, activations, zs = x, [x], []\n    for b, w in zip(biases, weights):\n"
            "        z = np.dot(w, activation) + b\n        zs.append(z)\n        activation = sigmoid(z)\n"
            "        activations.append(activation)\n    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])\n"
            "    nabla_b[-1] = delta\n    nabla_w[-1] = delta * activations[-2].T\n    for l in range(2, len(weights) + 1):\n"
            "        delta = np.dot(weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])\n        nabla_b[-l] = delta\n"
            "        nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())\n    return nabla_w, nabla_b\n",
            "backprop",
            _SINGLE,
            "lists",
        ),
    ),
    "batches of one": (
        _BCE,
        _tuple(
            "def one(x, y, W1, b1, W2, b2):\n    h = np.tanh(W1 @ x + b1)\n    p = 1 / (1 + np.exp(-(W2 @ h + b2)))\n"
            "    e = p - y\n    k = W2.T @ e * (1 - h * h)\n    return np.outer(k, x), k, np.outer(e, h), e\n\n\n"
            "def gradients(X, Y, W1, b1, W2, b2):\n    found = [one(x, y, W1, b1, W2, b2) for x, y in zip(X, Y)]\n"
            "    return tuple(np.mean(part, axis=0) for part in zip(*found))\n"
        ),
    ),
    "running mean": (
        _BCE,
        _tuple(
            "def gradients(X, Y, W1, b1, W2, b2):\n    dW1, db1 = np.zeros_like(W1), np.zeros_like(b1)\n"
            "    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)\n    for i, (x, y) in enumerate(zip(X, Y), start=1):\n"
            "        h = np.tanh(W1 @ x + b1)\n        e = 1 / (1 + np.exp(-(W2 @ h + b2))) - y\n"
            "        k = W2.T @ e * (1 - h * h)\n        for total, new in ((dW1, np.outer(k, x)), (db1, k), (dW2, np.outer(e, h)), (db2, e)):\n"
            "            total += (new - total) / i\n    return dW1, db1, dW2, db2\n"
        ),
    ),
    "a class that is cleared": (
        _BCE,
        Written(
            _TOP
            + "class Network:\n    def __init__(self, sizes):\n        self.W1 = np.zeros((sizes[0], sizes[1]))\n"
            "        self.b1 = np.zeros((1, sizes[1]))\n        self.W2 = np.zeros((sizes[1], sizes[2]))\n"
            "        self.b2 = np.zeros((1, sizes[2]))\n        self.zero_grad()\n\n    def zero_grad(self):\n"
            "        self.dW1 = np.zeros_like(self.W1)\n        self.db1 = np.zeros_like(self.b1)\n"
            "        self.dW2 = np.zeros_like(self.W2)\n        self.db2 = np.zeros_like(self.b2)\n\n"
            "    def forward(self, X):\n        self.X = X\n        self.A1 = np.tanh(X @ self.W1 + self.b1)\n"
            "        self.A2 = 1 / (1 + np.exp(-(self.A1 @ self.W2 + self.b2)))\n        return self.A2\n\n"
            "    def backward(self, Y):\n        self.zero_grad()\n        d = (self.A2 - Y) / len(Y)\n"
            "        self.dW2 += self.A1.T @ d\n        self.db2 += d.sum(axis=0, keepdims=True)\n"
            "        d = (d @ self.W2.T) * (1 - self.A1**2)\n        self.dW1 += self.X.T @ d\n"
            "        self.db1 += d.sum(axis=0, keepdims=True)\n",
            "Network",
            _CLASS,
            "attributes",
        ),
    ),
    "momentum of zero": (
        _BCE,
        Written(
            _TOP
            + "def step(W1, b1, W2, b2, X, Y, lr):\n"
            + _FORWARD
            + "    d2 = a2 - Y\n    d1 = d2 @ W2 * (1 - a1**2)\n    rate = lr / len(X)\n"
            "    return W1 - rate * d1.T @ X, b1 - rate * d1.sum(0), W2 - rate * d2.T @ a1, b2 - rate * d2.sum(0)\n",
            "step",
            ROWS,
            "updated",
        ),
    ),
    "ascends the negative": (
        _BCE,
        Written(
            _TOP
            + "def update(W1, b1, W2, b2, X, Y, lr=0.1):\n"
            + _FORWARD
            + "    error = (Y - a2) / len(X)\n    hidden = error @ W2 * (1 - a1**2)\n"
            "    W1 += lr * hidden.T @ X\n    b1 += lr * hidden.sum(0)\n    W2 += lr * error.T @ a1\n    b2 += lr * error.sum(0)\n",
            "update",
            ROWS,
            "updated",
        ),
    ),
}
"""Every name says what is odd about it; all of them are right."""
