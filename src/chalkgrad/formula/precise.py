"""Formulas at many digits, with mpmath, one number at a time.

Each precision has an mpmath context of its own, so nobody's global precision is touched.  A sum that
cancels more digits than the guard holds is computed again with that many more.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

from chalkgrad.formula.build import num, substitute
from chalkgrad.formula.fold import COMPARE
from chalkgrad.formula.nodes import Named, Node, Num
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.stable import stabilise
from chalkgrad.formula.tape import Tape, compile_tape

GUARD_DIGITS = 20
_GUARD_BITS = 60
_MOST_BITS = 40_000
_HUGE = 10**60  # beyond it exp is taken as infinite or zero


@lru_cache(maxsize=64)
def context(digits: int) -> Any:
    """Return the mpmath context that carries ``digits`` digits and the guard digits."""
    import mpmath

    own = mpmath.MPContext()
    own.dps = digits + GUARD_DIGITS
    return own


def decimal_text(value: Any) -> str:
    """Return an mpf of such a context as text, to the digits that it promises, without the guard digits."""
    digits = value.context.dps - GUARD_DIGITS
    whole = value == int(value) and abs(value) < 10**digits if value.context.isfinite(value) else False
    return str(int(value)) if whole else str(value.context.nstr(value, digits, strip_zeros=True))


class _Machine:
    """The operations of a tape in one working precision.

    ``lost`` counts the bits cancelled, ``zeros`` the sums that cancelled completely.
    """

    def __init__(self, bits: int) -> None:
        import mpmath

        self.ctx: Any = mpmath.MPContext()
        self.ctx.prec = bits
        self.lost = self.zeros = 0
        ctx = self.ctx
        self.operations: dict[str, Callable[..., Any]] = {
            "+": lambda a, b: self._sum(a, b, a + b),
            "-": lambda a, b: self._sum(a, -b, a - b),
            "*": operator.mul,
            "/": self._divide,
            "negate": operator.neg,
            "power": self._power,
            "exp": self._exp,
            "log": lambda u: ctx.ninf if u == 0 else ctx.log(u) if u > 0 else ctx.nan,
            "sqrt": lambda u: ctx.sqrt(u) if u >= 0 else ctx.nan,
            "expm1": lambda u: ctx.expm1(u) if abs(u) < 1 else self._exp(u) - 1,
            "log1p": lambda u: ctx.ninf if u == -1 else ctx.log1p(u) if u > -1 else ctx.nan,
            "sigmoid": self._sigmoid,
            "tanh": lambda u: self._clamped(ctx.tanh, u),
            "softplus": lambda u: (u if u > 0 else ctx.zero) + ctx.log1p(self._exp(-abs(u))),
            "erf": lambda u: self._clamped(ctx.erf, u),
            "erfc": self._erfc,
            "sigmoid_minus": lambda u, t: self._apart(u, t, self._sigmoid(-abs(u)), ctx.zero),
            "tanh_minus": lambda u, t: self._apart(u, t, 2 * self._sigmoid(-2 * abs(u)), -ctx.one),
            "erf_minus": lambda u, t: self._apart(u, t, self._erfc(abs(u)), -ctx.one),
            "expm1_minus": lambda u, t: self._minus(self._exp(u), self._gap(t, -ctx.one)),
            "sin": lambda u: self._periodic(ctx.sin, u),
            "cos": lambda u: self._periodic(ctx.cos, u),
            "tan": lambda u: self._periodic(ctx.tan, u),
            "atan": ctx.atan,
            "sinh": lambda u: ctx.sinh(u) if abs(u) < 1 else (self._exp(u) - self._exp(-u)) / 2,
            "cosh": lambda u: (self._exp(u) + self._exp(-u)) / 2,
            "relu": lambda u: u if u > 0 else ctx.zero,
            "abs": abs,
            "sign": lambda u: ctx.mpf((u > 0) - (u < 0)),
            "max": lambda u, v: u if u > v else v,
            "min": lambda u, v: u if u < v else v,
            **{f"where {op}": _branch(test) for op, test in COMPARE.items()},
        }

    def run(self, tape: Tape, values: Mapping[Hashable, Any]) -> Any:
        self.lost = self.zeros = 0
        constants = [self._constant(node) for node in tape.constants]
        inputs = [values[name] for name in tape.inputs]
        return tape.run(self.operations, [self._number(value) for value in inputs], constants)[tape.result]

    def _number(self, value: Any) -> Any:
        if isinstance(value, Fraction):
            return self.ctx.mpf(value.numerator) / value.denominator
        return self.ctx.mpf(value)

    def _constant(self, node: Num | Named) -> Any:
        if isinstance(node, Num):
            return self._number(node.value)
        return +getattr(self.ctx, node.name)

    def _sum(self, left: Any, right: Any, total: Any) -> Any:
        if left and right and self.ctx.isfinite(total):
            if not total:
                self.zeros += 1
            else:
                before = max(self.ctx.mag(left), self.ctx.mag(right))
                self.lost = max(self.lost, before - self.ctx.mag(total))
        return total

    def _minus(self, left: Any, right: Any) -> Any:
        return self._sum(left, -right, left - right)

    def _apart(self, u: Any, t: Any, tail: Any, lowest: Any) -> Any:
        """f(u) − t for an f from ``lowest`` to 1 that is ``tail`` away from the nearer of the two."""
        return (
            self._minus(self._gap(self.ctx.one, t), tail)
            if u > 0
            else self._minus(tail, self._gap(t, lowest))
        )

    def _gap(self, left: Any, right: Any) -> Any:
        """Subtract a bound; 0 at the bound itself is exact."""
        return self.ctx.zero if left == right else self._minus(left, right)

    def _erfc(self, u: Any) -> Any:
        return self.ctx.erfc(u) if abs(u) < 10**15 else self.ctx.mpf(0 if u > 0 else 2)

    def _divide(self, left: Any, right: Any) -> Any:
        if right != 0:
            return left / right
        return self.ctx.nan if left == 0 or self.ctx.isnan(left) else self.ctx.inf * (1 if left > 0 else -1)

    def _exp(self, u: Any) -> Any:
        if u > _HUGE:
            return self.ctx.inf
        return self.ctx.zero if u < -_HUGE else self.ctx.exp(u)

    def _sigmoid(self, u: Any) -> Any:
        tail = self._exp(-abs(u))
        return (1 if u >= 0 else tail) / (1 + tail)

    def _clamped(self, function: Callable[[Any], Any], u: Any) -> Any:
        return function(u) if abs(u) < 10**6 else self.ctx.mpf((u > 0) - (u < 0))

    def _periodic(self, function: Callable[[Any], Any], u: Any) -> Any:
        return function(u) if u == 0 or self.ctx.mag(u) < 10_000 else self.ctx.nan

    def _power(self, base: Any, exponent: Any) -> Any:
        if base == 0:
            return self.ctx.zero if exponent > 0 else self.ctx.one if exponent == 0 else self.ctx.inf
        if base < 0:
            if self.ctx.isint(exponent) and abs(exponent) < 10**18:
                size = self._exp(exponent * self.ctx.log(-base))
                return -size if int(exponent) % 2 else size
            return self.ctx.nan
        return self._exp(exponent * self.ctx.log(base))


def _branch(test: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    return lambda left, right, then, otherwise: then if test(left, right) else otherwise


@lru_cache(maxsize=64)
def _machine(bits: int) -> _Machine:
    return _Machine(bits)


@lru_cache(maxsize=1024)
def stable_tape(node: Node) -> Tape:
    """Return the tape of the stabilised formula."""
    return compile_tape(stabilise(node))


def value_at(node: Node, values: Mapping[Hashable, Any], digits: int) -> Any:
    """Return the value of a formula as an mpf with ``digits`` digits.

    Where the formula has a removable singularity (0·log 0, 0/0 that cancels), its removed value counts;
    where there is no value, NaN.

    Parameters
    ----------
    node
        The formula.
    values
        For each variable an mpf, a ``Fraction``, an int or a float.
    digits
        Significant digits of the result.

    """
    result = _adaptive(stable_tape(node), values, digits)
    if result != result and all(_is_finite(value) for value in values.values()):
        result = _removed(node, values, digits)
    return context(digits).mpf(result)


def _adaptive(tape: Tape, values: Mapping[Hashable, Any], digits: int) -> Any:
    """Raise the precision until enough bits are left; a sum that is 0 again at twice the bits is 0."""
    enough = int((digits + 1) * 3.33) + _GUARD_BITS // 2
    bits, zeros_before = enough + _GUARD_BITS // 2, 0
    while True:
        machine = _machine(bits)
        result = machine.run(tape, values)
        needed = enough + machine.lost
        if bits >= _MOST_BITS or (needed <= bits and machine.zeros == zeros_before):
            return result
        zeros_before = machine.zeros
        bits = min(max(needed, 2 * bits) // 64 * 64 + 64, _MOST_BITS)


def _removed(node: Node, values: Mapping[Hashable, Any], digits: int) -> Any:
    """Write some of the numbers into the formula and simplify: t·log(y) at t = 0 is 0 for every y."""
    exact = {name: value for name, number in values.items() if (value := _as_fraction(number)) is not None}
    names = list(exact)
    for count in range(len(names)):
        for chosen in combinations(names, count):
            fixed = simplify(substitute(node, {name: num(exact[name]) for name in chosen}))
            result = _adaptive(stable_tape(fixed), values, digits)
            if result == result:
                return result
    return context(digits).nan


def _is_finite(value: Any) -> bool:
    return bool(abs(value) < float("inf"))


def _as_fraction(value: Any) -> Fraction | None:
    if hasattr(value, "_mpf_"):
        sign, mantissa, exponent, _ = value._mpf_
        if abs(exponent) > 3000:
            return None
        size = int(mantissa) * Fraction(2) ** int(exponent)
        return Fraction(-size if sign else size)
    return Fraction(value)
