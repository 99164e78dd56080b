"""The key of a problem: answers as they are printed, not yet believed.

    [key]
    loss = "0.288"                                  the name says what is answered
    "question 3" = { answer = "2.080", of = "dW1" } or ``of`` says it
    dW2 = [["-0.004", "0.1"]]                       a matrix, row by row

Answers keep their digits: ``"2.080"`` and ``2.080`` have three decimals.  A number answers for a value
(``loss``, ``Y``, ``Z1``, ``A1``, ``delta1``, ``dW1``, ``db1`` …); any other text is a formula as typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.network.layers import unknown_keys

Answer: TypeAlias = "str | tuple[Answer, ...]"
"""A printed answer: text, or rows of texts."""

MAX_ANSWER = 2000
_FIX = 'Write "0.288", say.'


@dataclass(frozen=True)
class KeyEntry:
    """One printed answer: the entry's name, the answer, and the quantity it is of."""

    name: str
    answer: Answer
    of: str

    def plain(self) -> object:
        """Return the entry as a problem file has it."""
        answer = _listed(self.answer)
        return answer if self.of == self.name else {"answer": answer, "of": self.of}


def read_key(table: object, path: str, faults: list[Fault]) -> tuple[KeyEntry, ...]:
    """Return the entries of a key table.

    >>> read_key({"loss": Decimal("0.2880"), "third": {"answer": "1", "of": "dW1"}}, "key", [])
    (KeyEntry(name='loss', answer='0.2880', of='loss'), KeyEntry(name='third', answer='1', of='dW1'))
    """
    if not isinstance(table, Mapping):
        faults.append(Fault(path, "be a table of answers", shown(table), 'Write loss = "0.288" below [key].'))
        return ()
    entries = []
    for name, value in table.items():
        place, of = f"{path}.{str(name)[:40]}", str(name)
        if isinstance(value, KeyEntry):
            value = value.plain()
        if isinstance(value, Mapping):
            unknown = unknown_keys(value, ("answer", "of"))
            faults.extend(Fault(f"{place}.{f.path}", f.condition, f.got, f.fix) for f in unknown)
            given_of = value.get("of", of)
            if not isinstance(given_of, str) or not given_of.strip():
                fix = 'Write of = "dW1", say.'
                faults.append(Fault(f"{place}.of", "be the name of a quantity", shown(given_of), fix))
            elif "answer" not in value:
                faults.append(Fault(f"{place}.answer", "be given", "nothing", _FIX))
            else:
                answer = _answer(value["answer"], f"{place}.answer", faults)
                entries.append(KeyEntry(str(name), answer, given_of))
        else:
            entries.append(KeyEntry(str(name), _answer(value, place, faults), of))
    return tuple(entries)


def _answer(value: object, place: str, faults: list[Fault], depth: int = 0) -> Answer:
    if isinstance(value, (list, tuple)) and value and depth < 2:
        return tuple(_answer(item, f"{place}[{i}]", faults, depth + 1) for i, item in enumerate(value))
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        value = shown(value, MAX_ANSWER)
    if isinstance(value, str) and value.strip() and len(value) <= MAX_ANSWER:
        return value
    faults.append(Fault(place, "be an answer: a number or a text", shown(value), _FIX))
    return ""


def _listed(answer: Answer) -> object:
    return answer if isinstance(answer, str) else [_listed(part) for part in answer]
