"""How the real cases are called by hand, functions with biases: the parameters' gradients."""

from __future__ import annotations

import numpy as np

from tests.faults.real_problem import Array, Arrays, Problem, call, column, from_dict, pairs, row


@call
def ng_gradient_check(p: Problem) -> Arrays:
    cache = [v for l in (1, 2, 3) for v in (p.Z[l].T, p.A[l].T, p.W[l], column(p.b[l]))]
    return from_dict(p, p.call(p.X.T, p.T.T, tuple(cache)))


@call
def samson_zhang(p: Problem) -> Arrays:
    return list(p.call(p.Z[1].T, p.A[1].T, p.Z[2].T, p.A[2].T, p.W[1], p.W[2], p.X.T, p.y))


@call
def dlai_nlp_bias_from_weights(p: Problem) -> Arrays:
    w1, w2, b1, b2 = p.call(
        p.X.T, p.A[2].T, p.T.T, p.A[1].T, p.W[1], p.W[2], column(p.b[1]), column(p.b[2]), p.m
    )
    return [w1, b1, w2, b2]


@call
def dlai_nlp_relu_of_error(p: Problem) -> Arrays:
    w1, w2, b1, b2 = p.call(
        p.X.T, p.A[2].T, p.T.T, p.A[1].T, p.W[1], p.W[2], column(p.b[1]), column(p.b[2]), p.m
    )
    return [w1, b1, w2, b2]


@call
def nn_from_scratch(p: Problem) -> Arrays:
    model = {"W1": p.W[1].T, "b1": row(p.b[1]), "W2": p.W[2].T, "b2": row(p.b[2])}
    w1, b1, w2, b2 = p.call(model, p.X, p.y)
    return [w1.T, b1, w2.T, b2]


@call
def hunkim_xor(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2], 0.5)
    return p.moved([w1.T, b1, w2.T, b2], 0.5)


@call
def zerotoall_mnist(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.W[1].T.copy(), p.b[1].copy(), p.W[2].T.copy(), p.b[2].copy()
    p.call(p.X, p.T, w1, b1, w2, b2, 0.5)
    return p.moved([w1.T, b1, w2.T, b2], 0.5)


@call
def bot_academy(p: Problem) -> Arrays:
    def one(x: Array, t: Array) -> Arrays:
        w1, w2, b1, b2 = p.W[1].copy(), p.W[2].copy(), column(p.b[1]).copy(), column(p.b[2]).copy()
        p.call(column(x), column(t), w1, w2, b1, b2, 0.1)
        return p.moved([w1, b1, w2, b2], 0.1)

    return p.each(one)


@call
def zero_to_gpt(p: Problem) -> Arrays:
    layers = [[p.W[l].T.copy(), p.b[l].copy()] for l in (1, 2)]
    p.call(p.X, p.T, layers, 0.1)
    return p.moved([v for w, b in layers for v in (w.T, b)], 0.1)


@call
def yizt_tanh(p: Problem) -> Arrays:
    weights = {"W1": p.W[1].T, "b1": p.b[1], "W2": p.W[2].T, "b2": p.b[2]}
    g = p.call(p.X, p.T, weights, {"z1": p.Z[1], "a1": p.A[1], "z2": p.Z[2], "a2": p.A[2]})
    return [g["W1"].T, g["b1"], g["W2"].T, g["b2"]]


@call
def softmax_regression_bias(p: Problem) -> Arrays:
    return list(p.call(p.X, p.T, p.A[1]))


@call
def bias_not_summed(p: Problem) -> Arrays:
    dw, db = p.call(p.X, p.T, p.W[1].T, p.b[1])
    return [dw.T, db]


@call
def biases_broadcast(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2], 0.5)
    return [(p.W[1] - w1.T) / 0.5, (p.b[1] - b1) / 0.5, (p.W[2] - w2.T) / 0.5, (p.b[2] - b2) / 0.5]


@call
def mean_of_a_mean(p: Problem) -> Arrays:
    g = p.call({"w1": p.W[1], "b1": p.b[1], "w2": p.W[2], "b2": p.b[2]}, p.X.T, p.T.T)
    return [g["w1"], g["b1"], g["w2"], g["b2"]]


