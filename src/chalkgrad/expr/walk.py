"""The walks over expressions: every node, rewriting, substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalkgrad.expr.base import Expr
from chalkgrad.expr.symbol import Symbol


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, parents first."""
    yield expr
    for operand in expr.operands():
        yield from walk(operand)


def rewrite(expr: Expr, rule: Callable[[Expr], Expr]) -> Expr:
    """Apply ``rule`` to every node, operands first."""
    old = expr.operands()
    new = tuple(rewrite(operand, rule) for operand in old)
    return rule(expr.with_operands(new) if new != old else expr)


def substitute(expr: Expr, values: dict[Symbol, Expr]) -> Expr:
    """Replace symbols by expressions of the same shape."""
    return rewrite(expr, lambda node: values.get(node, node) if isinstance(node, Symbol) else node)


def symbols(expr: Expr) -> tuple[Symbol, ...]:
    """The symbols that occur, each once, in reading order."""
    return tuple(dict.fromkeys(node for node in walk(expr) if isinstance(node, Symbol)))
