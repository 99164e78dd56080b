"""wih and who as n_out × n_in, one sample as a list, in-place steps.

Network: 3-4:sigmoid:nobias-2:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/makeyourownneuralnetwork/makeyourownneuralnetwork/issues/66
    (why( wih += lr ...) and not (wih -= lr...): because of target − output)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        rng = np.random.default_rng(0)
        self.wih = rng.normal(0.0, pow(inputnodes, -0.5), (hiddennodes, inputnodes))
        self.who = rng.normal(0.0, pow(hiddennodes, -0.5), (outputnodes, hiddennodes))
        self.lr = learningrate
        self.activation_function = lambda x: 1 / (1 + np.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_outputs = self.activation_function(np.dot(self.wih, inputs))
        final_outputs = self.activation_function(np.dot(self.who, hidden_outputs))

        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors * final_outputs * (1.0 - final_outputs))
        self.who += self.lr * np.dot(output_errors * final_outputs * (1.0 - final_outputs),
                                     np.transpose(hidden_outputs))
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs),
                                     np.transpose(inputs))

    def query(self, inputs_list):
        inputs = np.array(inputs_list, ndmin=2).T
        return self.activation_function(np.dot(self.who, self.activation_function(np.dot(self.wih, inputs))))
