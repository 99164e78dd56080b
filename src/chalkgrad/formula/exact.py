"""Formulas in exact rational arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

from chalkgrad._errors import UnsupportedError
from chalkgrad.formula.build import num, substitute
from chalkgrad.formula.fold import COMPARE
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Named, Node, Num
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.tape import Tape, compile_tape


def _divide(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    """Return the quotient; ``None`` marks a division by zero, which matters only if it is used."""
    return None if left is None or not right else left / right


def _careful(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if any(value is None for value in values) else operation(*values)


def _branch(test: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def choose(left: Any, right: Any, then: Any, otherwise: Any) -> Any:
        if left is None or right is None:
            return None
        return then if test(left, right) else otherwise

    return choose


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": _careful(operator.add),
    "-": _careful(operator.sub),
    "*": _careful(operator.mul),
    "/": _divide,
    "negate": _careful(operator.neg),
    **{name: _careful(entry.exact) for name, entry in FUNCTIONS.items() if entry.exact is not None},
    **{f"where {op}": _branch(test) for op, test in COMPARE.items()},
}


@lru_cache(maxsize=1024)
def _tape(node: Node) -> Tape:
    tape = compile_tape(simplify(node))
    for constant in tape.constants:
        if isinstance(constant, Named):
            raise UnsupportedError(f"{constant.name} has no exact rational value; use digits=50 instead.")
    for name in sorted(tape.names):
        if name not in _OPERATIONS:
            raise UnsupportedError(f"{name} has no exact rational values in general; use digits=50 instead.")
    return tape


def exact_value(node: Node, values: Mapping[Hashable, Fraction]) -> Fraction:
    """Return the exact value of a formula.

    Raises
    ------
    UnsupportedError
        If a function in it has no rational values.
    ZeroDivisionError
        If it has no value at this point, after cancelling what cancels.

    """
    names = list(values)
    for count in range(max(1, len(names))):
        for chosen in combinations(names, count):
            fixed = substitute(node, {name: num(values[name]) for name in chosen}) if chosen else node
            tape = _tape(fixed)
            constants = [constant.value for constant in tape.constants if isinstance(constant, Num)]
            inputs = [values[name] for name in tape.inputs]
            result = tape.run(_OPERATIONS, inputs, constants)[tape.result]
            if result is not None:
                return Fraction(result)
    raise ZeroDivisionError("the formula divides by zero here")
