"""Derived equations as people type them: what a wrong formula should be, in the notation's letters."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.check.key.judging.stage import Stage
from chalkgrad.derive import SINGLE, Step, derive
from chalkgrad.derive.index import Applied, Entry, Index, SumOver, entry
from chalkgrad.expr import Dim, Scalar, Symbol
from chalkgrad.formula import format_formula, nodes, substitute
from chalkgrad.formula.activations import symbol_of
from chalkgrad.formula.build import children, rebuild

_POOL = "kijpqrsuv"


def typed_step(stage: Stage, name: str, chosen: dict[int, str]) -> str:
    """Return the right side of a derived step, e.g. ``f′(z_j^l)*Σ_k δ_k^(l+1)*w_kj^(l+1)`` for dZ2.

    Parameters
    ----------
    stage
        The network, and its general layer.
    name
        The step's canonical name.
    chosen
        Which letter counts the units of which layer, as the question has them.

    Returns
    -------
    str
        Empty if there is no such step.
    """
    depth = stage.network.depth
    name = {f"A{depth}": "Y", f"dA{depth}": "dY"}.get(name, name)
    try:
        step = derive(stage.network, convention=SINGLE).step(name)
    except KeyError:
        return ""
    inserted = [i for i, form in enumerate(step.forms) if form.rule == "insert"]
    is_recurrence = bool(inserted) and step.symbol.layer < depth
    return Typist(stage, chosen).step(step, inserted[0] if is_recurrence else 0)


class Typist:
    """Writes entries and equations in the letters of a stage's notation."""

    def __init__(self, stage: Stage, chosen: dict[int, str]) -> None:
        self.stage, self.alphabet, self.chosen = stage, stage.alphabet, dict(chosen)
        self.used = set(chosen.values())

    def step(self, step: Step, form: int) -> str:
        rows, columns = step.symbol.shape
        row, column = self.place(rows), self.place(columns)
        return self.text(entry(step.forms[form].expr, row, column, self.fresh), last=True)

    def place(self, dim: Dim) -> Index | None:
        """Return the index over a dimension."""
        if dim.name == "1":
            return None
        return 1 if dim.is_one else self.chosen.get(dim.layer or 0) or self.fresh(dim)

    def fresh(self, dim: Dim) -> str:
        """Return a letter for an index over a dimension."""
        sender, unit, above = self.alphabet.indices
        offset = (dim.layer or 0) - (self.stage.layer or 1)
        wanted = {-1: sender, 0: unit, 1: above}.get(offset, above)
        pool: tuple[str, ...] = (wanted, *_POOL)
        for letter in pool:
            if letter not in self.used:
                self.used.add(letter)
                return letter
        raise ValueError("an equation needs more index letters than there are")

    def text(self, node: nodes.Node, last: bool = False) -> str:
        written: str = format_formula(self.plain(node, last))
        return written

    def plain(self, node: nodes.Node, last: bool = False) -> nodes.Node:
        """Return the formula with entries, sums and functions as variables named by their text."""
        match node:
            case nodes.Var(Entry() as found):
                return nodes.Var(self.name(found))
            case nodes.Var(Scalar() as scalar):
                return nodes.Var(self.alphabet.letters["rate" if scalar.name == "eta" else "penalty"])
            case nodes.Var(Dim() as dim):
                return nodes.Num(Fraction(dim.size or 1))
            case SumOver(index, _, body):
                plain = self.plain(body, last=True)
                inside = format_formula(plain)
                inside = f"({inside})" if isinstance(plain, nodes.Add) else inside
                return nodes.Var(f"Σ_{index} {inside}" if last else f"(Σ_{index} {inside})")
            case Applied(function, args, wrt):
                if function.name and len(args) == 1:
                    word = self.function(function.name)
                    return nodes.Var(f"{word}{'′' if wrt else ''}({self.text(args[0], last=True)})")
                body = function.body if wrt is None else function.derivative(wrt)
                return self.plain(substitute(body, dict(zip(function.variables, args, strict=True))))
            case nodes.Mul(factors):
                first = [self.plain(factor) for factor in factors if not isinstance(factor, SumOver)]
                sums = [factor for factor in factors if isinstance(factor, SumOver)]
                after = [self.plain(f, last and i == len(sums) - 1) for i, f in enumerate(sums)]
                return nodes.Mul((*first, *after))
            case nodes.Add(terms):
                return nodes.Add(tuple(self.plain(term, last) for term in terms))
        return rebuild(node, (self.plain(part) for part in children(node)))

    def function(self, name: str) -> str:
        """Return a function's name, the notation's own letter for any activation."""
        own = self.alphabet.letters.get("function") or "f"
        return symbol_of(name) if name != "f" else own if len(own) == 1 and own.isascii() else "f"

    def name(self, found: Entry) -> str:
        """Return an entry as typed: ``w_kj^(l+1)``, ``∂C/∂a_j^L``."""
        symbol = found.symbol
        indices = [
            index
            for index, dim in zip((found.row, found.column), symbol.shape, strict=True)
            if index is not None and not dim.is_one
        ]
        if symbol.kind == "next" and symbol.of is not None:
            symbol = symbol.of
        if symbol.kind == "grad" and symbol.of is not None:
            error = self.alphabet.letters.get("error", "")
            if symbol.of.kind == "pre" and error and error not in ("d", ".grad"):
                return self._written(error, symbol.of, indices)
            return f"(∂{self.alphabet.letters['loss']}/∂{self._plain(symbol.of, indices)})"
        return self._plain(symbol, indices)

    def _plain(self, symbol: Symbol, indices: list[Index]) -> str:
        letters = self.alphabet.letters
        if symbol.kind == "loss":
            return letters["loss"]
        kind = symbol.kind
        if kind == "output" and self.stage.layer is not None:
            kind = "act"
        if kind == "bias" and letters["bias"][-1:].isdigit():
            return self._written(letters["weight"], symbol, [*indices, 0])
        return self._written(letters[kind], symbol, indices)

    def _written(self, letter: str, symbol: Symbol, indices: list[Index]) -> str:
        order = indices[::-1] if self.alphabet.sender_first and symbol.kind == "weight" else indices
        below = "".join(map(str, order))
        if any(isinstance(index, int) and index > 9 for index in order):
            below = f"({','.join(map(str, order))})"
        text = f"{letter}_{below}" if below else letter
        general = self.stage.layer is not None
        is_own = symbol.kind == "output" and not general and letter != self.alphabet.letters["act"]
        if symbol.kind in ("input", "target", "loss") or is_own:
            return text
        layer = self.stage.say(symbol.layer)
        if not general and not below:
            return f"{letter}_{layer}"
        return f"{text}^{layer}" if layer in ("l", "L") else f"{text}^({layer})"
