"""What an expression is: each pattern of the canonical derivation, recognised by its form."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive.algebra import split_scale, transpose
from chalkgrad.expr import (
    Coefficient,
    Expr,
    Hadamard,
    MatMul,
    Ones,
    Scalar,
    Sum,
    Symbol,
)
from chalkgrad.lower.parts import Slope, is_mask


def linear(expr: Expr) -> tuple[Symbol, int] | None:
    """``A Wᵀ [+ 1 bᵀ]``: A, and the layer of W."""
    first, *rest = expr.terms if isinstance(expr, Sum) else (expr,)
    match first:
        case MatMul(Symbol() as a, right):
            w = transpose(right)
            if isinstance(w, Symbol) and w.kind == "weight" and all(_is_bias(t, w.layer) for t in rest):
                return (a, w.layer) if len(rest) <= 1 else None
    return None


def _is_bias(expr: Expr, layer: int) -> bool:
    match expr:
        case MatMul(Ones(), row):
            b = transpose(row)
            return isinstance(b, Symbol) and b.kind == "bias" and b.layer == layer
    return False


def masked(expr: Expr) -> tuple[Symbol, int] | None:
    """``A ⊙ M``: A, and the layer of M."""
    match expr:
        case Hadamard((Symbol() as a, Symbol() as mask)) if is_mask(mask) and not is_mask(a):
            return a, mask.layer
    return None


def propagated(expr: Expr) -> tuple[Symbol, int, Symbol | None] | None:
    """``dZ W [+ dA]``: dZ, the layer of W, and dA."""
    terms = expr.terms if isinstance(expr, Sum) else (expr,)
    products = [term for term in terms if isinstance(term, MatMul)]
    others = [term for term in terms if isinstance(term, Symbol)]
    if len(products) != 1 or len(products) + len(others) != len(terms) or len(others) > 1:
        return None
    match products[0]:
        case MatMul(Symbol() as error, Symbol(kind="weight") as w):
            return error, w.layer, others[0] if others else None
    return None


def sloped(expr: Expr, error: Symbol) -> Slope | None:
    """``error ⊙ f′`` with f′ through the value."""
    match expr:
        case Hadamard((one, Slope() as slope)) | Hadamard((Slope() as slope, one)) if one == error:
            return slope
    return None


def weight_gradient(expr: Expr, w: Symbol) -> tuple[Symbol, Symbol, Fraction] | None:
    """``dZᵀ A [+ 2c W]``: dZ, A and c."""
    first, *rest = expr.terms if isinstance(expr, Sum) else (expr,)
    penalty = Fraction(0)
    for term in rest:
        c, arg = split_scale(term)
        known = _known(c)
        if arg != w or known is None:
            return None
        penalty += known / 2
    match first:
        case MatMul(left, Symbol() as right):
            error, a = transpose(left), right
            if isinstance(error, Symbol) and w.is_scalar and right.kind == "grad":
                error, a = right, error  # Aᵀ dZ, as W = Wᵀ has it
            return (error, a, penalty) if isinstance(error, Symbol) and isinstance(a, Symbol) else None
    return None


def _known(c: Coefficient) -> Fraction | None:
    value = c.rational
    for base, order in c.powers:
        if not isinstance(base, Scalar) or base.value is None:
            return None
        value *= base.value**order
    return value


def bias_gradient(expr: Expr) -> Symbol | None:
    """``dZᵀ 1`` or, for one unit, ``1 dZ``: dZ."""
    match expr:
        case MatMul(left, Ones()):
            error = transpose(left)
            return error if isinstance(error, Symbol) else None
        case MatMul(Ones(), Symbol() as error):
            return error
    return None


def share(own: Coefficient, whole: Coefficient) -> Fraction | None:
    """``own / whole``, where both have the same symbols."""
    return own.rational / whole.rational if dict(own.powers) == dict(whole.powers) else None
