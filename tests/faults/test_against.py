"""A user's gradient function: planted bugs are named by the right gradient, correct code is never accused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalkgrad.check import Report, check_against
from chalkgrad.network import Network
from chalkgrad.usercode.call.loading import CodeTarget, load

NETWORK = Network("4-3:relu-2:tanh-1:sigmoid", l2=0.05)
ALL = "W1 b1 W2 b2 W3 b3"

RIGHT = """
import numpy as np

def backward(X, y, W1, b1, W2, b2, W3, b3, l2):
    m = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = np.maximum(0, Z1)
    Z2 = A1 @ W2.T + b2
    A2 = np.tanh(Z2)
    Z3 = A2 @ W3.T + b3
    A3 = 1 / (1 + np.exp(-Z3))
    dZ3 = (A3 - y) / m
    dW3 = dZ3.T @ A2 + 2 * l2 * W3
    db3 = dZ3.sum(axis=0)
    dA2 = dZ3 @ W3
    dZ2 = dA2 * (1 - A2**2)
    dW2 = dZ2.T @ A1 + 2 * l2 * W2
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X + 2 * l2 * W1
    db1 = dZ1.sum(axis=0)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
"""

# name: (the line, the planted line, gradients of parameters that are wrong, first wrong quantity)
BUGS: dict[str, tuple[str, str, str, str]] = {
    "mean missing": ("(A3 - y) / m", "(A3 - y)", ALL, "dW3"),
    "mean of a mean": ("(A3 - y) / m", "(A3 - y) / m / m", ALL, "dZ3"),
    "factor two": ("(A3 - y) / m", "2 * (A3 - y) / m", ALL, "dZ3"),
    "half": ("(A3 - y) / m", "0.5 * (A3 - y) / m", ALL, "dZ3"),
    "sign": ("(A3 - y) / m", "(y - A3) / m", ALL, "dZ3"),
    "derivative of the head again": ("(A3 - y) / m", "(A3 - y) * A3 * (1 - A3) / m", ALL, "dZ3"),
    "tanh' missing": ("dA2 * (1 - A2**2)", "dA2", "W1 b1 W2 b2", "dZ2"),
    "tanh' twice": ("dA2 * (1 - A2**2)", "dA2 * (1 - A2**2)**2", "W1 b1 W2 b2", "dZ2"),
    "tanh' not squared": ("dA2 * (1 - A2**2)", "dA2 * (1 - A2)", "W1 b1 W2 b2", "dZ2"),
    "tanh' at z": ("dA2 * (1 - A2**2)", "dA2 * (1 - Z2**2)", "W1 b1 W2 b2", "dZ2"),
    "sigmoid' for tanh'": ("dA2 * (1 - A2**2)", "dA2 * A2 * (1 - A2)", "W1 b1 W2 b2", "dZ2"),
    "relu' missing": ("dA1 * (Z1 > 0)", "dA1", "W1 b1", "dZ1"),
    "relu for relu'": ("dA1 * (Z1 > 0)", "dA1 * A1", "W1 b1", "dZ1"),
    "relu' of the wrong sign": ("dA1 * (Z1 > 0)", "dA1 * (Z1 < 0)", "W1 b1", "dZ1"),
    "relu' at the error": ("dA1 * (Z1 > 0)", "dA1 * (dA1 > 0)", "W1 b1", "dZ1"),
    "weights left out": ("dA2 = dZ3 @ W3", "dA2 = dZ3 @ np.ones_like(W3)", "W1 b1 W2 b2", "dA2"),
    "weights already updated": ("dA2 = dZ3 @ W3", "dA2 = dZ3 @ (W3 - 0.1 * dW3)", "W1 b1 W2 b2", "dA2"),
    "penalty missing": (" + 2 * l2 * W1", "", "W1", "dW1"),
    "penalty without the 2": (" + 2 * l2 * W2", " + l2 * W2", "W2", "dW2"),
    "penalty of the wrong sign": (" + 2 * l2 * W3", " - 2 * l2 * W3", "W3", "dW3"),
    "penalty over m": (" + 2 * l2 * W3", " + 2 * l2 * W3 / m", "W3", "dW3"),
    "penalty on a bias": ("db1 = dZ1.sum(axis=0)", "db1 = dZ1.sum(axis=0) + 2 * l2 * b1", "b1", "db1"),
    "bias mean": ("db2 = dZ2.sum(axis=0)", "db2 = dZ2.mean(axis=0)", "b2", "db2"),
    "bias over everything": ("db2 = dZ2.sum(axis=0)", "db2 = np.full(2, dZ2.sum())", "b2", "db2"),
    "bias along the wrong axis": ("db1 = dZ1.sum(axis=0)", "db1 = dZ1.sum(axis=1)", "b1", "db1"),
    "bias from dW": ("db1 = dZ1.sum(axis=0)", "db1 = dW1.sum(axis=1)", "b1", "db1"),
    "bias forgotten": ("db3 = dZ3.sum(axis=0)", "db3 = np.zeros(1)", "b3", "db3"),
    "last sample only": ("dZ1.T @ X", "dZ1[-1:].T @ X[-1:]", "W1", "dW1"),
    "z for a": ("dZ2.T @ A1", "dZ2.T @ Z1", "W2", "dW2"),
    "absolute error": ("dZ3.T @ A2", "np.abs(dZ3).T @ A2", "W3", "dW3"),
    "clipped": ("dZ1.T @ X", "np.clip(dZ1.T @ X, -0.01, 0.01)", "W1", "dW1"),
    "one entry": ("db1 = dZ1", "dW1[2, 1] *= 1.5; db1 = dZ1", "W1", "dW1"),
    "one part in a million": ("db1 = dZ1", "dW1 *= 1 + 1e-6; db1 = dZ1", "W1", "dW1"),
    "not finite": ("db1 = dZ1", "dW1[0, 0] = np.nan; db1 = dZ1", "W1", "dW1"),
    "transposed answer": ('"dW1": dW1', '"dW1": dW1.T', "W1", "dW1"),
    "not returned": ('"dW1": dW1, ', "", "W1", "dW1"),
    "integers": ('"dW2": dW2', '"dW2": dW2.astype(int)', "W2", "dW2"),
    "rounded": ('"dW2": dW2', '"dW2": np.round(dW2, 3)', "W2", "dW2"),
}


def made(source: str, folder: Path, name: str = "backward") -> Any:
    path = folder / "submission.py"
    path.write_text(source, encoding="utf-8")
    target = load(path, name)
    assert isinstance(target, CodeTarget)
    return target.value


def wrong(report: Report) -> set[str]:
    return {found.name[1:] for found in report.parameters if found.verdict == "wrong"}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_named(bug: str, tmp_path: Path) -> None:
    line, planted, names, first = BUGS[bug]
    assert line in RIGHT
    report = check_against(made(RIGHT.replace(line, planted), tmp_path), NETWORK)
    assert not report.ok
    assert wrong(report) == set(names.split())
    assert report.first_wrong is not None
    assert report.first_wrong.name == first


def test_a_square_weight_transposed_is_named(tmp_path: Path) -> None:
    source = RIGHT.replace("dA1 = dZ2 @ W2", "dA1 = dZ2 @ W2.T")
    report = check_against(made(source, tmp_path), Network("4-3:relu-3:tanh-1:sigmoid"))
    assert wrong(report) == {"W1", "b1"}
    assert report.first_wrong is not None
    assert report.first_wrong.name == "dA1"


@pytest.mark.parametrize(
    ("line", "planted", "name", "words"),
    [
        ("(A3 - y) / m", "(A3 - y)", "dW3", ""),
        ("(A3 - y) / m", "2 * (A3 - y) / m", "db3", "exactly 2 times too large (n2 is 2)"),
        ("(A3 - y) / m", "(y - A3) / m", "db1", "the sign is the opposite"),
        ("(A3 - y) / m", "(A3 - y)", "db1", "exactly 5 times too large (m is 5)"),
        ("(A3 - y) / m", "(A3 - y) / m / m", "db2", "exactly 5 times too small (m is 5)"),
        ("(A3 - y) / m", "0 * (A3 - y)", "db2", "zero everywhere"),
        ("(A3 - y) / m", "np.pi * (A3 - y) / m", "db2", "3.14159 times too large"),
    ],
)
def test_a_constant_ratio_is_said(line: str, planted: str, name: str, words: str, tmp_path: Path) -> None:
    report = check_against(made(RIGHT.replace(line, planted), tmp_path), NETWORK)
    assert words in report.finding(name).message


# -- correct code --------------------------------------------------------------------------------------------

TWO = Network("4-3:relu-2:sigmoid", loss="half_squared_error")
COLUMNS = """
import numpy as np
def backward(params, cache, X, Y):
    m = X.shape[1]
    W2 = params["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2 = (1. / m) * np.dot(dZ2, A1.T)
    db2 = (1. / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(W2.T, dZ2), np.int64(A1 > 0))
    dW1 = (1. / m) * np.dot(dZ1, X.T)
    db1 = (1. / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""
BODY = """
    n = len(x)
    z1 = x @ w1.T + b1
    h = np.where(z1 > 0, z1, 0)
    o = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d2 = (o - y) * o * (1 - o) / n
    d1 = (d2 @ w2) * (h > 0)
    dw1, dw2, db1, db2 = d1.T @ x, d2.T @ h, d1.sum(0), d2.sum(0)
"""
HEAD = "import numpy as np\ndef backward(x, y, w1, b1, w2, b2):" + BODY
CORRECT: dict[str, tuple[Network, str]] = {
    "as planted": (NETWORK, RIGHT),
    "columns, caches": (TWO, COLUMNS),
    "tuple": (TWO, HEAD + "    return dw1, db1, dw2, db2"),
    "tuple backwards": (TWO, HEAD + "    return dw2, db2, dw1, db1"),
    "weights first": (TWO, HEAD + "    return dw1, dw2, db1, db2"),
    "expressions": (TWO, HEAD + "    return d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)"),
    "list": (TWO, HEAD + "    return [dw1, db1, dw2, db2]"),
    "loss first": (TWO, HEAD + "    return ((o - y)**2).sum() / n / 2, dw1, db1, dw2, db2"),
    "loss and table": (TWO, HEAD + "    grads = dict(W1=dw1, b1=db1, W2=dw2, b2=db2)\n    return 0.5, grads"),
    "names of parameters": (TWO, HEAD + "    return {'W1': dw1, 'b1': db1, 'W2': dw2, 'b2': db2}"),
    "grad_W1": (TWO, HEAD + "    return {'grad_W1': dw1, 'grad_b1': db1, 'grad_W2': dw2, 'grad_b2': db2}"),
    "dL_dW1": (TWO, HEAD + "    return {'dL_dW1': dw1, 'dL_db1': db1, 'dL_dW2': dw2, 'dL_db2': db2}"),
    "two lists": (TWO, HEAD + "    nabla_w, nabla_b = [dw1, dw2], [db1, db2]\n    return nabla_b, nabla_w"),
    "list of layers": (TWO, HEAD + "    return [{'dW': dw1, 'db': db1}, {'dW': dw2, 'db': db2}]"),
    "table of layers": (
        TWO,
        HEAD + "    return {'layer1': {'W': dw1, 'b': db1}, 'layer2': {'W': dw2, 'b': db2}}",
    ),
    "counted from zero": (
        TWO,
        "import numpy as np\ndef backward(x, y, w0, b0, w1, b1):\n    w1, w2, b1, b2 = w0, w1, b0, b1"
        + BODY
        + "    return {'dw0': dw1, 'db0': db1, 'dw1': dw2, 'db1': db2}",
    ),
    "lists in": (
        TWO,
        "import numpy as np\ndef backward(x, y, weights, biases):\n    (w1, w2), (b1, b2) = weights, biases"
        + BODY
        + "    return {'dW1': dw1, 'db1': db1, 'dW2': dw2, 'db2': db2}",
    ),
    "hidden and output": (
        TWO,
        "import numpy as np\ndef backward(X, y, W_hidden, b_hidden, W_output, b_output):\n"
        "    x, w1, b1, w2, b2 = X, W_hidden, b_hidden, W_output, b_output"
        + BODY
        + "    return {'dW_hidden': dw1, 'db_hidden': db1, 'dW_output': dw2, 'db_output': db2}",
    ),
    "turned weights": (
        TWO,
        "import numpy as np\ndef backward(x, y, W1, b1, W2, b2):\n    w1, w2 = W1.T, W2.T"
        + BODY.replace("x @ w1.T", "x @ W1").replace("h @ w2.T", "h @ W2")
        + "    return d1.T.dot(x).T, db1, h.T @ d2, db2",
    ),
    "bias rows": (TWO, HEAD + "    return dw1, db1[None, :], dw2, db2.reshape(1, -1)"),
    "sample by sample": (
        TWO,
        """
import numpy as np
def backward(x, y, w1, b1, w2, b2):
    g = [np.zeros_like(a) for a in (w1, b1, w2, b2)]
    for xi, yi in zip(x, y):
        z = w1 @ xi + b1
        h = np.maximum(z, 0)
        o = 1 / (1 + np.exp(-(w2 @ h + b2)))
        delta2 = (o - yi) * o * (1 - o)
        delta1 = w2.T @ delta2 * (z > 0)
        for total, one in zip(g, (np.outer(delta1, xi), delta1, np.outer(delta2, h), delta2)):
            total += one / len(x)
    return tuple(g)
""",
    ),
    "loops": (
        TWO,
        """
import math
def backward(x, y, w1, b1, w2, b2):
    dw1 = [[0.0] * 4 for _ in range(3)]; db1 = [0.0] * 3
    dw2 = [[0.0] * 3 for _ in range(2)]; db2 = [0.0] * 2
    for s in range(len(x)):
        h = [max(0.0, sum(w1[j][i] * x[s][i] for i in range(4)) + b1[j]) for j in range(3)]
        o = [1 / (1 + math.exp(-sum(w2[k][j] * h[j] for j in range(3)) - b2[k])) for k in range(2)]
        d2 = [(o[k] - y[s][k]) * o[k] * (1 - o[k]) / len(x) for k in range(2)]
        d1 = [sum(w2[k][j] * d2[k] for k in range(2)) * (h[j] > 0) for j in range(3)]
        for k in range(2):
            db2[k] += d2[k]
            for j in range(3): dw2[k][j] += d2[k] * h[j]
        for j in range(3):
            db1[j] += d1[j]
            for i in range(4): dw1[j][i] += d1[j] * x[s][i]
    return {"dW1": dw1, "db1": db1, "dW2": dw2, "db2": db2}
""",
    ),
    "einsum": (
        TWO,
        HEAD + "    return np.einsum('mj,mi->ji', d1, x), db1, np.einsum('mk,mj->kj', d2, h), db2",
    ),
    "single precision": (
        TWO,
        HEAD.replace(
            "    n = len(x)",
            "    x, y, w1, b1, w2, b2 = (np.float32(a) for a in (x, y, w1, b1, w2, b2)); n = len(x)",
        )
        + "    return dw1, db1, dw2, db2",
    ),
    "unscaled errors shown": (
        TWO,
        HEAD
        + "    return {'dW1': dw1, 'db1': db1, 'dW2': dw2, 'db2': db2, 'delta2': d2 * n, 'delta1': d1 * n}",
    ),
    "own meaning of delta": (
        TWO,
        HEAD + "    return {'dW1': dw1, 'db1': db1, 'dW2': dw2, 'db2': db2, 'dZ2': o - y}",
    ),
    "flat targets": (
        Network("3-2:tanh-1:sigmoid"),
        """
import numpy as np
def backward(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1.T + b1)
    p = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))[:, 0]
    d = (p - y) / len(y)
    assert d.shape == (len(X),)
    D = np.outer(d, W2[0]) * (1 - A1**2)
    return D.T @ X, D.sum(0), d @ A1, np.array([d.sum()])
""",
    ),
    "unsimplified cross-entropy with an added 1e-8": (
        Network("3-2:tanh-1:sigmoid"),
        """
import numpy as np
def backward(X, Y, W1, b1, W2, b2, A1, Y_hat):
    m = len(X)
    dA = -(Y / (Y_hat + 1e-8)) + (1 - Y) / (1 - Y_hat + 1e-8)
    dZ2 = dA * Y_hat * (1 - Y_hat) / m
    dZ1 = dZ2 @ W2 * (1 - A1**2)
    return {"W1": dZ1.T @ X, "b1": dZ1.sum(0), "W2": dZ2.T @ A1, "b2": dZ2.sum(0)}
""",
    ),
    "softmax by its Jacobian": (
        Network("3-2:tanh-4:softmax"),
        """
import numpy as np
def backward(x, t, W2, a1, y):
    dZ2 = np.zeros_like(y)
    for i in range(len(x)):
        J = np.diag(y[i]) - np.outer(y[i], y[i])
        dZ2[i] = J @ (-t[i] / y[i]) / len(x)
    dZ1 = dZ2 @ W2 * (1 - a1 * a1)
    return dict(dW1=dZ1.T @ x, db1=dZ1.sum(0), dW2=dZ2.T @ a1, db2=dZ2.sum(0))
""",
    ),
    "one layer, no numbers": (
        Network("3-1", loss="mean_squared_error"),
        "import numpy as np\ndef backward(X, y, W, b):\n    e = 2 * (X @ W.T + b - y) / len(X)\n"
        "    return {'dW': e.T @ X, 'db': e.sum(0)}",
    ),
    "derivative by complex steps": (
        Network("3-1:tanh", loss="half_squared_error"),
        """
import numpy as np
def backward(X, y, W, b):
    def loss(w, c): return ((np.tanh(X @ w.T + c) - y)**2).sum() / 2 / len(X)
    dW = np.zeros_like(W)
    for i in range(3):
        step = np.zeros(W.shape, complex); step[0, i] = 1e-30j
        dW[0, i] = loss(W + step, b).imag / 1e-30
    return dW, np.array([loss(W, b + 1e-30j).imag / 1e-30])
""",
    ),
}


@pytest.mark.parametrize("form", CORRECT)
def test_correct_code_is_never_accused(form: str, tmp_path: Path) -> None:
    network, source = CORRECT[form]
    report = check_against(made(source, tmp_path), network)
    assert report.wrong == ()
    assert report.ok or form == "own meaning of delta", str(report)
    assert all(found.verdict == "right" for found in report.parameters)


@pytest.mark.parametrize("seed", range(3))
def test_the_reading_is_said(seed: int, tmp_path: Path) -> None:
    report = check_against(made(COLUMNS, tmp_path), TWO, seed=seed)
    assert any("samples as columns" in note for note in report.notes)


def test_few_digits_are_said_not_accused(tmp_path: Path) -> None:
    network, source = CORRECT["unsimplified cross-entropy with an added 1e-8"]
    assert "digits" in check_against(made(source, tmp_path), network).finding("dW1").message


# -- what goes wrong on the way ------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[str, str]] = {
    "endless": ("    while True: pass", "endless loop"),
    "leaves": ("    import sys; sys.exit(3)", "sys.exit(3) in line 3"),
    "leaves at once": ("    import os; os._exit(4)", "status 4"),
    "raises": ("    return X @ X @ X", "in line 3: return X @ X @ X"),
    "recursion": ("    return backward(X)", "RecursionError"),
    "deletes": ("    import os; os.remove(__file__)", "tried to delete a file in line 3"),
    "deletes a folder": ("    import shutil; shutil.rmtree('..')", "tried to delete a folder"),
    "writes": ("    open(__file__, 'w').write('')", "tried to write"),
    "starts": ("    import os; os.system('echo')", "tried to start a program"),
    "memory": ("    return np.ones((100_000, 1_000_000))", "MemoryError"),
    "text": ("    return 'dW1'", "no arrays of numbers"),
    "nothing": ("    return None", "returned nothing"),
    "nonsense": ("    return {'foo': X}", "returned foo"),
    "objects": ("    return {'dW1': [object()]}", "no arrays of numbers"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_code_is_a_finding(kind: str, tmp_path: Path) -> None:
    body, words = HOSTILE[kind]
    path = tmp_path / "hostile.py"
    path.write_text(f"import numpy as np\ndef backward(X):\n{body}\n", encoding="utf-8")
    report = check_against(f"{path}:backward", TWO, time_limit=2 if kind == "endless" else 20)
    assert not report.ok
    assert words in report.finding("call").message
    assert path.read_text(encoding="utf-8").startswith("import numpy")


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def backward(X:\n    pass\n", encoding="utf-8")
    message = check_against(f"{path}:backward", TWO).finding("call").message
    assert "SyntaxError" in message
    assert message.count("line") == 1


def test_prints_are_kept_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loud.py"
    path.write_text(HEAD + "    print('hello')\n    return dw1, db1, dw2, db2", encoding="utf-8")
    report = check_against(f"{path}:backward", TWO)
    assert report.ok
    assert "hello" in report.output
    assert capfd.readouterr() == ("", "")


def test_state_that_is_kept_is_found(tmp_path: Path) -> None:
    source = HEAD.replace("def backward", "total = np.zeros((3, 4))\ndef backward") + (
        "    global total\n    total += dw1\n    return total, db1, dw2, db2"
    )
    report = check_against(made(source, tmp_path), TWO)
    assert "second call" in report.finding("call").message


def test_inputs_changed_in_place_are_noted(tmp_path: Path) -> None:
    report = check_against(made(HEAD + "    w1 -= dw1\n    return dw1, db1, dw2, db2", tmp_path), TWO)
    assert any("W1" in note for note in report.notes)
    assert not report.wrong
