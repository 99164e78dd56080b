"""The equations of a norm: mean, variance, the normalised values, and what is made of them.

    μ = 1/n U 1                      v = 1/n (U − μ 1ᵀ)² 1        r = 1/√(v + ε)
    N = (U − μ 1ᵀ) ⊙ r 1ᵀ            Z = N ⊙ 1 γᵀ + 1 βᵀ

for a layer norm of samples as rows.  A batch norm takes its means over the samples, 1/m 1ᵀ U.
Source: Ioffe, Szegedy 2015, algorithm 1; Ba, Kiros, Hinton 2016, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalkgrad.derive.algebra import add, hadamard, matmul, negative, scale, split_scale, transpose
from chalkgrad.derive.derivation import Form, Step
from chalkgrad.derive.numbers import spread
from chalkgrad.expr import FREEDOM, ONE, Apply, Expr, Ones, Scalar, Symbol, coefficient, make_symbol
from chalkgrad.formula import ElementwiseFunction, parse_formula
from chalkgrad.network import Network
from chalkgrad.network.norms import Norm

INVERSE_ROOT = ElementwiseFunction(
    "",
    ("v", "e"),
    parse_formula("(v + e)^(-1/2)", ("v", "e")),
    value_derivative=parse_formula("-a^3/2", ("a", "v")),
)
"""1/√(v + ε), whose derivative by v is −½ times its cube."""


def norm_equations(
    norm: Norm, linear: Symbol, pre: Symbol, samples: str, epsilon: Scalar, *, inference: bool
) -> Iterator[tuple[Symbol, Expr, str]]:
    """Symbol, expression and rule of μ, v, r, N and Z, in order."""
    features = 1 if samples == "rows" else 0
    axis = features if norm.over == "features" else 1 - features
    layer, shape = linear.layer, linear.shape
    small = (shape[0], ONE) if axis == 1 else (ONE, shape[1])
    column = (shape[features], ONE)

    def laid(kind: str) -> Expr:
        """What has one number for each unit, as a row where samples are rows."""
        symbol = make_symbol(kind, layer, column)
        return symbol if samples == "columns" else transpose(symbol)

    remembered = inference and norm.remembers
    centre, variance, root = (make_symbol(kind, layer, small) for kind in ("centre", "variance", "root"))
    normalised = make_symbol("normalised", layer, shape)
    taken = (laid("running_mean"), laid("running_variance")) if remembered else (centre, variance)
    centred = add([linear, negative(_spread(taken[0], linear, axis))])
    if not remembered:
        yield centre, _mean(linear, axis), "norm-mean"
        yield variance, _mean(hadamard([centred, centred]), axis), "norm-variance"
    yield root, Apply(INVERSE_ROOT, (taken[1], spread(epsilon, small))), "norm-root"
    yield normalised, hadamard([centred, _spread(root, linear, axis)]), "normalise"
    spread_gain, spread_shift = (_spread(laid(kind), linear, 1 - features) for kind in ("gain", "shift"))
    yield pre, add([hadamard([normalised, spread_gain]), spread_shift]), "scale-and-shift"


def _mean(expr: Expr, axis: int) -> Expr:
    """1/n X 1, or 1/m 1ᵀ X."""
    dim = expr.shape[axis]
    total = matmul(expr, Ones((dim, ONE))) if axis == 1 else matmul(Ones((ONE, dim)), expr)
    return scale(coefficient(1, (dim, -1)), total)


def _spread(small: Expr, like: Expr, axis: int) -> Expr:
    """x 1ᵀ, or 1 xᵀ: a column or row repeated along the axis."""
    dim = like.shape[axis]
    return matmul(small, Ones((ONE, dim))) if axis == 1 else matmul(Ones((dim, ONE)), small)


def running_steps(network: Network, forward: Sequence[Step], samples: str) -> Iterator[Step]:
    """What batch norms remember after a batch: (1 − ρ) of what it was, and ρ of the batch's.

    The variance that is remembered is divided by m − 1: one that has no bias.
    """
    defined = {(step.symbol.kind, step.symbol.layer): step for step in forward}
    for number, layer in enumerate(network.layers, start=1):
        if layer.norm is None or not layer.norm.remembers:
            continue
        rho = layer.norm.momentum
        centre, variance = defined["centre", number], defined["variance", number]
        _, total = split_scale(variance.expr)
        unbiased = scale(coefficient(1, (FREEDOM, -1)), total)
        for kind, seen in (("running_mean", centre.symbol), ("running_variance", unbiased)):
            column = seen if samples == "columns" else transpose(seen)
            before = make_symbol(kind, number, column.shape)
            after = make_symbol("next", number, column.shape, before)
            yield Step(after, (Form(add([scale(1 - rho, before), scale(rho, column)]), "running-statistic"),))
