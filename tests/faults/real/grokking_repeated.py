"""The whole update stands inside the loop over the samples that counts the correct ones, so it is made m
times.

Network: 5-4:relu:nobias-3:nobias, loss half_squared_error.
Source: https://github.com/iamtrask/Grokking-Deep-Learning/issues/16
    (Repeated iterations)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def relu(x):
    return (x > 0) * x


def relu2deriv(output):
    return output > 0


def train_batch(layer_0, labels, weights_0_1, weights_1_2, alpha=0.001):
    batch_size = len(layer_0)
    layer_1 = relu(np.dot(layer_0, weights_0_1))
    layer_2 = np.dot(layer_1, weights_1_2)
    correct_cnt = 0
    for k in range(batch_size):
        correct_cnt += int(np.argmax(layer_2[k]) == np.argmax(labels[k]))

        layer_2_delta = (labels - layer_2) / batch_size
        layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)
        weights_1_2 += alpha * layer_1.T.dot(layer_2_delta)
        weights_0_1 += alpha * layer_0.T.dot(layer_1_delta)
    return weights_0_1, weights_1_2
