"""The output's sigmoid is not differentiated, and the hidden error uses weights that were just updated.

Network: 5-4:sigmoid-3:sigmoid, loss half_squared_error.
Source: https://github.com/Bot-Academy/NeuralNetworkFromScratch/pull/3
    (Fixed formally wrong backpropagation/gradient descent)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def train_one(img, l, w_i_h, w_h_o, b_i_h, b_h_o, learn_rate=0.01):
    # forward propagation, input -> hidden -> output
    h_pre = b_i_h + w_i_h @ img
    h = 1 / (1 + np.exp(-h_pre))
    o_pre = b_h_o + w_h_o @ h
    o = 1 / (1 + np.exp(-o_pre))

    # backpropagation, output -> hidden
    delta_o = o - l
    w_h_o += -learn_rate * delta_o @ np.transpose(h)
    b_h_o += -learn_rate * delta_o
    # backpropagation, hidden -> input
    delta_h = np.transpose(w_h_o) @ delta_o * (h * (1 - h))
    w_i_h += -learn_rate * delta_h @ np.transpose(img)
    b_i_h += -learn_rate * delta_h
