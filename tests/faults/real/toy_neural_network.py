"""The weights between hidden and output are changed before the hidden errors are computed with them.

Network: 3-4:sigmoid-2:sigmoid, loss half_squared_error.
Source: https://github.com/CodingTrain/Toy-Neural-Network-JS/issues/72
    (Adjust at the end)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


class NeuralNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes):
        rng = np.random.default_rng(0)
        self.weights_ih = rng.uniform(-1, 1, (hidden_nodes, input_nodes))
        self.weights_ho = rng.uniform(-1, 1, (output_nodes, hidden_nodes))
        self.bias_h = rng.uniform(-1, 1, (hidden_nodes, 1))
        self.bias_o = rng.uniform(-1, 1, (output_nodes, 1))
        self.learning_rate = 0.1

    def train(self, input_array, target_array):
        inputs = np.array(input_array).reshape(-1, 1)
        hidden = 1 / (1 + np.exp(-(self.weights_ih @ inputs + self.bias_h)))
        outputs = 1 / (1 + np.exp(-(self.weights_ho @ hidden + self.bias_o)))
        targets = np.array(target_array).reshape(-1, 1)

        output_errors = targets - outputs
        gradients = outputs * (1 - outputs) * output_errors * self.learning_rate
        weight_ho_deltas = gradients @ hidden.T
        self.weights_ho += weight_ho_deltas
        self.bias_o += gradients

        hidden_errors = self.weights_ho.T @ (output_errors * outputs * (1 - outputs))
        hidden_gradient = hidden * (1 - hidden) * hidden_errors * self.learning_rate
        self.weights_ih += hidden_gradient @ inputs.T
        self.bias_h += hidden_gradient
