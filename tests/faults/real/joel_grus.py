"""The output neurons' weights are changed before the hidden deltas are computed with them.

Network: 3-4:sigmoid:nobias-2:sigmoid:nobias, loss half_squared_error.
Source: https://github.com/joelgrus/data-science-from-scratch/issues/31
    (Update the weights in backpropagation after calculating the hidden_deltas?)
The text is ours; only the shape of the code and its mistake are theirs.
"""

import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def backpropagate(network, x, targets):
    hidden_layer, output_layer = network
    hidden_outputs = [sigmoid(np.dot(neuron, x)) for neuron in hidden_layer]
    outputs = [sigmoid(np.dot(neuron, hidden_outputs)) for neuron in output_layer]

    output_deltas = [output * (1 - output) * (output - target)
                     for output, target in zip(outputs, targets)]
    # adjust weights of the output layer, one neuron at a time
    for i, output_neuron in enumerate(output_layer):
        for j, hidden_output in enumerate(hidden_outputs):
            output_neuron[j] -= output_deltas[i] * hidden_output

    hidden_deltas = [hidden_output * (1 - hidden_output)
                     * np.dot(output_deltas, [neuron[i] for neuron in output_layer])
                     for i, hidden_output in enumerate(hidden_outputs)]
    # adjust weights of the hidden layer
    for i, hidden_neuron in enumerate(hidden_layer):
        for j, value in enumerate(x):
            hidden_neuron[j] -= hidden_deltas[i] * value
