"""relu2deriv is (output >= 0) and is given relu's output, so it is always 1.

Network: 5-4:relu:nobias-3:nobias, loss half_squared_error, reduction sum.
Source: https://github.com/iamtrask/Grokking-Deep-Learning/pull/13
    (Modified relu() and relu2deriv)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


relu = lambda x: (x >= 0) * x
relu2deriv = lambda x: x >= 0


def train_batch(layer_0, labels, weights_0_1, weights_1_2, alpha=0.005):
    layer_1 = relu(np.dot(layer_0, weights_0_1))
    layer_2 = np.dot(layer_1, weights_1_2)

    layer_2_delta = labels - layer_2
    layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)

    weights_1_2 += alpha * layer_1.T.dot(layer_2_delta)
    weights_0_1 += alpha * layer_0.T.dot(layer_1_delta)
    return weights_0_1, weights_1_2
