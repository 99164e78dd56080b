"""A derivation made ready for numbers: each step compiled, only what is asked for is computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from chalkgrad.derive import Derivation
from chalkgrad.evaluate.interpret import Compiled, Values, compile_expr
from chalkgrad.evaluate.stable import stable_expressions
from chalkgrad.expr import Dim, Expr, Symbol, symbols
from chalkgrad.formula import Arithmetic, Float64

FLOAT64 = Float64()


@dataclass(frozen=True)
class Program:
    """Compiled steps in order; running it fills in the symbols' values."""

    steps: tuple[tuple[Symbol, Compiled, tuple[Symbol, ...]], ...]
    """Symbol, its computation, and what no later step needs."""

    def run(self, values: Values) -> Values:
        """Compute every step, adding to ``values``; what is neither wanted nor needed any more is let go."""
        for symbol, compute, done in self.steps:
            values[symbol] = compute(values)
            for spent in done:
                del values[spent]
        return values


def compile_derivation(derivation: Derivation, arithmetic: Arithmetic, wanted: frozenset[Symbol]) -> Program:
    """Compile the steps that the wanted symbols depend on."""
    expressions = stable_expressions(derivation)
    needed: set[Symbol] = set(wanted)
    steps: list[tuple[Symbol, Expr, tuple[Symbol, ...]]] = []
    for step in reversed(derivation.steps):
        if step.symbol in needed:
            expr = expressions[step.symbol]
            last_used = tuple(symbol for symbol in symbols(expr) if symbol not in needed)
            needed.update(last_used)
            steps.append((step.symbol, expr, last_used))
    return Program(tuple((symbol, compile_expr(expr, arithmetic), done) for symbol, expr, done in reversed(steps)))


@lru_cache(maxsize=64)
def gradient_program(derivation: Derivation) -> Program:
    """The loss and the parameters' gradients in float64, nothing else."""
    wanted = {step.symbol for step in derivation.gradients} | {derivation.loss.symbol}
    return compile_derivation(derivation, FLOAT64, frozenset(wanted))


def batch_size(m: int) -> Values:
    """The values of the open dimensions."""
    return {Dim("m"): m}
