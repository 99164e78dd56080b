"""Scalar formulas as boxes, the way a teacher writes them: fractions, powers, σ, cases."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction

from chalkgrad.formula import FUNCTIONS, nodes
from chalkgrad.formula.activations import symbol_of
from chalkgrad.notation.boxes import Box, Cases, Fence, Frac, Numeral, Op, Row, Script, Sym, Words

Leaf = Callable[[Hashable], Box]

SUM, HADAMARD, PRODUCT, POWER, ATOM = range(5)
"""How tightly a box binds; A ⊙ B less than AB, so that brackets stand wherever the two meet."""


def function_name(name: str) -> Box:
    """The printed name of a function: σ, ReLU, tanh, softmax, or the user's own."""
    symbol = symbol_of(name)
    return Sym(symbol) if symbol != name and len(symbol) == 1 else Sym(symbol, "upright")


def number(value: Fraction) -> Box:
    """A rational: an integer, a short decimal's fraction, or a/b."""
    if value.denominator == 1:
        return Numeral(str(value.numerator).replace("-", "−"))
    sign = "−" if value < 0 else ""
    return Numeral(f"{sign}{abs(value.numerator)}/{value.denominator}")


class FormulaWriter:
    """Writes formulas; ``leaf`` draws variables, ``times`` is the product sign (none: side by side)."""

    def __init__(self, leaf: Leaf, times: str = "") -> None:
        self.leaf = leaf
        self.times = times

    def box(self, node: nodes.Node) -> Box:
        """The formula without outer brackets."""
        return self.level(node)[0]

    def inside(self, node: nodes.Node, least: int) -> Box:
        """The formula, in brackets if it binds less tightly than ``least``."""
        box, level = self.level(node)
        return box if level >= least else Fence(box)

    def level(self, node: nodes.Node) -> tuple[Box, int]:
        """The box and how tightly it binds."""
        match node:
            case nodes.Num(value):
                return number(value), SUM if value < 0 else ATOM
            case nodes.Named(name):
                return Sym("π" if name == "pi" else name), ATOM
            case nodes.Var(name):
                return self.leaf(name), ATOM
            case nodes.Add(terms):
                return self._sum(terms), SUM
            case nodes.Mul(factors):
                return self._product(factors)
            case nodes.Pow(base, exponent):
                return self._power(base, exponent)
            case nodes.Call(function, args):
                return self._call(function, args)
            case nodes.Where(condition, then, otherwise):
                left, right = self.box(condition.left), self.box(condition.right)
                test = Row((left, Op(_RELATIONS[condition.op], "relation"), right))
                return Cases(((self.box(then), test), (self.box(otherwise), Words("otherwise")))), ATOM
        raise TypeError(f"no box for formula node {type(node).__name__}")

    def _sum(self, terms: tuple[nodes.Node, ...]) -> Box:
        items: list[Box] = []
        for i, term in enumerate(terms):
            negative, bare = split_sign(term)
            if i or negative:
                items.append(Op("−" if negative else "+", "binary" if i else "prefix"))
            items.append(self.inside(bare, HADAMARD))
        return Row(tuple(items))

    def _product(self, factors: tuple[nodes.Node, ...]) -> tuple[Box, int]:
        negative, bare = split_sign(nodes.Mul(factors))
        if negative:
            return Row((Op("−", "prefix"), self.inside(bare, HADAMARD))), SUM
        rational, rest, below = split_reciprocals(factors)
        if rational.denominator != 1 and not below and rest:
            front = Frac(Numeral(str(rational.numerator)), Numeral(str(rational.denominator)))
            return Row((front, self._times(rest, least=POWER))), self._joined(rest)
        if below and rational.denominator != 1:
            below.insert(0, nodes.Num(Fraction(rational.denominator)))
            rational = Fraction(rational.numerator)
        if rational != 1 or not rest:
            rest.insert(0, nodes.Num(rational))
        top = self._times(rest)
        if not below:
            return top, self._joined(rest) if len(rest) > 1 else self.level(rest[0])[1]
        return Frac(self.box(rest[0]) if len(rest) == 1 else top, self._bottom(below)), PRODUCT

    def _joined(self, factors: list[nodes.Node]) -> int:
        """How tightly a product binds: numbers in front stand beside their factor."""
        visible = [factor for factor in factors if not isinstance(factor, nodes.Num)]
        return HADAMARD if self.times == "⊙" and len(visible) > 1 else PRODUCT

    def _bottom(self, factors: list[nodes.Node]) -> Box:
        return self.box(factors[0]) if len(factors) == 1 else self._times(factors)

    def _times(self, factors: list[nodes.Node], least: int = PRODUCT) -> Box:
        items: list[Box] = []
        for i, factor in enumerate(factors):
            if i:
                if self.times and not isinstance(factors[i - 1], nodes.Num):
                    items.append(Op(self.times))
                elif isinstance(factor, nodes.Num):
                    items.append(Op("·"))
            items.append(self.inside(factor, least if len(factors) == 1 else POWER))
        return Row(tuple(items))

    def _power(self, base: nodes.Node, exponent: nodes.Node) -> tuple[Box, int]:
        if exponent == nodes.Num(Fraction(1, 2)):
            return self._call("sqrt", (base,))
        if isinstance(exponent, nodes.Num) and exponent.value < 0:
            below = base if exponent.value == -1 else nodes.Pow(base, nodes.Num(-exponent.value))
            return Frac(Numeral("1"), self.box(below)), PRODUCT
        if (
            isinstance(base, nodes.Call)
            and FUNCTIONS[base.function].carries_power
            and isinstance(exponent, nodes.Num)
        ):
            name = Script(function_name(base.function), None, self.box(exponent))
            return Row((name, Fence(self.box(base.args[0])))), ATOM
        raised = self.inside(base, ATOM)
        return Script(Fence(raised) if _is_starred(raised) else raised, None, self.box(exponent)), POWER

    def _call(self, function: str, args: tuple[nodes.Node, ...]) -> tuple[Box, int]:
        if function == "exp":
            return Script(Sym("e"), None, self.box(args[0])), POWER
        if function == "abs":
            return Fence(self.box(args[0]), "|", "|"), ATOM
        if function == "sqrt":
            return Row((Sym("√", "upright"), Fence(self.box(args[0])))), ATOM
        inner: list[Box] = []
        for i, arg in enumerate(args):
            inner.extend([Op(",", "punct"), self.box(arg)] if i else [self.box(arg)])
        return Row((function_name(function), Fence(Row(tuple(inner)) if len(inner) > 1 else inner[0]))), ATOM


