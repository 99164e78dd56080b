"""The gradients are copied together before the penalty's are added, so these never arrive.

Network: 4-3:tanh-2, loss half_squared_error, l2 0.05.
Source: https://github.com/Artelnics/opennn/issues/241
    (Problems with Regularization Methods)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


regularization_weight = 0.1


def assemble_layers_error_gradient(layers):
    return {name: np.copy(g) for name, g in layers.items()}


def back_propagate(inputs, targets, W1, b1, W2, b2):
    m = len(inputs)
    combinations = inputs @ W1 + b1
    hidden = np.tanh(combinations)
    outputs = hidden @ W2 + b2
    delta = (outputs - targets) / m
    hidden_delta = delta @ W2.T * (1 - hidden**2)
    layers = {"dW1": inputs.T @ hidden_delta, "db1": hidden_delta.sum(axis=0),
              "dW2": hidden.T @ delta, "db2": delta.sum(axis=0)}
    gradient = assemble_layers_error_gradient(layers)
    # add_regularization_gradient
    layers["dW1"] += regularization_weight * W1
    layers["dW2"] += regularization_weight * W2
    return gradient
