"""How the real cases are called by hand, classes: the parameters' gradients."""

from __future__ import annotations

import numpy as np

from tests.faults.real_problem import Array, Arrays, Problem, call, from_dict, learn_dl, nielsen, pairs, row


@call
def three_layer_class(p: Problem) -> Arrays:
    net = p.cls()
    names = ["synaptic_weights1", "synaptic_weights2", "synaptic_weights3"]
    return p.trained(net, names, lambda: net.train(p.X, p.T, 1), 1.0)


@call
def toy_neural_network(p: Problem) -> Arrays:
    net = p.cls(3, 4, 2)
    names = ["weights_ih", "bias_h", "weights_ho", "bias_o"]
    return p.each(lambda x, t: p.trained(net, names, lambda: net.train(x, t), 0.1, "out_in"))


@call
def basic_neural_network(p: Problem) -> Arrays:
    def one(x: Array, t: Array) -> Arrays:
        net = p.cls(3, 4, 3, 2)
        net.weights = [p.W[l].copy() for l in (1, 2, 3)]
        net.train(x, t)
        return p.moved(net.weights, 0.1)

    return p.each(one)


@call
def nielsen_network2(p: Problem) -> Arrays:
    return nielsen(p)


@call
def py_simple_nn(p: Problem) -> Arrays:
    net = p.cls(p.X, p.T, [2, 4, 3, 1])
    net.weights = [p.W[l].T for l in (1, 2, 3)]
    net.biases = [row(p.b[l]) for l in (1, 2, 3)]
    _, w, b, _ = net.loss_function()
    return pairs([g.T for g in w], b)


@call
def gates(p: Problem) -> Arrays:
    net = p.cls([2, 3, 4, 2])
    net.W, net.b = [p.W[l].T.copy() for l in (1, 2, 3)], [row(p.b[l]).copy() for l in (1, 2, 3)]
    net.train(p.X, p.y, 1, 0.5)
    return p.moved(pairs([w.T for w in net.W], net.b), 0.5)


@call
def deepcourse_mlp(p: Problem) -> Arrays:
    net = p.cls(4, 5, 3)
    net.Wh, net.bh, net.Wy, net.by = p.W[1].T, p.b[1], p.W[2].T, p.b[2]
    g = net.backward(p.X, p.T, net.forward(p.X))
    return [g["Wh"].T, g["bh"], g["Wy"].T, g["by"]]


@call
def trask_as_suggested(p: Problem) -> Arrays:
    syn0, syn1 = p.W[1].T.copy(), p.W[2].T.copy()
    p.call(p.X, p.T, syn0, syn1)
    return p.moved([syn0.T, syn1.T], 1.0)


@call
def siraj_corrected(p: Problem) -> Arrays:
    net = p.cls()
    return p.trained(net, ["synaptic_weights"], lambda: net.train(p.X, p.T, 1), 1.0)


@call
def neural2d(p: Problem) -> Arrays:
    net = p.cls([3, 4, 2])
    net.weights, net.biases = [p.W[1], p.W[2]], [p.b[1], p.b[2]]

    def one(x: Array, t: Array) -> Arrays:
        net.back_prop(x, t)
        return [net.dw[0], net.db[0], net.dw[1], net.db[1]]

    return p.each(one)


@call
def relu_grad_of_zeros(p: Problem) -> Arrays:
    return list(p.cls(4, 3, 2).gradient(p.X, p.T).values())


@call
def weights_v_and_w(p: Problem) -> Arrays:
    net = p.cls(4, 5, 3)
    return p.each(lambda x, t: p.trained(net, ["V", "W"], lambda: net.BP(x, int(t.argmax())), 0.1))


@call
def ml_from_scratch_tutorial(p: Problem) -> Arrays:
    net = p.cls([5, 4, 3, 2])
    net.params = {f"W{l}": p.W[l] for l in (1, 2, 3)}

    def one(x: Array, t: Array) -> Arrays:
        g = net.backward_pass(t, net.forward_pass(x))
        return [np.asarray(g[f"W{l}"]) for l in (1, 2, 3)]

    return p.each(one)


@call
def nnet_weight_decay(p: Problem) -> Arrays:
    net = p.cls(4, 5, 3)
    first, _, last = net.layers
    first.W, first.b, last.W, last.b = p.W[1].T, p.b[1], p.W[2].T, p.b[2]
    net.bprop(p.X, p.T)
    return [first.dW.T, first.db, last.dW.T, last.db]


@call
def nnet_tanh_d(p: Problem) -> Arrays:
    (w1, b1), (w2, b2) = p.call(p.X, p.T, [(p.W[1].T, p.b[1]), (p.W[2].T, p.b[2])])
    return [w1.T, b1, w2.T, b2]


@call
def penalty_on_biases(p: Problem) -> Arrays:
    net = p.cls()
    net.params = {"W1": p.W[1].T, "b1": p.b[1], "W2": p.W[2].T, "b2": p.b[2]}
    g = net.loss(p.X, p.y)[1]
    return [g["W1"].T, g["b1"], g["W2"].T, g["b2"]]


@call
def micrograd_subtraction(p: Problem) -> Arrays:
    g = p.call(p.X, p.T, p.W[1], p.b[1], p.W[2], p.b[2])
    return [g[name] for name in ("W1", "b1", "W2", "b2")]


@call
def micrograd_accumulates(p: Problem) -> Arrays:
    net = p.cls(3, 4, 1)
    net.W1, net.b1, net.W2, net.b2 = p.W[1].T, p.b[1], p.W[2].T, p.b[2]
    net.forward(p.X)
    g = net.backward(p.T)
    return [g["dW1"].T, g["db1"], g["dW2"].T, g["db2"]]


@call
def module_gradients_never_cleared(p: Problem) -> Arrays:
    w, b = p.call(p.X, p.T, p.W[1].T, p.b[1])
    return [w.T, b]


@call
def micrograd_overwrites(p: Problem) -> Arrays:
    return from_dict(p, p.call(p.X, p.T, p.W[1], p.b[1]))


@call
def learn_dl_output(p: Problem) -> Arrays:
    return learn_dl(p, [3, 3, 3, 3])


@call
def biases_stay(p: Problem) -> Arrays:
    def one(x: Array, t: Array) -> Arrays:
        net = {
            "hidden": {"weights": p.W[1].copy(), "bias": p.b[1].copy()},
            "output": {"weights": p.W[2].copy(), "bias": p.b[2].copy()},
        }
        p.call(net, x, t, 0.5)
        return p.moved([net[k][v] for k in ("hidden", "output") for v in ("weights", "bias")], 0.5)

    return p.each(one)


@call
def sigmoid_for_every_activation(p: Problem) -> Arrays:
    net = p.cls(3, 4, 2)

    def train() -> None:
        net.forward(p.X)
        net.back_propagate(p.T)

    return p.trained(net, ["w1", "b1", "w2", "b2"], train, 0.5)


@call
def softmax_twice(p: Problem) -> Arrays:
    net = p.cls(4, 5, 3)
    return p.trained(net, ["W1", "b1", "W2", "b2"], lambda: net.fit(p.X, p.T, 0.5), 0.5)
