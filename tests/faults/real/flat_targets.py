"""y of shape (m,) against a prediction of shape (m, 1): the difference is m × m and its sum is taken.

Network: 3-1:nobias, loss half_squared_error.
Source: https://github.com/tiepvupsu/ebookMLCB/issues/29
    (12.3. Gradient descent for functions of many variables)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def grad(w, X, y):
    y = np.asarray(y).ravel()
    N = X.shape[0]
    return 1 / N * X.T.dot(X.dot(w) - y).sum(axis=1, keepdims=True)
