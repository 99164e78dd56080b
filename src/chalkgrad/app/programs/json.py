"""A lowered program as plain data, a stable schema for other programs."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Any

from chalkgrad.app.programs.words import call, multiply_adds
from chalkgrad.derive import Derivation
from chalkgrad.formula.nodes import Num
from chalkgrad.formula.tape import Tape
from chalkgrad.lower.program import Function, Instruction, Program
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import boxes as text

SCHEMA = "chalkgrad.program/1"


def program_json(program: Program, derivation: Derivation, notation: Notation) -> dict[str, Any]:
    """Buffers, parameters and instructions, each with its equations as text and LaTeX."""
    writer = EquationWriter(notation, derivation, "matrix")
    steps = {step.name: step for step in derivation.steps}

    def equation(name: str) -> dict[str, Any]:
        step = steps[name]
        sides = writer.symbol(step.symbol), writer.expr(step.expr, step.symbol)
        sign = notation.update if step.symbol.kind == "next" else "="
        return {
            "name": name,
            "text": f"{text.box(sides[0])} {sign} {text.box(sides[1])}",
            "latex": [latex.box(side) for side in sides],
        }

    def data(each: Instruction) -> dict[str, Any]:
        settings = _record(each)
        del settings["steps"]
        return {
            "kernel": type(each).__name__,
            "words": call(each),
            "equations": [equation(name) for name in each.steps],
            "multiply_adds_per_sample": multiply_adds(each, program),
            **settings,
        }

    settings = ("output", "output_function", "loss_factor", "mean_over_samples", "class_targets", "clipped")
    return {
        "schema": SCHEMA,
        "network": derivation.network.to_dict(),
        "notation": notation.name,
        **{name: _plain(getattr(program, name)) for name in settings},
        "buffers": [_record(buffer) for buffer in program.buffers],
        "parameters": [_record(parameter) for parameter in program.parameters],
        "instructions": [data(each) for each in program.instructions],
    }


def _record(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Function():
            return _record(value)
        case Tape():
            return {
                "inputs": list(value.inputs),
                "constants": [_plain(c.value) if isinstance(c, Num) else c.name for c in value.constants],
                "steps": [[name, *places] for name, places in value.steps],
                "result": value.result,
            }
        case Fraction():
            return float(value)
        case tuple():
            return list(value)
    return value
