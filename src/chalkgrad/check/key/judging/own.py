"""Answers about the problem's own network: its numbers, and formulas for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, FormulaError, InputError, UnsupportedError
from chalkgrad._numbers import shown
from chalkgrad.check.key.judging.formula import REPEATED, Trial, Trials, found, judge_formula
from chalkgrad.check.key.judging.printed import Rows, read_printed, split_list, written
from chalkgrad.check.key.judging.scene import Draw, derived_values, draws, draws_near
from chalkgrad.check.key.judging.stage import Stage, UnreadableError, WrongAnswerError
from chalkgrad.check.key.judging.typed import typed_step
from chalkgrad.check.key.judging.value import Evaluator, canonical_name
from chalkgrad.check.key.reading.answers import answer_or_none
from chalkgrad.check.key.reading.letters import AnswerAlphabet
from chalkgrad.check.key.reading.nodes import Node, Partial, Ref
from chalkgrad.check.key.reading.quantities import EntryOf, ValueOf
from chalkgrad.check.key.report import KeyFinding, Verdict
from chalkgrad.formula import Exact, nodes
from chalkgrad.network import Network
from chalkgrad.problem import Problem

DRAWS = 16
DIGITS = 30
FARTHEST = 5000
"""The power of ten beyond which a number is not printed."""
LARGE = 5000
"""Beyond so many products the values are computed in float64, not exactly."""

Index = tuple[int, ...]
Cells = list[tuple[Index, str]]


@dataclass
class OwnNetwork:
    """Judges numbers and formulas for the values of a problem."""

    problem: Problem
    alphabet: AnswerAlphabet
    turns: bool
    """Whether the notation lays matrices out in another way than the problem's file."""

    @property
    def network(self) -> Network:
        """The problem's network."""
        return self.problem.network

    @cached_property
    def stage(self) -> Stage:
        """Where formulas are tried."""
        return Stage(self.network, self.alphabet)

    @cached_property
    def draws(self) -> tuple[Draw, ...]:
        """Random numbers for the network."""
        return draws(self.network, DRAWS)

    @cached_property
    def near(self) -> tuple[Draw, ...]:
        """Random numbers near the problem's own, if it has one sample."""
        has_one = self.problem.x is not None and len(self.problem.x) == 1
        return draws_near(self.network, self.problem.arrays(), DRAWS) if has_one else ()

    @cached_property
    def values(self) -> dict[str, Array]:
        """The problem's own numbers, exact where that is possible."""
        problem = self.problem
        size = sum(int(np.prod(shape)) for shape in self.network.parameter_shapes().values())
        is_small = problem.x is not None and size * len(problem.x) <= LARGE
        modes: list[dict[str, object]] = [{"exact": True}, {"digits": DIGITS}] if is_small else [{}]
        data = problem.arrays(Exact() if is_small else None)
        rate = {"learning_rate": problem.learning_rate or 0, "frozen": problem.frozen}
        for mode in modes:
            try:
                return derived_values(self.network, data.parameters, data.x, data.t, **rate, **mode)
            except (UnsupportedError, ZeroDivisionError):
                continue
        raise AssertionError("there are always numbers with many digits")

    def canonical(self, quantity: EntryOf, typed: str, path: str) -> ValueOf:
        """Return the canonical name of an entry in letters: ∂C/∂w_1 is dW1[1,1].

        Raises
        ------
        FormulaError
            If the network has no such entry.
        """
        node = quantity.node
        of_loss = not isinstance(node, Partial) or node.of.kind == "loss"
        ref = node.by if isinstance(node, Partial) else node.name if isinstance(node, nodes.Var) else None
        if not of_loss or not isinstance(ref, Ref) or ref.kind in ("rate", "penalty", "loss"):
            raise FormulaError(Fault(path, "name a value or ∂C/∂…", repr(typed[:60]), "Ask for dW1, say."))
        try:
            name, units = canonical_name(self.stage, node, {}, quantity.new)
        except UnreadableError as error:
            raise FormulaError(Fault(path, error.condition, repr(typed[:60]), error.fix)) from None
        except WrongAnswerError as error:
            fault = Fault(path, "name a quantity of the network", repr(typed[:60]), f"Here {error}.")
            raise FormulaError(fault) from None
        return ValueOf(name, units)

    def judge(self, answer: Rows | str, quantity: ValueOf, typed: str, path: str) -> KeyFinding:
        """Return what is found of an answer; ``name`` and ``quantity`` of the finding are left to the caller.

        Raises
        ------
        FormulaError
            If it has no such form as the quantity, or cannot be read.
        """
        if isinstance(answer, str) and read_printed(answer) is None:
            answer = split_list(answer) or answer
        template = self.draws[0].values if self.draws else self.values
        if quantity.name not in template:
            known = ", ".join(name for name in template if name != "A0")
            known = known if len(known) < 160 else known[:140] + " …"
            fix = f"There are {known}."
            raise FormulaError(Fault(path, "name a quantity of the network", repr(typed[:60]), fix))
        cells = _cells(answer)
        numeric = all(read_printed(text) is not None for _, text in cells)
        shape = (self.values if numeric else template)[quantity.name].shape
        indices = _fit(cells, shape, quantity, path)
        findings = self._all(cells, quantity.name, indices, path)
        note = ""
        turns = self.turns and quantity.entry is None and len(shape) == 2
        if turns and _any_wrong(findings) and {at[::-1] for at, _ in cells} == set(np.ndindex(*shape)):
            turned = self._all(cells, quantity.name, [at[::-1] for at, _ in cells], path)
            if not _any_wrong(turned):
                findings, note = turned, "laid out as the transpose"
        return _summary(cells, findings, note)

    def _all(self, cells: Cells, name: str, indices: list[Index], path: str) -> list[KeyFinding]:
        pairs = zip(cells, indices, strict=True)
        return [self._cell(text, name, index, f"{path}{_place(at)}") for (at, text), index in pairs]

    def _cell(self, text: str, name: str, index: Index, path: str) -> KeyFinding:
        """Judge one number or formula for one entry of a value."""
        printed = read_printed(text)
        if printed is None:
            return self._formula(text, name, index, path)
        if name.endswith("_new") and self.problem.learning_rate is None:
            fix = "Add [update] with learning_rate = 0.1, say."
            raise InputError(Fault("update.learning_rate", f"be given for {name}", "nothing", fix))
        value = self.values[name][index]
        true = as_fraction(value)
        if true is None:
            remark = f"the value is not finite, or beyond 1e{FARTHEST}"
            return found(Verdict.UNCHECKED, remark=remark)
        verdict = printed.judge(true)
        if verdict is Verdict.RIGHT:
            return found(verdict)
        told = digits(true) if true or not value else f"nearer to 0 than 1e-{FARTHEST}"
        expected, evidence = printed.like(true), f"the value is {told}"
        if verdict is Verdict.CUT:
            evidence += f", rounded {expected}"
        return found(verdict, expected, evidence)

    def _formula(self, text: str, name: str, index: Index, path: str) -> KeyFinding:
        def trials(near: bool) -> Trials:
            def run(node: Node) -> Iterator[Trial]:
                for draw in self.near if near else self.draws:
                    given = Evaluator(self.stage, draw).value(node, {})
                    yield Trial(given, float(draw.values[name][index]), "for random numbers")

            return run

        if self._repeats(text, name, index, path):
            return REPEATED
        attempts = [(trials(False), ""), (trials(True), "for numbers like the problem's")]
        return judge_formula(text, self.alphabet, attempts, path, partial(self._step_text, name))

    def _repeats(self, text: str, name: str, index: Index, path: str) -> bool:
        """Whether a formula is the question itself."""
        node = answer_or_none(text, self.alphabet)
        if not isinstance(node, Partial | nodes.Var):
            return False
        if isinstance(node, nodes.Var) and isinstance(node.name, Ref) and node.name.kind == "loss":
            return name == "L"
        try:
            same = self.canonical(EntryOf(node, general=False), text, path)
        except FormulaError:
            return False
        at = same.entry or ()
        return same.name == name and at == tuple(i + 1 for i in index[-len(at) :])

    def _step_text(self, name: str) -> str:
        """Return the derived equation, where it is short enough to be of use."""
        text = typed_step(self.stage, name, {})
        return text if len(text) <= 200 else ""


