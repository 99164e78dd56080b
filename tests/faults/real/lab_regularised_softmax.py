"""The loss adds reg ΣW², the gradient reg W instead of 2 reg W.

Network: 5-4:softmax:nobias, loss cross_entropy, l2 0.25.
Source: https://github.com/jingtinghuang/CS231n-Spring-2017/issues/3
    (Missing factor of 2 in gradient of L2 regularization)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


reg = 0.25


def softmax_loss_vectorized(W, X, y):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    prob = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.log(prob[np.arange(num_train), y])) / num_train
    loss += reg * np.sum(W * W)

    dscores = prob
    dscores[np.arange(num_train), y] -= 1
    dW = X.T.dot(dscores) / num_train
    dW += reg * W
    return loss, dW
