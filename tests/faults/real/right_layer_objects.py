"""Objects of layers inside a model; gradients are attributes of the layers.

Network: 3-4:relu-3:softmax, loss cross_entropy.
Source: https://github.com/Sentdex/nnfs_book
    (Neural Networks from Scratch: layers that keep dweights and dbiases)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        rng = np.random.default_rng(0)
        self.weights = 0.1 * rng.normal(size=(n_inputs, n_neurons))
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class Activation_Softmax_Loss_CategoricalCrossentropy:
    def forward(self, inputs):
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        if len(y_true.shape) == 2:
            y_true = np.argmax(y_true, axis=1)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class Model:
    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.dense1 = Layer_Dense(n_inputs, n_hidden)
        self.activation1 = Activation_ReLU()
        self.dense2 = Layer_Dense(n_hidden, n_outputs)
        self.loss_activation = Activation_Softmax_Loss_CategoricalCrossentropy()

    def forward(self, X):
        self.dense1.forward(X)
        self.activation1.forward(self.dense1.output)
        self.dense2.forward(self.activation1.output)
        self.loss_activation.forward(self.dense2.output)
        return self.loss_activation.output

    def backward(self, y):
        self.loss_activation.backward(self.loss_activation.output, y)
        self.dense2.backward(self.loss_activation.dinputs)
        self.activation1.backward(self.dense2.dinputs)
        self.dense1.backward(self.activation1.dinputs)
