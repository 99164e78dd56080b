"""Formulas as people type them: ``format_formula`` is the inverse of ``parse_formula``."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4


def format_formula(node: Node) -> str:
    """Return the formula as text that ``parse_formula`` reads back.

    >>> from chalkgrad.formula.nodes import Add, Mul, Num, Var
    >>> format_formula(Add((Var("y"), Mul((Num(Fraction(-1)), Var("t"))))))
    'y - t'
    """
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:
    """Return the text and how tightly it binds."""
    if isinstance(node, Num):
        return _number(node.value)
    if isinstance(node, Named):
        return node.name, _ATOM
    if isinstance(node, Var):
        return str(node.name), _ATOM
    if isinstance(node, Add):
        return _sum(node), _SUM
    if isinstance(node, Mul):
        return _product(node.factors)
    if isinstance(node, Pow):
        if (
            isinstance(node.exponent, Num)
            and node.exponent.value.denominator == 1
            and node.exponent.value < 0
        ):
            return _product((node,))
        return f"{_within(node.base, _ATOM)}^{_within(node.exponent, _ATOM)}", _POWER
    if isinstance(node, Call):
        return f"{node.function}({', '.join(format_formula(arg) for arg in node.args)})", _ATOM
    if isinstance(node, Compare):
        return f"{format_formula(node.left)} {node.op} {format_formula(node.right)}", _SUM
    if isinstance(node, Where):
        parts = (node.condition, node.then, node.otherwise)
        return f"where({', '.join(format_formula(part) for part in parts)})", _ATOM
    raise TypeError(f"unknown formula node {type(node).__name__}")


def _within(node: Node, binding: int) -> str:
    text, own = _write(node)
    return text if own >= binding else f"({text})"


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), _ATOM if value >= 0 else _SUM
    return f"{value.numerator}/{value.denominator}", _PRODUCT if value >= 0 else _SUM


def _sum(node: Add) -> str:
    text = ""
    for index, term in enumerate(node.terms):
        piece = _within(term, _PRODUCT) if isinstance(term, Add) else _write(term)[0]
        if index == 0:
            text = piece
        elif piece.startswith("-"):
            text += f" - {piece[1:]}"
        else:
            text += f" + {piece}"
    return text


def _product(factors: tuple[Node, ...]) -> tuple[str, int]:
    coefficient = Fraction(1)
    above: list[str] = []
    below: list[str] = []
    for factor in factors:
        if isinstance(factor, Num):
            coefficient *= factor.value
        elif (
            isinstance(factor, Pow)
            and isinstance(factor.exponent, Num)
            and factor.exponent.value < 0
            and factor.exponent.value.denominator == 1
        ):
            order = -factor.exponent.value
            base = _within(factor.base, _ATOM)
            below.append(base if order == 1 else f"{base}^{order}")
        else:
            above.append(_within(factor, _PRODUCT + 1))
    if abs(coefficient.numerator) != 1 or not above:
        above.insert(0, str(abs(coefficient.numerator)))
    if coefficient.denominator != 1:
        below.insert(0, str(coefficient.denominator))
    text = "*".join(above)
    if len(below) == 1:
        text += f"/{below[0]}"
    elif below:
        text += f"/({'*'.join(below)})"
    if coefficient < 0:
        return f"-{text}", _SUM
    single = len(above) == 1 and not below
    return text, (_ATOM if single and text.isalnum() else _PRODUCT)
