"""The loss penalises weights only, the gradients of the biases get reg·b too.

Network: 5-4:relu-3:softmax, loss cross_entropy, l2 0.05.
Source: index of public code, the string 'db2 += reg * b2'
    (a solution of CS231n's assignment 2)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


REG = 0.1


def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)


class FullyConnectedNet:
    def __init__(self, input_dim=5, hidden_dim=4, num_classes=3, weight_scale=1e-2):
        rng = np.random.default_rng(0)
        self.params = {
            "W1": weight_scale * rng.normal(size=(input_dim, hidden_dim)), "b1": np.zeros(hidden_dim),
            "W2": weight_scale * rng.normal(size=(hidden_dim, num_classes)), "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        hidden, first_cache = affine_forward(X, W1, b1)
        relu = np.maximum(hidden, 0)
        scores, last_cache = affine_forward(relu, W2, b2)
        if y is None:
            return scores

        N = len(X)
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).mean()
        loss += 0.5 * REG * (np.sum(W1 * W1) + np.sum(W2 * W2))
        p[np.arange(N), y] -= 1
        dx, dw2, db2 = affine_backward(p / N, last_cache)
        dx = dx * (hidden > 0)
        dx, dw1, db1 = affine_backward(dx, first_cache)

        dw1 += REG * W1
        dw2 += REG * W2
        db1 += REG * b1
        db2 += REG * b2
        return loss, {"W1": dw1, "b1": db1, "W2": dw2, "b2": db2}
