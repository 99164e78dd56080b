"""Derivatives of formulas in entries: of a sum only the terms that hold the entry are ever written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from chalkgrad.derive.index import Applied, Entry, SumOver, times
from chalkgrad.expr import Dim
from chalkgrad.formula import differentiate, nodes, substitute
from chalkgrad.formula.build import ZERO, add, each_part
from chalkgrad.formula.build import children as formula_children


def slope(node: nodes.Node, bottom: Entry) -> nodes.Node:
    """The derivative of a formula in entries by one entry; of a sum only the terms with it are written."""
    parts = list(dict.fromkeys(_parts(node)))
    flat = _flat(node)
    found = []
    for part in parts:
        inner = _inner_slope(part, bottom)
        if inner != ZERO:
            name = part.name if isinstance(part, nodes.Var) else part
            outer = substitute(
                differentiate(flat, name), {p: p for p in parts if not isinstance(p, nodes.Var)}
            )
            found.append(times(outer, inner))
    return add(*found)


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    """The outermost variables, sums and named functions of a formula."""
    if isinstance(node, nodes.Var | SumOver | Applied):
        yield node
        return
    for child in formula_children(node):
        yield from _parts(child)


def _flat(node: nodes.Node) -> nodes.Node:
    """The formula with its sums and named functions as variables."""
    if isinstance(node, SumOver | Applied):
        return nodes.Var(node)
    return each_part(node, _flat)


def _inner_slope(part: nodes.Node, bottom: Entry) -> nodes.Node:
    match part:
        case nodes.Var(name):
            return nodes.Num(Fraction(1)) if name == bottom else ZERO
        case Applied(function, args, None):
            terms = []
            for arg, variable in zip(args, function.variables, strict=True):
                inner = slope(arg, bottom)
                if inner != ZERO:
                    terms.append(times(Applied(function, args, variable), inner))
            return add(*terms)
        case SumOver(index, dim, body):
            return add(
                *(
                    s
                    for i in _holding(body, index, dim, bottom)
                    if (s := slope(at(body, index, i), bottom)) != ZERO
                )
            )
    raise TypeError(f"no derivative of {type(part).__name__}")


def _holding(body: nodes.Node, index: str, dim: Dim, bottom: Entry) -> list[int]:
    """The values of an index at which a sum's body can hold the entry ``bottom``."""
    found: set[int] = set()
    for leaf in leaves(body):
        if leaf.symbol != bottom.symbol:
            continue
        if leaf.row == index and isinstance(bottom.row, int):
            found.add(bottom.row)
        elif leaf.column == index and isinstance(bottom.column, int):
            found.add(bottom.column)
        else:
            return list(range(1, (dim.size or 0) + 1))
    return sorted(found)


def leaves(node: nodes.Node) -> Iterator[Entry]:
    """The entries that a formula mentions."""
    match node:
        case nodes.Var(Entry() as name):
            yield name
        case SumOver(_, _, body):
            yield from leaves(body)
        case Applied(_, args, _):
            for arg in args:
                yield from leaves(arg)
        case nodes.Var():
            return
        case _:
            for child in formula_children(node):
                yield from leaves(child)


def at(node: nodes.Node, index: str, value: int) -> nodes.Node:
    """The formula with a running index put to a number."""
    match node:
        case nodes.Var(Entry(symbol, row, column)):
            return nodes.Var(
                Entry(symbol, value if row == index else row, value if column == index else column)
            )
        case SumOver(own, dim, body):
            return SumOver(own, dim, at(body, index, value))
        case Applied(function, args, wrt):
            return Applied(function, tuple(at(arg, index, value) for arg in args), wrt)
    return each_part(node, lambda part: at(part, index, value))


def plain(node: nodes.Node) -> nodes.Node:
    """The formula with its named functions written out and its sums expanded, ready to be evaluated."""
    match node:
        case Applied(function, args, wrt):
            body = function.body if wrt is None else function.derivative(wrt)
            return substitute(body, dict(zip(function.variables, map(plain, args), strict=True)))
        case SumOver(index, dim, body):
            return add(*(plain(at(body, index, i)) for i in range(1, (dim.size or 0) + 1)))
    return each_part(node, plain)
