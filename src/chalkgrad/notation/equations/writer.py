"""Equations into boxes, in a notation: matrix expressions, and single entries."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cached_property

from chalkgrad import expr as e
from chalkgrad.derive.algebra import whole_turned
from chalkgrad.derive.elementwise import arguments_of, body_of, written_out
from chalkgrad.derive.index import Index, entry
from chalkgrad.derive.numbers import spread_of
from chalkgrad.expr import Coefficient, Expr, Scalar, Symbol, fill
from chalkgrad.formula import nodes
from chalkgrad.notation.boxes import BigOp, Box, Fence, Frac, Numeral, Op, Row, Script, Sym, Words
from chalkgrad.notation.equations.code import CodeWriter
from chalkgrad.notation.equations.entries import EntryWriter, IndexLetters, step_letters
from chalkgrad.notation.equations.formulas import (
    ATOM,
    HADAMARD,
    POWER,
    PRODUCT,
    SUM,
    FormulaWriter,
    function_name,
)
from chalkgrad.notation.equations.letters import called, letter_box
from chalkgrad.notation.equations.symbols import SymbolWriter
from chalkgrad.notation.equations.updates import UpdateFormula, has_numbers

__all__ = ["EquationWriter", "IndexLetters", "letter_box", "step_letters"]


class EquationWriter(SymbolWriter):
    """Writes the equations of one derivation in one notation and zoom; parameters as its base.

    In a notation of code, matrix equations are Python; single entries, and formulas with numbers put in,
    are ordinary mathematics with the names of the code.
    """

    @cached_property
    def code(self) -> CodeWriter | None:
        """What writes its matrix equations where they are code."""
        return CodeWriter(self.name, self.scalar_name) if self.is_code else None

    def symbol(self, symbol: Symbol, row: Index | None = None, column: Index | None = None) -> Box:
        """A symbol, or one of its entries."""
        if self.code is not None:
            return Sym(self.name(symbol), "code")
        return super().symbol(symbol, row, column)

    # -- matrix zoom ---------------------------------------------------------------------------------

    def expr(self, expr: Expr, of: Symbol | None = None) -> Box:
        """An expression without outer brackets; ``of`` is the symbol that it defines, if any."""
        if self.code is not None:
            return Sym(self.code.expr(expr) if of is None else self.code.right_side(expr, of), "code")
        return self._level(expr)[0]

    def _inside(self, expr: Expr, least: int) -> Box:
        box, level = self._level(expr)
        return box if level >= least else Fence(box)

    def _level(self, expr: Expr) -> tuple[Box, int]:
        level: tuple[Box, int] = BOXES[type(expr)](self, expr)
        return level

    def _ones(self, expr: e.Ones) -> tuple[Box, int]:
        if expr.is_scalar:
            return Numeral("1"), ATOM
        ones = Sym("1", "bold")
        row = Script(ones, None, Sym("T", "upright"))
        rows, columns = expr.dims
        if not (rows.is_one or columns.is_one):
            return Row((ones, row)), ATOM
        return row if rows.is_one else ones, ATOM

    def _sum(self, expr: e.Sum) -> tuple[Box, int]:
        items: list[Box] = []
        for i, term in enumerate(expr.terms):
            negative = isinstance(term, e.Scale) and term.coefficient.rational < 0
            bare = _positive(term) if negative else term
            if i or negative:
                items.append(Op("−" if negative else "+", "binary" if i else "prefix"))
            items.append(self._plain_number(bare) or self._inside(bare, HADAMARD))
        return Row(tuple(items)), SUM

    def _hadamard(self, expr: e.Hadamard) -> tuple[Box, int]:
        if (turned := whole_turned(expr)) is not None:
            return self._transpose(e.Transpose(turned))
        sign = "·" if expr.is_scalar else "⊙"
        items: list[Box] = []
        for i, factor in enumerate(expr.factors):
            items.extend(([Op(sign)] if i else []) + [self._inside(factor, POWER)])
        return Row(tuple(items)), PRODUCT if expr.is_scalar else HADAMARD

    def _plain_number(self, term: Expr) -> Box | None:
        """A constant added to every entry: the 1 of 1 − Y, or 3."""
        if isinstance(term, e.Ones):
            return Numeral("1")
        return (
            self.coefficient(term.coefficient)
            if isinstance(term, e.Scale) and isinstance(term.arg, e.Ones)
            else None
        )

    def _scale(self, expr: e.Scale) -> tuple[Box, int]:
        c, arg = expr.coefficient, expr.arg
        if isinstance(arg, e.Reduce) and not self.values:
            number, node = EntryWriter(self).front(self._total(arg))
            if number != 1:  # (1/m) ∑ ½(y − t)² is written (1/2m) ∑ (y − t)²
                return self._fronted(replace(c, rational=c.rational * number), node)
        if c.rational < 0:
            return Row((Op("−", "prefix"), self._inside(_positive(expr), HADAMARD))), SUM
        front = self.coefficient(c)
        if front is None:
            return self._level(arg)
        tall = isinstance(arg, e.Hadamard)
        body, level = self._level(arg)
        level = min(level, PRODUCT)
        body = Fence(body) if level == SUM else body
        plain_number = isinstance(front, Numeral) and isinstance(body, Numeral)
        sign: tuple[Box, ...] = (
            (Op("·"),) if plain_number or (self.values and not isinstance(front, Frac)) else ()
        )
        return Row((front, *sign, Fence(body) if tall and self.values else body)), level

    def _fronted(self, c: Coefficient, total: nodes.Node) -> tuple[Box, int]:
        """A coefficient and a sum over entries."""
        front = self.coefficient(c)
        body = self._zoomed("index").entry(total)
        minus: tuple[Box, ...] = (Op("−", "prefix"),) if c.rational < 0 else ()
        return Row((*minus, *((front,) if front is not None else ()), body)), SUM if minus else PRODUCT

    def _matmul(self, expr: e.MatMul) -> tuple[Box, int]:
        left, right, ones = expr.left, expr.right, expr.with_ones
        if self.notation.broadcast == "implicit" and ones is not None:
            if ones.summed.is_one:
                return self._level(ones.arg)
            if (summed := self._over_batch(ones)) is not None:
                return summed, PRODUCT
        items: tuple[Box, ...] = (self._inside(left, PRODUCT), self._inside(right, POWER))
        if self.values and (ones is None or (left.is_scalar and right.is_scalar)):
            items = (items[0], Op("·"), items[1])
        return Row(items), PRODUCT

    def _over_batch(self, ones: e.WithOnes) -> Box | None:
        """A product with ones as the sum over the samples: ∑_s dz^[2](s)."""
        other = ones.arg
        symbol = other.arg if isinstance(other, e.Transpose) else other
        if not isinstance(symbol, Symbol) or self.values or ones.summed.name != "m":
            return None
        index = Sym(self.notation.indices[3])
        one = self._of_sample(symbol, index)
        if isinstance(other, e.Transpose):
            one = Script(Fence(one), None, Sym("T", "upright"))
        return Row((BigOp("∑", Row((index, Op("=", "relation"), Numeral("1"))), self.dim(ones.summed)), one))

    def _of_sample(self, symbol: Symbol, index: Box) -> Box:
        """One sample of a batch, laid out as the batch is: dz with the sample in brackets, dz^[2](s)."""
        saved, self.letters = self.letters, self.single_letters
        box = self.symbol(symbol)
        self.letters = saved
        if isinstance(box, Frac) and isinstance(box.den, Row):  # ∂L/∂z^[2](s)
            return Frac(box.num, Row((box.den.items[0], _marked(box.den.items[1], index))))
        return _marked(box, index)

    def _transpose(self, expr: e.Transpose) -> tuple[Box, int]:
        mark = Sym("T", "upright")
        box = self._inside(expr.arg, ATOM)
        if isinstance(box, Script) and box.sup is None:
            return replace(box, sup=mark), ATOM
        return Script(Fence(box) if isinstance(box, Script | Frac | Row) else box, None, mark), ATOM

    def _apply(self, expr: e.Apply) -> tuple[Box, int]:
        if expr.function.name and len(expr.args) == 1:
            name = self.function(expr.function, expr.wrt is not None)
            return called(name, self.expr(expr.args[0])), ATOM
        if has_numbers(expr):
            times = "·" if expr.is_scalar or self.values else "⊙"
            formula = UpdateFormula(arguments_of(expr), self._argument, times, "·" if self.values else "")
            return formula.level(body_of(expr))
        writer = FormulaWriter(
            self._formula_leaf, "" if expr.is_scalar and not self.values else "·" if expr.is_scalar else "⊙"
        )
        return writer.level(written_out(expr))

    def call(self, name: str, arg: Expr) -> tuple[Box, int]:
        """A function of a whole matrix by its name."""
        return called(function_name(name), self.expr(arg)), ATOM

    def _argument(self, arg: Expr) -> Box:
        number = spread_of(arg)
        if isinstance(number, Scalar):
            return self.scalar(number)
        return self._inside(arg if number is None else number, POWER)

    def _formula_leaf(self, leaf: Hashable) -> Box:
        if isinstance(leaf, Expr):
            return self._inside(leaf, POWER)
        raise TypeError(f"a formula of matrices has the variable {leaf!r}")

    def _reduce(self, expr: e.Reduce) -> tuple[Box, int]:
        arg = expr.arg
        match arg:
            case e.Hadamard((Symbol() as w, Symbol() as same)) if w == same:
                return Script(Fence(self.symbol(w), "‖", "‖"), None, Numeral("2")), POWER
        if self.values:
            inner = self.expr(arg)
            return (inner, SUM) if arg.is_scalar else (Row((Words("sum"), Fence(inner))), ATOM)
        return self._zoomed("index").entry_level(self._total(expr))

    def _total(self, expr: e.Reduce) -> nodes.Node:
        picker = IndexLetters(self.notation, self.derivation, self.derivation.network.depth)
        return entry(expr, None, None, picker)

    def _zoomed(self, zoom: str) -> EquationWriter:
        other = EquationWriter(self.notation, self.derivation, zoom)
        other.general, other.alike = self.general, self.alike
        if zoom == "index" and self.zoom == "matrix":
            other.letters = replace(
                other.letters,
                output=self.single_letters.output,
                target=self.single_letters.target,
                loss=self.letters.loss,
            )
            other.single_letters = other.letters
        return other

    # -- index zoom ----------------------------------------------------------------------------------

    def entry(self, node: nodes.Node) -> Box:
        """A scalar formula in entries, without outer brackets."""
        return self.entry_level(node)[0]

    def entry_level(self, node: nodes.Node) -> tuple[Box, int]:
        """The box of an entry's formula and how tightly it binds."""
        return EntryWriter(self).level(node)


def _marked(box: Box, index: Box) -> Box:
    mark = Fence(index)
    if isinstance(box, Script):
        return replace(box, sup=Row((box.sup, mark)) if box.sup is not None else mark)
    return Script(box, None, mark)


def _positive(term: Expr) -> Expr:
    assert isinstance(term, e.Scale)
    c = -term.coefficient
    return term.arg if c.is_one else e.Scale(c, term.arg)


BOXES = fill(
    "box",
    {
        Symbol: lambda writer, expr: (writer.symbol(expr), ATOM),
        e.Ones: EquationWriter._ones,
        e.Sum: EquationWriter._sum,
        e.Scale: EquationWriter._scale,
        e.MatMul: EquationWriter._matmul,
        e.Transpose: EquationWriter._transpose,
        e.Hadamard: EquationWriter._hadamard,
        e.Apply: EquationWriter._apply,
        e.RowApply: lambda writer, expr: writer.call(expr.kind, expr.arg),
        e.Reduce: EquationWriter._reduce,
    },
)
