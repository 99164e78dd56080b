"""A derivation made ready for numbers: each step compiled, only what is asked for is computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from chalkgrad.derive import Derivation, grad
from chalkgrad.evaluate.interpret import Compiled, Values, compile_expr
from chalkgrad.evaluate.stable import stable_expressions
from chalkgrad.expr import FREEDOM, Dim, Expr, RowApply, Symbol, symbols
from chalkgrad.formula import Arithmetic, Float64, Precise

FLOAT64 = Float64()
_SAMPLES = Dim("m")


@dataclass(frozen=True)
class CompiledSteps:
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


def compile_derivation(
    derivation: Derivation, arithmetic: Arithmetic, wanted: frozenset[Symbol]
) -> CompiledSteps:
    """Compile the steps that the wanted symbols depend on."""
    expressions = stable_expressions(derivation)
    error = _softmax_error(derivation) if arithmetic is FLOAT64 else None
    needed: set[Symbol] = set(wanted)
    steps: list[tuple[Symbol, Expr, tuple[Symbol, ...]]] = []
    for step in reversed(derivation.steps):
        if step.symbol in needed:
            expr = expressions[step.symbol]
            used = (*symbols(expr), *_per_sample(derivation)) if step.symbol == error else symbols(expr)
            last_used = tuple(dict.fromkeys(symbol for symbol in used if symbol not in needed))
            needed.update(last_used)
            steps.append((step.symbol, expr, last_used))
    compiled = []
    for symbol, expr, done in reversed(steps):
        compute = compile_expr(expr, arithmetic)
        compiled.append((symbol, _rescued(derivation, symbol, compute) if symbol == error else compute, done))
    return CompiledSteps(tuple(compiled))


def _softmax_error(derivation: Derivation) -> Symbol | None:
    """∂L/∂Z of a softmax output: its factors may overflow where their product does not."""
    last = derivation.forward[-1]
    if isinstance(last.expr, RowApply) and isinstance(last.expr.arg, Symbol):
        return grad(last.expr.arg)
    return None


def _rescued(derivation: Derivation, symbol: Symbol, compute: Compiled) -> Compiled:
    """Compute in float64; where a factor overflowed, compute those samples again with 50 digits.

    ∂L/∂ŷ = −t/ŷ is infinite in float64 as soon as ŷ underflows, although ∂L/∂z is an ordinary number.
    """
    z, per_sample = symbol.of, _per_sample(derivation)
    assert z is not None
    axis = 0 if derivation.convention.samples == "rows" else 1

    def run(values: Values) -> Any:
        result = compute(values)
        if np.isfinite(result).all():
            return result
        bad = ~np.isfinite(result).all(axis=1 - axis)
        precise = Precise(50)
        program = _output_program(derivation, precise)
        parts = {
            s: precise.array(np.compress(bad, values[s], axis=0 if s.kind == "sample_weight" else axis))
            for s in (z, *per_sample)
        }
        known = {key: value for key, value in values.items() if isinstance(key, Dim)}
        found = program.run({**known, **parts})[symbol]
        result[bad if axis == 0 else (slice(None), bad)] = FLOAT64.array(found)
        return result

    return run


def _per_sample(derivation: Derivation) -> tuple[Symbol, ...]:
    """What the loss of a sample needs besides its prediction: the target, and the weight if there is one."""
    wanted = ("target", "sample_weight")
    return tuple(symbol for symbol in derivation.loss.premises if symbol.kind in wanted)


def _output_program(derivation: Derivation, arithmetic: Arithmetic) -> CompiledSteps:
    """Y, ∂L/∂Y and ∂L/∂Z of the last layer, from its Z."""
    wanted = _softmax_error(derivation)
    expressions = stable_expressions(derivation)
    output = derivation.forward[-1].symbol
    chain = [symbol for symbol in (output, grad(output), wanted) if symbol is not None]
    return CompiledSteps(
        tuple((symbol, compile_expr(expressions[symbol], arithmetic), ()) for symbol in chain)
    )


@lru_cache(maxsize=64)
def gradient_program(derivation: Derivation) -> CompiledSteps:
    """The loss and the parameters' gradients in float64, nothing else."""
    wanted = {step.symbol for step in derivation.gradients} | {derivation.loss.symbol}
    return compile_derivation(derivation, FLOAT64, frozenset(wanted))


def batch_size(m: int) -> Values:
    """The values of the open dimensions."""
    return {_SAMPLES: m, FREEDOM: m - 1}
