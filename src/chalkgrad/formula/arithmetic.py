"""Three ways to compute one formula: float64, exact rationals, many digits.

An ``Arithmetic`` makes numbers and arrays of its kind and evaluates formulas on them; float64 gives no
NaN for finite input where a true value exists.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.exact import exact_value
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.kernels import FLOAT_KERNELS, Kernel
from chalkgrad.formula.nodes import Call, Node, Num, Var
from chalkgrad.formula.precise import context, stable_tape, value_at
from chalkgrad.formula.tape import Tape


class Arithmetic(ABC):
    """How numbers are held and formulas evaluated."""

    name: str

    @abstractmethod
    def number(self, value: Fraction | int) -> Any:
        """Return a scalar of this arithmetic."""

    @abstractmethod
    def array(self, values: Any) -> Array:
        """Return an array of this arithmetic from nested lists or an array of numbers."""

    @abstractmethod
    def evaluate(self, node: Node, values: Mapping[Hashable, Any]) -> Array:
        """Return the formula's value, entry by entry, for broadcastable arrays of its variables."""

    def apply(
        self, function: ElementwiseFunction, derivative: str | None, *arrays: Any, out: Array | None = None
    ) -> Array:
        """Return a function's value (``derivative=None``) or its derivative in one variable."""
        node = function.body if derivative is None else function.derivative(derivative)
        result = self.evaluate(node, dict(zip(function.variables, arrays, strict=True)))
        if out is None:
            return result
        out[...] = result
        return out

    def kernel(self, function: ElementwiseFunction, derivative: str | None) -> Callable[..., Array]:
        """Return ``apply`` with the function chosen, for use again and again."""
        return partial(self.apply, function, derivative)

    def call(self, function: str, *arrays: Any) -> Array:
        """Return a known function's value, e.g. ``call("exp", z)``."""
        names = FUNCTIONS[function].arguments
        node = Call(function, tuple(Var(name) for name in names))
        return self.evaluate(node, dict(zip(names, arrays, strict=True)))


# -- float64 --
class Float64(Arithmetic):
    """IEEE double precision, vectorised."""

    name = "float64"

    def number(self, value: Fraction | int) -> float:
        """Return the nearest double."""
        return float(value)

    def array(self, values: Any) -> Array:
        """Return a float64 array."""
        array = np.asarray(values)
        if array.dtype == object:
            return np.array([float(value) for value in array.flat], dtype=np.float64).reshape(array.shape)
        return np.asarray(array, dtype=np.float64)

    def evaluate(self, node: Node, values: Mapping[Hashable, Any]) -> Array:
        """Return the formula's value; entries that overflow on the way are computed at 50 digits."""
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
        return _run_float(node, stable_tape(node), arrays)

    def apply(
        self, function: ElementwiseFunction, derivative: str | None, *arrays: Any, out: Array | None = None
    ) -> Array:
        """Return a function's value or derivative by its fused kernel, or by its formula."""
        return _kernel(function, derivative)(*arrays, out=out)

    def kernel(self, function: ElementwiseFunction, derivative: str | None) -> Callable[..., Array]:
        """Return the fused kernel, or the one that runs the formula."""
        return _kernel(function, derivative)


@lru_cache(maxsize=4096)
def _kernel(function: ElementwiseFunction, derivative: str | None) -> Kernel:
    if kernel := function.kernels.get(derivative):
        numbers = {name: float(value) for name, value in function.parameters}
        return partial(kernel, **numbers) if numbers else kernel
    node = function.body if derivative is None else function.derivative(derivative)
    tape, names = stable_tape(node), function.variables

    def run(*arrays: Any, out: Array | None = None) -> Array:
        values: dict[Hashable, Array] = {
            name: np.asarray(a, dtype=np.float64) for name, a in zip(names, arrays, strict=True)
        }
        result = _run_float(node, tape, values)
        if out is None:
            return result
        out[...] = result
        return out

    return run


def _run_float(node: Node, tape: Tape, values: Mapping[Hashable, Array]) -> Array:
    shapes = {array.shape for array in values.values()}
    shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    inputs = [values[name] for name in tape.inputs]
    trouble: list[str] = []
    with np.errstate(all="call", under="ignore", call=lambda kind, _: trouble.append(kind)):
        slots = tape.run(FLOAT_KERNELS, inputs, _float_constants(tape))
    result = np.asarray(slots[tape.result], dtype=np.float64)
    if result.shape != shape or not tape.steps:
        result = np.array(np.broadcast_to(result, shape))
    if trouble or not math.isfinite(result.sum()):
        return _repaired(node, result, slots, values)
    return result


