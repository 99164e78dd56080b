"""Errors laid out transposed: the same equations, each transposed as a whole."""

from __future__ import annotations

from chalkgrad.derive.algebra import simplify, transpose
from chalkgrad.derive.derivation import Form, Step
from chalkgrad.expr import Expr, Symbol, make_symbol, substitute


def turn_errors(steps: list[Step]) -> list[Step]:
    """Lay out ∂L/∂Z and ∂L/∂A transposed."""
    turned: dict[Symbol, Symbol] = {}
    for step in steps:
        symbol = step.symbol
        if symbol.of is None or not symbol.of.is_parameter:
            turned[symbol] = make_symbol("grad", symbol.layer, (symbol.shape[1], symbol.shape[0]), symbol.of)
    values: dict[Symbol, Expr] = {old: transpose(new) for old, new in turned.items()}

    def turn(step: Step) -> Step:
        new = turned.get(step.symbol)
        forms = []
        for form in step.forms:
            expr = simplify(substitute(form.expr, values))
            forms.append(Form(transpose(expr) if new is not None else expr, form.rule))
        return Step(new or step.symbol, tuple(forms), step.chosen, step.through)

    return [turn(step) for step in steps]
