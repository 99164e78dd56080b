"""The right line in the user's own names: a step of the derivation as NumPy, in the user's layout."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from chalkgrad.derive import derive_again
from chalkgrad.derive.algebra import negative
from chalkgrad.derive.forward import LAMBDA
from chalkgrad.diagnose.code.naming import CodeNames, is_name
from chalkgrad.diagnose.mistakes.equation_site import formula
from chalkgrad.diagnose.mistakes.norm_kinds import norm_gradient
from chalkgrad.expr import Apply, Dim, Expr, Hadamard, Scalar, Symbol, rewrite, symbols
from chalkgrad.notation.equations.code import CodeWriter
from chalkgrad.notation.equations.code_formula import NUMPY, TORCH
from chalkgrad.usercode.syntax.source import line_of


def fix(name: str, names: CodeNames) -> str:
    """``dZ1 = (W2.T @ dZ2) * (Z1 > 0)`` for a step by its canonical name."""
    right = right_side(name, names)
    made = names.line_of(name)
    if made is None:
        return f"{name} = {right}"
    if made.is_return:
        part = made.name.removeprefix("return")
        whole = with_part(line_of(names.source, made.line), part, right) if part else f"return {right}"
        return whole or f"{name} = {right}"
    return f"{made.name if is_name(made.name) else name} = {right}"


def with_part(line: str, key: str, part: str) -> str:
    """A return statement with another expression at one place; empty where the line is no such statement.

    >>> with_part("    return g @ w, g.mean(0)  # both", "[1]", "g.sum(axis=0)")
    'return g @ w, g.sum(axis=0)'
    >>> with_part("return {'dW': x, 'db': y}", "['db']", "z"), with_part("return (x,", "[0]", "z")
    ("return {'dW': x, 'db': z}", '')
    """
    text = line.strip()
    try:
        statement, wanted = ast.parse(text).body[0], ast.literal_eval(key)[0]
    except (SyntaxError, ValueError, IndexError, TypeError):
        return ""
    match statement:
        case ast.Return(value=ast.Tuple(elts=parts) | ast.List(elts=parts)):
            found = dict(enumerate(parts)).get(wanted)
        case ast.Return(value=ast.Dict(keys=keys, values=parts)):
            named = zip(keys, parts, strict=True)
            found = next((v for k, v in named if isinstance(k, ast.Constant) and k.value == wanted), None)
        case _:
            return ""
    if found is None or found.end_col_offset is None or statement.end_col_offset is None:
        return ""
    raw = text.encode()
    after = raw[found.end_col_offset : statement.end_col_offset]
    return (raw[: found.col_offset] + part.encode() + after).decode()


def right_side(name: str, names: CodeNames) -> str:
    """The right side alone, with the names as they stand where the step is made."""
    derivation = derive_again(names.point.derivation, names.convention)
    step, place = derivation.step(name), names.before(name)
    forms = [form.expr for form in step.forms]
    if step.symbol.of is not None and step.symbol.of.kind == "linear":
        forms.append(norm_gradient(derivation, step.symbol.layer).whole)
    above = next((s for s in derivation.backward if s.name == f"dA{step.symbol.layer}"), None)
    if name.startswith("dZ") and above is not None:  # where the code has a name for ∂L/∂A
        forms += [
            Hadamard(tuple(above.symbol if factor == above.expr else factor for factor in form.factors))
            for form in forms
            if isinstance(form, Hadamard)
        ]
    forms = [*(_through_value(form, names) for form in forms), *forms]
    unnamed = {s: names.text(s.name, place) is None for form in forms for s in symbols(form)}
    expr = min(reversed(forms), key=lambda e: sum(unnamed[s] for s in symbols(e)))
    if _is_turned(name, expr, names, place):
        expr = negative(expr)
    writer = CodeWriter(
        lambda s: _symbol(s, names, place),
        lambda s: _scalar(s, names),
        TORCH if names.seen.notes else NUMPY,  # notes are an adapter's
        _size(names, place),
        _widths(names, place),
    )
    line = _with_penalty(writer.right_side(expr, step.symbol), names, place)
    is_matrix = step.symbol.root.kind == "bias" and names.reading.bias == "matrix"
    keep = ", keepdims=True" if is_matrix else ""
    return re.sub(r"\.sum\((\d)\)", rf".sum(axis=\1{keep})", line).replace(".sum(0,", ".sum(axis=0,")


def _is_turned(name: str, expr: Expr, names: CodeNames, place: int) -> bool:
    """Whether the code has the right side with the other sign, since it carries its errors as t − y."""
    errors = [s.name for s in symbols(expr) if s.kind == "grad" and names.text(s.name, place) is not None]
    signs = {names.factor(error, place) > 0 for error in errors}
    if names.own_factor(name) < 0:
        return signs == {True} or not any(s.kind == "grad" for s in symbols(expr))
    return signs == {False}


def _through_value(expr: Expr, names: CodeNames) -> Expr:
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


def _symbol(symbol: Symbol, names: CodeNames, place: int) -> str:
    found = names.text(symbol.name, place)
    if symbol.kind == "target" and names.reading.target == "classes":
        return f"one_hot({found or 'y'})"
    return found or {"T": "y", "Y": "y_hat"}.get(symbol.name, symbol.name)


_PENALTY = "λ"


def _scalar(scalar: Scalar, names: CodeNames) -> str:
    return _PENALTY if scalar.name == LAMBDA else names.seen.known_as.get("learning_rate", "learning_rate")


def _with_penalty(text: str, names: CodeNames, place: int) -> str:
    """The code's own λ for that of the network: λ, λ/2 or λ/(2m), as the reading has it."""
    own = names.seen.known_as.get("l2", "l2")
    m = _size(names, place)
    twice = {"2c": own, "2cm": f"{own} / {m}"}.get(names.reading.penalty, f"2 * {own}")
    return text.replace(f"2 * {_PENALTY}", twice).replace(_PENALTY, own)


def _size(names: CodeNames, place: int) -> str:
    x = names.text("X", place) or "X"
    return names.size(place) or f"{x}.shape[{0 if names.reading.samples == 'rows' else 1}]"


def _widths(names: CodeNames, place: int) -> dict[Dim, str]:
    """What a gradient may be divided by: the number of outputs, and of the units that a norm is over."""
    axis = 1 if names.reading.samples == "rows" else 0
    derivation = names.point.derivation
    found: dict[Dim, str] = {}
    for symbol in (step.symbol for step in derivation.forward if step.symbol.kind in ("linear", "output")):
        text = names.text("T" if symbol.kind == "output" else symbol.name, place) or ""
        is_shaped = symbol.kind == "linear" or names.reading.target == "matrix"
        if is_shaped and is_name(text):
            found[symbol.shape[1]] = f"{text}.shape[{axis}]"
    return found
