"""How much a typed formula may ask for, so that no text can keep the machine busy."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.formula.nodes import Add, Mul, Node, Num, Pow

MAX_LENGTH = 500
MAX_DEPTH = 50
MAX_EXPONENT = 64
MAX_DECIMAL_EXPONENT = 400


def constant(node: Node) -> Fraction | None:
    """Return the rational value of a formula without variables and functions, else ``None``.

    Raises
    ------
    OverflowError
        If a power in it goes beyond the exponent cap.

    """
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Add | Mul):
        parts = [constant(part) for part in (node.terms if isinstance(node, Add) else node.factors)]
        total = Fraction(isinstance(node, Mul))
        for part in parts:
            if part is None:
                return None
            total = total + part if isinstance(node, Add) else total * part
        return total
    if isinstance(node, Pow):
        base, exponent = constant(node.base), constant(node.exponent)
        if base is None or exponent is None or exponent.denominator != 1 or (base == 0 and exponent < 0):
            return None
        if abs(exponent) > MAX_EXPONENT or max(abs(base.numerator), base.denominator) > 10**9:
            raise OverflowError
        return base ** int(exponent)
    return None


def nested_exponent(node: Node) -> Fraction:
    """Return the product of nested exponents: (z^8)^8 has 64."""
    if isinstance(node, Pow):
        own = abs(node.exponent.value) if isinstance(node.exponent, Num) else Fraction(1)
        return max(own, Fraction(1)) * nested_exponent(node.base)
    if isinstance(node, Add | Mul):
        return max(nested_exponent(part) for part in (node.terms if isinstance(node, Add) else node.factors))
    return Fraction(1)
