"""The key of a problem, answer by answer: which are right, and what the wrong ones should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from chalkgrad._errors import Fault, FormulaError, InputError
from chalkgrad.check.key.judging import functions
from chalkgrad.check.key.judging.formula import REPEATED, Trial, Trials, found, is_prose, judge_formula
from chalkgrad.check.key.judging.general import GeneralLayer
from chalkgrad.check.key.judging.own import OwnNetwork, digits
from chalkgrad.check.key.judging.printed import Rows, read_printed
from chalkgrad.check.key.judging.value import applied
from chalkgrad.check.key.reading.answers import answer_or_none
from chalkgrad.check.key.reading.letters import AnswerAlphabet, alphabet
from chalkgrad.check.key.reading.nodes import Node
from chalkgrad.check.key.reading.quantities import FunctionOf, ValueOf, read_quantity
from chalkgrad.check.key.report import KeyFinding, KeyReport, Verdict
from chalkgrad.notation.profiles.find import Notation, find_notation
from chalkgrad.problem import KeyEntry, Problem

DEFAULT_NOTATION = "nielsen"


def verify_key(problem: Problem, notation: Notation | str | None = None) -> KeyReport:
    """Compare every printed answer of a problem's key with what the derivation gives.

    A number is right if the value rounds to it, and right but cut if the value is cut to it, at the
    printed digits.  A formula is right if it has the derived equation's value for random numbers, however
    it is written; for a general layer l, in a network that stands for all.

    Parameters
    ----------
    problem
        Its ``key`` has the answers.
    notation
        What the letters mean; the problem's own notation if left out, the quiz's if it has none.

    Returns
    -------
    KeyReport
        One finding an answer; ``ok`` is False if any is wrong.

    Raises
    ------
    InputError
        If the problem has no key.
    FormulaError
        With every answer that cannot be read and every name that is no quantity, each with its place.

    Examples
    --------
    >>> from chalkgrad.network import Network
    >>> from chalkgrad.problem import Problem
    >>> key = {"dW1": "6.01", "sigmoid_prime": "1 - 1/(1+e^(-z))"}
    >>> print(verify_key(Problem(Network("1-1:nobias"), {"W1": [[2]]}, x=[3], t=[4], key=key)))
    dW1: 6.01 is wrong, it should be 6.00 (the value is 6)
    sigmoid_prime: 1 - 1/(1+e^(-z)) is wrong, it should be e^(-z)/(1 + e^(-z))^2 (at z = 0 the key gives
    0.5, it is 0.25)
    """
    if not problem.key:
        fix = 'Add [key] with answers such as loss = "0.288".'
        raise InputError(Fault("key", "have at least one answer", "none", fix))
    chosen = find_notation(notation or problem.notation or DEFAULT_NOTATION)
    verifier = _Verifier(problem, chosen)
    findings: list[KeyFinding] = []
    faults: list[Fault] = []
    for entry in problem.key:
        try:
            finding = verifier.verify(entry)
        except InputError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
        else:
            findings.append(replace(finding, name=entry.name, quantity=entry.of, printed=_flat(entry.answer)))
    if faults:
        raise FormulaError(faults)
    return KeyReport(problem.title or str(problem.network), tuple(findings))


class _Verifier:
    def __init__(self, problem: Problem, notation: Notation) -> None:
        self.alphabet: AnswerAlphabet = alphabet(notation)
        turns = notation.weights == "in_out" or notation.batch == "columns" or notation.errors == "transposed"
        self.own = OwnNetwork(problem, self.alphabet, turns)
        self.general = GeneralLayer(problem.network, self.alphabet)

    def verify(self, entry: KeyEntry) -> KeyFinding:
        path = f"key.{entry.name[:40]}"
        answer: Rows | str = entry.answer
        if isinstance(answer, str) and is_prose(answer, self.alphabet):
            return found(Verdict.UNCHECKED, remark="it is prose")
        quantity = read_quantity(entry.of, self.alphabet, self.own.network, path)
        if isinstance(quantity, ValueOf):
            return self.own.judge(answer, quantity, entry.of, path)
        if not isinstance(quantity, FunctionOf) and not quantity.general:
            return self.own.judge(answer, self.own.canonical(quantity, entry.of, path), entry.of, path)
        if not isinstance(answer, str):
            fault = Fault(path, "be one formula", f"a list of {len(answer)}", "Write it in one text.")
            raise FormulaError(fault)
        if isinstance(quantity, FunctionOf):
            return self._function(answer, quantity, path)
        return self.general.judge(answer, quantity, path)

    def _function(self, answer: str, quantity: FunctionOf, path: str) -> KeyFinding:
        """Judge a function of one variable point by point."""
        if quantity.side == "limit" or quantity.point:
            return _number(answer, quantity, path)
        kinds = self.alphabet.kinds
        words = re.findall(r"[A-Za-z]+", answer)
        letter = next((word for word in words if kinds.get(word) in ("pre", "input")), "z")

        def trials(argument: tuple[str, ...]) -> Trials:
            def run(node: Node) -> Iterator[Trial]:
                for z in functions.points(quantity):
                    true = applied(quantity.function, quantity.order, z)
                    given = functions.FunctionEvaluator(quantity.function, z, argument).value(node, {})
                    yield Trial(given, true, f"at {letter} = {z:g}")

            return run

        if functions.repeats(answer_or_none(answer, self.alphabet), quantity):
            return REPEATED
        attempts = [(trials(("pre", "input")), "")]
        attempts.append((trials(("act", "input", "output")), "its letter read as the argument"))
        letters = replace(self.alphabet, layer_bare=False)  # z^2 is a power
        expected = partial(functions.expected_text, quantity, answer, letter)
        return judge_formula(answer, letters, attempts, path, expected)


def _number(answer: str, quantity: FunctionOf, path: str) -> KeyFinding:
    """Judge a number for a limit at −∞ and ∞, or for the value at one point."""
    printed = read_printed(answer)
    if printed is None:
        raise FormulaError(Fault(path, "be a number here", repr(answer[:60]), 'Write "0", say.'))
    true: float | None
    if quantity.side == "limit":
        true = functions.far_value(quantity)
    else:
        point = read_printed(quantity.point)
        if point is None:
            fix = "Write sigmoid_prime(0), say."
            raise FormulaError(Fault(path, "name a quantity at a point", repr(quantity.point[:40]), fix))
        is_kink = quantity.order == 1 and point.value in quantity.function.kinks
        true = None if is_kink else applied(quantity.function, quantity.order, float(point.value))
    if true is None:
        return found(Verdict.UNCHECKED, remark="there is no single value")
    exact = Fraction(true)
    verdict = printed.judge(exact)
    if verdict is Verdict.RIGHT:
        return found(verdict)
    return found(verdict, printed.like(exact), f"the value is {digits(exact)}")


def _flat(answer: Rows | str) -> str:
    """Return a printed answer as one text."""
    return answer if isinstance(answer, str) else "[" + ", ".join(map(_flat, answer)) + "]"
