"""Equations into boxes, in a notation: symbols, matrix expressions, and single entries."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Mapping
from dataclasses import replace
from fractions import Fraction

from chalkgrad.derive.derivation import Derivation, Step
from chalkgrad.derive.elementwise import termwise_derivative
from chalkgrad.derive.index import Applied, Entry, Index, SumOver, entry
from chalkgrad.expr import (
    Apply,
    Coefficient,
    Dim,
    Expr,
    Hadamard,
    MatMul,
    Ones,
    Reduce,
    RowApply,
    Scalar,
    Scale,
    Sum,
    Symbol,
    Transpose,
)
from chalkgrad.formula import nodes, substitute
from chalkgrad.notation.boxes import BigOp, Box, Fence, Frac, Num, Op, Row, Script, Sym, Words
from chalkgrad.notation.formulas import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    FormulaWriter,
    function_name,
)
from chalkgrad.notation.profile import Notation

POOL = "kijpqrsuv"
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}


def letter_box(text: str, style: str) -> Box:
    """A letter as TOML files give it: ``ŷ`` and ``y*`` carry an accent, ``w0`` an index."""
    if not text:
        return Row(())
    plain = unicodedata.normalize("NFD", text)
    if len(plain) == 2 and plain[1] in ACCENTS:
        return Sym(plain[0], style, ACCENTS[plain[1]])
    if text.endswith("*") and len(text) > 1:
        return Sym(text[:-1], style, "star")
    if len(text) > 1 and text[-1].isdigit() and text[:-1].isalpha():
        return Script(Sym(text[:-1], style), Num(text[-1]))
    if text == "𝒜":
        return Sym("A", "script")
    return Sym(text, style)


class Writer:
    """Writes the equations of one derivation in one notation and zoom.

    Parameters
    ----------
    notation, derivation
        What to write, and how.  The derivation must have the notation's convention.
    zoom
        ``matrix`` or ``index``.
    values, scalars, batch
        Boxes to be put in the place of symbols, and the batch size m: numbers plugged into the formulas.
    """

    def __init__(
        self,
        notation: Notation,
        derivation: Derivation,
        zoom: str = "matrix",
        values: Mapping[Symbol, Box] | None = None,
        scalars: Mapping[Scalar, Box] | None = None,
        batch: int | None = None,
    ) -> None:
        self.notation = notation
        self.derivation = derivation
        self.zoom = zoom
        self.values = values or {}
        self.scalars = scalars or {}
        self.batch = batch
        self.letters = notation.letters_for(zoom, derivation.convention.batch)
        self.single_letters = notation.letters_for(zoom, False)
        self.depth = derivation.network.depth
        self.general: int | None = None  # the layer that stands for every layer l
        self.generic = self._generic_function()

    def _generic_function(self) -> str:
        """The one activation that the notation's own letter (h, f, 𝒜) may stand for."""
        layers = self.derivation.network.layers
        if self.notation.function_for == "hidden":
            layers = layers[:-1]
        names = {layer.function.name for layer in layers if not layer.is_softmax}
        if self.notation.function_for == "every":
            names -= {"identity"}
        return names.pop() if self.letters.function and len(names) == 1 else ""

    # -- symbols ----------------------------------------------------------------------------------

    def label(self, layer: int) -> Box:
        """A layer's number: 2, or l − 1 in a general step, or L − 1 counted from the last."""
        if self.general is not None:
            return _offset("l", layer - self.general)
        if self.notation.count == "last":
            return _offset("L", layer - self.depth)
        return Num(str(layer))

    def symbol(self, symbol: Symbol, row: Index | None = None, column: Index | None = None) -> Box:
        """A symbol, or one of its entries."""
        if symbol in self.values and row is None and column is None:
            return self.values[symbol]
        if symbol.kind == "next":
            assert symbol.of is not None
            return self.symbol(symbol.of, row, column)
        if symbol.kind == "grad":
            return self._gradient(symbol, row, column)
        return self._plain(symbol, self._letter(symbol), row, column)

    def layer_output(self, symbol: Symbol) -> Box:
        """A layer's own output where its use as an input has another name: O⁽¹⁾, later u⁽²⁾."""
        base = letter_box(self.letters.act, self._style(symbol))
        return attach_layer(base, self.label(symbol.layer), self.notation.units, [])

    def _letter(self, symbol: Symbol) -> str:
        kind = symbol.kind
        if self._feeds(symbol):
            return self.letters.feeds
        letters = self.letters if self._is_matrix(symbol) else self.single_letters
        return str(getattr(letters, kind))

    def _feeds(self, symbol: Symbol) -> bool:
        return bool(self.letters.feeds) and symbol.kind in ("act", "input") and self.zoom == "matrix"

    def _is_matrix(self, symbol: Symbol) -> bool:
        if symbol.kind == "loss":
            return self.derivation.convention.batch
        if self.notation.batch_case == "upper" and symbol.kind != "weight" and symbol.kind != "bias":
            return self.derivation.convention.batch and (
                symbol.of is None or symbol.of.kind not in ("weight", "bias")
            )
        return not (symbol.shape[0].is_one or symbol.shape[1].is_one)

    def _style(self, symbol: Symbol) -> str:
        if self.zoom == "index" or symbol.kind == "loss":
            return "italic"
        if self._is_matrix(symbol):
            return self.notation.matrices
        if symbol.kind == "weight" and self.notation.matrices == "bold":
            return "italic" if symbol.is_scalar else "bold"
        if symbol.kind == "weight":
            return "italic"
        return "italic" if symbol.is_scalar else self.notation.vectors

    def _plain(self, symbol: Symbol, letter: str, row: Index | None, column: Index | None) -> Box:
        base = letter_box(letter, self._style(symbol))
        feeds = self._feeds(symbol)
        numbered = symbol.kind in ("weight", "bias", "pre", "act") or feeds
        numbered = numbered or (symbol.kind == "output" and letter == self.letters.act)
        indices = [i for i in self._ordered(symbol, row, column) if i is not None]
        if symbol.kind == "bias" and isinstance(base, Script):  # w_j0: the index comes before the 0
            indices, base = [*indices, int(base.sub.text) if isinstance(base.sub, Num) else 0], base.base
        sub = [index_box(i) for i in indices]
        if not numbered:
            return Script(base, _row(sub)) if sub else base
        style = self.notation.parameters if symbol.kind in ("weight", "bias") else self.notation.units
        return attach_layer(base, self.label(symbol.layer + (1 if feeds else 0)), style, sub)

    def _ordered(self, symbol: Symbol, row: Index | None, column: Index | None) -> list[Index | None]:
        """Matrix order for weights; sample before unit for everything that has a sample."""
        if symbol.kind in ("weight", "bias", "loss"):
            if symbol.is_scalar:
                return []
            return [row, column]
        rows_are_units = self.derivation.convention.transposes(symbol)
        sample, unit = (column, row) if rows_are_units else (row, column)
        width = symbol.shape[0 if rows_are_units else 1]
        return [sample, None if width.is_one else unit]

    def _gradient(self, symbol: Symbol, row: Index | None, column: Index | None) -> Box:
        assert symbol.of is not None
        of, error = symbol.of, self.letters.error
        if error == "d":
            return self._prefixed(symbol, row, column)
        if error and of.kind == "pre":
            letters = self.letters if self._is_matrix(symbol) else self.single_letters
            base = letter_box(letters.error, self._style(symbol))
            indices = [i for i in self._ordered(symbol, row, column) if i is not None]
            return attach_layer(
                base, self.label(symbol.layer), self.notation.units, [index_box(i) for i in indices]
            )
        loss = self.symbol(self.derivation.loss.symbol)
        below = self._of_entry(symbol, of, row, column)
        return Frac(Row((Op("∂", "prefix"), loss)), Row((Op("∂", "prefix"), below)))

    def _of_entry(self, symbol: Symbol, of: Symbol, row: Index | None, column: Index | None) -> Box:
        flipped = of.shape != symbol.shape
        saved, self.values = self.values, {}
        box = self.symbol(of, column if flipped else row, row if flipped else column)
        self.values = saved
        return box

    def _prefixed(self, symbol: Symbol, row: Index | None, column: Index | None) -> Box:
        assert symbol.of is not None
        inner = self._of_entry(symbol, symbol.of, row, column)
        return _with_prefix(inner, "d")

    # -- scalars and coefficients --------------------------------------------------------------------

    def scalar(self, scalar: Scalar) -> Box:
        """η, λ."""
        if scalar in self.scalars:
            return self.scalars[scalar]
        return letter_box({"eta": self.letters.rate, "lambda": self.letters.penalty}[scalar.name], "italic")

    def dim(self, dim: Dim) -> Box:
        """A dimension: m, or a width's integer; in a general step, where widths differ, n_l."""
        if self.general is not None and dim.layer is not None and not dim.is_one:
            return Script(Sym("n"), _offset("l", dim.layer - self.general))
        if dim.size is None and self.batch is not None:
            return Num(str(self.batch))
        return Num(str(dim.size)) if dim.size is not None else Sym(str(dim))

    def coefficient(self, c: Coefficient) -> Box | None:
        """A coefficient without its sign; None for 1."""
        above: list[Box] = []
        below: list[Box] = []
        rational = abs(c.rational)
        for base, power in c.powers:
            box = self.dim(base) if isinstance(base, Dim) else self.scalar(base)
            part = box if abs(power) == 1 else Script(box, None, Num(str(abs(power))))
            if isinstance(base, Dim) and base.size is not None:
                rational *= Fraction(base.size) ** power
                continue
            (above if power > 0 else below).append(part)
        if rational.numerator != 1 or ((rational.denominator != 1 or below) and not above):
            above.insert(0, Num(str(rational.numerator)))
        if rational.denominator != 1:
            below.insert(0, Num(str(rational.denominator)))
        if not above and not below:
            return None
        return Frac(_row(above), _row(below)) if below else _row(above)

    # -- matrix zoom ---------------------------------------------------------------------------------

    def expr(self, expr: Expr) -> Box:
        """An expression without outer brackets."""
        return self._level(expr)[0]

    def _inside(self, expr: Expr, least: int) -> Box:
        box, level = self._level(expr)
        return box if level >= least else Fence(box)

    def _level(self, expr: Expr) -> tuple[Box, int]:
        match expr:
            case Symbol():
                return self.symbol(expr), ATOM
            case Ones(shape):
                return self._ones(shape), ATOM
            case Sum(terms):
                return self._sum(terms), SUM
            case Scale(c, arg):
                return self._scale(c, arg)
            case MatMul(left, right):
                return self._matmul(left, right)
            case Transpose(arg):
                return self._transposed(arg), ATOM
            case Hadamard(factors):
                sign = "·" if expr.is_scalar else "⊙"
                items: list[Box] = []
                for i, factor in enumerate(factors):
                    items.extend(([Op(sign)] if i else []) + [self._inside(factor, POWER)])
                return Row(tuple(items)), PRODUCT
            case Apply():
                return self._apply(expr)
            case RowApply(kind, arg, _):
                return called(function_name(kind), self.expr(arg)), ATOM
            case Reduce():
                return self._reduce(expr)
        raise TypeError(f"no box for expression {type(expr).__name__}")

    def _ones(self, shape: tuple[Dim, Dim]) -> Box:
        if shape[0].is_one and shape[1].is_one:
            return Num("1")
        ones = Sym("1", "bold")
        return Script(ones, None, Sym("T", "upright")) if shape[0].is_one else ones

    def _sum(self, terms: tuple[Expr, ...]) -> Box:
        items: list[Box] = []
        for i, term in enumerate(terms):
            negative = isinstance(term, Scale) and term.coefficient.rational < 0
            bare = _positive(term) if negative else term
            if i or negative:
                items.append(Op("−" if negative else "+", "binary" if i else "prefix"))
            items.append(self._inside(bare, PRODUCT))
        return Row(tuple(items))

    def _scale(self, c: Coefficient, arg: Expr) -> tuple[Box, int]:
        if c.rational < 0:
            return Row((Op("−", "prefix"), self._inside(_positive(Scale(c, arg)), PRODUCT))), SUM
        front = self.coefficient(c)
        if front is None:
            return self._level(arg)
        tall = isinstance(arg, Hadamard)
        body = self._inside(arg, PRODUCT if not isinstance(arg, Sum) else ATOM)
        plain_number = isinstance(front, Num) and isinstance(body, Num)
        sign: tuple[Box, ...] = (
            (Op("·"),) if plain_number or (self.values and not isinstance(front, Frac)) else ()
        )
        return Row((front, *sign, Fence(body) if tall and self.values else body)), PRODUCT

    def _matmul(self, left: Expr, right: Expr) -> tuple[Box, int]:
        if self.notation.broadcast == "implicit":
            if isinstance(left, Ones) and left.shape[1].is_one:
                return self._level(right)
            if isinstance(right, Ones) and right.shape[0].is_one:
                return self._level(left)
            if isinstance(left, Ones) or isinstance(right, Ones):
                summed = self._inside(right if isinstance(left, Ones) else left, PRODUCT)
                dim = (left if isinstance(left, Ones) else right).shape[1 if isinstance(left, Ones) else 0]
                if dim.name == "m":
                    index = Sym(self.notation.indices[3])
                    one = right if isinstance(left, Ones) else left
                    summed = self._of_sample(one, index) if isinstance(one, Symbol) else summed
                    return Row(
                        (BigOp("∑", Row((index, Op("=", "relation"), Num("1"))), self.dim(dim)), summed)
                    ), PRODUCT
        items: tuple[Box, ...] = (self._inside(left, PRODUCT), self._inside(right, POWER))
        both_scalar = left.is_scalar and right.is_scalar
        if self.values and (both_scalar or not (isinstance(left, Ones) or isinstance(right, Ones))):
            items = (items[0], Op("·"), items[1])
        return Row(items), PRODUCT

    def _of_sample(self, symbol: Symbol, index: Box) -> Box:
        """One sample's column of a batch: dz with the sample's number in brackets, dz^[2](s)."""
        saved, self.letters = self.letters, self.single_letters
        box = self.symbol(symbol)
        self.letters = saved
        mark = Fence(index)
        if isinstance(box, Script):
            return replace(box, sup=Row((box.sup, mark)) if box.sup is not None else mark)
        return Script(box, None, mark)

    def _transposed(self, arg: Expr) -> Box:
        mark = Sym("T", "upright")
        box = self._inside(arg, ATOM)
        if isinstance(box, Script) and box.sup is None:
            return replace(box, sup=mark)
        if isinstance(box, Script | Frac | Row):
            box = Fence(box)
        return Script(box, None, mark)

    def function(self, name: str, prime: bool = False) -> Box:
        """A function's printed name: the notation's own letter for the one hidden activation, or its name."""
        own = (
            letter_box(self.letters.function, "italic")
            if name == self.generic and name
            else function_name(name)
        )
        if not prime:
            return own
        return replace(own, accent="prime") if isinstance(own, Sym) else Row((own, Op("′", "punct")))

    def _apply(self, expr: Apply) -> tuple[Box, int]:
        named = expr.function.name and len(expr.args) == 1
        if named and not (expr.function.name.startswith("formula") and expr.wrt is None):
            name = self.function(expr.function.name, expr.wrt is not None)
            return called(name, self.expr(expr.args[0])), ATOM
        body = expr.function.body if expr.wrt is None else termwise_derivative(expr.function, expr.wrt)
        args: dict[Hashable, nodes.Node] = {
            name: nodes.Var(arg) for name, arg in zip(expr.function.variables, expr.args, strict=True)
        }
        writer = FormulaWriter(
            self._formula_leaf, "" if expr.is_scalar and not self.values else "·" if expr.is_scalar else "⊙"
        )
        return writer.level(substitute(body, dict(args)))

    def _formula_leaf(self, leaf: Hashable) -> Box:
        if isinstance(leaf, Expr):
            return self._inside(leaf, POWER)
        raise TypeError(f"a formula of matrices has the variable {leaf!r}")

    def _reduce(self, expr: Reduce) -> tuple[Box, int]:
        arg = expr.arg
        match arg:
            case Hadamard((Symbol() as w, Symbol() as same)) if w == same:
                return Script(Fence(self.symbol(w), "‖", "‖"), None, Num("2")), POWER
        if self.values:
            inner = self.expr(arg)
            return (inner, SUM) if arg.is_scalar else (Row((Words("sum"), Fence(inner))), ATOM)
        picker = IndexLetters(self.notation, self.derivation, self.derivation.network.depth)
        zoomed = self._zoomed("index")
        node = entry(expr, None, None, picker)
        return zoomed.entry_level(node)

    def _zoomed(self, zoom: str) -> Writer:
        other = Writer(self.notation, self.derivation, zoom)
        other.general = self.general
        if zoom == "index" and self.zoom == "matrix":
            other.letters = replace(
                other.letters,
                output=self.single_letters.output,
                target=self.single_letters.target,
                loss=self.letters.loss,
            )
        return other

    # -- index zoom ----------------------------------------------------------------------------------

    def entry(self, node: nodes.Node) -> Box:
        """A scalar formula in entries, without outer brackets."""
        return self.entry_level(node)[0]

    def entry_level(self, node: nodes.Node) -> tuple[Box, int]:
        """The box of an entry's formula and how tightly it binds."""
        return _EntryWriter(self).level(node)


