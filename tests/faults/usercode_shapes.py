"""Right backward code in the shapes in which people write it: name → (network, what to call, text).

Each is written here after its kind; the kinds are those of courses, books and questions.
"""

from __future__ import annotations

from chalkgrad import Network

SIGMOIDS = Network("4-3:sigmoid-2:sigmoid", loss="half_squared_error")
RELU = Network("4-3:relu-1:sigmoid")
DEEP = Network("4-3:relu-5:relu-1:sigmoid")
CLASSES = Network("4-3:relu-2:softmax")
SUMMED = Network("4-3:sigmoid:nobias-1:sigmoid:nobias", loss="squared_error", reduction="sum")
SAMPLES = Network("4-3:sigmoid:nobias-2:sigmoid:nobias", loss="half_squared_error")
PENALTY = Network("4-3:relu-2:softmax", l2=0.05)

S = "import numpy as np\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"

SHAPES: dict[str, tuple[Network, str, str]] = {}


def shape(name: str, network: Network, target: str, text: str) -> None:
    """Put one shape into the table."""
    assert name not in SHAPES
    SHAPES[name] = network, target, text


# -- dictionaries, tuples, lists --------------------------------------------------------------------------

BODY = """
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (A1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
"""
GRADS = '    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}\n'
shape(
    "params and cache",
    RELU,
    "backward_propagation",
    "import numpy as np\ndef backward_propagation(parameters, cache, X, Y):\n"
    '    W2 = parameters["W2"]\n    A1, A2 = cache["A1"], cache["A2"]' + BODY + GRADS,
)
shape(
    "a cache that holds everything",
    RELU,
    "backward",
    "import numpy as np\ndef backward(params, cache, y):\n"
    '    Y = y\n    X = cache["X"]\n    W2 = params["w2"]\n    A1, A2 = cache["a1"], cache["a2"]'
    + BODY
    + GRADS,
)
shape(
    "a cache that is a tuple",
    RELU,
    "backward_propagation_n",
    "import numpy as np\ndef backward_propagation_n(X, Y, cache):\n"
    "    (Z1, A1, W1, b1, Z2, A2, W2, b2) = cache" + BODY + GRADS,
)
shape(
    "a cache of the file's own forward pass",
    RELU,
    "backward",
    S
    + """
def forward(X, W1, b1, W2, b2):
    hidden = np.maximum(0, W1 @ X + b1)
    out = sigmoid(W2 @ hidden + b2)
    return out, {"inp": X, "hid": hidden, "second": W2, "out": out}
def backward(cache, Y):
    X, A1, A2, W2 = cache["inp"], cache["hid"], cache["out"], cache["second"]"""
    + BODY
    + GRADS,
)
shape(
    "a key a layer",
    RELU,
    "backward",
    "import numpy as np\ndef backward(params, cache, X, Y):\n"
    '    W2 = params["layer2"]["W"]\n    A1, A2 = cache[1]["A"], cache[2]["A"]' + BODY + GRADS,
)
NG = """
def relu(Z):
    return np.maximum(0, Z)
def relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ
def sigmoid_backward(dA, cache):
    s = sigmoid(cache)
    return dA * s * (1 - s)
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = dZ.dot(A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return W.T.dot(dZ), dW, db
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    if activation == "relu":
        dZ = relu_backward(dA, activation_cache)
    else:
        dZ = sigmoid_backward(dA, activation_cache)
    return linear_backward(dZ, linear_cache)
def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    Y = Y.reshape(AL.shape)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    current_cache = caches[L - 1]
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = linear_activation_backward(
        dAL, current_cache, "sigmoid")
    for l in reversed(range(L - 1)):
        current_cache = caches[l]
        dA, dW, db = linear_activation_backward(grads["dA" + str(l + 1)], current_cache, "relu")
        grads["dA" + str(l)] = dA
        grads["dW" + str(l + 1)] = dW
        grads["db" + str(l + 1)] = db
    return grads
"""
shape("a list of caches", DEEP, "L_model_backward", S + NG)
shape(
    "a list of caches, flat",
    DEEP,
    "L_model_backward",
    S
    + NG.replace("linear_cache, activation_cache = cache", "A_prev, W, b, Z = cache")
    .replace("activation_cache", "Z")
    .replace("linear_cache", "(A_prev, W, b)"),
)
GENERIC = """
def backward(X, Y, weights, biases):
    a, acts, zs = X, [X], []
    for w, b in zip(weights, biases):
        z = w @ a + b
        zs.append(z)
        a = sigmoid(z) if w is weights[-1] else np.maximum(0, z)
        acts.append(a)
    m = X.shape[1]
    dws, dbs = [], []
    dz = acts[-1] - Y
    for l in range(len(weights) - 1, -1, -1):
        dws.insert(0, dz @ acts[l].T / m)
        dbs.insert(0, dz.sum(axis=1, keepdims=True) / m)
        if l:
            dz = (weights[l].T @ dz) * (zs[l - 1] > 0)
    return dws, dbs
"""
shape("lists of any depth", DEEP, "backward", S + GENERIC)
shape(
    "lists from 1",
    RELU,
    "backward",
    "import numpy as np\ndef backward(X, Y, W, b):\n"
    "    A1 = np.maximum(0, W[1] @ X + b[1])\n    A2 = 1 / (1 + np.exp(-(W[2] @ A1 + b[2])))\n    W2 = W[2]"
    + BODY
    + "    return [dW1, dW2], [db1, db2]\n",
)
shape(
    "weights in a list of activations",
    SIGMOIDS,
    "backward",
    S
    + """
def backward(activations_list, zs, weights, y):
    delta = (activations_list[-1] - y) * activations_list[-1] * (1 - activations_list[-1])
    n = y.shape[0]
    g2 = delta.T @ activations_list[1] / n
    c2 = delta.mean(axis=0)
    delta = delta @ weights[1] * sigmoid(zs[0]) * (1 - sigmoid(zs[0]))
    return {"dW": [delta.T @ activations_list[0] / n, g2], "db": [delta.mean(axis=0), c2]}
""".replace("activations_list", "acts"),
)
DLFS = """
def loss_gradients(forward_info, weights):
    G = {}
    dLdP = forward_info["P"] - forward_info["y"]
    dPdM2 = forward_info["P"] * (1 - forward_info["P"]) * dLdP / len(dLdP)
    G["W2"] = forward_info["O1"].T @ dPdM2
    G["B2"] = dPdM2.sum(axis=0)
    d = dPdM2 @ weights["W2"].T * forward_info["O1"] * (1 - forward_info["O1"])
    G["W1"] = forward_info["X"].T @ d
    G["B1"] = d.sum(axis=0)
    return G
"""
shape("letters of a book", SIGMOIDS, "loss_gradients", S + DLFS)

