"""The loss is a mean over samples and outputs, the gradient is divided by the samples only.

Network: 4-3:relu-2, loss mean_squared_error, factor 0.5.
Source: https://github.com/scikit-learn/scikit-learn/issues/8349
    (Bug in bfgs gradient computation of MLPRegressor with multiple output neurons)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def loss_grad(X, y, coefs, intercepts):
    n_samples = X.shape[0]
    activations = [X]
    for i in range(len(coefs)):
        activations.append(activations[i] @ coefs[i] + intercepts[i])
        if i + 1 < len(coefs):
            np.maximum(activations[i + 1], 0, out=activations[i + 1])
    loss = ((y - activations[-1]) ** 2).mean() / 2

    coef_grads = [None] * len(coefs)
    intercept_grads = [None] * len(coefs)
    deltas = activations[-1] - y
    for i in range(len(coefs) - 1, -1, -1):
        coef_grads[i] = activations[i].T @ deltas / n_samples
        intercept_grads[i] = np.sum(deltas, 0) / n_samples
        if i > 0:
            deltas = deltas @ coefs[i].T
            deltas[activations[i] == 0] = 0
    return loss, coef_grads, intercept_grads
