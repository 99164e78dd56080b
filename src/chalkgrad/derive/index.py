"""The index zoom: one entry of a matrix equation, with its sums written out.

(ΔW)_nj = Σ_k Δ_nk W_kj, and so on through every operation; δ_j = f′(z_j) Σ_k w_kj δ_k is what becomes of
Δ₁ = (Δ₂ W₂) ⊙ f′(Z₁).  The result is a scalar formula (``chalkgrad.formula.nodes``) with two more nodes,
``SumOver`` and ``Applied``, whose variables are entries of symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, cast

from chalkgrad import expr as e
from chalkgrad.derive.derivation import Step
from chalkgrad.expr import ONE, Coefficient, Dim, Expr, Symbol, fill
from chalkgrad.formula import ElementwiseFunction, nodes

Index = str | int
"""An index: a letter that runs, or a number (from 1) that is fixed."""


@dataclass(frozen=True)
class Entry:
    """``symbol[row, column]``; an index of a direction that has only one place is None."""

    symbol: Symbol
    row: Index | None
    column: Index | None


@dataclass(frozen=True)
class SumOver(nodes.Node):
    """Σ over an index that runs from 1 to a dimension."""

    index: str
    dim: Dim
    body: nodes.Node


@dataclass(frozen=True)
class Applied(nodes.Node):
    """An elementwise function, or its derivative by the variable ``wrt``, at scalar arguments."""

    function: ElementwiseFunction
    args: tuple[nodes.Node, ...]
    wrt: str | None = None


Letters = Callable[[Dim], str]
"""Gives a letter that is not yet in use for an index over a dimension; may have ``branch()``, a copy."""


@dataclass(frozen=True)
class IndexEquation:
    """One step at one entry: ``left = forms[0] = forms[1] = …``."""

    left: Entry
    forms: tuple[tuple[nodes.Node, str], ...]
    step: Step


def place(dim: Dim, letters: Letters) -> Index | None:
    """The index over a dimension: none where it is structurally 1, the number 1 where a width is 1."""
    if dim == ONE:
        return None
    return 1 if dim.is_one else letters(dim)


def entry(expr: Expr, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    """The entry (row, column) of an expression; ``letters`` names the indices that are summed over.

    What is summed over in one term may be used again in the next.
    """
    node: nodes.Node = ENTRIES[type(expr)](expr, row, column, letters)
    return node


def _branched(letters: Letters) -> Letters:
    """Letters for one term or one form: what runs in it is free again in the next."""
    branch = getattr(letters, "branch", None)
    return letters if branch is None else cast(Letters, branch())


def _at(dim: Dim, index: Index | None) -> Index | None:
    if dim == ONE:
        return None
    return 1 if index is None else index


def times(*factors: nodes.Node) -> nodes.Node:
    """A product without ones and without nested products."""
    flat: list[nodes.Node] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, nodes.Mul) else [factor])
    kept = [factor for factor in flat if factor != nodes.Num(Fraction(1))]
    if not kept:
        return nodes.Num(Fraction(1))
    return kept[0] if len(kept) == 1 else nodes.Mul(tuple(kept))


def _powers(factors: list[nodes.Node]) -> list[nodes.Node]:
    """Equal neighbours as one power: z_j z_j is z_j²."""
    runs = [(factor, len(list(run))) for factor, run in groupby(factors)]
    return [factor if n == 1 else nodes.Pow(factor, nodes.Num(Fraction(n))) for factor, n in runs]


def coefficient_nodes(c: Coefficient) -> list[nodes.Node]:
    """A coefficient's factors as formula nodes; dimensions and scalars are variables."""
    found: list[nodes.Node] = [nodes.Num(c.rational)] if c.rational != 1 else []
    for base, power in c.powers:
        variable = nodes.Var(base)
        found.append(variable if power == 1 else nodes.Pow(variable, nodes.Num(Fraction(power))))
    return found


def _summed(body: nodes.Node, index: Index | None, dim: Dim) -> nodes.Node:
    return SumOver(index, dim, body) if isinstance(index, str) else body


