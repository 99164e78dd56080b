"""The page of one step of a training, beside the report: ``--explain``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault
from chalkgrad._reading import attempt
from chalkgrad.app.shell.output import PAGE_FORMATS, Output, read_output, say
from chalkgrad.app.training.options import TrainOptions

if TYPE_CHECKING:
    from chalkgrad.train.result.result import Fit

NOTATION = "matrix"


def read_explanation(asked: TrainOptions, faults: list[Fault]) -> Output | None:
    """Where and in which format the page of a step goes, after adding what is wrong with it."""
    if asked.explain is None:
        return None
    from chalkgrad.notation.profiles.find import find_notation

    found: list[Fault] = []
    attempt(found, lambda: find_notation(asked.notation or NOTATION))
    faults += [replace(fault, path=f"--{fault.path}") for fault in found]
    found = []
    place = argparse.Namespace(
        output=asked.explain_to, format=None, data=asked.data, no_pager=not asked.paged
    )
    output = read_output(place, PAGE_FORMATS, found)
    faults += [replace(fault, path="--explain-to") for fault in found]
    return output


def explain(fitted: Fit, asked: TrainOptions, output: Output, report: Output) -> dict[str, Any]:
    """Write the equations of a step with its numbers; or return them where the whole report is JSON."""
    assert asked.explain is not None
    from chalkgrad.notation.profiles.find import find_notation

    if asked.explain >= fitted.history.steps and asked.explain != fitted.broken_at:
        say(f"note: step {asked.explain} was not taken; the last was {fitted.history.steps - 1}")
        return {}
    notation = find_notation(asked.notation or NOTATION)
    found = fitted.explain(asked.explain).trace
    if output.format == "json" or (output.path is None and report.format == "json"):
        from chalkgrad.notation.pages.steps_json import training_step_json

        table = training_step_json(found, notation)
        if output.path is None:
            return {"explained": table}
        output.json(table)
    else:
        from chalkgrad.notation.pages.trace import trace_page

        output.page(trace_page(found, notation))
    if output.path is None:
        output.text("\n")
    return {}
