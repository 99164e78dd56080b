"""Correct functions written by hand: odd algebra, odd products, numbers instead of formulas."""

from __future__ import annotations

from tests.faults.backward.lines import Layout
from tests.faults.backward.setups import Setup
from tests.faults.backward.written import Written

ROWS, COLUMNS = Layout(), Layout(rows=False, flat=False)
IN_OUT = Layout(in_out=True)
_RELU_BCE = Setup("3-4:relu-1:sigmoid", "binary_cross_entropy")
_TANH_BCE = Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy")
_RELU_CE = Setup("4-3:relu-3:softmax", "cross_entropy")
_TANH_CE = Setup("4-5:tanh-3:softmax", "cross_entropy")
_SIGMOID = Setup("3-4:sigmoid-2:sigmoid", "half_squared_error")
_SQUARED = Setup("3-4:tanh-2", "squared_error")
_MEAN = Setup("3-4:relu-2", "mean_squared_error")
_SUM = Setup("3-4:tanh-2", "half_squared_error", "sum")

_ARGUMENTS = "X, Y, W1, b1, W2, b2, Z1, A1, Z2, A2"
_RETURN = '    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}\n'


def _rows(head: str, hidden: str, first: str = "", last: str = "", layout: Layout = ROWS) -> Written:
    """A flat function of rows: the lines of dZ2, dZ1, and what forms the gradients where it is not usual."""
    outer = "    dW{0} = dZ{0}.T @ {1}\n    db{0} = dZ{0}.sum(axis=0)\n"
    if layout.in_out:
        outer = "    dW{0} = {1}.T @ dZ{0}\n    db{0} = dZ{0}.sum(axis=0)\n"
    above = "import numpy as np\n\n\n"
    body = f"def backward({_ARGUMENTS}):\n    m, n = Y.shape\n    {head}\n"
    body += (last or outer.format(2, "A1")) + f"    {hidden}\n" + (first or outer.format(1, "X"))
    return Written(above + body + _RETURN, "backward", layout)


