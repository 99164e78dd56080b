"""The gradient uses l2_error, a name that does not exist; the variable is layer2_error.

Network: 3-4:sigmoid:nobias-1:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/llSourcell/neural_networks/issues/3
    (simple_af_network.ipynb Error in code - layer2_error variable)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def activate(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def train_step(X, y, synapse0, synapse1):
    layer1 = activate(np.dot(X, synapse0))
    layer2 = activate(np.dot(layer1, synapse1))
    layer2_error = y - layer2
    layer2_gradient = l2_error * activate(layer2, deriv=True)
    layer1_error = layer2_gradient.dot(synapse1.T)
    layer1_gradient = layer1_error * activate(layer1, deriv=True)
    synapse1 += layer1.T.dot(layer2_gradient)
    synapse0 += X.T.dot(layer1_gradient)
