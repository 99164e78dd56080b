"""Training changes the weights only; the biases keep their first values.

Network: 3-4:sigmoid-1:sigmoid, loss half_squared_error.
Source: https://github.com/mattm/simple-neural-network/pull/10
    (Updated bias values while training)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def squash(total):
    return 1 / (1 + np.exp(-total))


def train(network, training_inputs, training_outputs, learning_rate=0.5):
    hidden, output = network["hidden"], network["output"]
    h = squash(hidden["weights"] @ training_inputs + hidden["bias"])
    o = squash(output["weights"] @ h + output["bias"])

    pd_errors_wrt_output = -(training_outputs - o) * o * (1 - o)
    pd_errors_wrt_hidden = output["weights"].T @ pd_errors_wrt_output * h * (1 - h)

    output["weights"] -= learning_rate * np.outer(pd_errors_wrt_output, h)
    hidden["weights"] -= learning_rate * np.outer(pd_errors_wrt_hidden, training_inputs)
