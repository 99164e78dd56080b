"""Z is what others call A1.

Network: 4-5:tanh-3:softmax, loss cross_entropy, reduction sum.
Source: https://github.com/lazyprogrammer/facial-expression-recognition/issues/2
    (Derivative of the activation function: 1 − Z·Z is right, Z is tanh's value)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def gradients(X, T, W1, b1, W2, b2):
    Z = np.tanh(X.dot(W1) + b1)
    expA = np.exp(Z.dot(W2) + b2)
    pY = expA / expA.sum(axis=1, keepdims=True)
    pY_T = pY - T
    dW2 = Z.T.dot(pY_T)
    db2 = pY_T.sum(axis=0)
    dZ = pY_T.dot(W2.T) * (1 - Z * Z)
    dW1 = X.T.dot(dZ)
    db1 = dZ.sum(axis=0)
    return dW1, db1, dW2, db2
