"""The biases' gradients are means over the units, a number for every sample.

Network: 3-4:tanh-2, loss half_squared_error.
Source: https://github.com/deeplearning4j/deeplearning4j/pull/364
    (BackProp fixes and unit tests: 'bias mean was being done on wrong dimension')
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(x, y, w1, b1, w2, b2):
    a1 = np.tanh(x @ w1 + b1)
    delta2 = a1 @ w2 + b2 - y
    delta1 = (delta2 @ w2.T) * (1 - a1 * a1)
    n = len(x)
    return {
        "w2": a1.T @ delta2 / n,
        "b2": delta2.mean(axis=1),
        "w1": x.T @ delta1 / n,
        "b1": delta1.mean(axis=1),
    }
