"""w_h and w_out, sums over the mini-batch, the penalty l2 Σw² ⁄ 2 of the weights.

Network: 4-5:sigmoid-3:sigmoid, loss binary_cross_entropy, reduction sum, l2 0.05.
Source: https://github.com/rasbt/python-machine-learning-book-2nd-edition/issues/54
    (Ch12 back propagation - sigmoid derivative not included: doubted, and right for the cross-entropy)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNetMLP:
    def __init__(self, n_features, n_hidden, n_output):
        rng = np.random.default_rng(0)
        self.l2 = 0.1
        self.b_h = np.zeros(n_hidden)
        self.w_h = rng.normal(0.0, 0.1, (n_features, n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = rng.normal(0.0, 0.1, (n_hidden, n_output))

    def _sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-np.clip(z, -250, 250)))

    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        return z_h, a_h, z_out, self._sigmoid(z_out)

    def gradients(self, X, y_enc):
        z_h, a_h, z_out, a_out = self._forward(X)
        sigma_out = a_out - y_enc
        sigmoid_derivative_h = a_h * (1.0 - a_h)
        sigma_h = np.dot(sigma_out, self.w_out.T) * sigmoid_derivative_h
        grad_w_h = np.dot(X.T, sigma_h)
        grad_b_h = np.sum(sigma_h, axis=0)
        grad_w_out = np.dot(a_h.T, sigma_out)
        grad_b_out = np.sum(sigma_out, axis=0)
        return (grad_w_h + self.l2 * self.w_h, grad_b_h, grad_w_out + self.l2 * self.w_out, grad_b_out)
