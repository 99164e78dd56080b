"""Scalar formulas as Python, entry by entry of torch tensors or NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad.formula import nodes, walk
from chalkgrad.notation.equations.formulas import split_reciprocals, split_sign

SUM, QUOTIENT, PRODUCT, MATMUL, POWER, ATOM = range(6)
MOST_DECIMALS = 6


@dataclass(frozen=True)
class PythonText:
    """A piece of Python and how tightly it binds.

    ``@``, ``*`` and ``/`` bind alike in Python; a reader wants brackets where they meet, so they are levels.
    """

    text: str
    level: int

    def inside(self, least: int, *, matmul: bool = True) -> str:
        """The text, in brackets if it binds less tightly than ``least``, or is a matrix product unwanted."""
        wanted = self.level >= least and (matmul or self.level != MATMUL)
        return self.text if wanted else f"({self.text})"


def rational(value: Fraction) -> tuple[str, str]:
    """A positive rational as what stands above and below: halves and thirds below, 1/100 as 0.01.

    >>> rational(Fraction(1, 2)), rational(Fraction(1, 100)), rational(Fraction(3))
    (('1', '2'), ('0.01', ''), ('3', ''))
    """
    if value.denominator == 1:
        return str(value.numerator), ""
    decimal = f"{float(value):.{MOST_DECIMALS}f}".rstrip("0")
    if value.denominator not in (2, 4, 8) and Fraction(decimal) == value:
        return decimal, ""
    return str(value.numerator), str(value.denominator)


@dataclass(frozen=True)
class Dialect:
    """A library's ways of saying it.

    Attributes
    ----------
    prefix
        What its functions are called by.
    axis, keep
        The words by which a sum is told its direction, and to keep it.
    functions
        Functions that are not called ``prefix.name``; with ``{}`` for the argument where they are no call.
    clamps
        Whether an array is bounded by its own ``clamp``.
    """

    prefix: str
    axis: str
    keep: str
    functions: Mapping[str, str]
    clamps: bool = False


TORCH = Dialect(
    "torch",
    "dim=",
    "keepdim=True",
    {"max": "torch.maximum", "min": "torch.minimum", "softplus": "F.softplus"},
    clamps=True,
)
"""PyTorch; F is ``torch.nn.functional``."""
NUMPY = Dialect(
    "np",
    "axis=",
    "keepdims=True",
    {
        "max": "np.maximum",
        "min": "np.minimum",
        "relu": "np.maximum(0, {})",
        "sigmoid": "1 / (1 + np.exp(-{}))",
        "softplus": "np.logaddexp(0, {})",
        "erf": "scipy.special.erf",
    },
)
"""NumPy."""


class FormulaCode:
    """Writes formulas; ``leaf`` writes variables.  ``tight`` leaves out the blanks around ``*`` and ``/``."""

    def __init__(
        self, leaf: Callable[[Hashable], PythonText], tight: bool = False, dialect: Dialect = TORCH
    ) -> None:
        self.leaf, self.dialect = leaf, dialect
        self.times, self.over = ("*", "/") if tight else (" * ", " / ")
        self.tight = tight

    def code(self, node: nodes.Node) -> PythonText:
        """The formula without outer brackets, and how tightly it binds."""
        match node:
            case nodes.Num(value):
                return self._number(value)
            case nodes.Named(name):
                return PythonText(f"math.{name}", ATOM)
            case nodes.Var(name):
                return self.leaf(name)
            case nodes.Add(terms):
                return self._sum(terms)
            case nodes.Mul(factors):
                return self._product(factors)
            case nodes.Pow(base, exponent):
                return self._power(base, exponent)
            case nodes.Call(function, args):
                return self._call(function, args)
            case nodes.Where(nodes.Compare(op, left, right), then, otherwise):
                test = f"{self.text(left)} {op} {self.text(right)}"
                inside = f"{test}, {self.text(then)}, {self.text(otherwise)}"
                return PythonText(f"{self.dialect.prefix}.where({inside})", ATOM)
        raise TypeError(f"no code for formula node {type(node).__name__}")

    def text(self, node: nodes.Node) -> str:
        """The formula without outer brackets."""
        return self.code(node).text

    def _number(self, value: Fraction) -> PythonText:
        above, below = rational(abs(value))
        text = above + (self.over + below if below else "")
        return PythonText(f"-{text}", SUM) if value < 0 else PythonText(text, QUOTIENT if below else ATOM)

    def _sum(self, terms: tuple[nodes.Node, ...]) -> PythonText:
        inner = FormulaCode(self.leaf, tight=True, dialect=self.dialect)
        text = ""
        for i, term in enumerate(terms):
            negative, bare = split_sign(term)
            text += (" - " if negative else " + ") if i else "-" if negative else ""
            text += inner.code(bare).inside(QUOTIENT)
        return PythonText(text, SUM)

    def _product(self, factors: tuple[nodes.Node, ...]) -> PythonText:
        negative, bare = split_sign(nodes.Mul(factors))
        if negative:
            return PythonText(f"-{self.code(bare).inside(QUOTIENT)}", SUM)
        number, above, below = split_reciprocals(factors)
        top, bottom = rational(number)
        up = [self.code(factor).inside(POWER) for factor in above]
        down = ([bottom] if bottom else []) + [self.code(factor).inside(POWER) for factor in below]
        if top != "1" or not up:
            up.insert(0, top)
        text = self.times.join(up)
        if down:
            text += self.over + (down[0] if len(down) == 1 else f"({self.times.join(down)})")
        return PythonText(text, QUOTIENT if down else PRODUCT)

    def _power(self, base: nodes.Node, exponent: nodes.Node) -> PythonText:
        if exponent == nodes.Num(Fraction(1, 2)):
            return self._call("sqrt", (base,))
        if isinstance(exponent, nodes.Num) and exponent.value < 0:
            return self._product((nodes.Pow(base, exponent),))
        return PythonText(f"{self.code(base).inside(ATOM)}**{self.code(exponent).inside(ATOM)}", POWER)

    def _call(self, function: str, args: tuple[nodes.Node, ...]) -> PythonText:
        if not any(isinstance(part, nodes.Var) for arg in args for part in walk(arg)):
            return PythonText(f"math.{function}({', '.join(self.text(arg) for arg in args)})", ATOM)
        bound = next((arg for arg in args if isinstance(arg, nodes.Num)), None)
        if function in ("max", "min") and bound is not None and self.dialect.clamps:
            other = args[1] if args[0] == bound else args[0]
            side = "min" if function == "max" else "max"
            return PythonText(f"{self.code(other).inside(ATOM)}.clamp({side}={self.text(bound)})", ATOM)
        name = self.dialect.functions.get(function, f"{self.dialect.prefix}.{function}")
        if "{}" in name:
            is_call = name.endswith("{})") and name[0].isalpha()
            inside = self.text(args[0]) if is_call else self.code(args[0]).inside(ATOM)
            return PythonText(name.format(inside), ATOM if is_call else QUOTIENT)
        plain = FormulaCode(self.leaf, dialect=self.dialect)
        return PythonText(f"{name}({', '.join(plain.text(arg) for arg in args)})", ATOM)
