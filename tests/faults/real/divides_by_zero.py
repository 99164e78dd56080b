"""Right on paper; Y/A and (1 − Y)/(1 − A) divide by zero as soon as an output is 0 or 1.

Network: 4-3:relu-1:sigmoid, loss binary_cross_entropy.
Source: https://github.com/akshaybahadur21/Digit-Recognizer/issues/1
    (Error encountered while training in Deep Network)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def backward(X, Y, params):
    m = X.shape[1]
    Z1 = np.dot(params["W1"], X) + params["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(params["W2"], A1) + params["b2"]
    A_last = 1 / (1 + np.exp(-Z2))

    dA_last = -(np.divide(Y, A_last) - np.divide(1 - Y, 1 - A_last))
    s = 1 / (1 + np.exp(-Z2))
    dZ2 = dA_last * s * (1 - s)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.array(np.dot(params["W2"].T, dZ2), copy=True)
    dZ1[Z1 <= 0] = 0
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
