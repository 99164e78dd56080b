"""How the real cases are called by hand, correct ones: the parameters' gradients."""

from __future__ import annotations

from tests.faults.real_problem import Arrays, Problem, call, column, from_dict, learn_dl, nielsen, pairs, row


@call
def right_ng_planar(p: Problem) -> Arrays:
    parameters = {"W1": p.W[1], "b1": column(p.b[1]), "W2": p.W[2], "b2": column(p.b[2])}
    cache = {"Z1": p.Z[1].T, "A1": p.A[1].T, "Z2": p.Z[2].T, "A2": p.A[2].T}
    return from_dict(p, p.call(parameters, cache, p.X.T, p.T.T))


@call
def right_ng_l_model(p: Problem) -> Arrays:
    caches = [((p.A[l - 1].T, p.W[l], column(p.b[l])), p.Z[l].T) for l in range(1, p.L + 1)]
    return from_dict(p, p.call(p.A[p.L].T, p.T.T, caches))


@call
def right_samson_zhang(p: Problem) -> Arrays:
    return list(p.call(p.Z[1].T, p.A[1].T, p.Z[2].T, p.A[2].T, p.W[1], p.W[2], p.X.T, p.y))


@call
def right_dlai_nlp(p: Problem) -> Arrays:
    w1, w2, b1, b2 = p.call(
        p.X.T, p.A[2].T, p.T.T, p.A[1].T, p.W[1], p.W[2], column(p.b[1]), column(p.b[2]), p.m
    )
    return [w1, b1, w2, b2]


@call
def right_nn_from_scratch(p: Problem) -> Arrays:
    g = p.call({"W1": p.W[1].T, "b1": row(p.b[1]), "W2": p.W[2].T, "b2": row(p.b[2])}, p.X, p.y)
    return [g["dW1"].T, g["db1"], g["dW2"].T, g["db2"]]


@call
def right_cs231n_two_layer_net(p: Problem) -> Arrays:
    net = p.cls(4, 6, 3)
    net.params = {"W1": p.W[1].T, "b1": p.b[1], "W2": p.W[2].T, "b2": p.b[2]}
    g = net.loss(p.X, p.y)[1]
    return [g["W1"].T, g["b1"], g["W2"].T, g["b2"]]


@call
def right_pytorch_examples(p: Problem) -> Arrays:
    return [g.T for g in p.call(p.X, p.T, p.W[1].T, p.W[2].T)]


@call
def right_trask(p: Problem) -> Arrays:
    syn0, syn1 = p.W[1].T.copy(), p.W[2].T.copy()
    p.call(p.X, p.T, syn0, syn1)
    return p.moved([syn0.T, syn1.T], 1.0)


@call
def right_packt(p: Problem) -> Arrays:
    net = p.cls(p.X, p.T)

    def train() -> None:
        net.feedforward()
        net.backprop()

    return p.trained(net, ["weights1", "weights2"], train, 1.0)


@call
def right_nielsen_network(p: Problem) -> Arrays:
    return nielsen(p)


@call
def right_nielsen_mini_batch(p: Problem) -> Arrays:
    net = p.cls([4, 3, 2])
    net.weights, net.biases = [p.W[1], p.W[2]], [column(p.b[1]), column(p.b[2])]
    net.update_mini_batch([(column(x), column(t)) for x, t in zip(p.X, p.T, strict=True)], 0.5)
    return p.moved(pairs(net.weights, net.biases), 0.5)


@call
def right_own_neural_network(p: Problem) -> Arrays:
    net = p.cls(3, 4, 2, 0.3)
    return p.each(lambda x, t: p.trained(net, ["wih", "who"], lambda: net.train(x, t), 0.3, "out_in"))


@call
def right_layer_objects(p: Problem) -> Arrays:
    net = p.cls(3, 4, 3)
    net.dense1.weights, net.dense1.biases = p.W[1].T, row(p.b[1])
    net.dense2.weights, net.dense2.biases = p.W[2].T, row(p.b[2])
    net.forward(p.X)
    net.backward(p.y)
    return [net.dense1.dweights.T, net.dense1.dbiases, net.dense2.dweights.T, net.dense2.dbiases]