class _EntryWriter(FormulaWriter):
    """Formulas in entries: adds sums, named functions, and puts sums last in a product."""

    def __init__(self, writer: Writer) -> None:
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
                below = Row((Sym(index), Op("=", "relation"), Num("1")))
                return Row((BigOp("∑", below, self.writer.dim(dim)), self.inside(body, PRODUCT))), PRODUCT
            case Applied(function, args, wrt):
                if function.name and len(args) == 1:
                    name = self.writer.function(function.name, wrt is not None)
                    return called(name, self.box(args[0])), ATOM
                body = function.body if wrt is None else termwise_derivative(function, wrt)
                return self.level(substitute(body, dict(zip(function.variables, args, strict=True))))
            case nodes.Mul(factors) if any(isinstance(f, SumOver) for f in factors[:-1]):
                rest = [f for f in factors if not isinstance(f, SumOver)]
                return super().level(nodes.Mul((*rest, *[f for f in factors if isinstance(f, SumOver)])))
        return super().level(node)

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
        self.used: set[str] = set()

    def __call__(self, dim: Dim) -> str:
        if dim.name == "m":
            wanted = self.sample
        else:
            offset = (dim.layer or 0) - self.layer + self.shifted
            wanted = {-1: self.sender, 0: self.unit, 1: self.above}.get(offset, self.above)
        for letter in (wanted, *[c for c in POOL if c != self.sample]):
            if letter not in self.used:
                self.used.add(letter)
                return letter
        raise ValueError("an equation needs more index letters than there are")


