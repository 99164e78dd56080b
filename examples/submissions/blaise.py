"""The same with a loop over the samples, and the derivative of the loss written out."""

import numpy as np


def backward(X, Y, W1, b1, W2, b2):
    grads = {"dW1": 0 * W1, "db1": 0 * b1, "dW2": 0 * W2, "db2": 0 * b2}
    for i in range(len(X)):
        x, y = X[i], Y[i]
        z1 = W1 @ x + b1
        a1 = z1 * (z1 > 0)
        a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
        error = (-y / a2 + (1 - y) / (1 - a2)) * a2 * (1 - a2)
        hidden = (error @ W2) * (z1 > 0)
        grads["dW2"] += np.outer(error, a1)
        grads["db2"] += error
        grads["dW1"] += np.outer(hidden, x)
        grads["db1"] += hidden
    return {name: total / len(X) for name, total in grads.items()}