# -- classes as y, loss and gradients ---------------------------------------------------------------------

shape(
    "class numbers and (loss, grads)",
    PENALTY,
    "TwoLayerNet",
    """
import numpy as np
class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)
    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape
        h = np.maximum(0, X.dot(W1) + b1)
        scores = h.dot(W2) + b2
        if y is None:
            return scores
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).mean() + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        ds = p.copy()
        ds[np.arange(N), y] -= 1
        ds /= N
        grads['W2'] = h.T.dot(ds) + 2 * reg * W2
        grads['b2'] = ds.sum(axis=0)
        dh = ds.dot(W2.T)
        dh[h <= 0] = 0
        grads['W1'] = X.T.dot(dh) + 2 * reg * W1
        grads['b1'] = dh.sum(axis=0)
        return loss, grads
""",
)
ONE_HOT = """
import numpy as np
m = 41000
def one_hot(Y):
    out = np.zeros((Y.size, 2))
    out[np.arange(Y.size), Y] = 1
    return out.T
def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1)
    return dW1, db1, dW2, db2
"""
shape("a number of samples at the top of the file", CLASSES, "backward_prop", ONE_HOT)
shape(
    "names at the top of the file",
    SIGMOIDS,
    "gradients",
    S
    + """
X = np.array([[0.0, 1, 0, 1], [1, 1, 0, 0]])
y = np.array([[0.0, 1], [1, 0]])
W1 = np.random.randn(4, 3); b1 = np.zeros((1, 3)); W2 = np.random.randn(3, 2); b2 = np.zeros((1, 2))
def forward():
    h = sigmoid(X @ W1 + b1)
    return h, sigmoid(h @ W2 + b2)
def gradients():
    h, o = forward()
    d2 = (o - y) * o * (1 - o) / len(X)
    d1 = d2 @ W2.T * h * (1 - h)
    return X.T @ d1, d1.sum(axis=0, keepdims=True), h.T @ d2, d2.sum(axis=0, keepdims=True)
for i in range(3):
    print(i, gradients()[0].sum())
""",
)
shape(
    "a file whose data are missing",
    CLASSES,
    "backward_prop",
    ONE_HOT.replace("m = 41000", "data = np.loadtxt('no_such_file.csv')\nm, n = data.shape"),
)

