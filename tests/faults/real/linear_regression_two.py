"""dw and db lack the 2 of the squared error's derivative.

Network: 3-1, loss mean_squared_error.
Source: https://github.com/AssemblyAI-Community/Machine-Learning-From-Scratch/issues/9
    (Missing `2` factor in derivatives computation)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(X, y, weights, bias):
    n_samples, n_features = X.shape
    y_pred = np.dot(X, weights) + bias

    dw = (1 / n_samples) * np.dot(X.T, (y_pred - y))
    db = (1 / n_samples) * np.sum(y_pred - y)
    return dw, db