def as_fraction(value: object) -> Fraction | None:
    """Return a computed number as a fraction; ``None`` if it is not finite or too large to be printed.

    What is too near 0 to be printed is 0.

    >>> as_fraction(0.25), as_fraction("1e-999999999"), as_fraction("1e999999999")
    (Fraction(1, 4), Fraction(0, 1), None)
    """
    if isinstance(value, Fraction | int):
        return Fraction(value)
    text = repr(float(value)) if isinstance(value, float | np.floating) else str(value)
    if "n" in text:
        return None
    mantissa, _, exponent = text.lower().partition("e")
    size = Decimal(mantissa).adjusted() + int(exponent or 0)
    if size > FARTHEST:
        return None
    return Fraction(text) if size >= -FARTHEST else Fraction(0)


def digits(value: Fraction) -> str:
    """Return a value with more digits than a key has."""
    if value.denominator < 1000 and value.denominator != 1:
        return f"{value.numerator}/{value.denominator} = {written(value, '.7g')}"
    return written(value, ".7g")


def _any_wrong(findings: list[KeyFinding]) -> bool:
    return any(finding.verdict is Verdict.WRONG for finding in findings)


def _cells(answer: Rows | str, at: Index = ()) -> Cells:
    if isinstance(answer, str):
        return [(at, answer)]
    return [cell for i, part in enumerate(answer) for cell in _cells(part, (*at, i))]