# -- one sample a call ------------------------------------------------------------------------------------

NIELSEN = (
    S
    + """
def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))
class Network(object):
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a
    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]
    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            z = zs[-l]
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sigmoid_prime(z)
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return (nabla_b, nabla_w)
    def cost_derivative(self, output_activations, y):
        return output_activations - y
"""
)
shape("one sample a call", SIGMOIDS, "Network.backprop", NIELSEN)
shape("one sample a call, the class alone", SIGMOIDS, "Network", NIELSEN)
shape("a list of pairs", SIGMOIDS, "Network.update_mini_batch", NIELSEN)
shape(
    "a vector a call",
    SIGMOIDS,
    "backprop",
    S
    + """
def backprop(x, y, W1, b1, W2, b2):
    h = sigmoid(W1 @ x + b1)
    o = sigmoid(W2 @ h + b2)
    d2 = (o - y) * o * (1 - o)
    d1 = W2.T @ d2 * h * (1 - h)
    return np.outer(d1, x), d1, np.outer(d2, h), d2
""",
)
shape(
    "lists in a query, a step for a sample",
    SAMPLES,
    "neuralNetwork",
    S
    + """
class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes, self.hnodes, self.onodes = inputnodes, hiddennodes, outputnodes
        self.wih = np.random.normal(0.0, pow(self.hnodes, -0.5), (self.hnodes, self.inodes))
        self.who = np.random.normal(0.0, pow(self.onodes, -0.5), (self.onodes, self.hnodes))
        self.lr = learningrate
        self.activation_function = lambda x: sigmoid(x)
    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_outputs = self.activation_function(np.dot(self.wih, inputs))
        final_outputs = self.activation_function(np.dot(self.who, hidden_outputs))
        output_errors = (targets - final_outputs) * final_outputs * (1.0 - final_outputs)
        hidden_errors = np.dot(self.who.T, output_errors)
        self.who += self.lr * np.dot(output_errors, np.transpose(hidden_outputs))
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs),
                                     np.transpose(inputs))
    def query(self, inputs_list):
        return inputs_list
""",
)
shape(
    "changes by name, one vector a call",
    SAMPLES,
    "DeepNeuralNetwork",
    S
    + """
class DeepNeuralNetwork():
    def __init__(self, sizes, epochs=10, l_rate=0.001):
        self.sizes = sizes
        self.epochs = epochs
        self.l_rate = l_rate
        i, h, o = sizes
        self.params = {'W1': np.random.randn(h, i), 'W2': np.random.randn(o, h)}
    def forward_pass(self, x_train):
        params = self.params
        params['A0'] = x_train
        params['Z1'] = np.dot(params["W1"], params['A0'])
        params['A1'] = sigmoid(params['Z1'])
        params['Z2'] = np.dot(params["W2"], params['A1'])
        params['A2'] = sigmoid(params['Z2'])
        return params['A2']
    def backward_pass(self, y_train, output):
        params = self.params
        change_w = {}
        error = (output - y_train) * output * (1 - output)
        change_w['W2'] = np.outer(error, params['A1'])
        error = np.dot(params['W2'].T, error) * params['A1'] * (1 - params['A1'])
        change_w['W1'] = np.outer(error, params['A0'])
        return change_w
""",
)

# -- classes ----------------------------------------------------------------------------------------------

