import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def backward(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = np.maximum(0, Z1)
    Z2 = A1 @ W2.T + b2
    A2 = sigmoid(Z2)
    dZ2 = (A2 - Y) / m
    dW2 = dZ2.T @ A1
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.T @ X
    db1 = dW1.sum(axis=1)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
