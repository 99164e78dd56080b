"""How the real cases are called by hand, functions without biases: the parameters' gradients."""

from __future__ import annotations

from tests.faults.real_problem import Array, Arrays, Problem, call


@call
def joel_grus(p: Problem) -> Arrays:
    def one(x: Array, t: Array) -> Arrays:
        network = [p.W[1].copy(), p.W[2].copy()]
        p.call(network, x, t)
        return p.moved(network, 1.0)

    return p.each(one)


@call
def lab_regularised_softmax(p: Problem) -> Arrays:
    return [p.call(p.W[1].T, p.X, p.y)[1].T]


@call
def scratch_mlp(p: Problem) -> Arrays:
    return [g.T for g in p.call(p.X, p.T, p.W[1].T, p.W[2].T)]


@call
def minibatch_descent(p: Problem) -> Arrays:
    return [p.call(p.X, p.T, p.W[1].T).T]


@call
def python_two_division(p: Problem) -> Arrays:
    return [p.call(p.X, p.T, p.W[1].T).T]


@call
def missing_a_class(p: Problem) -> Arrays:
    return p.moved([p.call(p.X, p.T[:, 0], p.W[1][0].copy(), 0.5).reshape(1, -1)], 0.5)


@call
def flat_targets(p: Problem) -> Arrays:
    return [p.call(p.W[1].T, p.X, p.T).T]


@call
def grokking_relu2deriv(p: Problem) -> Arrays:
    w1, w2 = p.call(p.X, p.T, p.W[1].T.copy(), p.W[2].T.copy(), 0.5)
    return p.moved([w1.T, w2.T], 0.5)


@call
def grokking_repeated(p: Problem) -> Arrays:
    w1, w2 = p.call(p.X, p.T, p.W[1].T.copy(), p.W[2].T.copy(), 0.5)
    return p.moved([w1.T, w2.T], 0.5)


@call
def outer_product(p: Problem) -> Arrays:
    return p.each(lambda x, t: p.moved([p.call(x, t, p.W[1].copy(), 0.5)], 0.5))


@call
def xor_by_hand(p: Problem) -> Arrays:
    return p.each(lambda x, t: [g.T for g in p.call(x, t, p.W[1].T, p.W[2].T)])


@call
def mean_squared_sum(p: Problem) -> Arrays:
    w1, w2 = p.call(p.X, p.T, p.A[1], p.A[2], p.W[1].T.copy(), p.W[2].T.copy(), 0.5)
    return p.moved([w1.T, w2.T], 0.5)


@call
def undefined_error(p: Problem) -> Arrays:
    return list(p.call(p.X, p.T, p.W[1].T.copy(), p.W[2].T.copy()))


@call
def udacity_students(p: Problem) -> Arrays:
    return p.moved([p.call(p.X, p.T[:, 0], p.W[1][0].copy(), 0.5).reshape(1, -1)], 0.5)


@call
def rate_not_used(p: Problem) -> Arrays:
    return p.moved([p.call(p.X, p.T[:, 0], p.W[1][0], 0.5).reshape(1, -1)], 0.5)


@call
def polynomial_at_z(p: Problem) -> Arrays:
    return p.moved([p.call(p.X, p.T, p.W[1].T.copy()).T], 1.0)


@call
def summed_over_the_wrong_units(p: Problem) -> Arrays:
    return p.each(lambda x, t: list(p.call(x, t, p.W[1], p.W[2])))
