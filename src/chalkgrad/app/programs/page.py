"""A lowered program as a page: every kernel call in words, beside the equations that it carries out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from chalkgrad.app.programs.words import call, multiply_adds, phases
from chalkgrad.derive import Derivation
from chalkgrad.lower.program import Instruction, LossAndError, Program, WeightGradient
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.network_names import short_name
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation

MANY = 4  # as many calls that are alike are told as the first, the last, and how many lie between
HEADER: tuple[b.Inline, ...] = (("",), ("call",), ("carries out",), ("writes",), ("shape",), ("mult-adds",))
HELD = {
    "F": "is the layer's function of its sum, before what skips ahead is added or a mask is put on",
    "S": "is a layer's value before its mask",
    "P": "is the sum of the errors that arrive by other ways than the next layer's weights",
    "dF": "is the error behind the mask",
    "logY": "is the logarithm of the softmax, which the loss reads to lose no digits",
    "dY⊙Y": "is the prediction's error times the prediction, which stays finite where the error does not",
}
"""What a buffer holds that no step names, by the letter of its name."""


def program_page(program: Program, derivation: Derivation, notation: Notation) -> b.Document:
    """The schedule of a training step.

    Parameters
    ----------
    program
        Of the same network as the derivation.
    derivation
        In the notation's convention, with the masks of the program.
    notation
        How the equations are written.
    """
    page = _ProgramPage(program, derivation, notation)
    blocks: list[b.Block] = [b.Paragraph(page.introduction())]
    for title, part in phases(program):
        blocks += [b.Heading(title), page.table(part)]
    blocks += [b.Heading("In all"), b.Bullets(page.totals())]
    return b.Document(f"One training step of {short_name(derivation.network)}", tuple(blocks))


class _ProgramPage:
    def __init__(self, program: Program, derivation: Derivation, notation: Notation) -> None:
        self.program, self.derivation = program, derivation
        self.writer = EquationWriter(notation, derivation, "matrix")
        self.steps = {step.name: step for step in derivation.steps}
        self.features = {buffer.name: buffer.features for buffer in program.buffers}
        self.names = {step.name: step.symbol for step in derivation.steps}
        self.names |= {symbol.name: symbol for step in derivation.steps for symbol in step.premises}
        self.number = 0

    def introduction(self) -> b.Inline:
        calls = len(self.program.instructions)
        return (
            f"What the machine does with a mini-batch of m samples: {calls} calls, one after the other. "
            "Each stands beside the equations that it carries out; on the right is what it writes, "
            "and its multiply-adds a sample. Where it carries out several equations, "
            "what lies between them is never stored.",
        )

    # -- tables ----------------------------------------------------------------------------------------

    def table(self, part: Sequence[Instruction]) -> b.TableBlock:
        rows: list[tuple[b.Inline, ...]] = []
        for run in _alike(part, self.program):
            if len(run) < MANY:
                rows += [row for each in run for row in self._rows(each)]
                continue
            rows += self._rows(run[0])
            self.number += len(run) - 2
            rows.append((("⋮",), (f"{len(run) - 2} more like it",), (), (), (), ()))
            rows += self._rows(run[-1])
        return b.TableBlock(HEADER, tuple(rows))

    def _rows(self, each: Instruction) -> Iterator[tuple[b.Inline, ...]]:
        self.number += 1
        count = multiply_adds(each, self.program)
        first: list[b.Inline] = [(f"{self.number}",), (call(each),)]
        equations = list(self._equations(each)) or [self._reads(each)]
        for i, equation in enumerate(equations):
            if i:
                yield ((), (), equation, (), (), ())
            else:
                yield (*first, equation, *self._written(each), ((f"{count:,}",) if count else ()))

    def _equations(self, each: Instruction) -> Iterator[b.Inline]:
        for name in each.steps:
            step = self.steps[name]
            left = self.writer.symbol(step.symbol)
            if isinstance(each, LossAndError) and self._idle(name):
                yield (left, " cancels")
                continue
            sign = self.writer.notation.update if step.symbol.kind == "next" else "="
            yield (b.Row((left, b.Op(sign, "relation"), self.writer.expr(step.expr, step.symbol))),)

    def _idle(self, name: str) -> bool:
        """Whether no other step needs it: ∂L/∂Y beside the canonical link."""
        symbol = self.steps[name].symbol
        if symbol.of is None or symbol.of.kind != "output":
            return False
        return not any(symbol in step.premises for step in self.derivation.steps)

    def _reads(self, each: Instruction) -> b.Inline:
        """What a call without a step of its own reads."""
        names = [getattr(each, key) for key in ("source", "z") if hasattr(each, key)]
        names += getattr(each, "sources", ())
        items: list[str | b.Box] = []
        for name in names:
            items += [" and " if items else "from ", self._buffer(name)]
        return tuple(items)

    def _written(self, each: Instruction) -> tuple[b.Inline, b.Inline]:
        if isinstance(each, WeightGradient):
            parameter = self.program.parameters[each.layer - 1]
            return ("the parameters",), (f"{parameter.n_out} × {parameter.n_in}",)
        out = getattr(each, "out", None)
        if out is None:
            return ("the loss",), ("1",)
        return (self._buffer(out),), (f"m × {self.features[out]}",)

    def _buffer(self, name: str) -> b.Box:
        symbol = self.names.get(name)
        if symbol is not None:
            return self.writer.symbol(symbol)
        letter = name.rstrip("0123456789")
        if letter == name:
            return b.Sym(letter, "upright")
        return b.Script(b.Sym(letter), b.Numeral(name[len(letter) :]))

    # -- in all ----------------------------------------------------------------------------------------

    def totals(self) -> tuple[b.Inline, ...]:
        program = self.program
        work = sum(multiply_adds(each, program) for each in program.instructions)
        numbers = sum(buffer.features for buffer in program.buffers)
        parameters = sum(p.n_out * (p.n_in + p.bias) for p in program.parameters)
        carried = sum(len(each.steps) for each in program.instructions)
        found: list[b.Inline] = [
            (f"{len(program.instructions)} calls carry out the {carried} equations of the derivation.",),
            (f"{work:,} multiply-adds a sample, {2 * work:,} floating-point operations.",),
            (f"{len(program.buffers)} buffers hold {numbers:,} numbers a sample.",),
            (f"The parameters are {parameters:,} numbers.",),
        ]
        held = {name.rstrip("0123456789"): name for name in self.features if name not in self.names}
        found += [(self._buffer(name), f" {HELD[letter]}.") for letter, name in held.items()]
        if program.clipped:
            found.append(("The updates wait until the norm of all gradients is known.",))
        if program.output_function is not None:
            name = program.output_function.name
            found.append((f"A prediction applies {name} to ", self._buffer(program.output), "."))
        return tuple(found)


def _alike(part: Sequence[Instruction], program: Program) -> list[list[Instruction]]:
    """Runs of calls that differ only in the layer."""
    runs: list[list[Instruction]] = []
    for each in part:
        if runs and _kind(runs[-1][-1], program) == _kind(each, program):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _kind(each: Instruction, program: Program) -> tuple[object, ...]:
    """What two calls must share to be alike: everything but names and layers."""
    features = {buffer.name: buffer.features for buffer in program.buffers}
    known: list[object] = [type(each), len(each.steps), multiply_adds(each, program)]
    for field in fields(each):
        value = getattr(each, field.name)
        if field.name not in ("steps", "layer", "sources"):
            known.append(features.get(value, "a buffer") if isinstance(value, str) else value)
    return tuple(known)
