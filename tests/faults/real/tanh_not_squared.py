"""tanh's derivative is written 1 − A1 instead of 1 − A1².

Network: 3-5:tanh-2:softmax, loss cross_entropy, l2 0.005.
Source: index of public code, the string 'dZ1 = np.dot(W2.T, dZ2) * (1 - A1)'
    (an MLP on the two moons (2019))
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


reg_lambda = 0.01


def backward_propagation(X, Y, cache, params):
    # samples are rows of X and Y and columns of everything in the cache
    m = X.shape[0]
    A2 = cache["A2"]
    A1 = cache["A1"]
    W2 = params["W2"]
    W1 = params["W1"]

    dZ2 = A2 - Y.T
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - A1)
    dW1 = np.dot(dZ1, X) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    dW2 += reg_lambda * W2
    dW1 += reg_lambda * W1
    return {"dW2": dW2, "db2": db2, "dW1": dW1, "db1": db1}
