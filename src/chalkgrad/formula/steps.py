"""A derivative found as on paper: one rule of differentiation a line, what is still to do in plain sight."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from chalkgrad.formula.build import (
    ZERO,
    add,
    children,
    invert,
    mul,
    negate,
    num,
    power,
    rebuild,
    substitute,
    variables,
    walk,
)
from chalkgrad.formula.differentiate import differentiate, slope_by
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Node, Num, Pow, Var, Where
from chalkgrad.formula.parse import parse_formula
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.text import format_formula
from chalkgrad.formula.tidy import split


@dataclass(frozen=True)
class Pending:
    """The name of a derivative that is still to be found: d body / d variable."""

    body: Node
    variable: Hashable

    def __str__(self) -> str:
        return f"d/d{self.variable}({format_formula(self.body)})"


@dataclass(frozen=True)
class RuleLine:
    """A formula equal to the one above it, and the rules by which it is."""

    formula: Node
    rules: tuple[str, ...]


def meaning(node: Node) -> Node | None:
    """Return a function of the table written out by its definition; ``None`` where it has none.

    >>> from chalkgrad.formula import format_formula, parse_formula
    >>> format_formula(meaning(parse_formula("sigmoid(2*z)")))
    '1/(1 + exp(-2*z))'
    """
    if not isinstance(node, Call):
        return None
    entry = FUNCTIONS[node.function]
    values: dict[Hashable, Node] = dict(zip(entry.arguments, node.args, strict=True))
    if entry.meaning:
        return substitute(parse_formula(entry.meaning, entry.arguments), values)
    if node.function == "max":
        first, second = node.args
        return Where(Compare(">", second, first), second, first)
    return None


def differentiation(node: Node, variable: Hashable) -> list[RuleLine]:
    """Return the derivative line by line, from its definition's symbol to the simplified formula."""
    lines = [RuleLine(Var(Pending(node, variable)), ())]
    while pending := _pending(lines[-1].formula):
        found = {part: _opened(part) for part in pending}
        rules = dict.fromkeys(rule for _, used in found.values() for rule in used)
        values: dict[Hashable, Node] = {part: formula for part, (formula, _) in found.items()}
        lines.append(RuleLine(substitute(lines[-1].formula, values), tuple(rules)))
    simple = simplify(lines[-1].formula)
    if simple != lines[-1].formula:
        lines.append(RuleLine(simple, ("simplify",)))
    return lines


def settled(node: Node) -> Node:
    """Return a line's formula with every derivative that it still names carried out."""
    return substitute(node, {part: differentiate(part.body, part.variable) for part in _pending(node)})


def _pending(node: Node) -> list[Pending]:
    names = (part.name for part in walk(node) if isinstance(part, Var))
    return list(dict.fromkeys(name for name in names if isinstance(name, Pending)))


def _slope(node: Node, variable: Hashable) -> Node:
    """The derivative of a part: at once where it is a number times the variable, else to be found."""
    if variable not in variables(node):
        return ZERO
    coefficient, core = split(node)
    return Num(coefficient) if core == Var(variable) else Var(Pending(node, variable))


def _opened(part: Pending) -> tuple[Node, tuple[str, ...]]:
    """One rule applied, and its name."""
    node, variable = part.body, part.variable
    if isinstance(node, Mul) and (quotient := _quotient(node, variable)) is not None:
        return quotient, ("quotient rule",)
    return slope_by(node, variable, lambda inner: _slope(inner, variable)), tuple(_names(node, variable))


def _quotient(node: Mul, variable: Hashable) -> Node | None:
    """c·(u/v)′ = c·(u′v − uv′)/v², where both u and v depend on the variable."""
    constant, above, below = [], [], []
    for factor in node.factors:
        if variable not in variables(factor):
            constant.append(factor)
        elif isinstance(factor, Pow) and isinstance(factor.exponent, Num) and factor.exponent.value < 0:
            below.append(invert(factor))
        else:
            above.append(factor)
    if not above or not below:
        return None
    u, v = mul(*above), mul(*below)
    terms = (mul(_slope(u, variable), v), negate(mul(u, _slope(v, variable))))
    return mul(*constant, add(*terms), power(v, num(-2)))


def _names(node: Node, variable: Hashable) -> Iterator[str]:
    """How people call the rule for a node."""
    if isinstance(node, Add):
        yield "sum rule"
    elif isinstance(node, Mul):
        depend = [factor for factor in node.factors if variable in variables(factor)]
        yield "product rule" if len(depend) > 1 else "constant factor"
    elif isinstance(node, Pow):
        if variable in variables(node.exponent):
            yield "derivative of a power"
        elif node.exponent == num(-1):
            yield "reciprocal rule"
        else:
            yield "power rule"
            if not isinstance(node.base, Var):
                yield "chain rule"
    elif isinstance(node, Call):
        yield f"derivative of {node.function}"
        if any(not isinstance(arg, Var) for arg in node.args):
            yield "chain rule"
    elif isinstance(node, Where):
        yield "each case by itself"
    elif node == Var(variable):
        yield "derivative of the variable"
    else:
        yield "derivative of a constant"


def written_out(node: Node) -> Node:
    """Return a formula with every function that has a definition replaced by it, nothing simplified."""
    own = meaning(node)
    if own is not None:
        return written_out(own)
    parts = children(node)
    return rebuild(node, map(written_out, parts)) if parts else node
