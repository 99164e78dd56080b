"""The error term is −(y − ŷ)σ' and is added to the weights, so the step goes uphill.

Network: 3-1:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/udacity/deep-learning-v2-pytorch/issues/24
    ([intro-neural-networks] Some issues with student-admissions)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def error_term_formula(x, y, output):
    return -(y - output) * output * (1 - output)


def train_nn(features, targets, weights, learnrate):
    n_records, n_features = features.shape
    del_w = np.zeros(weights.shape)
    for x, y in zip(features, targets):
        output = sigmoid(np.dot(x, weights))
        error_term = error_term_formula(x, y, output)
        del_w += error_term * x
    weights += learnrate * del_w / n_records
    return weights
