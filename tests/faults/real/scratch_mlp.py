"""The penalty's gradient is reg Σw², one number added to every entry, instead of reg w: no rule is made for
it.

Network: 2-5:sigmoid:nobias-2:sigmoid:nobias, loss half_squared_error, reduction sum, l2 0.05.
Source: https://github.com/omar-florez/scratch_mlp/issues/4
    (something wrong; and #5, Derivative of regularization)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


reg_coeff = 0.1


def sigmoid(z, first_derivative=False):
    if first_derivative:
        return z * (1.0 - z)
    return 1.0 / (1.0 + np.exp(-z))


def gradients(X, y, w1, w2):
    h1 = sigmoid(np.matmul(X, w1))
    h2 = sigmoid(np.matmul(h1, w2))

    dL_dh2 = -(y - h2)
    dh2_dz2 = sigmoid(h2, first_derivative=True)
    dz2_dw2 = h1
    dL_dw2 = dz2_dw2.T.dot(dL_dh2 * dh2_dz2) + reg_coeff * np.square(w2).sum()

    dL_dz2 = dL_dh2 * dh2_dz2
    dL_dh1 = dL_dz2.dot(w2.T)
    dh1_dz1 = sigmoid(h1, first_derivative=True)
    dL_dw1 = X.T.dot(dL_dh1 * dh1_dz1) + reg_coeff * np.square(w1).sum()
    return dL_dw1, dL_dw2
