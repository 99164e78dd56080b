"""As the question proposes it: σ(a)(1 − σ(a)) of what is an activation already, in the hidden layers.

Network: 3-4:sigmoid-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: https://github.com/rasmusbergpalm/DeepLearnToolbox/issues/165
    (derivative of sigmoid at nnbp.m)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigm(x):
    return 1 / (1 + np.exp(-x))


def nnbp(x, y, W, b):
    a = [x]
    for i in range(len(W)):
        a.append(sigm(a[i] @ W[i].T + b[i]))
    n = len(W)
    e = y - a[-1]
    d = [None] * (n + 1)
    d[n] = -e * (a[n] * (1 - a[n]))
    for i in range(n - 1, 0, -1):
        d_act = sigm(a[i]) * (1 - sigm(a[i]))
        d[i] = (d[i + 1] @ W[i]) * d_act
    dW = [d[i + 1].T @ a[i] / len(x) for i in range(n)]
    db = [d[i + 1].mean(axis=0) for i in range(n)]
    return dW, db
