"""The loss is the squared error, the output's error is A2 − Y, as if it were the cross-entropy.

Network: 3-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: index of public code, the string 'return np.sum((A2 - Y)**2) / (2*m)' beside 'dZ2 = A2 - Y'
    (a network on a logic table)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def backward_pass(X, Y, Z1, A1, Z2, A2, W1, W2):
    m = Y.shape[1]
    dZ2 = A2 - Y
    dW2 = (1/m) * np.dot(dZ2, A1.T)
    dB2 = (1/m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * A1 * (1 - A1)
    dW1 = (1/m) * np.dot(dZ1, X.T)
    dB1 = (1/m) * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, dB1, dW2, dB2
