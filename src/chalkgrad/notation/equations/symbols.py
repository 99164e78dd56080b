"""Symbols as boxes: letter, layer, indices and orientation as a notation has them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chalkgrad.derive.derivation import Derivation
from chalkgrad.derive.forward import Alphabet
from chalkgrad.derive.index import Index
from chalkgrad.expr import FREEDOM, SLOT_NAMES, Coefficient, Dim, Scalar, Symbol
from chalkgrad.formula import ElementwiseFunction
from chalkgrad.notation.boxes import Box, Fence, Frac, Numeral, Op, Row, Script, Sym
from chalkgrad.notation.equations.formulas import function_name
from chalkgrad.notation.equations.function_names import function_names
from chalkgrad.notation.equations.letters import (
    attach_layer,
    index_box,
    letter_box,
    offset_box,
    primed,
    row_of,
    with_prefix,
)
from chalkgrad.notation.profiles.find import Notation
from chalkgrad.notation.profiles.notation import NORM
from chalkgrad.notation.profiles.spare import beside_norms


class SymbolWriter:
    """Writes the symbols, scalars and functions of one derivation in one notation and zoom.

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
        self.notation = beside_norms(notation) if derivation.network.has_norm else notation
        self.derivation = derivation
        self.zoom = zoom
        self.values = values or {}
        self.scalars = scalars or {}
        self.is_code = notation.operators == "code" and zoom == "matrix" and not values
        self.batch = batch
        self.letters = self.notation.letters_for(zoom, derivation.convention.batch)
        self.single_letters = self.notation.letters_for(zoom, False)
        self.depth = derivation.network.depth
        self.dims = Alphabet(derivation.network, derivation.convention).dims
        self.general: int | None = None  # the layer that stands for every layer l
        self.alike: tuple[int, ...] = ()  # and the layers that it stands for
        self.functions = function_names(derivation.network, self.letters, notation.function_for)

    # -- symbols ----------------------------------------------------------------------------------

    def label(self, layer: int) -> Box:
        """A layer's number: 2, or l − 1 in a general step, or L − 1 counted from the last."""
        if self.general is not None:
            return offset_box("l", layer - self.general)
        if self.notation.count == "last":
            return offset_box("L", layer - self.depth)
        return Numeral(str(layer))

    def symbol(self, symbol: Symbol, row: Index | None = None, column: Index | None = None) -> Box:
        """A symbol, or one of its entries."""
        if symbol in self.values and row is None and column is None:
            return self.values[symbol]
        if symbol.kind == "next":
            assert symbol.of is not None
            return self.symbol(symbol.of, row, column)
        if symbol.kind == "grad":
            return self._gradient(symbol, row, column)
        if symbol.kind in SLOT_NAMES:
            return self._belonging(symbol, row, column)
        if symbol.kind in ("norm", "clip_factor"):
            return letter_box(str(getattr(self.single_letters, symbol.kind)), "italic")
        return self._plain(symbol, self._letter(symbol), row, column)

    def _belonging(self, symbol: Symbol, row: Index | None, column: Index | None) -> Box:
        """What belongs to a parameter in an update: a letter with the parameter as its index."""
        assert symbol.of is not None
        letter = letter_box(str(getattr(self.single_letters, symbol.kind)), self._style(symbol.of))
        return Script(letter, self._of_entry(symbol, symbol.of, row, column))

    def layer_output(self, symbol: Symbol) -> Box:
        """A layer's own output where its use as an input has another name: O⁽¹⁾, later u⁽²⁾."""
        base = letter_box(self.letters.act, self._style(symbol))
        return attach_layer(base, self.label(symbol.layer), self.notation.units, [])

    def _letter(self, symbol: Symbol) -> str:
        kind = symbol.kind
        if self._feeds(symbol):
            return self.letters.feeds
        letters = self.letters if self.is_matrix(symbol) else self.single_letters
        return letters.of(kind)

    def _feeds(self, symbol: Symbol) -> bool:
        return bool(self.letters.feeds) and symbol.kind in ("act", "input") and self.zoom == "matrix"

    def is_matrix(self, symbol: Symbol) -> bool:
        """Whether a symbol is written as a matrix: with a capital letter, say."""
        if symbol.kind == "loss":
            return self.derivation.convention.batch
        if self.notation.batch_case == "upper" and not (
            symbol.is_parameter or symbol.kind == "sample_weight"
        ):
            return self.derivation.convention.batch and (symbol.of is None or not symbol.of.is_parameter)
        return not (symbol.shape[0].is_one or symbol.shape[1].is_one)

    def _style(self, symbol: Symbol) -> str:
        if self.zoom == "index" or symbol.kind == "loss":
            return "italic"
        if self.is_matrix(symbol):
            return self.notation.matrices
        if symbol.kind == "weight" and self.notation.matrices == "bold":
            return "italic" if symbol.is_scalar else "bold"
        if symbol.kind == "weight":
            return "italic"
        return "italic" if symbol.is_scalar else self.notation.vectors

    def _plain(self, symbol: Symbol, letter: str, row: Index | None, column: Index | None) -> Box:
        base = letter_box(letter, self._style(symbol))
        feeds = self._feeds(symbol)
        indices = [i for i in self._ordered(symbol, row, column) if i is not None]
        if symbol.kind == "bias" and isinstance(base, Script):  # w_j0: the index comes before the 0
            indices, base = [*indices, int(base.sub.text) if isinstance(base.sub, Numeral) else 0], base.base
        sub = [index_box(i) for i in indices]
        if not self._is_numbered(symbol, letter):
            return Script(base, row_of(sub)) if sub else base
        style = self.notation.parameters if symbol.is_parameter else self.notation.units
        return attach_layer(base, self.label(symbol.layer + (1 if feeds else 0)), style, sub)

    def _is_numbered(self, symbol: Symbol, letter: str) -> bool:
        """Whether a layer's number stands at the letter; at inputs and outputs if activations have it."""
        if symbol.kind in ("input", "output"):
            return self._feeds(symbol) or letter in (self.letters.act, self.single_letters.act)
        return symbol.is_parameter or symbol.kind in ("pre", "act", "mask", *NORM)

    def _ordered(self, symbol: Symbol, row: Index | None, column: Index | None) -> list[Index | None]:
        """Matrix order for weights; sample before unit for everything that has a sample."""
        if symbol.is_parameter or symbol.kind == "loss":
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
        if error not in ("", ".grad") and of.kind == "pre":
            letters = self.letters if self.is_matrix(symbol) else self.single_letters
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
        return with_prefix(inner, "d")

    # -- names in code ------------------------------------------------------------------------------

    def name(self, symbol: Symbol) -> str:
        """A symbol's name in code: W1, z1.grad, or W[l] in a general step."""
        if symbol.of is not None:
            of = self.name(symbol.of)
            if symbol.kind == "next":
                return of
            if symbol.kind in SLOT_NAMES:
                return f"{self.letters.of(symbol.kind)}_{of}"
            return f"d{of}" if self.letters.error == "d" else f"{of}.grad"
        letter = self.letters.of(symbol.kind)
        if not self._is_numbered(symbol, letter):
            return letter
        if self.general is None:
            return f"{letter}{symbol.layer}"
        offset = symbol.layer - self.general
        return f"{letter}[l{f' {offset:+d}'.replace('+', '+ ').replace('-', '- ') if offset else ''}]"

    # -- scalars and coefficients --------------------------------------------------------------------

    def scalar(self, scalar: Scalar) -> Box:
        """η, λ."""
        if scalar in self.scalars:
            return self.scalars[scalar]
        return letter_box(self.scalar_name(scalar), "italic")

    def scalar_name(self, scalar: Scalar) -> str:
        """The letter of η, λ or a number of the update; β₁ is ``β1``."""
        named = {"eta": "rate", "lambda": "penalty", "t": "update_number"}
        word = scalar.name.rstrip("0123456789")
        return f"{getattr(self.letters, named.get(word, word))}{scalar.name[len(word) :]}"

    def dim(self, dim: Dim) -> Box:
        """A dimension: m, a width's integer, or n_l where the layers that are meant have different widths."""
        if dim == FREEDOM:
            return (
                Numeral(str(self.batch - 1)) if self.batch else Fence(Row((Sym("m"), Op("−"), Numeral("1"))))
            )
        if dim.size is None and self.batch is not None:
            return Numeral(str(self.batch))
        if self.general is not None and dim.layer is not None:
            offset = self.offset(dim, self.general)
            if len({self.dims[l + offset].size for l in self.alike}) != 1:
                return Script(Sym("n"), offset_box("l", offset))
        return Numeral(str(dim.size)) if dim.size is not None else Sym(str(dim))

    def offset(self, dim: Dim, layer: int) -> int:
        """How far from a layer a dimension is; a residual makes those of several layers one."""
        near = [o for o in (0, -1, 1) if 0 <= layer + o < len(self.dims) and self.dims[layer + o] == dim]
        return near[0] if near else (dim.layer or 0) - layer

    def coefficient(self, c: Coefficient) -> Box | None:
        """A coefficient without its sign; None for 1."""
        above: list[Box] = []
        below: list[Box] = []
        rational = abs(c.rational)
        for base, power in c.powers:
            box = self.dim(base) if isinstance(base, Dim) else self.scalar(base)
            part = box if abs(power) == 1 else Script(box, None, Numeral(str(abs(power))))
            if isinstance(base, Dim) and base.size is not None:
                rational *= Fraction(base.size) ** power
                continue
            (above if power > 0 else below).append(part)
        if rational.numerator != 1 or ((rational.denominator != 1 or below) and not above):
            above.insert(0, Numeral(str(rational.numerator)))
        if rational.denominator != 1:
            below.insert(0, Numeral(str(rational.denominator)))
        if not above and not below:
            return None
        return Frac(row_of(above), row_of(below)) if below else row_of(above)

    def function(self, function: ElementwiseFunction, prime: bool = False) -> Box:
        """A function's printed name, or its derivative's."""
        own = self.functions.get(function, function_name(function.name))
        return primed(own) if prime else own
