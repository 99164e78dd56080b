"""Kernel calls in words, by phase, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalkgrad.formula import ACTIVATIONS
from chalkgrad.lower import program as lowered
from chalkgrad.lower.program import Function, Instruction, Program
from chalkgrad.notation.boxes.characters import subscript

Phase = tuple[str, list[Instruction]]


def phases(program: Program) -> list[Phase]:
    """The instructions under the headings of their phases."""
    found: dict[str, list[Instruction]] = {
        title: [] for title in ("Forward pass", "Loss", "Backward pass", "Gradients and update")
    }
    before = True
    for each in program.instructions:
        if isinstance(each, lowered.LossAndError | lowered.LossMap):
            before = False
            found["Loss"].append(each)
        elif isinstance(each, lowered.WeightGradient):
            found["Gradients and update"].append(each)
        else:
            found["Forward pass" if before else "Backward pass"].append(each)
    return [(title, part) for title, part in found.items() if part]


def multiply_adds(each: Instruction, program: Program) -> int:
    """The multiply-adds of one sample in matrix products; what is elementwise counts nothing."""
    if not isinstance(each, lowered.Linear | lowered.Backpropagate | lowered.WeightGradient):
        return 0
    parameter = program.parameters[each.layer - 1]
    return parameter.n_in * parameter.n_out


def call(each: Instruction) -> str:
    """What a call does, in a few words."""
    return _WORDS[type(each)](each)


def named(function: Function) -> str:
    """A function as people say it: leaky ReLU, tanh."""
    known = ACTIVATIONS.get(function.name)
    return function.name if known is None else known.title or known.name


def _linear(each: lowered.Linear) -> str:
    return "weighted sums" + (f", then {named(each.function)}" if each.function else "")


def _map(each: lowered.Map) -> str:
    return "the output's error, entry by entry" if each.scaled else "entry by entry"


def _back(each: lowered.Backpropagate) -> str:
    words = f"error back through W{subscript(each.layer)}"
    if each.add:
        words += " + others"
    return words + (f", × {named(each.function)}′" if each.function else "")


_WORDS: dict[type[Instruction], Callable[[Any], str]] = {
    lowered.GatherInputs: lambda each: "fetch the samples' inputs",
    lowered.GatherTargets: lambda each: "fetch their targets",
    lowered.Linear: _linear,
    lowered.Map: _map,
    lowered.Softmax: lambda each: "softmax, sample by sample",
    lowered.LogSoftmax: lambda each: "log softmax, sample by sample",
    lowered.Dropout: lambda each: f"mask, drops {each.rate:.0%}",
    lowered.LossAndError: lambda each: "loss and output error",
    lowered.LossMap: lambda each: "loss, entry by entry",
    lowered.SoftmaxGradient: lambda each: "error back through softmax",
    lowered.Backpropagate: _back,
    lowered.WeightGradient: lambda each: f"gradients of layer {each.layer}, update",
}
