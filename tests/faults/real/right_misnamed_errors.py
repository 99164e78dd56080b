"""Names that mean something else: dw and db look as if a bias's gradient were formed from dW.

Network: 4-3:tanh-3:tanh-2:tanh, loss squared_error.
Source: index of public code, the string 'db1 = np.sum(dw1, axis=1'
    (a network on parity: dw3 is the error, the gradient is np.dot(dw3, dz3dw3.T))
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def tanh_p(x):
    return 1 - np.tanh(x) ** 2


def step(x, t, w1, b1, w2, b2, w3, b3, lr=0.2):
    z1 = np.dot(w1, x) + b1
    a1 = np.tanh(z1)
    z2 = np.dot(w2, a1) + b2
    a2 = np.tanh(z2)
    z3 = np.dot(w3, a2) + b3
    a3 = np.tanh(z3)

    dw3 = 2 * (a3 - t) * tanh_p(z3)
    db3 = np.sum(dw3, axis=1, keepdims=True)
    dw2 = np.dot(w3.T, dw3) * tanh_p(z2)
    db2 = np.sum(dw2, axis=1, keepdims=True)
    dw1 = np.dot(w2.T, dw2) * tanh_p(z1)
    db1 = np.sum(dw1, axis=1, keepdims=True)

    w3 = w3 - lr * np.dot(dw3, a2.T)
    b3 = b3 - lr * db3
    w2 = w2 - lr * np.dot(dw2, a1.T)
    b2 = b2 - lr * db2
    w1 = w1 - lr * np.dot(dw1, x.T)
    b1 = b1 - lr * db1
    return w1, b1, w2, b2, w3, b3
