"""learning_rate is a parameter and is not used in the update.

Network: 4-1:nobias, loss half_squared_error.
Source: https://github.com/aimacode/aima-python/issues/285
    (Bug in learning.py)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def linear_learner_step(X, y, w, learning_rate=0.01):
    num_examples = len(X)
    err = [np.dot(w, x) - y[i] for i, x in enumerate(X)]
    w = list(w)
    for i in range(len(w)):
        w[i] = w[i] - np.dot(err, [x[i] for x in X]) / num_examples
    return np.array(w)