def step_letters(notation: Notation, derivation: Derivation, step: Step) -> IndexLetters:
    """The letters for one step's index equation."""
    return IndexLetters(notation, derivation, step.symbol.layer)


# ---- small parts --------------------------------------------------------------------------------------


def called(name: Box, arg: Box) -> Box:
    """A function's name with its argument in brackets."""
    return Row((name, arg if isinstance(arg, Fence) and arg.left == "(" else Fence(arg)))


def index_box(index: Index) -> Box:
    """j, or 2."""
    return Num(str(index)) if isinstance(index, int) else Sym(index)


def _row(items: list[Box]) -> Box:
    return items[0] if len(items) == 1 else Row(tuple(items))


def _offset(base: str, offset: int) -> Box:
    if not offset:
        return Sym(base)
    return Row((Sym(base), Op("−" if offset < 0 else "+"), Num(str(abs(offset)))))


def attach_layer(base: Box, label: Box, style: str, sub: list[Box]) -> Box:
    """Put a layer's label where the notation has it, beside the indices."""
    wrapped = Fence(label) if "(" in style else Fence(label, "[", "]") if "[" in style else label
    if style.startswith("^"):
        return Script(base, _row(sub) if sub else None, wrapped)
    if style.startswith("_"):
        return Script(base, _row([wrapped, Op(",", "punct"), *sub]) if sub else wrapped)
    text = base.text if isinstance(base, Sym) else ""
    plain = Sym(text + (label.text if isinstance(label, Num) else ""), "code")
    return Script(plain, _row(sub)) if sub else plain


def _with_prefix(box: Box, prefix: str) -> Box:
    match box:
        case Script(base, sub, sup):
            return Script(_with_prefix(base, prefix), sub, sup)
        case Sym(_, style, _):
            return Row((Sym(prefix, "italic" if style == "bold" else style), box))
    return Row((Sym(prefix), box))


def _positive(term: Expr) -> Expr:
    assert isinstance(term, Scale)
    c = replace(term.coefficient, rational=-term.coefficient.rational)
    return term.arg if c.is_one else Scale(c, term.arg)
