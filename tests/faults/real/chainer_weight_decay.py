"""The decay is subtracted from the gradient, not added.

Network: 4-3:sigmoid-2, loss half_squared_error, l2 0.05.
Source: https://github.com/chainer/chainer/issues/261
    (Maybe there is a bug in chainer.optimizer.weight_decay(decay).)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


DECAY = 0.1


def weight_decay(params, grads, decay):
    for name, p in params.items():
        if name.startswith("W"):
            grads[name] -= decay * p


def gradients(params, x, t):
    h = 1 / (1 + np.exp(-(x.dot(params["W1"].T) + params["b1"])))
    y = h.dot(params["W2"].T) + params["b2"]
    gy = (y - t) / len(x)
    gh = gy.dot(params["W2"]) * h * (1 - h)
    grads = {"W1": gh.T.dot(x), "b1": gh.sum(axis=0), "W2": gy.T.dot(h), "b2": gy.sum(axis=0)}
    weight_decay(params, grads, DECAY)
    return grads