EQUATIONS: dict[str, tuple[Setup, Written]] = {
    "loss times slope": (
        _TANH_BCE,
        _rows(
            "dA2 = -Y / A2 + (1 - Y) / (1 - A2)\n    dZ2 = dA2 * A2 * (1 - A2) / m",
            "dZ1 = (dZ2 @ W2) * (1 - A1**2)",
        ),
    ),
    "common denominator": (
        _TANH_BCE,
        _rows(
            "dA2 = (A2 - Y) / (A2 * (1 - A2))\n    dZ2 = dA2 * (A2 * (1 - A2)) / m",
            "dZ1 = (dZ2 @ W2) * (1 - A1) * (1 + A1)",
        ),
    ),
    "epsilon in the division": (
        _RELU_BCE,
        _rows(
            "dA2 = -(Y / (A2 + 1e-15) - (1 - Y) / (1 - A2 + 1e-15))\n    dZ2 = dA2 * A2 * (1 - A2) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
        ),
    ),
    "clipped prediction": (
        _RELU_BCE,
        _rows(
            "P = np.clip(A2, 1e-12, 1 - 1e-12)\n    dZ2 = (P - Y) / (P * (1 - P)) * P * (1 - P) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
        ),
    ),
    "epsilon 1e-8": (
        _TANH_CE,
        _rows(
            "G = -Y / (A2 + 1e-8)\n    dZ2 = A2 * (G - (G * A2).sum(axis=1, keepdims=True)) / m",
            "dZ1 = (dZ2 @ W2) * (1 - A1**2)",
        ),
    ),
    "boolean mask": (
        _RELU_CE,
        _rows("dZ2 = (A2 - Y) / m", "dZ1 = dZ2 @ W2\n    dZ1[Z1 <= 0] = 0"),
    ),
    "mask of the activation": (
        _RELU_CE,
        _rows("dZ2 = (A2 - Y) / m", "dZ1 = dZ2 @ W2\n    dZ1[A1 == 0] = 0"),
    ),
    "ratio a / z": (
        _RELU_CE,
        _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2) * np.where(Z1 == 0, 0, A1 / np.where(Z1 == 0, 1, Z1))"),
    ),
    "heaviside": (_RELU_BCE, _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2) * np.heaviside(Z1, 0.0)")),
    "sign of a": (_RELU_BCE, _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2) * np.sign(A1)")),
    "the other subgradient": (_RELU_BCE, _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2) * (Z1 >= 0)")),
    "half at the kink": (_RELU_BCE, _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2) * (np.sign(Z1) + 1) / 2")),
    "minus and minus": (
        _SIGMOID,
        _rows("dZ2 = -(Y - A2) * A2 * (1 - A2) / m", "dZ1 = (dZ2 @ W2) * A1 * (1 - A1)"),
    ),
    "mean of rows": (
        _RELU_BCE,
        _rows(
            "dZ2 = A2 - Y",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
            "    dW1 = dZ1.T @ X / m\n    db1 = dZ1.mean(axis=0)\n",
            "    dW2 = dZ2.T @ A1 / m\n    db2 = dZ2.mean(axis=0)\n",
        ),
    ),
    "einsum": (
        _TANH_CE,
        _rows(
            "dZ2 = (A2 - Y) / m",
            'dZ1 = np.einsum("ij,jk->ik", dZ2, W2) * (1 - A1**2)',
            '    dW1 = np.einsum("ij,ik->jk", dZ1, X)\n    db1 = np.einsum("ij->j", dZ1)\n',
            '    dW2 = np.einsum("ij,ik->jk", dZ2, A1)\n    db2 = np.einsum("ij->j", dZ2)\n',
        ),
    ),
    "tensordot": (
        _TANH_CE,
        _rows(
            "dZ2 = (A2 - Y) / m",
            "dZ1 = np.tensordot(dZ2, W2, axes=1) * (1 - A1**2)",
            "    dW1 = np.tensordot(dZ1, X, axes=(0, 0))\n    db1 = np.ones(m) @ dZ1\n",
            "    dW2 = np.tensordot(dZ2, A1, axes=(0, 0))\n    db2 = np.ones(m) @ dZ2\n",
        ),
    ),
    "sum of outer products": (
        _RELU_CE,
        _rows(
            "dZ2 = (A2 - Y) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
            "    dW1 = sum(np.outer(d, x) for d, x in zip(dZ1, X))\n    db1 = sum(dZ1)\n",
            "    dW2 = sum(np.outer(d, a) for d, a in zip(dZ2, A1))\n    db2 = sum(dZ2)\n",
        ),
    ),
    "broadcast product summed": (
        _MEAN,
        _rows(
            "dZ2 = 2 * (A2 - Y) / Y.size",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
            "    dW1 = (dZ1[:, :, None] * X[:, None, :]).sum(axis=0)\n    db1 = dZ1.sum(0)\n",
        ),
    ),
    "mean over all entries": (
        _MEAN,
        _rows("dZ2 = 2 * (A2 - Y) / np.prod(Y.shape)", "dZ1 = np.where(Z1 > 0, dZ2 @ W2, 0)"),
    ),
    "augmented bias": (
        _SQUARED,
        _rows(
            "dZ2 = 2 * (A2 - Y) / m",
            "dZ1 = (dZ2 @ W2) * (1 - A1**2)",
            "    G1 = dZ1.T @ np.hstack([X, np.ones((m, 1))])\n    dW1, db1 = G1[:, :-1], G1[:, -1]\n",
            "    G2 = dZ2.T @ np.c_[A1, np.ones(m)]\n    dW2, db2 = G2[:, :-1], G2[:, -1]\n",
        ),
    ),
    "transposed inside": (
        _SQUARED,
        _rows(
            "E2 = (2 * (A2 - Y) / m).T",
            "E1 = (W2.T @ E2) * (1 - A1.T**2)",
            "    dW1 = E1 @ X\n    db1 = E1.sum(axis=1)\n",
            "    dW2 = E2 @ A1\n    db2 = E2.sum(axis=1)\n",
        ),
    ),
    "Fortran order": (
        _TANH_CE,
        _rows(
            "dZ2 = np.asfortranarray((A2 - Y) / m)",
            'dZ1 = np.asfortranarray(dZ2 @ W2) * (1 - np.array(A1, order="F")**2)',
        ),
    ),
    "softmax Jacobians": (
        _RELU_CE,
        _rows(
            "dZ2 = np.zeros_like(Z2)\n    for i in range(m):\n        p = A2[i].reshape(-1, 1)\n"
            "        jacobian = np.diagflat(p) - p @ p.T\n        dZ2[i] = jacobian @ (-Y[i] / A2[i]) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
        ),
    ),
    "Kronecker delta loops": (
        _RELU_CE,
        _rows(
            "dZ2 = np.zeros((m, n))\n    for i in range(m):\n        for j in range(n):\n"
            "            for k in range(n):\n"
            "                dZ2[i, j] += -Y[i, k] / A2[i, k] * A2[i, k] * ((j == k) - A2[i, j]) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
        ),
    ),
    "scores changed in a copy": (
        _RELU_CE,
        _rows(
            "dZ2 = A2.copy()\n    dZ2[range(m), Y.argmax(axis=1)] -= 1\n    dZ2 /= m",
            "dZ1 = dZ2 @ W2\n    dZ1[Z1 <= 0] = 0",
        ),
    ),
    "cache changed in place": (
        _RELU_CE,
        _rows("dZ2 = A2\n    dZ2 -= Y\n    dZ2 /= m", "dZ1 = dZ2 @ W2\n    dZ1 *= Z1 > 0"),
    ),
    "derivative in place": (
        _SIGMOID,
        _rows("dZ2 = (A2 - Y) * A2 * (1 - A2) / m", "A1 *= 1 - A1\n    dZ1 = (dZ2 @ W2) * A1"),
    ),
    "list comprehension": (
        _SUM,
        _rows(
            "dZ2 = np.array([[y - t for y, t in zip(*row)] for row in zip(A2, Y)])",
            "dZ1 = np.array([(1 - np.tanh(z)**2) * (d @ W2) for z, d in zip(Z1, dZ2)])",
        ),
    ),
    "plain loops": (
        _SUM,
        _rows(
            "dZ2 = A2 - Y",
            "dZ1 = np.zeros_like(Z1)\n    for i in range(m):\n        for j in range(len(b1)):\n"
            "            for k in range(n):\n"
            "                dZ1[i, j] += dZ2[i, k] * W2[k, j] * (1 - A1[i, j]**2)",
        ),
    ),
    "cosh": (_SQUARED, _rows("dZ2 = 2 / m * (A2 - Y)", "dZ1 = dZ2 @ W2 / np.cosh(Z1)**2")),
    "float32 inside": (
        _TANH_CE,
        _rows(
            "W2, A1, A2 = (a.astype(np.float32) for a in (W2, A1, A2))\n"
            "    dZ2 = (A2 - Y.astype(np.float32)) / m",
            "dZ1 = (dZ2 @ W2) * (1 - A1**2)",
        ),
    ),
    "prints": (
        _RELU_BCE,
        _rows(
            'print("shapes", X.shape, Y.shape)\n    dZ2 = (A2 - Y) / m',
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)\n    print(dZ1)",
        ),
    ),
    "mask as a matrix": (
        _RELU_BCE,
        _rows(
            "dZ2 = np.subtract(A2, Y) / m",
            "on = np.ones_like(Z1)\n    on[Z1 <= 0] = 0\n    dZ1 = np.multiply(dZ2 @ W2, on)",
        ),
    ),
    "product of one output": (
        _RELU_BCE,
        _rows(
            "dZ2 = (A2 - Y) / m",
            "dZ1 = (dZ2 * W2) * (Z1 > 0)",
            "",
            "    dW2 = (dZ2 * A1).sum(axis=0, keepdims=True)\n    db2 = dZ2.sum(0)\n",
        ),
    ),
    "everything summed of one output": (
        _RELU_BCE,
        _rows(
            "dZ2 = (A2 - Y) / m",
            "dZ1 = (dZ2 @ W2) * (Z1 > 0)",
            "",
            "    dW2 = dZ2.T @ A1\n    db2 = np.sum(dZ2)\n",
        ),
    ),
    "dW of one output reshaped": (
        _RELU_BCE,
        _rows("dZ2 = (A2 - Y) / m", "dZ1 = np.outer(dZ2, W2) * (Z1 > 0)"),
    ),
    "W as n_in × n_out": (
        _TANH_CE,
        _rows("dZ2 = (A2 - Y) / m", "dZ1 = (dZ2 @ W2.T) * (1 - A1**2)", layout=IN_OUT),
    ),
    "np.matrix": (
        _SUM,
        _rows(
            "dZ2 = np.asarray(A2) - Y",
            "dZ1 = np.multiply(np.asmatrix(dZ2) * np.asmatrix(W2), 1 - np.square(A1))",
            "    dW1 = np.asarray(dZ1.T * np.asmatrix(X))\n    db1 = np.asarray(dZ1.sum(axis=0)).ravel()\n",
        ),
    ),
}