def _total(arg: Expr, letters: Letters) -> nodes.Node:
    rows, columns = arg.shape
    i, j = place(rows, letters), place(columns, letters)
    match arg:
        case e.Hadamard((Symbol() as w, Symbol() as same)) if w == same:
            body: nodes.Node = nodes.Pow(entry(w, i, j, letters), nodes.Num(Fraction(2)))
        case _:
            body = entry(arg, i, j, letters)
    if columns.name == "m":  # the sum over the samples stands outside
        return _summed(_weights_outside(body, i, rows), j, columns)
    return _summed(_weights_outside(body, j, columns), i, rows)


def _weights_outside(body: nodes.Node, index: Index | None, dim: Dim) -> nodes.Node:
    """The sum over one sample's entries, its weight in front: s_n ∑_k ℓ_nk."""
    factors = body.factors if isinstance(body, nodes.Mul) else (body,)
    weights = [factor for factor in factors if _is_weight(factor)]
    rest = [factor for factor in factors if not _is_weight(factor)]
    return times(*weights, _summed(times(*rest), index, dim))


def _is_weight(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Var)
        and isinstance(node.name, Entry)
        and node.name.symbol.kind == "sample_weight"
    )


def _symbol(expr: Symbol, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    rows, columns = expr.shape
    return nodes.Var(Entry(expr, _at(rows, row), _at(columns, column)))


def _sum(expr: e.Sum, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    return nodes.Add(tuple(entry(term, row, column, _branched(letters)) for term in expr.terms))


def _product(expr: e.MatMul, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    inner = expr.left.shape[1]
    k = place(inner, letters)
    return _summed(times(entry(expr.left, row, k, letters), entry(expr.right, k, column, letters)), k, inner)


def _hadamard(expr: e.Hadamard, *where: Any) -> nodes.Node:
    return times(*_powers([entry(factor, *where) for factor in expr.factors]))


def _apply(expr: e.Apply, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    places = ((arg, _branched(letters) if isinstance(arg, e.Reduce) else letters) for arg in expr.args)
    return Applied(expr.function, tuple(entry(arg, row, column, own) for arg, own in places), expr.wrt)


def _row_function(expr: e.RowApply, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    dim = expr.arg.shape[expr.axis]
    k = place(dim, letters)
    other = entry(expr.arg, *((row, k) if expr.axis == 1 else (k, column)), letters)
    total = _summed(nodes.Call("exp", (other,)), k, dim)
    own = nodes.Call("exp", (entry(expr.arg, row, column, letters),))
    return nodes.Mul((own, nodes.Pow(total, nodes.Num(Fraction(-1)))))


ENTRIES = fill(
    "entry",
    {
        Symbol: _symbol,
        e.Ones: lambda expr, *where: nodes.Num(Fraction(1)),
        e.Sum: _sum,
        e.Scale: lambda expr, *where: times(*coefficient_nodes(expr.coefficient), entry(expr.arg, *where)),
        e.MatMul: _product,
        e.Transpose: lambda expr, row, column, letters: entry(expr.arg, column, row, letters),
        e.Hadamard: _hadamard,
        e.Apply: _apply,
        e.RowApply: _row_function,
        e.Reduce: lambda expr, row, column, letters: _total(expr.arg, letters),
    },
)


def index_equation(step: Step, letters: Letters) -> IndexEquation:
    """A step at one entry; ``letters`` is asked first for the entry's own row and column.

    Each form sums over the same letters as the others.
    """
    rows, columns = _numbered(step.symbol)
    row, column = place(rows, letters), place(columns, letters)
    left = Entry(step.symbol, row, column)
    forms = tuple((entry(form.expr, row, column, _branched(letters)), form.rule) for form in step.forms)
    return IndexEquation(left, forms, step)


def _numbered(symbol: Symbol) -> tuple[Dim, Dim]:
    """The symbol's dimensions under its own layers' numbers, also where a residual made two of them one."""
    base = symbol.of or symbol
    if base.kind != "weight":
        return symbol.shape
    rows, columns = symbol.shape
    return (
        (rows, columns)
        if rows != columns
        else (replace(rows, layer=base.layer), replace(columns, layer=base.layer - 1))
    )
