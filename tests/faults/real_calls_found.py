"""How the real cases are called by hand, functions found by their text: the parameters' gradients."""

from __future__ import annotations

from tests.faults.real_problem import Arrays, Problem, call, column, from_dict, pairs


@call
def relu_itself(p: Problem) -> Arrays:
    return list(p.call(p.Z[1].T, p.A[1].T, p.Z[2].T, p.A[2].T, p.W[1], p.W[2], p.X.T, p.y))


@call
def size_is_not_samples(p: Problem) -> Arrays:
    w1, w2, b1, b2 = p.call(p.W[1], p.W[2], p.A[1].T, p.A[2].T, p.Z[1].T, p.T.T, p.X.T)
    return [w1, b1, w2, b2]


@call
def tanh_not_squared(p: Problem) -> Arrays:
    cache = {"Z1": p.Z[1].T, "A1": p.A[1].T, "Z2": p.Z[2].T, "A2": p.A[2].T}
    return from_dict(p, p.call(p.X, p.T, cache, {"W1": p.W[1], "W2": p.W[2]}))


@call
def derivative_left_out(p: Problem) -> Arrays:
    params = {"W1": p.W[1], "b1": column(p.b[1]), "W2": p.W[2], "b2": column(p.b[2])}
    cache = {"Z1": p.Z[1].T, "A1": p.A[1].T, "Z2": p.Z[2].T, "A2": p.A[2].T}
    return from_dict(p, p.call(params, cache, p.X.T, p.T))


@call
def two_at_once(p: Problem) -> Arrays:
    return list(p.call(p.W[1], column(p.b[1]), p.W[2], column(p.b[2]), p.X.T, p.T.T)[1:])


@call
def wrong_layer_at_a(p: Problem) -> Arrays:
    p.mod.w1, p.mod.w2, p.mod.w3 = p.W[1], p.W[2], p.W[3]
    found = []
    for i in range(p.m):
        g = p.call(*(column(p.A[l][i]) for l in range(4)), column(p.T[i]))
        found.append([g[0], g[3], g[1], g[4], g[2], g[5]])
    return p.combined(found)


@call
def transposed_and_shifted(p: Problem) -> Arrays:
    g = p.call(p.X.T, p.T.T, [p.W[l] for l in (1, 2, 3, 4)], [p.A[l].T for l in (1, 2, 3, 4)])
    return [g[f"d{k}{l}"] for l in (1, 2, 3, 4) for k in "wb"]


@call
def relu_with_sigmoids_formula(p: Problem) -> Arrays:
    w, b = p.call(p.X.T, p.T.T, [p.W[l] for l in (1, 2, 3)], [column(p.b[l]) for l in (1, 2, 3)])
    return pairs(w, b)


@call
def squared_loss_as_if_cross_entropy(p: Problem) -> Arrays:
    return list(p.call(p.X.T, p.T.T, p.Z[1].T, p.A[1].T, p.Z[2].T, p.A[2].T, p.W[1], p.W[2]))


@call
def cross_entropy_as_if_squared(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.W[1].T, p.b[1], p.W[2].T, p.b[2])
    return [w1.T, b1, w2.T, b2]


@call
def leaky_branches_swapped(p: Problem) -> Arrays:
    w1, b1, w2, b2 = p.call(p.X, p.T, p.Z[1], p.A[1], p.Z[2], p.A[2], p.W[1].T, p.W[2].T)
    return [w1.T, b1, w2.T, b2]


@call
def doubled_and_transposed(p: Problem) -> Arrays:
    return list(p.call(p.Z[1].T, p.A[1].T, p.Z[2].T, p.A[2].T, p.W[2], p.y, p.X))
