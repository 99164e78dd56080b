"""Single entries as boxes: the index zoom, with its sums and its letters for running indices."""

from __future__ import annotations

import math
from collections.abc import Hashable
from copy import copy
from fractions import Fraction

from chalkgrad.derive.derivation import Derivation, Step
from chalkgrad.derive.elementwise import termwise_derivative
from chalkgrad.derive.index import Applied, Entry, SumOver
from chalkgrad.derive.training import PLAIN
from chalkgrad.expr import Dim, Scalar
from chalkgrad.formula import nodes, substitute
from chalkgrad.notation.boxes import BigOp, Box, Numeral, Op, Row, Sym
from chalkgrad.notation.equations.formulas import ATOM, POWER, PRODUCT, FormulaWriter
from chalkgrad.notation.equations.letters import called
from chalkgrad.notation.equations.symbols import SymbolWriter
from chalkgrad.notation.profiles.find import LETTER_NAMES, Notation
from chalkgrad.notation.profiles.notation import NORM, SPARE

POOL = "kijpqrsuvabcfghnotwxyz"
"""Letters for further indices, unless the notation has another use for them."""


class EntryWriter(FormulaWriter):
    """Formulas in entries: adds sums, named functions, and puts sums last in a product."""

    def __init__(self, writer: SymbolWriter) -> None:
        super().__init__(self._leaf)
        self.writer = writer

    def _leaf(self, leaf: Hashable) -> Box:
        if isinstance(leaf, Entry):
            return self.writer.symbol(leaf.symbol, leaf.row, leaf.column)
        if isinstance(leaf, Dim):
            return self.writer.dim(leaf)
        if isinstance(leaf, Scalar):
            return self.writer.scalar(leaf)
        raise TypeError(f"no letter for {leaf!r}")

    def level(self, node: nodes.Node) -> tuple[Box, int]:
        match node:
            case SumOver(index, dim, body):
                front, body = self.front(body)
                if front != 1:
                    return self.level(nodes.Mul((nodes.Num(front), SumOver(index, dim, body))))
                below = Row((Sym(index), Op("=", "relation"), Numeral("1")))
                return Row((BigOp("∑", below, self.writer.dim(dim)), self.inside(body, PRODUCT))), PRODUCT
            case Applied(function, args, wrt):
                if function.name and len(args) == 1:
                    name = self.writer.function(function, wrt is not None)
                    return called(name, self.box(args[0])), ATOM
                body = function.body if wrt is None else termwise_derivative(function, wrt)
                return self.level(substitute(body, dict(zip(function.variables, args, strict=True))))
            case nodes.Mul(factors) if any(isinstance(f, SumOver) for f in factors):
                return self._with_sums(factors)
        return super().level(node)

    def _with_sums(self, factors: tuple[nodes.Node, ...]) -> tuple[Box, int]:
        """A product: the numbers of its sums first, its sums last."""
        number, rest, sums = Fraction(1), [], []
        for factor in factors:
            if isinstance(factor, SumOver):
                front, factor = self.front(factor)
                number *= front
                sums.append(factor)
            elif isinstance(factor, nodes.Num):
                number *= factor.value
            else:
                rest.append(factor)
        numbers = [nodes.Num(number)] if number != 1 else []
        found = (*numbers, *rest, *sums)
        return self.level(found[0]) if len(found) == 1 else super().level(nodes.Mul(found))

    def front(self, node: nodes.Node) -> tuple[Fraction, nodes.Node]:
        """A number in front of a sum's terms and what remains: ∑ ½(y − t)² is written ½ ∑ (y − t)²."""
        match node:
            case SumOver(index, dim, body):
                front, rest = self.front(body)
                return front, SumOver(index, dim, rest)
            case Applied(function, args, None) if not function.name or len(args) > 1:
                body = substitute(function.body, dict(zip(function.variables, args, strict=True)))
                front, rest = self.front(body)
                return (front, rest) if front != 1 else (front, node)
            case nodes.Mul(factors) if any(isinstance(f, SumOver) for f in factors):
                fronts = [self.front(f) if isinstance(f, SumOver) else (Fraction(1), f) for f in factors]
                number = math.prod((n for n, _ in fronts), start=Fraction(1))
                return number, nodes.Mul(tuple(f for _, f in fronts))
            case nodes.Mul(factors) if len(factors) > 1:
                numbers = [f.value for f in factors if isinstance(f, nodes.Num)]
                rests = tuple(f for f in factors if not isinstance(f, nodes.Num))
                if len(numbers) == 1 and rests:
                    return numbers[0], rests[0] if len(rests) == 1 else nodes.Mul(rests)
        return Fraction(1), node

    def inside(self, node: nodes.Node, least: int) -> Box:
        if isinstance(node, SumOver) and least == POWER:
            return self.box(node)  # a sum stands last in its product and needs no brackets
        return super().inside(node, least)


class IndexLetters:
    """Gives each dimension of one equation its letter: unit, sender, the receiver above, the sample."""

    def __init__(self, notation: Notation, derivation: Derivation, layer: int) -> None:
        self.sender, self.unit, self.above, self.sample = notation.indices
        self.layer = layer
        self.shifted = bool(notation.output_index) and layer == derivation.network.depth
        tables = (notation.letters, notation.batch_letters, notation.index_letters)
        names = (*LETTER_NAMES, *(SPARE if derivation.training != PLAIN else ()))
        names += tuple(NORM) if derivation.network.has_norm else ()
        letters = {str(getattr(table, name)) for table in tables for name in names}
        self.pool = [c for c in POOL if c not in letters and c != self.sample]
        self.used: set[str] = set()

    def branch(self) -> IndexLetters:
        """A copy: letters that it gives are not used up here."""
        copied = copy(self)
        copied.used = set(self.used)
        return copied

    def __call__(self, dim: Dim) -> str:
        if dim.name == "m":
            wanted = self.sample
        else:
            offset = (dim.layer or 0) - self.layer + self.shifted
            wanted = {-1: self.sender, 0: self.unit, 1: self.above}.get(offset, self.above)
        for letter in (wanted, *self.pool):
            if letter not in self.used:
                self.used.add(letter)
                return letter
        raise ValueError("an equation needs more index letters than there are")


def step_letters(notation: Notation, derivation: Derivation, step: Step) -> IndexLetters:
    """The letters for one step's index equation."""
    return IndexLetters(notation, derivation, step.symbol.layer)