def _place(at: Index) -> str:
    return "".join(f"[{i}]" for i in at)


def _fit(cells: Cells, shape: Index, quantity: ValueOf, path: str) -> list[Index]:
    """Return, for each printed cell, its place in the array; a row may be written without its brackets."""
    if quantity.entry is not None:
        place = tuple(i - 1 for i in quantity.entry)
        if len(place) == len(shape) - 1 and shape[0] == 1:
            place = (0, *place)
        inside = len(place) == len(shape) and all(0 <= i < n for i, n in zip(place, shape, strict=True))
        if not inside or len(cells) != 1:
            want = "one number for an entry" if inside else f"be an entry of shape {shape}"
            got = f"{len(cells)} numbers" if inside else str(list(quantity.entry))
            raise FormulaError(Fault(path, want if not inside else f"have {want}", got, "Count from 1."))
        return [place]
    everywhere = list(np.ndindex(*shape))
    ats = [at for at, _ in cells]
    if set(ats) == set(everywhere):
        return ats
    flat = len({len(at) for at in ats}) == 1 and (len(ats[0]) <= 1 or {at[1:] for at in ats} == {(0,)})
    line = max(shape, default=1) == len(everywhere)
    if len(ats) == len(everywhere) and flat and line:
        return everywhere
    if len(shape) == 2 and {at[::-1] for at in ats} == set(everywhere):
        return [at[::-1] for at in ats]
    condition = "be one number" if max(shape, default=1) == 1 else f"have the shape {shape}"
    fix = "Write [[…], […]], row by row." if len(shape) == 2 else "Write […]."
    got = f"{len(cells)} entries"
    if len(cells) == 1:
        is_number = read_printed(cells[0][1]) is not None
        got = "one number" if is_number else f"one formula, {shown(cells[0][1], 40)}"
        if not is_number:
            entry = f"{path.rpartition('.')[2]}[{','.join('1' * len(shape))}]"
            fix = f"A formula is about one entry: name {entry}, say."
    raise FormulaError(Fault(path, condition, got, fix))


def _summary(cells: Cells, findings: list[KeyFinding], note: str) -> KeyFinding:
    """Put the findings of a matrix together; the first wrong entry speaks for all."""
    worst = next(
        (v for v in (Verdict.WRONG, Verdict.UNCHECKED, Verdict.CUT) if any(f.verdict is v for f in findings)),
        None,
    )
    if worst is None:
        remarks = dict.fromkeys(filter(None, (*(f.remark for f in findings), note)))
        return found(Verdict.RIGHT, remark="; ".join(remarks))
    at = next(i for i, finding in enumerate(findings) if finding.verdict is worst)
    first = findings[at]
    evidence = first.evidence
    if len(findings) > 1:
        place = "[" + ",".join(str(i + 1) for i in cells[at][0]) + "]"
        evidence = f"at {place} {evidence}".rstrip()
    remark = "; ".join(filter(None, (first.remark, note)))
    return found(worst, first.expected, evidence, remark)
