"""Retelling: what was said in canonical symbols and layout, in a notation's letters and layout.

The canonical layout has samples as rows, W as n_out × n_in and the 1/m of a mean in the errors.  A
notation that turns a matrix, or takes the mean in the parameters' gradients, has for each symbol S

    S = S′ᵀ  where it turns S,      S = (1/m) S′  where its errors are per sample,

which is put into the expression; what defines a symbol is turned back as a whole.
"""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive import derive, grad
from chalkgrad.derive.algebra import scale, simplify, transpose
from chalkgrad.expr import Dim, Expr, Symbol, coefficient, substitute, symbols
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Box, Inline, Sym
from chalkgrad.notation.equations.small_letters import small_letters
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation, find_notation


class Retelling:
    """The symbols and equations of one network in one notation.

    Parameters
    ----------
    network
        The description.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    """

    def __init__(self, network: Network, notation: Notation | str) -> None:
        self.network = network
        self.notation = find_notation(notation)
        self.convention = self.notation.convention(True)
        derivation = derive(network, convention=self.convention)
        self.writer = EquationWriter(self.notation, derivation, "matrix")
        known = [symbol for step in derivation.steps for symbol in (step.symbol, *symbols(step.expr))]
        ends = [symbol for symbol in dict.fromkeys(known) if symbol.kind in ("input", "output")]
        ends = [*ends, *map(grad, ends)]
        self.symbols = {symbol.numbered_name: symbol for symbol in ends}
        self.symbols |= {symbol.name: symbol for symbol in (*ends, *known)}  # the derivation's own come first

    def symbol(self, name: str) -> Box:
        """A symbol by its canonical name; one that is not known stays as it is written."""
        symbol = self.symbols.get(name)
        return Sym(name, "code") if symbol is None else self.writer.symbol(symbol)

    def equation(self, name: str, expr: Expr) -> Box | None:
        """The right side of ``name = expr``, or None where no writer knows a part of it."""
        symbol = self.symbols.get(name)
        if symbol is None:
            return None
        try:
            return self.writer.expr(self._turned(self._inserted(expr), symbol), symbol)
        except (TypeError, ValueError, KeyError):  # an operation that derivations do not have
            return None

    def small_letters(self, name: str, *exprs: Expr | None) -> list[Inline]:
        """What is to be said of letters that are small beside capital ones, in ``name = expr``."""
        there = {symbol.name for expr in exprs if expr is not None for symbol in symbols(expr)}
        return small_letters(self.writer, (self.symbols[n] for n in (name, *there) if n in self.symbols))

    def part(self, expr: Expr) -> Box:
        """A symbol, or a formula so small that its layout is the same everywhere, in canonical symbols."""
        if isinstance(expr, Symbol):
            return self.symbol(expr.name)
        own: dict[Symbol, Expr] = {symbol: self.symbols.get(symbol.name, symbol) for symbol in symbols(expr)}
        return self.writer.expr(substitute(expr, own))

    def _inserted(self, expr: Expr) -> Expr:
        """Notations with a δ go from δ to δ: what stands between is put in."""
        if self.notation.letters.error in ("", "d", ".grad"):
            return expr
        between = {
            step.symbol: step.expr
            for step in derive(self.network).backward
            if step.symbol.of is not None and step.symbol.of.kind == "act" and step.rule == "chain"
        }
        return substitute(expr, between)

    # -- layout ---------------------------------------------------------------------------------------

    def _turned(self, expr: Expr, of: Symbol) -> Expr:
        values = {symbol: self._value(symbol) for symbol in symbols(expr)}
        if all(value == symbol for symbol, value in values.items()) and self._is_canonical(of):
            return expr
        found = substitute(expr, values)
        if self.convention.transposes(of):
            found = transpose(found)
        return simplify(scale(coefficient(1, (Dim("m"), self._per_sample(of))), found))

    def _value(self, symbol: Symbol) -> Expr:
        """A canonical symbol through the notation's own one of the same name."""
        own = self.symbols.get(symbol.name, symbol)
        value = transpose(own) if self.convention.transposes(own) else own
        return scale(coefficient(Fraction(1), (Dim("m"), -self._per_sample(own))), value)

    def _per_sample(self, symbol: Symbol) -> int:
        """1 for an error without the batch's 1/m, else 0: the power of m in its value."""
        mean = self.network.loss.reduction == "mean"
        return int(mean and self.convention.per_sample(symbol))

    def _is_canonical(self, symbol: Symbol) -> bool:
        return not self.convention.transposes(symbol) and not self._per_sample(symbol)
