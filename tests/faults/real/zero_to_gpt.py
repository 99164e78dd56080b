"""The gradient goes back through the weights after their update.

Network: 4-5:relu-3, loss half_squared_error, reduction sum.
Source: https://github.com/VikParuchuri/zero_to_gpt/issues/12
    (Gradient is being updated after upgradation of weights)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def forward(batch, layers):
    hiddens = [batch.copy()]
    for i in range(len(layers)):
        batch = np.matmul(batch, layers[i][0]) + layers[i][1]
        if i < len(layers) - 1:
            batch = np.maximum(batch, 0)
        hiddens.append(batch.copy())
    return batch, hiddens


def backward(X, y, layers, lr):
    prediction, hiddens = forward(X, layers)
    grad = prediction - y
    for i in range(len(layers) - 1, -1, -1):
        if i != len(layers) - 1:
            grad = np.multiply(grad, np.heaviside(hiddens[i + 1], 0))
        w_grad = hiddens[i].T @ grad
        b_grad = np.sum(grad, axis=0)
        layers[i][0] -= w_grad * lr
        layers[i][1] -= b_grad * lr
        grad = grad @ layers[i][0].T
    return layers
