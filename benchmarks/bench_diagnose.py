"""How long a diagnosis takes: ``python -m benchmarks.bench_diagnose [--times 5]``.

A backward pass of three layers, right, with one mistake, with two, with one that raises, and with one that no
rule knows; the whole of ``diagnose``, its processes included.  The aim is 3 seconds each.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from chalkgrad import Network, diagnose

NETWORK = Network("4-3:relu-2:tanh-1:sigmoid")
RIGHT = """
import numpy as np

def backward(X, y, W1, b1, W2, b2, W3, b3):
    m = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = np.maximum(0, Z1)
    Z2 = A1 @ W2.T + b2
    A2 = np.tanh(Z2)
    Z3 = A2 @ W3.T + b3
    A3 = 1 / (1 + np.exp(-Z3))
    dZ3 = (A3 - y) / m
    dW3 = dZ3.T @ A2
    db3 = dZ3.sum(axis=0)
    dZ2 = (dZ3 @ W3) * (1 - A2**2)
    dW2 = dZ2.T @ A1
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2) * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2, dW3, db3
"""
CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    "right": (),
    "one mistake": ((" * (Z1 > 0)", ""),),
    "two mistakes": ((" * (Z1 > 0)", ""), ("(A3 - y)", "(y - A3)")),
    "an exception": (("dZ2.T @ A1", "dZ2 @ A1"),),
    "no known mistake": (("(1 - A2**2)", "np.cos(3 * Z2 + 1)"),),
}


def main() -> None:
    """Print the median and the range of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        for name, changes in CHANGES.items():
            text = RIGHT
            for old, new in changes:
                text = text.replace(old, new)
            path = Path(folder) / "mine.py"
            path.write_text(text, encoding="utf-8")
            taken = []
            for _ in range(times):
                start = time.perf_counter()
                found = diagnose(f"{path}:backward", NETWORK)
                taken.append(time.perf_counter() - start)
            middle = statistics.median(taken)
            spread = f"{min(taken):.2f}–{max(taken):.2f}"
            print(f"{name:<18} {middle:5.2f} s ({spread})  {found.outcome}: {', '.join(found.rules) or '–'}")


if __name__ == "__main__":
    main()
