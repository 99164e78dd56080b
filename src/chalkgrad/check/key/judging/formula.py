"""A typed formula against the truth: by numbers, never by its letters, and in every sane reading of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from chalkgrad._errors import FormulaError
from chalkgrad.check.key.judging.stage import UnreadableError, WrongAnswerError
from chalkgrad.check.key.reading.answers import read_answer
from chalkgrad.check.key.reading.cursor import Disambiguation
from chalkgrad.check.key.reading.letters import AnswerAlphabet
from chalkgrad.check.key.reading.nodes import Node
from chalkgrad.check.key.report import KeyFinding, Verdict
from chalkgrad.formula.reader import located

SAME = 1e-8

_DOUBTFUL: dict[str, tuple[str, str]] = {
    "product": (r"\*\*", "** read as a product"),
    "loose_layer": (r"\^[lLℓ]\s*[-+−–]\s*\d", "^l-1 read as ^(l-1)"),
    "bare_layer": (r"[A-Za-zα-ω\d}]'?\^\(?\d", "a number above a letter read as a {}"),
    "starred": (r"y\s*\*", "y* read as a letter"),
    "values": (r"[A-Za-zσ]'?\s*\(", "a function's name read as its value"),
}


@dataclass(frozen=True)
class Trial:
    """One set of numbers: what the answer gives, what is true, and where that is."""

    given: float
    true: float
    place: str = ""

    @property
    def same(self) -> bool:
        """Whether the two agree."""
        if not math.isfinite(self.given):
            return False
        return abs(self.given - self.true) <= SAME * max(abs(self.given), abs(self.true)) + 1e-12


Trials = Callable[[Node], Iterator[Trial]]
"""Tries a formula on many sets of numbers; may raise ``WrongAnswerError`` or ``UnreadableError``."""


def found(verdict: Verdict, expected: str = "", evidence: str = "", remark: str = "") -> KeyFinding:
    """Return what is found of an answer; whoever has asked for it puts in its name and its text."""
    return KeyFinding("", "", "", verdict, expected, evidence, remark)


REPEATED = found(Verdict.UNCHECKED, remark="it repeats the question")


def readings(text: str, alphabet: AnswerAlphabet) -> Iterator[tuple[Disambiguation, str]]:
    """Yield the literal reading first, then the others that the text allows, with a remark on each."""
    base = dict.fromkeys(_DOUBTFUL, False) | {"bare_layer": alphabet.layer_bare}
    doubtful = [name for name, (pattern, _) in _DOUBTFUL.items() if re.search(pattern, text)]
    if "y*" not in alphabet.kinds and "starred" in doubtful:
        doubtful.remove("starred")
    for count in range(len(doubtful) + 1):
        for chosen in combinations(doubtful, count):
            changed = {name: not value if name in chosen else value for name, value in base.items()}
            remark = ", ".join(_DOUBTFUL[name][1] for name in chosen)
            remark = remark.format("power" if alphabet.layer_bare else "layer")
            yield Disambiguation(**changed), remark


def judge_formula(
    text: str,
    alphabet: AnswerAlphabet,
    attempts: list[tuple[Trials, str]],
    path: str,
    expected: Callable[[], str],
) -> KeyFinding:
    """Return whether a typed formula is right in one of its readings and attempts.

    Parameters
    ----------
    text
        As typed.
    alphabet
        What its letters mean.
    attempts
        Ways to try it, each with the remark that its success needs.
    path
        Where the answer stands, for messages.
    expected
        Writes the right formula.

    Raises
    ------
    FormulaError
        If it cannot be read at all.
    """
    trouble: FormulaError | None = None
    against: str | None = None
    for reading, remark in readings(text, alphabet):
        try:
            node = read_answer(text, alphabet, reading, path)
        except FormulaError as error:
            trouble = trouble or error
            continue
        for trials, note in attempts:
            try:
                evidence = _against(trials(node))
            except UnreadableError as error:
                trouble = trouble or located(path, text, error.at, error.condition, error.fix)
                continue
            if evidence is None:
                return found(Verdict.RIGHT, remark="; ".join(filter(None, (remark, note))))
            against = against if against is not None else evidence
    if against is None:
        assert trouble is not None
        raise trouble
    return found(Verdict.WRONG, expected(), against)


def _against(trials: Iterator[Trial]) -> str | None:
    """Return the first disagreement in words; ``None`` if there is none."""
    try:
        tried = 0
        for trial in trials:
            tried += 1
            if not trial.same:
                place = f"{trial.place} " if trial.place else ""
                return f"{place}the key gives {shown(trial.given)}, it is {shown(trial.true)}"
    except WrongAnswerError as reason:
        return str(reason)
    return None if tried else "it could not be tried"


def shown(value: float) -> str:
    """Return a number for readers.

    >>> shown(0.25), shown(-0.0), shown(float("nan")), shown(1234567.0)
    ('0.25', '0', 'nothing', '1.235e+06')
    """
    return format(value + 0.0, ".4g") if math.isfinite(value) else "nothing"


def is_prose(text: str, alphabet: AnswerAlphabet) -> bool:
    """Return whether a text is a sentence and not a formula.

    >>> from chalkgrad.check.key.reading.letters import alphabet
    >>> from chalkgrad.notation.profiles.find import find_notation
    >>> letters = alphabet(find_notation("nielsen"))
    >>> is_prose("Its magnitude becomes small.", letters), is_prose("sum_k w_kj delta_k", letters)
    (True, False)
    """
    if re.search(r"[=_^*/+\\∂Σ<>(\[{\"]|\d", text.rstrip(". ")):
        return False
    known = {word.lower() for word in alphabet.words()} | {"sum", "partial", "where", "frac"}
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
    strange = [
        word
        for word in words
        if len(word) > 2 and word not in known and not get_close_matches(word, known, 1, 0.75)
    ]
    return len(strange) >= 2 or (len(strange) == 1 and (text.strip().endswith(".") or len(words) > 1))
