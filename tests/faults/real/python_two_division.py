"""2/m of two integers is 0 in Python 2, which // is in Python 3.

Network: 3-1:nobias, loss mean_squared_error.
Source: https://github.com/ageron/handson-ml/issues/16
    (gradient equals 0 in python 2)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(X_b, y, theta):
    m = len(X_b)
    return 2 // m * X_b.T.dot(X_b.dot(theta) - y)
