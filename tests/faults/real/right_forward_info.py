"""Names of every local derivative; B1 for a bias, P for the prediction; keys of weights in the answer.

Network: 4-5:sigmoid-1, loss half_squared_error, reduction sum.
Source: https://github.com/SethHWeidman/DLFS_code/issues/8
    (Typo in 02_fundamentals/Code.ipynb)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def loss_gradients(forward_info, weights):
    dLdP = -(forward_info["y"] - forward_info["P"])
    dPdM2 = np.ones_like(forward_info["M2"])
    dLdM2 = dLdP * dPdM2
    dPdB2 = np.ones_like(weights["B2"])
    dLdB2 = (dLdP * dPdB2).sum(axis=0)
    dM2dW2 = np.transpose(forward_info["O1"], (1, 0))
    dLdW2 = np.dot(dM2dW2, dLdP)
    dM2dO1 = np.transpose(weights["W2"], (1, 0))
    dLdO1 = np.dot(dLdM2, dM2dO1)
    sigmoid = 1 / (1 + np.exp(-forward_info["N1"]))
    dO1dN1 = sigmoid * (1 - sigmoid)
    dLdN1 = dLdO1 * dO1dN1
    dLdB1 = (dLdN1 * np.ones_like(weights["B1"])).sum(axis=0)
    dLdM1 = dLdN1 * np.ones_like(forward_info["M1"])
    dM1dW1 = np.transpose(forward_info["X"], (1, 0))
    dLdW1 = np.dot(dM1dW1, dLdM1)
    return {"W2": dLdW2, "B2": dLdB2, "W1": dLdW1, "B1": dLdB1}
