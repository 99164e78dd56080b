"""y_hat − y is not summed over the samples for the bias.

Network: 4-1:sigmoid, loss binary_cross_entropy.
Source: https://github.com/zotroneneis/machine_learning_basics/pull/13
    (Adding dot product to evaluate bias gradient)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(X, y, weights, bias):
    n_samples, n_features = X.shape
    y_predict = 1 / (1 + np.exp(-(np.dot(X, weights) + bias)))
    dw = 1 / n_samples * np.dot(X.T, (y_predict - y))
    db = 1 / n_samples * (y_predict - y)
    return dw, db
