"""dw2 is formed with A2 where A1 belongs, and dz1 with w2 where w2.T belongs; equal widths hide both.

Network: 5-3:sigmoid-3:sigmoid-3:sigmoid-2:softmax, loss cross_entropy.
Source: index of public code, the string 'dz1 = np.dot(w2, dz2) * A1 * (1 - A1)'
    (a four-layer digit classifier)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def backward(x, y, W, A):
    m = x.shape[1]
    w1, w2, w3, w4 = W
    A1, A2, A3, A4 = A

    dz4 = A4 - y
    dw4 = 1 / m * dz4.dot(A3.T)
    db4 = 1 / m * np.sum(dz4, axis=1, keepdims=True)

    dz3 = np.dot(w4.T, dz4) * A3 * (1 - A3)
    dw3 = 1 / m * dz3.dot(A2.T)
    db3 = 1 / m * np.sum(dz3, axis=1, keepdims=True)

    dz2 = np.dot(w3.T, dz3) * A2 * (1 - A2)
    dw2 = 1 / m * dz2.dot(A2.T)
    db2 = 1 / m * np.sum(dz2, axis=1, keepdims=True)

    dz1 = np.dot(w2, dz2) * A1 * (1 - A1)
    dw1 = 1 / m * dz1.dot(x.T)
    db1 = 1 / m * np.sum(dz1, axis=1, keepdims=True)

    gradient = {"dw1": dw1, "db1": db1, "dw2": dw2, "db2": db2,
                "dw3": dw3, "db3": db3, "dw4": dw4, "db4": db4}
    return gradient
