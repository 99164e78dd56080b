"""An elementwise function: a formula given once, its derivative derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf
from typing import Any

from chalkgrad._errors import UnsupportedError
from chalkgrad.formula.build import children, num, subtract
from chalkgrad.formula.differentiate import differentiate
from chalkgrad.formula.exact import exact_value
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Add, Call, Mul, Node, Num, Pow, Var, Where
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.text import format_formula


@dataclass(frozen=True, eq=True)
class ElementwiseFunction:
    """A function of one or more numbers, applied to arrays entry by entry.

    Attributes
    ----------
    name
        Its name, e.g. ``sigmoid``.
    variables
        The names of its arguments, e.g. ``("z",)`` or ``("y", "t")``.
    body
        The formula in these variables.
    parameters
        Named constants that are already written into the body, e.g. ``(("slope", 1/100),)``.
    value_derivative
        The derivative through the function's value: a formula in ``a`` (and ``z``), or ``None``.
    symbol
        How to write the function, if not by its name: ``σ``, ``ReLU``.
    range
        Bounds of the values; infinite if unknown.
    kernels
        Twins in float64 that are faster or stabler than the formulas: of the value (``None``) and of the
        derivative in a variable.  Called with arrays, ``out`` and the parameters.

    Examples
    --------
    >>> from chalkgrad.formula import ElementwiseFunction, format_formula, parse_formula
    >>> swish = ElementwiseFunction("swish", ("z",), parse_formula("z*sigmoid(z)"))
    >>> format_formula(swish.derivative("z"))
    'sigmoid(z)*(1 + z*(1 - sigmoid(z)))'

    """

    name: str
    variables: tuple[str, ...]
    body: Node
    parameters: tuple[tuple[str, Fraction], ...] = ()
    value_derivative: Node | None = None
    symbol: str = ""
    range: tuple[float, float] = (-inf, inf)
    kernels: Mapping[str | None, Callable[..., Any]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.variables, self.body, self.parameters))

    def __hash__(self) -> int:
        return self._hash

    @property
    def formula(self) -> str:
        """The body as people type it."""
        return format_formula(self.body)

    def derivative(self, variable: str = "z") -> Node:
        """Return the simplified derivative of the body with respect to one variable."""
        if variable not in self.variables:
            raise ValueError(f"{self.name} has the variables {', '.join(self.variables)}, not {variable!r}")
        return _derivative(self, variable)

    @property
    def is_identity(self) -> bool:
        """Whether it gives back its argument."""
        return self.body == Var(self.variables[0])

    @cached_property
    def piecewise_linear(self) -> bool:
        """Whether the function is made of straight pieces, so that exact arithmetic stays exact."""
        return all(_degree(self.body, name) <= 1 for name in self.variables)

    @cached_property
    def kinks(self) -> tuple[Fraction, ...]:
        """The points where a function of one variable has no derivative, as far as they are rational."""
        if len(self.variables) != 1:
            return ()
        points = _breakpoints(self.body, self.variables[0])
        return tuple(sorted(point for point in points if _breaks(self, point)))


@lru_cache(maxsize=1024)
def _derivative(function: ElementwiseFunction, variable: str) -> Node:
    return differentiate(function.body, variable)


def _degree(node: Node, name: str) -> float:
    """Return the highest degree of the polynomial pieces in one variable; infinite if not polynomial."""
    if isinstance(node, Var):
        return float(node.name == name)
    if isinstance(node, Add):
        return max(_degree(term, name) for term in node.terms)
    if isinstance(node, Mul):
        return sum(_degree(factor, name) for factor in node.factors)
    if isinstance(node, Pow):
        base, exponent = _degree(node.base, name), node.exponent
        if base == 0 and _degree(exponent, name) == 0:
            return 0
        whole = isinstance(exponent, Num) and exponent.value.denominator == 1 and exponent.value >= 0
        return base * float(exponent.value) if whole and isinstance(exponent, Num) else inf
    if isinstance(node, Call):
        inner = max(_degree(arg, name) for arg in node.args)
        piecewise = FUNCTIONS[node.function].exact is not None
        return 0 if inner == 0 else inner if piecewise and inner <= 1 else inf
    if isinstance(node, Where):
        parts = (node.condition.left, node.condition.right, node.then, node.otherwise)
        return max(_degree(part, name) for part in parts)
    return 0


def _breakpoints(node: Node, name: str) -> set[Fraction]:
    """Return the rational points where a branch switches on the sign of a piecewise linear formula."""
    points = {point for part in children(node) for point in _breakpoints(part, name)}
    switch: Node | None = None
    if isinstance(node, Where):
        switch = subtract(node.condition.left, node.condition.right)
    elif isinstance(node, Call) and FUNCTIONS[node.function].switch:
        values = [*node.args, num(0)]
        switch = subtract(values[0], values[1])
    if switch is not None and _degree(switch, name) <= 1:
        points |= _zeros(switch, name, sorted(points))
    return points


def _zeros(node: Node, name: str, breaks: list[Fraction]) -> set[Fraction]:
    """Return the zeros of a formula that is linear between the breaks: one straight line each."""
    found = set()
    for low, high in zip([None, *breaks], [*breaks, None], strict=True):
        start = low if low is not None else (high or Fraction(0)) - 3
        end = high if high is not None else start + 3
        a, b = start + (end - start) / 3, end - (end - start) / 3
        try:
            at_a, at_b = exact_value(node, {name: a}), exact_value(node, {name: b})
        except (UnsupportedError, ZeroDivisionError):
            continue
        if at_a != at_b:
            zero = a - at_a * (b - a) / (at_b - at_a)
            if (low is None or low <= zero) and (high is None or zero <= high):
                found.add(zero)
    return found


def _breaks(function: ElementwiseFunction, point: Fraction) -> bool:
    """Return whether the value or the slope jumps at a point."""
    variable = function.variables[0]
    step = Fraction(1, 10**40)
    for node in (function.body, function.derivative(variable)):
        left, right = (value_at(node, {variable: point + side}, 60) for side in (-step, step))
        if not abs(left - right) < 1e-20 * (1 + abs(left)):
            return True
    return False
