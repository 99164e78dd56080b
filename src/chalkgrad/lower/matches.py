"""What an expression is: each pattern of the canonical derivation, recognised by its form."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.algebra import split_scale, transpose
from chalkgrad.lower.parts import Slope, is_mask


def linear(expr: e.Expr) -> tuple[e.Symbol, int] | None:
    """``A Wᵀ [+ 1 bᵀ]``: A, and the layer of W."""
    first, *rest = expr.terms if isinstance(expr, e.Sum) else (expr,)
    match first:
        case e.MatMul(e.Symbol() as a, right):
            w = transpose(right)
            if isinstance(w, e.Symbol) and w.kind == "weight" and all(_is_bias(t, w.layer) for t in rest):
                return (a, w.layer) if len(rest) <= 1 else None
    return None


def _is_bias(expr: e.Expr, layer: int) -> bool:
    match expr:
        case e.MatMul(e.Ones(), row):
            b = transpose(row)
            return isinstance(b, e.Symbol) and b.kind == "bias" and b.layer == layer
    return False


def masked(expr: e.Expr) -> tuple[e.Symbol, int] | None:
    """``A ⊙ M``: A, and the layer of M."""
    match expr:
        case e.Hadamard((e.Symbol() as a, e.Symbol() as mask)) if is_mask(mask) and not is_mask(a):
            return a, mask.layer
    return None


def propagated(expr: e.Expr) -> tuple[e.Symbol, int, e.Symbol | None] | None:
    """``dZ W [+ dA]``: dZ, the layer of W, and dA."""
    terms = expr.terms if isinstance(expr, e.Sum) else (expr,)
    products = [term for term in terms if isinstance(term, e.MatMul)]
    others = [term for term in terms if isinstance(term, e.Symbol)]
    if len(products) != 1 or len(products) + len(others) != len(terms) or len(others) > 1:
        return None
    match products[0]:
        case e.MatMul(e.Symbol() as error, e.Symbol(kind="weight") as w):
            return error, w.layer, others[0] if others else None
    return None


def sloped(expr: e.Expr, error: e.Symbol) -> Slope | None:
    """``error ⊙ f′`` with f′ through the value."""
    match expr:
        case e.Hadamard((one, Slope() as slope)) | e.Hadamard((Slope() as slope, one)) if one == error:
            return slope
    return None


def weight_gradient(expr: e.Expr, w: e.Symbol) -> tuple[e.Symbol, e.Symbol, Fraction] | None:
    """``dZᵀ A [+ 2c W]``: dZ, A and c."""
    first, *rest = expr.terms if isinstance(expr, e.Sum) else (expr,)
    penalty = Fraction(0)
    for term in rest:
        c, arg = split_scale(term)
        known = _known(c)
        if arg != w or known is None:
            return None
        penalty += known / 2
    match first:
        case e.MatMul(left, e.Symbol() as right):
            error, a = transpose(left), right
            if isinstance(error, e.Symbol) and w.is_scalar and right.kind == "grad":
                error, a = right, error  # Aᵀ dZ, as W = Wᵀ has it
            return (error, a, penalty) if isinstance(error, e.Symbol) and isinstance(a, e.Symbol) else None
    return None


def _known(c: e.Coefficient) -> Fraction | None:
    value = c.rational
    for base, order in c.powers:
        if not isinstance(base, e.Scalar) or base.value is None:
            return None
        value *= base.value**order
    return value


def bias_gradient(expr: e.Expr) -> e.Symbol | None:
    """``dZᵀ 1`` or, for one unit, ``1 dZ``: dZ."""
    match expr:
        case e.MatMul(left, e.Ones()):
            error = transpose(left)
            return error if isinstance(error, e.Symbol) else None
        case e.MatMul(e.Ones(), e.Symbol() as error):
            return error
    return None


def share(own: e.Coefficient, whole: e.Coefficient) -> Fraction | None:
    """``own / whole``, where both have the same symbols."""
    return own.rational / whole.rational if dict(own.powers) == dict(whole.powers) else None
