"""Kinks: which branch every unit is on, and what is allowed where a derivative does not exist.

Between two kinks a piecewise function is one smooth formula, its *piece*.  A line is smooth as long as no
pre-activation crosses a kink, and that is certified by comparing signs.  Exactly at a kink the one-sided
pieces give the allowed set of derivatives; the package's own convention is relu′(0) = 0, the left piece.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from chalkgrad import formula as f
from chalkgrad._arrays import Array
from chalkgrad.formula.build import add, children, mul, num, rebuild, subtract

Side = Literal["left", "right"]
_FLOAT = f.Float64()


def signs(z: Array, kinks: tuple[Fraction, ...], arithmetic: f.Arithmetic) -> Array:
    """The side of every kink that each entry is on: −1, 0 or 1, kinks first."""
    found = np.empty((len(kinks), *z.shape), dtype=np.int8)
    for i, kink in enumerate(kinks):
        point = arithmetic.number(kink)
        found[i] = (z > point).astype(np.int8) - (z < point).astype(np.int8)
    return found


@lru_cache(maxsize=256)
def switches(function: f.LossFunction) -> tuple[f.Node, ...]:
    """The formulas in y and t whose zeros are kinks of a loss."""
    found: dict[f.Node, None] = {}
    for part in f.walk(function.function.body):
        if isinstance(part, f.Where):
            found[f.simplify(subtract(part.condition.left, part.condition.right))] = None
        elif isinstance(part, f.Call) and f.FUNCTIONS[part.function].switch:
            second = part.args[1] if len(part.args) > 1 else num(0)
            found[f.simplify(subtract(part.args[0], second))] = None
    return tuple(found)


@lru_cache(maxsize=256)
def pieces(function: f.ElementwiseFunction) -> tuple[f.ElementwiseFunction, ...]:
    """The smooth formulas between the kinks, from left to right, each continued to all z.

    >>> from chalkgrad.formula import activation
    >>> [piece.formula for piece in pieces(activation("relu"))]
    ['0', 'z']
    """
    kinks = function.kinks
    if not kinks:
        return (function,)
    inner = [(a + b) / 2 for a, b in itertools.pairwise(kinks)]
    places = [kinks[0] - 1, *inner, kinks[-1] + 1]
    variable = function.variables[0]
    return tuple(
        f.ElementwiseFunction(
            f"{function.name} piece {i}", (variable,), _decide(function.body, {variable: place})
        )
        for i, place in enumerate(places)
    )


def _decide(node: f.Node, at: Mapping[Hashable, Fraction]) -> f.Node:
    """Replace every choice in a formula by the branch that is taken at a point."""

    def value(part: f.Node) -> float:
        return float(_FLOAT.evaluate(part, at))

    if isinstance(node, f.Where):
        difference = value(subtract(node.condition.left, node.condition.right))
        taken = difference > 0 if node.condition.op in (">", ">=") else difference < 0
        return _decide(node.then if taken else node.otherwise, at)
    parts = [_decide(part, at) for part in children(node)]
    if isinstance(node, f.Call) and f.FUNCTIONS[node.function].switch:
        if node.function in ("max", "min"):
            first = value(parts[0]) > value(parts[1])
            return parts[0] if first == (node.function == "max") else parts[1]
        exact, side = f.FUNCTIONS[node.function].exact, Fraction(1 if value(parts[0]) > 0 else -1)
        assert exact is not None
        slope = side * (exact(2 * side) - exact(side))  # a straight line on this side of 0
        return f.simplify(add(num(exact(side) - slope * side), mul(num(slope), parts[0])))
    return rebuild(node, parts) if parts else node


class Frozen(f.Arithmetic):
    """An arithmetic in which one layer's units keep the branches that they have at a point.

    Units exactly at a kink take the piece on the given side, so that the loss is smooth there.
    """

    def __init__(self, inner: f.Arithmetic, function: f.ElementwiseFunction, z: Array, side: Side) -> None:
        self.inner, self.function, self.name = inner, function, inner.name
        points = np.array([float(kink) for kink in function.kinks])
        self.piece = np.searchsorted(points, z.astype(np.float64), side=side)

    def number(self, value: Fraction | int) -> Any:
        """Return a scalar of the inner arithmetic."""
        return self.inner.number(value)

    def array(self, values: Any) -> Array:
        """Return an array of the inner arithmetic."""
        return self.inner.array(values)

    def evaluate(self, node: f.Node, values: Mapping[Any, Any]) -> Array:
        """Return a formula's value in the inner arithmetic."""
        return self.inner.evaluate(node, values)

    def apply(
        self, function: f.ElementwiseFunction, derivative: str | None, *arrays: Any, out: Array | None = None
    ) -> Array:
        """Return the function's value on the frozen branches."""
        if function != self.function or derivative is not None:
            return self.inner.apply(function, derivative, *arrays, out=out)
        z = arrays[0]
        result = np.array(z)
        for i, piece in enumerate(pieces(function)):
            here = self.piece == i
            if here.any():
                result[here] = _constant(piece, self.inner, z[here])
        return result


def _constant(piece: f.ElementwiseFunction, arithmetic: f.Arithmetic, z: Array) -> Array:
    if isinstance(piece.body, f.Num):
        return arithmetic.array([piece.body.value] * len(z))
    return z if piece.body == f.Var(piece.variables[0]) else arithmetic.apply(piece, None, z)
