"""Constructors that simplify as they build: every identity used here is true for all matrices.

Transposes are pushed to the symbols, coefficients pulled to the front, sums and Hadamard products
flattened, ones dropped where they do nothing.  ``simplify`` rebuilds an expression with them; it keeps
the value and is idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.expr import Coefficient, Expr, Symbol, coefficient, rewrite


def split_scale(expr: Expr) -> tuple[Coefficient, Expr]:
    """An expression as (coefficient, rest)."""
    return (expr.coefficient, expr.arg) if isinstance(expr, e.Scale) else (Coefficient(), expr)


def scale(c: Coefficient | Fraction | int, expr: Expr) -> Expr:
    """``c · expr`` with nested coefficients merged: c·(d·X) = (cd)·X."""
    own = c if isinstance(c, Coefficient) else coefficient(c)
    inner, rest = split_scale(expr)
    total = own * inner
    return rest if total.is_one else e.Scale(total, rest)


def negative(expr: Expr) -> Expr:
    """``−expr``."""
    return scale(-1, expr)


def transpose(expr: Expr) -> Expr:
    """``exprᵀ`` pushed inwards: (AB)ᵀ = BᵀAᵀ, (A ⊙ B)ᵀ = Aᵀ ⊙ Bᵀ, a 1 × 1 matrix is its own."""
    if expr.is_scalar and isinstance(expr, Symbol | e.Reduce):
        return expr
    match expr:
        case e.Transpose(arg):
            return arg
        case e.Ones((rows, columns)):
            return e.Ones((columns, rows))
        case e.Sum(terms):
            return add([transpose(term) for term in terms])
        case e.Scale(c, arg):
            return scale(c, transpose(arg))
        case e.MatMul(left, right):
            return matmul(transpose(right), transpose(left))
        case e.Hadamard(factors):
            return hadamard([transpose(factor) for factor in factors])
        case e.Apply():
            return replace(expr, args=tuple(transpose(arg) for arg in expr.args))
        case e.RowApply(kind, arg, axis):
            return e.RowApply(kind, transpose(arg), 1 - axis)
        case e.Reduce():
            return expr
    return e.Transpose(expr)


def whole_turned(expr: e.Hadamard) -> Expr | None:
    """X ⊙ Y where the expression is Xᵀ ⊙ Yᵀ: what is easier to read transposed as a whole."""
    plain = all(isinstance(factor, e.Transpose | e.Sum) for factor in expr.factors)
    turned = transpose(expr) if plain and _has_transpose(expr) else None
    return None if turned is None or _has_transpose(turned) else turned


def _has_transpose(expr: Expr) -> bool:
    return any(isinstance(part, e.Transpose) for part in e.walk(expr))


def matmul(left: Expr, right: Expr) -> Expr:
    """``left · right`` with coefficients in front and 1 × 1 ones dropped."""
    cl, l_rest = split_scale(left)
    cr, r_rest = split_scale(right)
    product: Expr
    if isinstance(l_rest, e.Ones) and l_rest.is_scalar:
        product = r_rest
    elif isinstance(r_rest, e.Ones) and r_rest.is_scalar:
        product = l_rest
    elif isinstance(l_rest, e.Ones) and isinstance(r_rest, e.Ones) and l_rest.shape[1].is_one:
        product = e.Ones((l_rest.shape[0], r_rest.shape[1]))
    else:
        product = e.MatMul(l_rest, r_rest)
    return scale(cl * cr, product)


def hadamard(factors: Sequence[Expr]) -> Expr:
    """``X ⊙ Y ⊙ …`` flattened, coefficients in front, ones dropped."""
    total = Coefficient()
    flat: list[Expr] = []
    for factor in factors:
        c, rest = split_scale(factor)
        total = total * c
        flat.extend(rest.factors if isinstance(rest, e.Hadamard) else [rest])
    kept = [factor for factor in flat if not isinstance(factor, e.Ones)] or flat[:1]
    return scale(total, kept[0] if len(kept) == 1 else e.Hadamard(tuple(kept)))


def add(terms: Sequence[Expr]) -> Expr:
    """``X + Y + …`` flattened, equal terms collected, a common symbolic coefficient pulled out."""
    flat: list[Expr] = []
    for term in terms:
        c, rest = split_scale(term)
        flat.extend(scale(c, part) for part in rest.terms) if isinstance(rest, e.Sum) else flat.append(term)
    collected: dict[tuple[object, Expr], Coefficient] = {}
    for term in flat:
        c, rest = split_scale(term)
        key = (frozenset(c.powers), rest)
        before = collected.get(key)
        collected[key] = c if before is None else replace(c, rational=before.rational + c.rational)
    parts = [(c, rest) for (_, rest), c in collected.items() if c.rational]
    if not parts:
        return scale(0, flat[0])
    common = frozenset.intersection(*(frozenset(c.powers) for c, _ in parts))
    front = Coefficient(Fraction(1), tuple(p for p in parts[0][0].powers if p in common))
    if len(parts) > 1 and len({abs(c.rational) for c, _ in parts}) == 1:
        front = replace(front, rational=abs(parts[0][0].rational))
    if len(parts) > 1 and all(c.rational < 0 for c, _ in parts):
        front = replace(front, rational=-front.rational)
    if len(parts) == 1:
        return scale(*parts[0])
    inverse = Coefficient(1 / front.rational, tuple((b, -p) for b, p in front.powers))
    inside = [scale(inverse * c, rest) for c, rest in parts]
    inside.sort(key=lambda term: split_scale(term)[0].rational < 0)  # positive terms first: Y − T
    return scale(front, e.Sum(tuple(inside)))


def simplify(expr: Expr) -> Expr:
    """Rebuild with the simplifying constructors; keeps the value, and is idempotent."""

    def rule(node: Expr) -> Expr:
        match node:
            case e.Sum(terms):
                return add(terms)
            case e.Scale(c, arg):
                return scale(c, arg)
            case e.MatMul(left, right):
                return matmul(left, right)
            case e.Transpose(arg):
                return transpose(arg)
            case e.Hadamard(factors):
                return hadamard(factors)
            case _:
                return node

    return rewrite(expr, rule)
