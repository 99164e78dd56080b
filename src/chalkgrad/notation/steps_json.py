"""A derivation as plain data: one object a step, a stable schema for other programs."""

from __future__ import annotations

from typing import Any

from chalkgrad.derive import RULE_NAMES, Step, derive
from chalkgrad.derive.index import index_equation
from chalkgrad.expr import show_shape
from chalkgrad.network import Network
from chalkgrad.notation import latex, text
from chalkgrad.notation.boxes import Box
from chalkgrad.notation.profile import Notation, find_notation
from chalkgrad.notation.write import Writer, step_letters

SCHEMA = "chalkgrad.derivation/1"


def steps_json(
    network: Network, notation: Notation | str = "matrix", *, batch: bool = False, zoom: str | None = None
) -> dict[str, Any]:
    """Every step with its symbol, shape, rule, premises and equal forms, as text and LaTeX.

    Parameters
    ----------
    network, notation, batch, zoom
        As for ``derivation_page``.

    Returns
    -------
    dict
        ``{"schema", "network", "loss", "notation", "batch", "zoom", "steps": [{"name", "kind", "layer",
        "shape", "rule", "reason", "through", "premises", "symbol": {"text", "latex"}, "forms": [{"rule",
        "text", "latex"}], "evaluated": index of the form that is evaluated}]}``.
    """
    chosen = find_notation(notation)
    derivation = derive(network, convention=chosen.convention(batch))
    zoom = chosen.zoom_for(zoom)
    writer = Writer(chosen, derivation, zoom)

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
