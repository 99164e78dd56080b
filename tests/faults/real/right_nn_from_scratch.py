"""A model's dictionary, rows, y as class numbers, the probabilities changed in place.

Network: 2-4:tanh-3:softmax, loss cross_entropy, l2 0.005.
Source: https://github.com/dennybritz/nn-from-scratch/issues/13
    (gradient checks do not match: as the issue wants it)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


reg_lambda = 0.01


def backward(model, X, y):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    num_examples = len(X)
    a1 = np.tanh(X.dot(W1) + b1)
    z2 = a1.dot(W2) + b2
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

    delta3 = probs
    delta3[range(num_examples), y] -= 1
    delta3 /= num_examples
    dW2 = (a1.T).dot(delta3)
    db2 = np.sum(delta3, axis=0, keepdims=True)
    delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))
    dW1 = np.dot(X.T, delta2)
    db1 = np.sum(delta2, axis=0)
    dW2 += reg_lambda * W2
    dW1 += reg_lambda * W1
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