shape(
    "data in the constructor, nothing in the calls",
    SUMMED,
    "NeuralNetwork",
    S
    + """
def sigmoid_derivative(x):
    return x * (1.0 - x)
class NeuralNetwork:
    def __init__(self, x, y):
        self.input = x
        self.weights1 = np.random.rand(self.input.shape[1], 3)
        self.weights2 = np.random.rand(3, 1)
        self.y = y
        self.output = np.zeros(self.y.shape)
    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))
    def backprop(self):
        error = 2 * (self.y - self.output) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, error)
        d_weights1 = np.dot(self.input.T, (np.dot(error, self.weights2.T) * sigmoid_derivative(self.layer1)))
        self.weights1 += d_weights1
        self.weights2 += d_weights2
""",
)
DEMYSTIFIED = (
    S
    + """
class Neural_Network(object):
    def __init__(self):
        self.inputLayerSize = 4
        self.outputLayerSize = 1
        self.hiddenLayerSize = 3
        self.W1 = np.random.randn(self.inputLayerSize, self.hiddenLayerSize)
        self.W2 = np.random.randn(self.hiddenLayerSize, self.outputLayerSize)
    def forward(self, X):
        self.z2 = np.dot(X, self.W1)
        self.a2 = sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2)
        return sigmoid(self.z3)
    def sigmoidPrime(self, z):
        return np.exp(-z) / ((1 + np.exp(-z))**2)
    def costFunctionPrime(self, X, y):
        self.yHat = self.forward(X)
        delta3 = np.multiply(-2 * (y - self.yHat), self.sigmoidPrime(self.z3))
        dJdW2 = np.dot(self.a2.T, delta3)
        delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
        dJdW1 = np.dot(X.T, delta2)
        return dJdW1, dJdW2
"""
)
shape("widths in the class", SUMMED, "Neural_Network.costFunctionPrime", DEMYSTIFIED)
shape("widths in the class, the class alone", SUMMED, "Neural_Network", DEMYSTIFIED)
SYNAPSES = (
    S
    + """
class NeuralNetwork():
    def __init__(self):
        np.random.seed(1)
        self.synaptic_weights1 = 2 * np.random.random((4, 3)) - 1
        self.synaptic_weights2 = 2 * np.random.random((3, 1)) - 1
    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for iteration in range(number_of_training_iterations):
            hidden = sigmoid(np.dot(training_set_inputs, self.synaptic_weights1))
            output = sigmoid(np.dot(hidden, self.synaptic_weights2))
            delta2 = 2 * (training_set_outputs - output) * output * (1 - output)
            delta1 = delta2.dot(self.synaptic_weights2.T) * hidden * (1 - hidden)
            self.synaptic_weights1 += training_set_inputs.T.dot(delta1)
            self.synaptic_weights2 += hidden.T.dot(delta2)
"""
)
shape("a number of iterations", SUMMED, "NeuralNetwork", SYNAPSES)
shape(
    "gradients as attributes",
    SIGMOIDS,
    "MLP",
    S
    + """
class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=None):
        rng = np.random.default_rng(seed)
        self.W1 = rng.normal(size=(n_in, n_hidden)); self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.normal(size=(n_hidden, n_out)); self.b2 = np.zeros((1, n_out))
    def forward(self, X):
        self.X = X
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2
    def backward(self, y):
        m = y.shape[0]
        d2 = (self.a2 - y) * self.a2 * (1 - self.a2) / m
        self.dW2 = self.a1.T @ d2
        self.db2 = d2.sum(axis=0, keepdims=True)
        d1 = d2 @ self.W2.T * self.a1 * (1 - self.a1)
        self.dW1 = self.X.T @ d1
        self.db1 = d1.sum(axis=0, keepdims=True)
""",
)
shape(
    "layers with gradients of their own",
    SIGMOIDS,
    "Net",
    S
    + """
class Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
    def forward(self, inputs):
        self.inputs = inputs
        self.output = sigmoid(inputs @ self.weights + self.biases)
        return self.output
    def backward(self, dvalues):
        dz = dvalues * self.output * (1 - self.output)
        self.dweights = self.inputs.T @ dz
        self.dbiases = dz.sum(axis=0, keepdims=True)
        return dz @ self.weights.T
class Net:
    def __init__(self, sizes):
        self.layers = [Dense(a, b) for a, b in zip(sizes, sizes[1:])]
    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X
    def backward(self, y):
        d = (self.layers[-1].output - y) / len(y)
        for layer in reversed(self.layers):
            d = layer.backward(d)
""",
)
shape(
    "a step through train_step and self.learning_rate",
    RELU,
    "Model",
    S
    + """
class Model:
    def __init__(self, layer_dims, learning_rate=0.01):
        self.learning_rate = learning_rate
        self.parameters = {}
        for l in range(1, len(layer_dims)):
            self.parameters['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
            self.parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))
    def train_step(self, X, Y):
        p = self.parameters
        m = X.shape[1]
        A1 = np.maximum(0, p['W1'] @ X + p['b1'])
        A2 = sigmoid(p['W2'] @ A1 + p['b2'])
        dZ2 = A2 - Y
        dZ1 = p['W2'].T @ dZ2 * (A1 > 0)
        g = {'W1': dZ1 @ X.T / m, 'b1': dZ1.sum(axis=1, keepdims=True) / m,
             'W2': dZ2 @ A1.T / m, 'b2': dZ2.sum(axis=1, keepdims=True) / m}
        for key in p:
            p[key] = p[key] - self.learning_rate * g[key]
        return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
""",
)
shape(
    "weights made by a method",
    SIGMOIDS,
    "Net",
    S
    + """
class Net:
    def __init__(self, input_dim, hidden_dim, output_dim):
        self.dims = (input_dim, hidden_dim, output_dim)
    def init_weights(self):
        i, h, o = self.dims
        self.w1, self.w2 = np.random.randn(i, h), np.random.randn(h, o)
        self.b1, self.b2 = np.zeros(h), np.zeros(o)
    def feed_forward(self, X):
        h = sigmoid(X @ self.w1 + self.b1)
        return sigmoid(h @ self.w2 + self.b2), h
    def back_prop(self, X, y):
        o, h = self.feed_forward(X)
        d2 = (o - y) * o * (1 - o) / X.shape[0]
        d1 = d2 @ self.w2.T * h * (1 - h)
        return X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)
""",
)

