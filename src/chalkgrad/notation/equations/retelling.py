"""Retelling: what was said in canonical names and layout, in a notation's letters and layout.

The canonical layout has samples as rows, W as n_out × n_in and the 1/m of a mean in the errors.  A
notation that turns a matrix, or takes the mean in the parameters' gradients, has for each symbol S

    S = S′ᵀ  where it turns S,      S = (1/m) S′  where its errors are per sample,

which is put into the expression; what defines a symbol is turned back as a whole.
"""

from __future__ import annotations

import re
from fractions import Fraction

from chalkgrad.derive import derive, grad
from chalkgrad.derive.algebra import scale, simplify, transpose
from chalkgrad.expr import Apply, Dim, Expr, Symbol, Transpose, coefficient, substitute, symbols
from chalkgrad.formula import ACTIVATIONS, ElementwiseFunction
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Box, Inline, Sym
from chalkgrad.notation.equations.small_letters import small_letters
from chalkgrad.notation.equations.writer import Writer
from chalkgrad.notation.profiles.find import Notation, find_notation

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NAME = r"d?(?:[WbZA]\d+|[XYT])|δ[₀-₉]+|∂L/∂(?:[Wbza][₀-₉]+|y)|[Wbza][₀-₉]+"
_LETTER = r"[xyt](?=[\s,.;:)]|\(1 −|$)"
_FOUND = re.compile(
    rf"`(?P<code>[^`\n]+)`"
    rf"|(?<![\w.\[\"'∂])(?:(?P<call>[a-zσ]\w*)(?P<prime>′?)\((?P<at>{_NAME}|[xyt])\)"
    rf"|(?P<name>{_NAME})(?P<turned>ᵀ?)(?![\w(\[\"']|-\w)|(?P<letter>{_LETTER}))"
)


def canonical(name: str) -> str:
    """The canonical name of a quantity as it stands on a blackboard: ``dZ1`` of δ₁.

    >>> [canonical(name) for name in ("δ₁", "∂L/∂a₂", "∂L/∂y", "∂L/∂W₁", "z₃", "x", "dZ1")]
    ['dZ1', 'dA2', 'dY', 'dW1', 'Z3', 'X', 'dZ1']
    """
    plain = name.translate(_DIGITS).replace("δ", "dZ").replace("∂L/∂", "d")
    letter = plain.removeprefix("d")[:1]
    return plain if letter in "WbZA" else plain.replace(letter, letter.upper(), 1)


class Retelling:
    """The symbols, equations and sentences of one network in one notation.

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
        self.writer = Writer(self.notation, derivation, "matrix")
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

    def sentence(self, text: str, letters: bool = False) -> Inline:
        """Running text, its quantities as the notation writes them, and ```code``` as code.

        Parameters
        ----------
        text
            Quantities in it are called by canonical names or as on a blackboard: dZ1 or δ₁, A1 or a₁.
        letters
            Whether x, y and t alone are quantities too: not in what was said about somebody's code.
        """
        parts: list[str | Box] = []
        end = 0
        for found in _FOUND.finditer(text):
            box = None if found["letter"] and not letters else self._quoted(found)
            if box is None:
                continue
            parts += [text[end : found.start()], box]
            end = found.end()
        return tuple(part for part in (*parts, text[end:]) if part != "")

    def _quoted(self, found: re.Match[str]) -> Box | None:
        if found["code"]:
            return Sym(found["code"], "code")
        symbol = self.symbols.get(canonical(found["at"] or found["name"] or found["letter"]))
        if symbol is None:
            return None
        if found["call"]:
            function = self._function(found["call"], symbol.layer)
            return (
                None
                if function is None
                else self.writer.expr(Apply(function, (symbol,), "z" if found["prime"] else None))
            )
        return self.writer.expr(Transpose(symbol)) if found["turned"] else self.writer.symbol(symbol)

    def _function(self, name: str, layer: int) -> ElementwiseFunction | None:
        own = None if not layer else self.network.layers[layer - 1]
        if own is not None and not own.is_softmax and own.function.name == name:
            return own.function
        return next((known for known in ACTIVATIONS.values() if name in (known.name, known.symbol)), None)

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
