"""Whether two formulas are the same function."""

from __future__ import annotations

import random
from collections.abc import Hashable
from fractions import Fraction

from chalkgrad.formula.build import subtract, variables
from chalkgrad.formula.nodes import Node
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.simplify import rational_form, simplify

_POINTS = 24
_DIGITS = 40
_RANGES = ((-3, 3), (0, 1), (0, 5), (-40, 40))


def same(left: Node, right: Node) -> bool:
    """Return whether two formulas have equal values wherever both have one (kinks aside).

    Equal normal forms decide at once; otherwise the values at random rational points decide, with 40
    digits, so a wrong "same" would need an identity that holds at all of them by accident.

    >>> from chalkgrad.formula import parse_formula
    >>> same(parse_formula("1 - sigmoid(z)"), parse_formula("1/(1 + exp(z))"))
    True
    """
    left, right = simplify(left), simplify(right)
    if left == right or rational_form(subtract(left, right)) == rational_form(subtract(left, left)):
        return True
    names = sorted(variables(left) | variables(right), key=str)
    if not names:
        return _equal_at(left, right, {}) is not False
    source = random.Random(20_170_919)
    compared = 0
    for index in range(_POINTS * 4):
        low, high = _RANGES[index % len(_RANGES)]
        point: dict[Hashable, Fraction] = {
            name: low + (high - low) * Fraction(source.randint(1, 10**6 - 1), 10**6) for name in names
        }
        verdict = _equal_at(left, right, point)
        if verdict is False:
            return False
        compared += verdict is True
        if compared >= _POINTS:
            break
    return compared > 0


def _equal_at(left: Node, right: Node, point: dict[Hashable, Fraction]) -> bool | None:
    """Return whether the values agree; ``None`` if one of them has none here."""
    a, b = value_at(left, point, _DIGITS), value_at(right, point, _DIGITS)
    if a != a or b != b:
        return None
    if a == b:
        return True
    return bool(abs(a - b) <= max(abs(a), abs(b)) / 10 ** (_DIGITS - 8))
