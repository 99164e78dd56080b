"""How large the terms are that a derived gradient is the sum of: what its rounding error is measured by."""

from __future__ import annotations

import numpy as np

from chalkgrad import expr as e
from chalkgrad._arrays import Array
from chalkgrad.evaluate.interpret import Values, compile_expr
from chalkgrad.evaluate.layout import values_in
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.evaluate.traced import Trace


def magnitude(trace: Trace, name: str) -> Array:
    """The sum of the absolute values of its terms for each entry of a gradient; of dUᵀ 1 it is |dU|ᵀ 1.

    A gradient that is 0 is, in float64, the noise of such a sum: about 1e-16 of it.

    >>> from chalkgrad import Network
    >>> from chalkgrad.evaluate import trace
    >>> even = trace(Network("1-1"), {"W1": [[1]], "b1": [0]}, [[1], [1]], [[0], [2]])
    >>> even.steps[0].gradients["b1"].tolist(), magnitude(even, "db1").tolist()
    ([0.0], [1.0])
    """
    step = trace.derivation.step(name)
    sizes = _sizes(step.expr, values_in(trace.derivation, trace))
    return sizes.reshape(trace.steps[0].symbols[step.symbol].shape)


def _sizes(expr: e.Expr, values: Values) -> Array:
    match expr:
        case e.Sum(terms):
            return np.asarray(sum(_sizes(term, values) for term in terms))
        case e.MatMul(left, right):
            return np.asarray(_sizes(left, values) @ _sizes(right, values))
        case e.Transpose(arg):
            return _sizes(arg, values).T
        case e.Hadamard(factors):
            return np.asarray(np.prod([_sizes(factor, values) for factor in factors], axis=0))
    return np.abs(np.asarray(compile_expr(expr, FLOAT64)(values), dtype=np.float64))
