"""Backward passes through a layer norm, right and wrong, in the styles in which people write them."""

from __future__ import annotations

FORWARD = """
    u = x @ W1.T + b1
    mu = u.mean(axis=1, keepdims=True)
    var = u.var(axis=1, keepdims=True)
    rstd = 1 / np.sqrt(var + 1e-5)
    xhat = (u - mu) * rstd
    z1 = gamma1 * xhat + beta1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
"""
BACKWARD = """
    n = u.shape[1]
    dz2 = (y - t) / len(x)
    dW2 = dz2.T @ a1
    db2 = dz2.sum(axis=0)
    dz1 = (dz2 @ W2) * (z1 > 0)
    dgamma1 = (dz1 * xhat).sum(axis=0)
    dbeta1 = dz1.sum(axis=0)
    dxhat = dz1 * gamma1
    s1, s2 = dxhat.sum(axis=1, keepdims=True), (dxhat * xhat).sum(axis=1, keepdims=True)
    du = rstd / n * (n * dxhat - s1 - xhat * s2)
    dW1 = du.T @ x
    db1 = du.sum(axis=0)
"""
ARGUMENTS = (
    "import numpy as np\n\ndef backward(x, t, W1, b1, gamma1, beta1, W2, b2):"
    + FORWARD
    + BACKWARD
    + "    return dW1, db1, dgamma1, dbeta1, dW2, db2\n"
)
CLOSED = """    s1, s2 = dxhat.sum(axis=1, keepdims=True), (dxhat * xhat).sum(axis=1, keepdims=True)
    du = rstd / n * (n * dxhat - s1 - xhat * s2)
"""
STEPS = ARGUMENTS.replace(
    CLOSED,
    """    dvar = (dxhat * (u - mu) * -0.5 * rstd**3).sum(axis=1, keepdims=True)
    dmu = (-dxhat * rstd).sum(axis=1, keepdims=True) + dvar * (-2 * (u - mu)).mean(axis=1, keepdims=True)
    du = dxhat * rstd + dvar * 2 * (u - mu) / n + dmu / n
""",
)
"""Step by step, as in Ioffe and Szegedy 2015, algorithm 1."""
RENAMED = ARGUMENTS.replace("gamma1", "gamma").replace("beta1", "beta")
MODULES = ARGUMENTS.replace("dgamma1", "dg").replace("dbeta1", "dB").replace("gamma1", "ln1_weight")
MODULES = MODULES.replace("beta1", "ln1_bias")
DICTIONARY = """import numpy as np

def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)

def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    x = x.T
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    x_hat = x_hat.T
    return gamma * x_hat + beta, (x_hat, gamma, std)

def layernorm_backward(dout, cache):
    x_hat, gamma, std = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = (dout * gamma).T
    x_hat = x_hat.T
    D = x_hat.shape[0]
    dx = (D * dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0)) / (D * std)
    return dx.T, dgamma, dbeta

class FullyConnectedNet(object):
    def __init__(self, hidden_dims=None, input_dim=4, num_classes=3, weight_scale=1e-2, reg=0.0):
        self.num_layers = len(hidden_dims) + 1
        self.params = {}
        self.reg = reg
        dims = [input_dim, *hidden_dims, num_classes]
        for i in range(self.num_layers):
            self.params["W%d" % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params["b%d" % (i + 1)] = np.zeros(dims[i + 1])
            if i < self.num_layers - 1:
                self.params["gamma%d" % (i + 1)] = np.ones(dims[i + 1])
                self.params["beta%d" % (i + 1)] = np.zeros(dims[i + 1])
        self.ln_params = [{} for _ in range(self.num_layers - 1)]

    def loss(self, X, y):
        caches, out = [], X
        for i in range(1, self.num_layers + 1):
            out, fc = affine_forward(out, self.params["W%d" % i], self.params["b%d" % i])
            ln = None
            if i < self.num_layers:
                gamma, beta = self.params["gamma%d" % i], self.params["beta%d" % i]
                out, ln = layernorm_forward(out, gamma, beta, self.ln_params[i - 1])
                relu, out = out, np.maximum(out, 0)
                ln = (ln, relu)
            caches.append((fc, ln))
        p = np.exp(out - out.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        N = X.shape[0]
        loss = -np.log(p[np.arange(N), y]).mean()
        dout = p.copy()
        dout[np.arange(N), y] -= 1
        dout /= N
        grads = {}
        for i in range(self.num_layers, 0, -1):
            fc, ln = caches[i - 1]
            if ln is not None:
                dout = dout * (ln[1] > 0)
                dout, grads["gamma%d" % i], grads["beta%d" % i] = layernorm_backward(dout, ln[0])
            dout, grads["W%d" % i], grads["b%d" % i] = affine_backward(dout, fc)
        return loss, grads
"""
"""As in a course's exercises on fully connected networks."""
LAYERS = """import numpy as np

class Linear:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_out, n_in), np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b
    def backward(self, d):
        self.dW, self.db = d.T @ self.x, d.sum(axis=0)
        return d @ self.W

class LayerNorm:
    def __init__(self, n, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(n), np.zeros(n), eps
    def forward(self, x):
        self.std = np.sqrt(x.var(axis=-1, keepdims=True) + self.eps)
        self.xhat = (x - x.mean(axis=-1, keepdims=True)) / self.std
        return self.gamma * self.xhat + self.beta
    def backward(self, d):
        self.dgamma, self.dbeta = (d * self.xhat).sum(axis=0), d.sum(axis=0)
        dx = d * self.gamma
        along = (dx * self.xhat).mean(axis=-1, keepdims=True)
        return (dx - dx.mean(axis=-1, keepdims=True) - self.xhat * along) / self.std

class Relu:
    def forward(self, x):
        self.on = x > 0
        return x * self.on
    def backward(self, d):
        return d * self.on

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.layers = [Linear(n_in, n_hidden), LayerNorm(n_hidden), Relu(), Linear(n_hidden, n_out)]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        p = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = p / p.sum(axis=1, keepdims=True)
        return self.y
    def backward(self, t):
        d = (self.y - t) / len(t)
        for layer in reversed(self.layers):
            d = layer.backward(d)
"""
RIGHT = {
    "arguments": (ARGUMENTS, "backward"),
    "step by step": (STEPS, "backward"),
    "one gamma": (RENAMED, "backward"),
    "names of modules": (MODULES, "backward"),
    "a dictionary": (DICTIONARY, "FullyConnectedNet"),
    "layers": (LAYERS, "Net"),
}
WRONG = {
    "norm-constant": ("    du = rstd / n * (n * dxhat - s1 - xhat * s2)", "    du = dxhat * rstd"),
    "norm-mean-missing": ("(n * dxhat - s1 - xhat * s2)", "(n * dxhat - xhat * s2)"),
    "norm-variance-missing": ("(n * dxhat - s1 - xhat * s2)", "(n * dxhat - s1)"),
    "norm-passed-over": ("    du = rstd / n * (n * dxhat - s1 - xhat * s2)", "    du = dxhat"),
    "norm-root": ("rstd / n *", "1 / n *"),
    "norm-wrong-axis": (
        "dxhat.sum(axis=1, keepdims=True), (dxhat * xhat).sum(axis=1, keepdims=True)",
        "dxhat.sum(axis=0), (dxhat * xhat).sum(axis=0)",
    ),
    "norm-divisor": ("    n = u.shape[1]", "    n = u.shape[0]"),
    "norm-way-factor": ("- s1 - xhat * s2)", "- s1 + xhat * s2)"),
    "norm-uncentred": ("- xhat * s2)", "- (u - mu) * s2)"),
    "gain-outside": (
        "    du = rstd / n * (n * dxhat - s1 - xhat * s2)",
        "    s1, s2 = dz1.sum(axis=1, keepdims=True), (dz1 * xhat).sum(axis=1, keepdims=True)\n"
        "    du = gamma1 * rstd / n * (n * dz1 - s1 - xhat * s2)",
    ),
    "gain-missing": ("dxhat = dz1 * gamma1", "dxhat = dz1"),
    "gain-twice": ("dxhat = dz1 * gamma1", "dxhat = dz1 * gamma1 * gamma1"),
    "normalised-missing": ("(dz1 * xhat).sum(axis=0)", "dz1.sum(axis=0)"),
    "wrong-normalised": ("(dz1 * xhat).sum(axis=0)", "(dz1 * u).sum(axis=0)"),
    "error-after-gain": ("dbeta1 = dz1.sum(axis=0)", "dbeta1 = (dz1 * gamma1).sum(axis=0)"),
    "batch-sum-everything": ("dbeta1 = dz1.sum(axis=0)", "dbeta1 = dz1.sum()"),
    "batch-sum-missing": ("dgamma1 = (dz1 * xhat).sum(axis=0)", "dgamma1 = dz1 * xhat"),
    "batch-sum-axis": ("dgamma1 = (dz1 * xhat).sum(axis=0)", "dgamma1 = (dz1 * xhat).sum(axis=1)"),
}
"""Kind of mistake → the piece of right code that goes, and what comes."""

OF_A_BATCH = ARGUMENTS.replace("axis=1", "axis=0").replace("n = u.shape[1]", "n = u.shape[0]")
OF_A_BATCH = OF_A_BATCH.replace("z2.max(axis=0", "z2.max(axis=1").replace("e.sum(axis=0", "e.sum(axis=1")
"""The same with a batch norm, which takes its means over the samples."""
UNBIASED = ARGUMENTS.replace("u.var(axis=1, keepdims=True)", "u.var(axis=1, keepdims=True, ddof=1)")
UNBIASED = UNBIASED.replace("- xhat * s2)", "- xhat * s2 * n / (n - 1))")
"""The gradients of a norm whose variance is divided by n − 1."""
