"""The gradient has the loss's penalty, and the optimiser's weight decay adds it again.

Network: 3-4:relu-2, loss half_squared_error, l2 0.05.
Source: https://github.com/RUCAIBox/RecBole/issues/872
    (LightGCN double regularization on loss function)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


reg_weight = 0.1
weight_decay = 0.1


def loss_gradients(X, y, W1, b1, W2, b2):
    h = np.maximum(X @ W1.T + b1, 0)
    d = (h @ W2.T + b2 - y) / len(X)
    dh = d @ W2 * (h > 0)
    return dh.T @ X + reg_weight * W1, dh.sum(0), d.T @ h + reg_weight * W2, d.sum(0)


def step(X, y, W1, b1, W2, b2, lr=0.01):
    dW1, db1, dW2, db2 = loss_gradients(X, y, W1, b1, W2, b2)
    W1 = W1 - lr * (dW1 + weight_decay * W1)
    b1 = b1 - lr * db1
    W2 = W2 - lr * (dW2 + weight_decay * W2)
    b2 = b2 - lr * db2
    return W1, b1, W2, b2
