"""Activations and deltas are changed in place, once each; the loss is halved.

Network: 4-3:relu-1, loss half_squared_error.
Source: https://github.com/scikit-learn/scikit-learn/issues/14244
    (MLP activations' derivate error in inplace_relu_derivative's code: Z == 0 is right, Z is relu's output)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def inplace_relu(X):
    np.maximum(X, 0, out=X)


def inplace_relu_derivative(Z, delta):
    delta[Z == 0] = 0


def loss_grad(X, y, coefs, intercepts):
    n_samples = X.shape[0]
    activations = [X]
    for i in range(len(coefs)):
        activations.append(activations[i] @ coefs[i] + intercepts[i])
        if i + 1 < len(coefs):
            inplace_relu(activations[i + 1])
    loss = ((y - activations[-1]) ** 2).mean() / 2
    coef_grads = [None] * len(coefs)
    intercept_grads = [None] * len(coefs)
    deltas = activations[-1] - y
    for i in range(len(coefs) - 1, -1, -1):
        coef_grads[i] = activations[i].T @ deltas / n_samples
        intercept_grads[i] = np.sum(deltas, 0) / n_samples
        if i > 0:
            deltas = deltas @ coefs[i].T
            inplace_relu_derivative(activations[i], deltas)
    return loss, coef_grads, intercept_grads
