"""The right line in the user's own names: a step of the derivation as NumPy, in the user's layout."""

from __future__ import annotations

import re
from dataclasses import replace

from chalkgrad.derive import derive_again
from chalkgrad.derive.algebra import negative
from chalkgrad.derive.forward import LAMBDA
from chalkgrad.diagnose.naming import Names, is_name
from chalkgrad.diagnose.site import formula
from chalkgrad.expr import Apply, Dim, Expr, Hadamard, Scalar, Symbol, rewrite, symbols
from chalkgrad.notation.code import CodeWriter
from chalkgrad.notation.code_formula import NUMPY, TORCH


def fix(name: str, names: Names) -> str:
    """``dZ1 = (W2.T @ dZ2) * (Z1 > 0)`` for a step by its canonical name."""
    right = right_side(name, names)
    made = names.line_of(name)
    target = names.text.get(name, "") if made is None else made.name
    if target == "return":
        return f"return {right}"
    return f"{target if is_name(target) and not target.startswith('return') else name} = {right}"


def right_side(name: str, names: Names) -> str:
    """The right side alone."""
    derivation = derive_again(names.point.derivation, names.convention)
    step = derivation.step(name)
    forms = [form.expr for form in step.forms]
    above = next((s for s in derivation.backward if s.name == f"dA{step.symbol.layer}"), None)
    if name.startswith("dZ") and above is not None:  # where the code has a name for ∂L/∂A
        forms += [
            Hadamard(tuple(above.symbol if factor == above.expr else factor for factor in form.factors))
            for form in forms
            if isinstance(form, Hadamard)
        ]
    forms = [*(_through_value(form, names) for form in forms), *forms]
    expr = min(reversed(forms), key=lambda e: sum(s.name not in names.text for s in symbols(e)))
    if _is_turned(name, expr, names):
        expr = negative(expr)
    dialect = TORCH if names.seen.notes else NUMPY  # notes are an adapter's
    writer = CodeWriter(
        lambda s: _symbol(s, names), lambda s: _scalar(s, names), dialect, _size(names), _widths(names)
    )
    text = writer.right_side(expr, step.symbol)
    is_matrix = step.symbol.root.kind == "bias" and names.reading.bias == "matrix"
    keep = ", keepdims=True" if is_matrix else ""
    return re.sub(r"\.sum\((\d)\)", rf".sum(axis=\1{keep})", text).replace(".sum(0,", ".sum(axis=0,")


def _is_turned(name: str, expr: Expr, names: Names) -> bool:
    """Whether the code has the right side with the other sign, since it carries its errors as t − y."""
    errors = [s.name for s in symbols(expr) if s.kind == "grad"]
    turned = any(error in names.negated for error in errors)
    plain = any(error in names.text and error not in names.negated for error in errors)
    if name in names.negated:
        return not errors or (plain and not turned)
    return turned and not plain


def _through_value(expr: Expr, names: Names) -> Expr:
    """Derivatives written through their functions' values: ``A1 > 0`` for relu′, where Z has no name."""
    derivation = derive_again(names.point.derivation, names.convention)
    values = {step.expr: step.symbol for step in derivation.forward if isinstance(step.expr, Apply)}

    def through(node: Expr) -> Expr:
        if not isinstance(node, Apply) or node.wrt is None or node.function.value_derivative is None:
            return node
        value = values.get(replace(node, wrt=None))
        if value is None:
            return node
        return formula(node.function.value_derivative, node.shape, a=value, z=node.args[0])

    return rewrite(expr, through)


def _symbol(symbol: Symbol, names: Names) -> str:
    if symbol.name in names.text:
        return names.text[symbol.name]
    return {"T": "y", "Y": "y_hat"}.get(symbol.name, symbol.name)


def _scalar(scalar: Scalar, names: Names) -> str:
    if scalar.name == LAMBDA:
        return names.text.get("l2", "l2")
    return names.text.get("learning_rate", "learning_rate")


def _size(names: Names) -> str:
    if "m" in names.text:
        return names.text["m"]
    x = names.text.get("X", "X")
    return f"{x}.shape[{0 if names.reading.samples == 'rows' else 1}]"


def _widths(names: Names) -> dict[Dim, str]:
    """The number of outputs, by which a loss may be divided, by the shape of y where that has it."""
    y = names.text.get("T", "")
    if names.reading.target != "matrix" or not is_name(y):
        return {}
    last = names.point.derivation.step("Y").symbol
    return {last.shape[1]: f"{y}.shape[{1 if names.reading.samples == 'rows' else 0}]"}