@lru_cache(maxsize=1024)
def _float_constants(tape: Tape) -> tuple[float, ...]:
    return tuple(
        float(node.value) if isinstance(node, Num) else getattr(math, node.name) for node in tape.constants
    )


def _repaired(node: Node, result: Array, slots: list[Any], values: Mapping[Hashable, Array]) -> Array:
    """Compute again, at 50 digits, the entries with a non-finite number on the way from finite inputs."""
    doubtful = ~np.isfinite(result)
    for slot in slots:
        doubtful = doubtful | ~np.isfinite(slot)
    for array in values.values():
        doubtful = doubtful & np.isfinite(array)
    result = np.array(result)
    known: dict[tuple[float, ...], float] = {}
    columns = [np.broadcast_to(array, result.shape) for array in values.values()]
    for place in zip(*np.nonzero(np.atleast_1d(doubtful)), strict=True) if doubtful.any() else ():
        where = place if result.shape else ()
        entries = tuple(float(column[where]) for column in columns)
        if entries not in known:
            known[entries] = float(value_at(node, dict(zip(values, entries, strict=True)), 50))
        if not math.isnan(known[entries]):
            result[where] = known[entries]
    return result


# -- exact --
class Exact(Arithmetic):
    """Rational numbers without any error, for piecewise rational formulas."""

    name = "exact"

    def number(self, value: Fraction | int) -> Fraction:
        """Return the fraction."""
        return Fraction(value)

    def array(self, values: Any) -> Array:
        """Return an object array of fractions; a float counts as the decimal that it prints as."""
        array = np.asarray(values, dtype=object)
        return _objects([exact_number(value) for value in array.flat], array.shape)

    def evaluate(self, node: Node, values: Mapping[Hashable, Any]) -> Array:
        """Return the exact value.

        Raises
        ------
        UnsupportedError
            If the formula has a function without rational values.
        ZeroDivisionError
            If a denominator is zero.

        """
        columns = {name: np.asarray(value, dtype=object) for name, value in values.items()}
        return _each(lambda entries: exact_value(node, entries), columns)


def exact_number(value: Any) -> Fraction:
    """Return the fraction that a number prints as: 0.1 is 1/10."""
    if isinstance(value, float | np.floating):
        return Fraction(repr(float(value)))
    return Fraction(int(value)) if isinstance(value, np.integer | np.bool_) else Fraction(value)


# -- many digits --
class Precise(Arithmetic):
    """``digits`` significant digits with mpmath; arrays hold mpf numbers of a private context."""

    def __init__(self, digits: int = 50) -> None:
        if not 1 <= digits <= 10_000:
            raise ValueError(f"digits: must be from 1 to 10000; got {digits}.")
        self.digits = digits
        self.name = f"{digits} digits"
        self.context = context(digits)

    def number(self, value: Fraction | int) -> Any:
        """Return the mpf."""
        value = Fraction(value)
        return self.context.mpf(value.numerator) / value.denominator

    def array(self, values: Any) -> Array:
        """Return an object array of mpf; a float counts as the decimal that it prints as."""
        array = np.asarray(values, dtype=object)
        return _objects([self._read(value) for value in array.flat], array.shape)

    def _read(self, value: Any) -> Any:
        if hasattr(value, "_mpf_"):
            return self.context.mpf(value)
        if isinstance(value, float | np.floating) and not math.isfinite(value):
            return self.context.mpf(float(value))
        return self.number(exact_number(value))

    def evaluate(self, node: Node, values: Mapping[Hashable, Any]) -> Array:
        """Return the value, every entry right to ``digits`` digits."""
        columns = {name: np.asarray(value, dtype=object) for name, value in values.items()}
        return _each(lambda entries: value_at(node, entries, self.digits), columns)


def _each(compute: Callable[[dict[Hashable, Any]], Any], columns: Mapping[Hashable, Array]) -> Array:
    shape = np.broadcast_shapes(*(column.shape for column in columns.values()))
    flat = [np.broadcast_to(column, shape).ravel() for column in columns.values()]
    rows = zip(*flat, strict=True) if flat else [()]
    return _objects([compute(dict(zip(columns, row, strict=True))) for row in rows], shape)


def _objects(values: list[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)
