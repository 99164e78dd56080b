"""A derivation as plain data: one object a step, a stable schema for other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalkgrad.derive import RULE_NAMES, Derivation, Step, derive_again, derive_laid_out
from chalkgrad.derive.index import index_equation
from chalkgrad.evaluate import Trace
from chalkgrad.evaluate.traced import plain
from chalkgrad.expr import show_shape
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Box
from chalkgrad.notation.equations.writer import EquationWriter, step_letters
from chalkgrad.notation.profiles.find import Notation, find_notation
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import boxes as text

SCHEMA = "chalkgrad.derivation/1"
STEP_SCHEMA = "chalkgrad.training-step/1"


def steps_json(
    network: Network,
    notation: Notation | str = "matrix",
    *,
    batch: bool = False,
    zoom: str | None = None,
    like: Derivation | None = None,
) -> dict[str, Any]:
    """Every step with its symbol, shape, rule, premises and equal forms, as text and LaTeX.

    Parameters
    ----------
    network, notation, batch, zoom, like
        As for ``derivation_page``.

    Returns
    -------
    dict
        ``{"schema", "network", "loss", "notation", "batch", "zoom", "steps": [{"name", "kind", "layer",
        "shape", "rule", "reason", "through", "premises", "symbol": {"text", "latex"}, "forms": [{"rule",
        "text", "latex"}], "evaluated": index of the form that is evaluated}]}``.
    """
    chosen = find_notation(notation)
    convention = chosen.convention(batch)
    derivation = derive_again(like, convention) if like else derive_laid_out(network, convention)
    zoom = chosen.zoom_for(zoom)
    writer = EquationWriter(chosen, derivation, zoom)

    def written(box: Box) -> dict[str, str]:
        return {"text": text.box(box), "latex": latex.box(box)}

    def data(step: Step) -> dict[str, Any]:
        if zoom == "index":
            equation = index_equation(step, step_letters(chosen, derivation, step))
            left = writer.symbol(equation.left.symbol, equation.left.row, equation.left.column)
            forms = [(writer.entry(node), rule) for node, rule in equation.forms]
        else:
            left = writer.symbol(step.symbol)
            forms = [(writer.expr(form.expr, step.symbol), form.rule) for form in step.forms]
        return {
            "name": step.name,
            "kind": step.symbol.kind,
            "layer": step.symbol.layer,
            "shape": show_shape(step.shape),
            "rule": step.rule,
            "reason": RULE_NAMES[step.rule],
            "through": [symbol.name for symbol in step.through],
            "premises": [symbol.name for symbol in step.premises],
            "symbol": written(left),
            "forms": [{"rule": rule, **written(box)} for box, rule in forms],
            "evaluated": step.chosen,
        }

    return {
        "schema": SCHEMA,
        "network": str(network),
        "loss": network.to_dict().get("loss", network.loss.name),
        "notation": chosen.name,
        "batch": batch,
        "zoom": zoom,
        "steps": [data(step) for step in derivation.steps],
    }


def training_step_json(trace: Trace, notation: Notation | str = "matrix") -> dict[str, Any]:
    """A step of a training with all its equations and all its numbers.

    Parameters
    ----------
    trace
        Of one step, with ``taken``.
    notation
        In which the equations are written; the numbers are laid out as samples in rows.

    Returns
    -------
    dict
        ``{"schema", "network", "loss", "notation", "taken": {"step", "epoch", "rows", "dtype", "loss",
        "apart"}, "update": {"rule", "number", "learning_rate", …}, "parameters": before the step, "numbers":
        {"loss", "values", "errors", "deltas", "gradients", "updated", …}, "equations": [as the steps of
        ``steps_json``]}``.
    """
    step, training = trace.steps[0], trace.derivation.training
    rule = training.rule
    update: dict[str, Any] = {
        "rule": rule.name if rule is not None else "gradient descent",
        "number": step.number,
        "learning_rate": float(trace.learning_rate),
    }
    update |= {name: float(value) for name, value in (rule.numbers if rule is not None else ())}
    if training.clip_norm is not None:
        update["clip_norm"] = float(training.clip_norm)
    if training.dropout:
        update["dropout"] = {str(layer): float(rate or 0) for layer, rate in training.dropout}
    batch = len(step.values["X"]) > 1
    equations = steps_json(trace.network, notation, batch=batch, zoom="matrix", like=trace.derivation)
    return {
        "schema": STEP_SCHEMA,
        **{name: equations[name] for name in ("network", "loss", "notation")},
        "taken": None if trace.taken is None else asdict(trace.taken),
        "update": update,
        "parameters": {name: plain(value) for name, value in step.parameters.items()},
        "numbers": trace.to_dict()["steps"][0],
        "equations": equations["steps"],
    }
