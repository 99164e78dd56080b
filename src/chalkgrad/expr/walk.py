"""The walks over expressions: operands, every node, rewriting, substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chalkgrad.expr.nodes import (
    Apply,
    Expr,
    Hadamard,
    MatMul,
    Ones,
    Reduce,
    RowApply,
    Scale,
    Sum,
    Symbol,
    Transpose,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct operands."""
    match expr:
        case Sum(terms):
            return terms
        case Hadamard(factors):
            return factors
        case Apply(_, args, _):
            return args
        case MatMul(left, right):
            return left, right
        case Scale(_, arg) | Transpose(arg) | RowApply(_, arg, _) | Reduce(arg):
            return (arg,)
        case Symbol() | Ones():
            return ()
    return expr.operands()


def with_children(expr: Expr, new: tuple[Expr, ...]) -> Expr:
    """The same operation on other operands."""
    match expr:
        case Sum():
            return Sum(new)
        case Hadamard():
            return Hadamard(new)
        case Apply():
            return replace(expr, args=new)
        case MatMul():
            return MatMul(*new)
        case Scale() | Transpose() | RowApply() | Reduce():
            return replace(expr, arg=new[0])
        case Symbol() | Ones():
            return expr
    return expr.with_operands(new)


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, parents first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def rewrite(expr: Expr, rule: Callable[[Expr], Expr]) -> Expr:
    """Apply ``rule`` to every node, children first."""
    old = children(expr)
    new = tuple(rewrite(child, rule) for child in old)
    return rule(with_children(expr, new) if new != old else expr)


def substitute(expr: Expr, values: dict[Symbol, Expr]) -> Expr:
    """Replace symbols by expressions of the same shape."""
    return rewrite(expr, lambda node: values.get(node, node) if isinstance(node, Symbol) else node)


def symbols(expr: Expr) -> tuple[Symbol, ...]:
    """The symbols that occur, each once, in reading order."""
    return tuple(dict.fromkeys(node for node in walk(expr) if isinstance(node, Symbol)))
