"""The right sides of a step at the probes: the derived one, and each with one mistake in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import Derivation, Step
from chalkgrad.derive.algebra import add, scale
from chalkgrad.derive.forward import LAMBDA
from chalkgrad.diagnose.mistakes.equation_site import Mutant
from chalkgrad.diagnose.mistakes.rules import mutants
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.search.explanation import Place, Values
from chalkgrad.evaluate.interpret import Compiled, compile_expr
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.expr import Expr, Scale, Sum, Symbol

EFFORT = 80_000
"""How many right sides a search may evaluate; then it gives up."""


@dataclass
class Variant:
    """A right side, compiled: the derived one (no mutant) or a mutant."""

    mutant: Mutant | None
    expr: Expr
    compute: Compiled

    def places(self, step: str) -> tuple[Place, ...]:
        m = self.mutant
        return () if m is None else (Place(m.deviation, step, m),)


@lru_cache(maxsize=256)
def _variants(derivation: Derivation, name: str) -> list[Variant]:
    """The right sides of one step, compiled once for all searches of a derivation."""
    step = derivation.step(name)
    right = _without_penalty(step.expr)
    found = [Variant(None, right, compile_expr(right, FLOAT64))]
    for mutant in mutants(derivation, name):
        found.append(Variant(mutant, mutant.expr, compile_expr(mutant.expr, FLOAT64)))
    if _subject(step.symbol).kind in ("act", "pre", "linear"):
        zero = Mutant(scale(0, step.symbol), rule="zero")
        found.append(Variant(zero, zero.expr, _zeros_like(step.symbol, _subject(step.symbol))))
    return found


@dataclass
class Variants:
    """The backward pass of a derivation with every mutant of its steps, at some probes.

    ``left`` counts down how many more right sides may be evaluated.
    """

    points: Sequence[Point]
    left: int = EFFORT

    @property
    def derivation(self) -> Derivation:
        """The canonical derivation."""
        return self.points[0].derivation

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.derivation.backward}

    def step(self, name: str) -> Step | None:
        """A step of the backward pass by its name, dZ2; None if there is none."""
        return self._by_name.get(name)

    def symbol(self, name: str) -> Symbol:
        """The symbol of a step."""
        return self._by_name[name].symbol

    def of(self, name: str) -> list[Variant]:
        """The derived right side first, then its mutants and zero."""
        return _variants(self.derivation, name)

    def compute(self, compute: Compiled, known: Sequence[Values]) -> list[Array] | None:
        """The value at every probe; None if one has none that is finite, or the effort is spent."""
        found: list[Array] = []
        self.left -= len(self.points)
        if self.left < 0:
            return None
        with np.errstate(all="ignore"):
            for point, values in zip(self.points, known, strict=True):
                try:
                    value = np.asarray(compute({**point.forward, **values}), dtype=np.float64)
                except (KeyError, ValueError, IndexError, TypeError):
                    return None
                if not np.isfinite(value).all():
                    return None
                found.append(value)
        return found

    def compute_at(self, place: int, compute: Compiled, known: Sequence[Values]) -> Array | None:
        """The value at one probe."""
        self.left -= 1
        with np.errstate(all="ignore"):
            try:
                values = {**self.points[place].forward, **known[place]}
                found: Array = np.asarray(compute(values), dtype=np.float64)
            except (KeyError, ValueError, IndexError, TypeError):
                return None
        return found


def _subject(symbol: Symbol) -> Symbol:
    """What a gradient is the gradient of."""
    assert symbol.of is not None
    return symbol.of


def _zeros_like(symbol: Symbol, of: Symbol) -> Compiled:
    return lambda values: np.zeros_like(values[of])


def parallel(values: Sequence[Array], others: Sequence[Array]) -> bool:
    """Whether two candidates are the same up to one factor at every probe: nothing that can be seen."""
    ratios = []
    for value, other in zip(values, others, strict=True):
        a, b = value.ravel(), other.ravel()
        aa, bb, ab = float(a @ a), float(b @ b), float(a @ b)
        if not aa or not bb:
            if aa != bb:
                return False
            continue
        if abs(ab) < (1 - 1e-13) * float(np.sqrt(aa * bb)):
            return False
        ratios.append(ab / bb)
    return not ratios or max(ratios) - min(ratios) <= 1e-12 * max(map(abs, ratios))


def _without_penalty(expr: Expr) -> Expr:
    """The data's part of a weight's gradient: the penalty's part is judged beside it."""
    if not isinstance(expr, Sum):
        return expr
    kept = [term for term in expr.terms if not _is_penalty(term)]
    return add(kept) if kept and len(kept) < len(expr.terms) else expr


def _is_penalty(term: Expr) -> bool:
    return isinstance(term, Scale) and any(
        getattr(base, "name", "") == LAMBDA for base, _ in term.coefficient.powers
    )


__all__ = ["EFFORT", "Variant", "Variants", "parallel"]