@call
def right_skalski(p: Problem) -> Arrays:
    memory = {f"A{l}": p.A[l].T for l in range(p.L)} | {f"Z{l}": p.Z[l].T for l in range(1, p.L + 1)}
    params = {f"W{l}": p.W[l] for l in p.W} | {f"b{l}": column(p.b[l]) for l in p.b}
    return from_dict(p, p.call(p.A[p.L].T, p.T.T, memory, params))


@call
def right_bike_sharing(p: Problem) -> Arrays:
    net = p.cls(3, 2, 1, 0.5)
    names = ["weights_input_to_hidden", "weights_hidden_to_output"]
    return p.trained(net, names, lambda: net.train(p.X, p.T), 0.5)


@call
def right_demystified(p: Problem) -> Arrays:
    net = p.cls(0.01)
    net.W1, net.W2 = p.W[1].T, p.W[2].T
    return [g.T for g in net.costFunctionPrime(p.X, p.T)]


@call
def right_grokking(p: Problem) -> Arrays:
    w1, w2 = p.call(p.X, p.T, p.W[1].T.copy(), p.W[2].T.copy(), 0.5)
    return p.moved([w1.T, w2.T], 0.5)


@call
def right_lazyprogrammer(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def right_sklearn_in_place(p: Problem) -> Arrays:
    _, w, b = p.call(p.X, p.T, [p.W[1].T, p.W[2].T], [p.b[1], p.b[2]])
    return [w[0].T, b[0], w[1].T, b[1]]


@call
def right_forward_info(p: Problem) -> Arrays:
    info = {
        "X": p.X,
        "M1": p.X @ p.W[1].T,
        "N1": p.Z[1],
        "O1": p.A[1],
        "M2": p.A[1] @ p.W[2].T,
        "P": p.A[2],
        "y": p.T,
    }
    g = p.call(info, {"W1": p.W[1].T, "B1": row(p.b[1]), "W2": p.W[2].T, "B2": row(p.b[2])})
    return [g["W1"].T, g["B1"], g["W2"].T, g["B2"]]


@call
def right_learn_dl(p: Problem) -> Arrays:
    return learn_dl(p, [3, 4, 2])


@call
def right_misnamed_errors(p: Problem) -> Arrays:
    values = [v for l in (1, 2, 3) for v in (p.W[l], column(p.b[l]))]
    return p.each(lambda x, t: p.moved(p.call(column(x), column(t), *values, 0.5), 0.5))


@call
def right_z_is_the_activation(p: Problem) -> Arrays:
    values = [v for l in (1, 2, 3) for v in (p.W[l], column(p.b[l]))]
    return list(p.call(p.X.T, p.T.T, *values))


@call
def right_swapped_names(p: Problem) -> Arrays:
    net = p.cls(4, 3, 2)
    net.params = {"W1": p.W[1].T, "b1": p.b[1], "W2": p.W[2].T, "b2": p.b[2]}
    g = net.gradient(p.X, p.T)
    return [g["W1"].T, g["b1"], g["W2"].T, g["b2"]]


@call
def right_numbered_from_two(p: Problem) -> Arrays:
    arrays = [p.X, p.T, p.Z[1], p.A[1], p.Z[2], p.A[2]]
    w1, w2, b1, b2 = p.call(*(a.T for a in arrays), p.W[1], p.W[2], column(p.b[1]), column(p.b[2]))
    return [w1, b1, w2, b2]


@call
def right_raschka(p: Problem) -> Arrays:
    net = p.cls(4, 5, 3)
    net.w_h, net.b_h, net.w_out, net.b_out = p.W[1].T, p.b[1], p.W[2].T, p.b[2]
    w1, b1, w2, b2 = net.gradients(p.X, p.T)
    return [w1.T, b1, w2.T, b2]
