"""The loss has divided by the samples already; the biases' gradients are a mean over them again.

Network: 3-5:relu-2, loss half_squared_error.
Source: https://github.com/kvfrans/notes/issues/5
    (Issue on page /2-training-neural-networks/backpropagation.html)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def grads(params, x, y):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    h1 = w1 @ x + b1[:, None]
    h2 = np.maximum(h1, 0)
    out = w2 @ h2 + b2[:, None]
    d_out = (out - y) / x.shape[1]
    d_w2 = d_out @ h2.T
    d_b2 = np.mean(d_out, axis=1)
    d_h2 = w2.T @ d_out
    d_h1 = d_h2 * (h1 > 0)
    d_w1 = d_h1 @ x.T
    d_b1 = np.mean(d_h1, axis=1)
    return {"w1": d_w1, "b1": d_b1, "w2": d_w2, "b2": d_b2}
