"""A factor 1/n_samples is missing in the step.

Network: 4-1:sigmoid:nobias, loss binary_cross_entropy.
Source: https://github.com/eriklindernoren/ML-From-Scratch/issues/124
    (Logistic Regression)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def logistic_step(X, y, param, learning_rate):
    y_pred = 1 / (1 + np.exp(-X.dot(param)))
    param -= learning_rate * -(y - y_pred).dot(X)
    return param
