"""MNIST, where the environment says that it is: CHALKGRAD_DATA names a folder with ``mnist.npz``."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import numpy as np

from benchmarks.workloads import Array

VARIABLE = "CHALKGRAD_DATA"


def file() -> Path | None:
    """The file, or None."""
    folder = os.environ.get(VARIABLE)
    path = Path(folder) / "mnist.npz" if folder else None
    return path if path is not None and path.is_file() else None


@functools.cache
def _arrays() -> dict[str, Array]:
    path = file()
    if path is None:
        raise FileNotFoundError(f"set {VARIABLE} to a folder with mnist.npz")
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def _scaled(images: Array) -> Array:
    """Rows of 784 numbers in [0, 1]."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def training_rows(rows: int) -> tuple[Array, Array]:
    """x and the digits, in an order drawn once: every side visits the same mini-batches."""
    arrays = _arrays()
    order = np.random.default_rng(0).permutation(len(arrays["X_train"]))[:rows]
    return _scaled(arrays["X_train"][order]), arrays["y_train"][order].astype(np.int64)


def test_rows() -> tuple[Array, Array]:
    """x and the digits of the 10,000 test images."""
    arrays = _arrays()
    return _scaled(arrays["X_test"]), arrays["y_test"].astype(np.int64)
