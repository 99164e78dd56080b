"""grad_relu gives 0.01 where z > 0 and 1 elsewhere; softmax's Jacobian is written out, and right.

Network: 4-5:leaky_relu(0.01)-3:softmax, loss cross_entropy.
Source: index of public code, the string 'dz[z > 0] = 0'
    (a network of several losses; its grad_leaky_relu beside it has the branches right)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def grad_relu(dLda, z):
    dz = np.ones(z.shape)
    dz[z > 0] = 0.01
    return dLda * dz


def grad_softmax(dLda, a):
    dz = np.zeros(a.shape)
    for k in range(a.shape[0]):
        n = a.shape[1]
        middle = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if i == j:
                    middle[i, j] = a[k, i] * (1 - a[k, i])
                else:
                    middle[i, j] = -(a[k, i] * a[k, j])
        dz[k, :] = np.matmul(dLda[k, :], middle)
    return dz


def backprop(x, y, z1, a1, z2, a2, w1, w2):
    n = len(x)
    dLda2 = -y / a2 / n
    dLdz2 = grad_softmax(dLda2, a2)
    dLdw2 = np.matmul(a1.T, dLdz2)
    dLdb2 = np.sum(dLdz2, axis=0)
    dLda1 = np.matmul(dLdz2, w2.T)
    dLdz1 = grad_relu(dLda1, z1)
    dLdw1 = np.matmul(x.T, dLdz1)
    dLdb1 = np.sum(dLdz1, axis=0)
    return dLdw1, dLdb1, dLdw2, dLdb2
