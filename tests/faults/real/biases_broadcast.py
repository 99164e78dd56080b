"""The gradient of a bias keeps a row for every sample, and the new bias broadcasts to that shape.

Network: 4-4:tanh-2, loss half_squared_error.
Source: https://github.com/jimfleming/differentiation/issues/1
    (Biases are being broadcasted)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def step(x, y, weights_0, biases_0, weights_1, biases_1, learning_rate=0.1):
    hidden = np.tanh(x @ weights_0 + biases_0)
    output = hidden @ weights_1 + biases_1
    grad = (output - y) / len(x)

    weights_1_new = weights_1 - learning_rate * (hidden.T @ grad)
    biases_1_new = biases_1 - learning_rate * grad
    grad = grad @ weights_1.T * (1 - hidden**2)
    weights_0_new = weights_0 - learning_rate * (x.T @ grad)
    biases_0_new = biases_0 - learning_rate * grad
    return weights_0_new, biases_0_new, weights_1_new, biases_1_new