# -- updates ----------------------------------------------------------------------------------------------

UPDATE = """
    n = len(x)
    h = sigmoid(x @ w1 + b1)
    o = sigmoid(h @ w2 + b2)
    d2 = (o - y) * o * (1 - o) / n
    d1 = d2 @ w2.T * h * (1 - h)
"""
shape(
    "returned weights",
    SIGMOIDS,
    "step",
    S
    + "def step(x, y, w1, b1, w2, b2, lr):"
    + UPDATE
    + "    w1 = w1 - lr * x.T @ d1\n    b1 = b1 - lr * d1.sum(0)\n"
    "    w2 = w2 - lr * h.T @ d2\n    b2 = b2 - lr * d2.sum(0)\n    return w1, b1, w2, b2\n",
)
shape(
    "in place, a constant rate",
    SIGMOIDS,
    "step",
    S + "def step(x, y, w1, b1, w2, b2):" + UPDATE + "    w1 -= 0.5 * (x.T @ d1)\n    b1 -= 0.5 * d1.sum(0)\n"
    "    w2 -= 0.5 * (h.T @ d2)\n    b2 -= 0.5 * d2.sum(0)\n",
)
shape(
    "a dictionary that is updated",
    SIGMOIDS,
    "update",
    S
    + "def update(params, x, y, learning_rate=0.01):\n"
    + "    w1, b1, w2, b2 = (params[k] for k in ('W1', 'b1', 'W2', 'b2'))"
    + UPDATE
    + "    params['W1'] = w1 - learning_rate * x.T @ d1\n    params['b1'] = b1 - learning_rate * d1.sum(0)\n"
    "    params['W2'] = w2 - learning_rate * h.T @ d2\n    params['b2'] = b2 - learning_rate * d2.sum(0)\n"
    "    return params\n",
)
shape(
    "globals that are updated",
    SIGMOIDS,
    "train",
    S
    + """
learning_rate = 0.3
w1, b1 = np.random.randn(4, 3), np.zeros((1, 3))
w2, b2 = np.random.randn(3, 2), np.zeros((1, 2))
def train(x, y):
    global w1, b1, w2, b2"""
    + UPDATE
    + "    w1 = w1 - learning_rate * x.T @ d1\n    b1 -= learning_rate * d1.sum(0)\n"
    "    w2 = w2 - learning_rate * h.T @ d2\n    b2 -= learning_rate * d2.sum(0)\n",
)
