"""Gradients gather in a module's dictionary from batch to batch.

Network: 3-1, loss half_squared_error.
Source: https://github.com/deepjavalibrary/d2l-java/pull/202
    (Clear gradients from the previous batch in linear regression)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


gradient = {}


def backward(X, y, w, b):
    error = (X @ w + b - y) / len(X)
    gradient["w"] = gradient.get("w", 0) + X.T @ error
    gradient["b"] = gradient.get("b", 0) + error.sum()
    return gradient["w"], gradient["b"]