_RELATIONS = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}


def _is_starred(box: Box) -> bool:
    """Whether a star stands where a power would: (y*)²."""
    letter = box.base if isinstance(box, Script) else box
    return isinstance(letter, Sym) and letter.accent == "star"


def _is_reciprocal(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Pow) and isinstance(node.exponent, nodes.Num) and node.exponent.value < 0


def _reciprocal(node: nodes.Node) -> nodes.Node:
    assert isinstance(node, nodes.Pow)
    assert isinstance(node.exponent, nodes.Num)
    power = -node.exponent.value
    return node.base if power == 1 else nodes.Pow(node.base, nodes.Num(power))


def split_reciprocals(factors: tuple[nodes.Node, ...]) -> tuple[Fraction, list[nodes.Node], list[nodes.Node]]:
    """A product as its number, what stands above, and what stands below the fraction bar."""
    rational = Fraction(1)
    above: list[nodes.Node] = []
    below: list[nodes.Node] = []
    for factor in factors:
        if isinstance(factor, nodes.Num):
            rational *= factor.value
        elif _is_reciprocal(factor):
            below.append(_reciprocal(factor))
        else:
            above.append(factor)
    return rational, above, below


def split_sign(node: nodes.Node) -> tuple[bool, nodes.Node]:
    """Whether a term is negative, and the term without its sign."""
    match node:
        case nodes.Num(value) if value < 0:
            return True, nodes.Num(-value)
        case nodes.Mul(factors):
            for i, factor in enumerate(factors):
                if isinstance(factor, nodes.Num) and factor.value < 0:
                    rest = list(factors)
                    if factor.value == -1:
                        del rest[i]
                    else:
                        rest[i] = nodes.Num(-factor.value)
                    return True, rest[0] if len(rest) == 1 else nodes.Mul(tuple(rest))
    return False, node
