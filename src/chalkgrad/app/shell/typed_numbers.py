"""Numbers typed as options: ``--x "1 2; 3 4"``, ``--t 1``, ``--w "W1=1 2; 3 4, b1=0 0"``."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import chain

from chalkgrad._errors import Fault
from chalkgrad._numbers import exact_text, shown
from chalkgrad._roles import role_of

Numbers = list[list[Fraction]]
_NAME = re.compile(r"\s*([A-Za-z]\w*)\s*=")


def read_numbers(name: str, text: str, faults: list[Fault]) -> Numbers | None:
    """Return rows of numbers: blanks or commas between numbers, ``;`` between rows.

    >>> read_numbers("--x", "1 -2; 1/3, 0.5", [])
    [[Fraction(1, 1), Fraction(-2, 1)], [Fraction(1, 3), Fraction(1, 2)]]
    """
    rows = [re.split(r"[\s,]+", row.strip(" \t\n,")) for row in text.strip(" \t\n;").split(";")]
    found = [[exact_text(word) for word in row] for row in rows]
    words, numbers = chain.from_iterable(rows), chain.from_iterable(found)
    wrong = [word for word, number in zip(words, numbers, strict=True) if number is None]
    if wrong:
        got = shown(text) if wrong[0] in ("", text) else f"{shown(wrong[0])} in {shown(text)}"
        faults.append(Fault(name, "be numbers, with ; between rows", got, f'Write {name} "1 2", say.'))
        return None
    return [[number for number in row if number is not None] for row in found]


def plain_rows(rows: Numbers) -> object:
    """Return rows as a problem has them: one number, one row, a number a row, or rows."""
    if len(rows) == 1:
        return rows[0] if len(rows[0]) > 1 else rows[0][0]
    return [row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows


def read_weights(name: str, text: str, faults: list[Fault]) -> dict[str, object]:
    """Return parameters by name: ``W1=1 2; 3 4, b1=0 0``.

    >>> read_weights("--w", "W1=1, b1=0.5", [])
    {'W1': [[Fraction(1, 1)]], 'b1': [Fraction(1, 2)]}
    """
    names = list(_NAME.finditer(text))
    if not names or text[: names[0].start()].strip():
        fix = f'Write {name} "W1=1 2; 3 4, b1=0 0", say.'
        faults.append(Fault(name, "name the parameters", shown(text), fix))
        return {}
    ends = [*(found.start() for found in names[1:]), len(text)]
    table: dict[str, object] = {}
    for found, end in zip(names, ends, strict=True):
        rows = read_numbers(f"{name}.{found[1]}", text[found.end() : end].strip(" ,;\t\n"), faults)
        if rows is not None:
            role = role_of(found[1])
            flat = role is not None and not role.is_matrix
            table[found[1]] = [number for row in rows for number in row] if flat else rows
    return table