@call
def deep_ml_neuron(p: Problem) -> Arrays:
    w, b, _ = p.call(p.X, p.T[:, 0], p.W[1][0], p.b[1][0], 0.5)
    return p.moved([w.reshape(1, -1), np.array([b])], 0.5)


@call
def linear_regression_two(p: Problem) -> Arrays:
    dw, db = p.call(p.X, p.T[:, 0], p.W[1][0], p.b[1][0])
    return [dw.reshape(1, -1), db]


@call
def sklearn_mean_over_outputs(p: Problem) -> Arrays:
    _, w, b = p.call(p.X, p.T, [p.W[1].T, p.W[2].T], [p.b[1], p.b[2]])
    return [w[0].T, b[0], w[1].T, b[1]]


@call
def leaky_as_relu(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def leaky_default_slope(p: Problem) -> Arrays:
    return from_dict(p, p.call(p.X, p.T, p.W[1], p.b[1], p.W[2], p.b[2]))


@call
def next_layers_activation(p: Problem) -> Arrays:
    w, b = p.call(p.X, p.T, [p.W[l] for l in (1, 2, 3)], [p.b[l] for l in (1, 2, 3)])
    return pairs(w, b)


@call
def residual_without_skip(p: Problem) -> Arrays:
    params = {f"{k}{l}": v[l] for l in (1, 2, 3) for k, v in (("W", p.W), ("b", p.b))}
    g = p.call(p.X, p.T, params)
    return [g[name] for name in params]


@call
def in_place_sigma(p: Problem) -> Arrays:
    w, b = p.call(p.X, p.T, [p.W[1], p.W[2]], [p.b[1], p.b[2]])
    return [w[0], b[0], w[1], b[1]]


@call
def bias_mean_wrong_dimension(p: Problem) -> Arrays:
    g = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [g["w1"].T, g["b1"], g["w2"].T, g["b2"]]


@call
def rate_twice(p: Problem) -> Arrays:
    return p.moved(p.call(p.X, p.T, p.W[1], p.b[1], p.W[2], p.b[2], 0.1), 0.1)


@call
def wrong_error_every_layer(p: Problem) -> Arrays:
    caches = [((p.A[l - 1].T, p.W[l], column(p.b[l])), p.Z[l].T) for l in range(1, p.L + 1)]
    return from_dict(p, p.call(p.A[p.L].T, p.T.T, caches))


@call
def sigmoid_backward_in_hidden_layers(p: Problem) -> Arrays:
    caches = [((p.A[l - 1].T, p.W[l], column(p.b[l])), p.Z[l].T) for l in range(1, p.L + 1)]
    return from_dict(p, p.call(p.A[p.L].T, p.T.T, caches))


@call
def softmax_diagonal_squared(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def softmax_diagonal_entropy(p: Problem) -> Arrays:
    params = {"W1": p.W[1].T, "b1": p.b[1], "W2": p.W[2].T, "b2": p.b[2]}
    g = p.call(p.X, p.T, params, {"Z1": p.Z[1], "A1": p.A[1], "Y": p.A[2]})
    return [g["W1"].T, g["b1"], g["W2"].T, g["b2"]]


@call
def deep_learn_toolbox(p: Problem) -> Arrays:
    w, b = p.call(p.X, p.T, [p.W[l] for l in (1, 2, 3)], [p.b[l] for l in (1, 2, 3)])
    return pairs(w, b)


@call
def arctanh_suggestion(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def divides_by_zero(p: Problem) -> Arrays:
    params = {"W1": p.W[1], "b1": column(p.b[1]), "W2": p.W[2], "b2": column(p.b[2])}
    return from_dict(p, p.call(p.X.T, p.T.T, params))


@call
def error_where_sigmoid_belongs(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def chainer_weight_decay(p: Problem) -> Arrays:
    params = {"W1": p.W[1], "b1": p.b[1], "W2": p.W[2], "b2": p.b[2]}
    return [p.call(params, p.X, p.T)[name] for name in params]


@call
def assembled_too_early(p: Problem) -> Arrays:
    g = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [g["dW1"].T, g["db1"], g["dW2"].T, g["db2"]]


@call
def decay_in_loss_and_step(p: Problem) -> Arrays:
    return p.moved(p.call(p.X, p.T, p.W[1], p.b[1], p.W[2], p.b[2], 0.5), 0.5)
