"""How a column becomes inputs: numbers standardised, pixels scaled, categories as ones among zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.data.tables.labels import as_levels, coded, level_text
from chalkgrad.data.tables.table import TOLD, Column, Table
from chalkgrad.data.tables.typed import is_number, numbers_of

Inputs = NDArray[np.float32]
_BLOCK = 1 << 16
"""Numbers that are converted at a time, so that little is in float64 at once."""


@dataclass(frozen=True)
class NumberColumn:
    """x = (value − mean) / std, or 0 where std is 0."""

    name: str
    mean: tuple[float, ...]
    """One, or k for a column of k numbers a row."""
    std: tuple[float, ...]
    fill: tuple[float, ...] | None = None
    """Stands for missing values; None: they are refused."""

    @property
    def width(self) -> int:
        """The numbers of a row."""
        return len(self.mean)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return _numbered(self.name, self.width)

    def encode(self, column: Column, table: Table, out: Inputs, faults: list[Fault]) -> None:
        """Write the inputs of a column, m × width, into ``out``."""
        values = as_numbers(column, table, self.width, faults)
        if values is None:
            return
        refused = not_finite(column.name, values, table, missing_too=self.fill is None)
        if refused:
            faults.extend(refused)
            return
        mean, std = np.array(self.mean), np.array(self.std)
        scale = np.divide(1.0, std, out=np.zeros_like(std), where=std > 0)
        step = max(1, _BLOCK // self.width)
        for start in range(0, len(values), step):
            part = values[start : start + step].reshape(-1, self.width)
            if self.fill is not None:
                part = np.where(np.isnan(part), self.fill, part)
            out[start : start + step] = (part - mean) * scale


@dataclass(frozen=True)
class PixelColumn:
    """x = value / 255, for images of whole numbers from 0 to 255, converted in blocks."""

    name: str
    width: int

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return _numbered(self.name, self.width)

    def encode(self, column: Column, table: Table, out: Inputs, faults: list[Fault]) -> None:
        """Write the inputs of a column, m × width, into ``out``."""
        values = as_numbers(column, table, self.width, faults)
        if values is None:
            return
        if values.dtype != np.uint8:
            outside = ~((values >= 0) & (values <= 255))
            if outside.any():
                row = int(np.argmax(outside.reshape(len(values), -1).any(axis=1)))
                got = shown(values[row][outside[row]].flat[0] if values.ndim > 1 else values[row])
                faults.append(Fault(table.at(self.name, row), "be pixels from 0 to 255", got))
                return
        np.multiply(values.reshape(-1, self.width), np.float32(1 / 255), out=out, dtype=np.float32)


@dataclass(frozen=True)
class CategoryColumn:
    """One input a level: 1 for the row's level, 0 for the others; all 0 for a level not seen before."""

    name: str
    levels: tuple[str, ...]
    fill: str | None = None
    """Stands for missing values; None: they are refused."""
    refuse_unseen: bool = False
    usual: str | None = None
    """The most frequent level of training; None in models that did not keep it."""

    @property
    def width(self) -> int:
        """The number of levels."""
        return len(self.levels)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(f"{self.name}={level}" for level in self.levels)

    def encode(
        self, column: Column, table: Table, out: Inputs, faults: list[Fault], notes: list[str] | None = None
    ) -> None:
        """Write the inputs of a column, m × width, into ``out``; count unseen levels in ``notes``."""
        if column.values.ndim > 1:
            got = f"{column.width} numbers in a row"
            faults.append(Fault(table.at(self.name), "be one category in a row", got))
            return
        if self.fill is None and (fault := missing_fault(column, table)):
            faults.append(fault)
            return
        places: dict[Any, int] = {level: place for place, level in enumerate(self.levels)}
        places = other_spellings(self.levels, numbers=not column.is_text) | places
        if self.fill is not None:
            places[None] = places[self.fill]
        codes, new = coded(as_levels(column), places)
        if column.written is not None and new:  # 3.0 where training had 3
            by_value, _ = coded(as_levels(Column(column.name, column.values)), places)
            codes = np.where(codes < 0, by_value, codes)
        unseen = np.flatnonzero(codes < 0)
        if len(unseen):
            names = [shown(level, 30) for level in new]
            told = ", ".join(names[:TOLD]) + (", …" if len(names) > TOLD else "")
            where = table.rows_text(unseen)
            if self.refuse_unseen:
                fix = "Train on data that has it."
                faults.append(
                    Fault(table.at(self.name), "be a level seen in training", f"{told} ({where})", fix)
                )
            elif notes is not None:
                notes.append(f"{table.at(self.name)}: not seen in training, so all zeros: {told} ({where})")
        out[:] = 0.0
        seen = np.flatnonzero(codes >= 0)
        out[seen, codes[seen]] = 1.0


def other_spellings(levels: Sequence[str], *, numbers: bool) -> dict[Any, int]:
    """Return the places of levels as another reader of the same file spells them, where that is but one.

    Truths go by their word or, in columns of numbers, by 1 and 0; numbers go by their value.

    >>> other_spellings(("False", "True", "07"), numbers=True)
    {'false': 0, 'False': 0, 'FALSE': 0, '0': 0, 'true': 1, 'True': 1, 'TRUE': 1, '1': 1, '7': 2}
    """
    found: dict[Any, list[int]] = {}
    for place, level in enumerate(levels):
        word = level.lower()
        spelt = [word, word.title(), word.upper()] if word in _TRUTHS else []
        if numbers and is_number(level):
            spelt.append(level_text(float(level)))
        elif numbers and word in _TRUTHS:
            spelt.append(_TRUTHS[word])
        for one in spelt:
            found.setdefault(one, []).append(place)
    return {one: places[0] for one, places in found.items() if len(places) == 1}


_TRUTHS = {"false": "0", "true": "1"}

InputColumn = NumberColumn | PixelColumn | CategoryColumn


def filled(column: InputColumn) -> InputColumn:
    """Return a column that takes missing values for the mean, or the most frequent level, of training."""
    if isinstance(column, NumberColumn) and column.fill is None:
        return replace(column, fill=column.mean)
    if isinstance(column, CategoryColumn) and column.fill is None:
        return replace(column, fill=column.usual)
    return column


def _numbered(name: str, width: int) -> tuple[str, ...]:
    return (name,) if width == 1 else tuple(f"{name}[{place}]" for place in range(width))


def as_numbers(column: Column, table: Table, width: int, faults: list[Fault]) -> Array | None:
    """Return the numbers of a column; a text in it or a wrong width is a fault."""
    if column.is_text:
        texts = column.values.tolist()
        numbers = numbers_of(["" if text is None else text for text in texts])
        if numbers is None:
            faults.extend(word_faults(column, table))
            return None
        return as_numbers(Column(column.name, numbers), table, width, faults)
    if column.width != width:
        got = f"{column.width}"
        faults.append(Fault(table.at(column.name), f"have {width} numbers in a row, as in training", got))
        return None
    return column.values


def word_faults(column: Column, table: Table, fix: str = "Correct it.") -> list[Fault]:
    """Return the fault of the first text in a column of numbers, if there is one."""
    wrong = (row for row, text in enumerate(column.values) if text is not None and not is_number(text))
    return [
        Fault(table.at(column.name, row), "be a number", shown(column.values[row], 40), fix)
        for row in islice(wrong, 1)
    ]


def not_finite(name: str, values: Array, table: Table, *, missing_too: bool) -> list[Fault]:
    """Return the faults of infinite values, and of missing ones if they are refused."""
    if values.dtype.kind != "f" or _all_finite(values):
        return []
    faults = []
    for kind, wrong, fix in (
        ("infinite", np.isinf(values), "Correct or clip it."),
        ("missing (or NaN)", np.isnan(values) if missing_too else None, MISSING_FIX),
    ):
        rows = np.flatnonzero(wrong if values.ndim == 1 else wrong.any(axis=1)) if wrong is not None else ()
        if len(rows):
            got = f"{kind} values in {table.rows_text(rows)}"
            faults.append(Fault(table.at(name), "have a finite number in every row", got, fix))
    return faults


def _all_finite(values: Array) -> bool:
    """Whether no value is NaN or infinite, without an array of answers."""
    return not values.size or bool(np.isfinite(values.min()) and np.isfinite(values.max()))


MISSING_FIX = "Fill it in, or ask for missing='mean'."


def missing_fault(column: Column, table: Table) -> Fault | None:
    """Return the fault of missing values, or None if there are none."""
    rows = np.flatnonzero(column.missing)
    if not len(rows):
        return None
    got = f"missing values in {table.rows_text(rows)}"
    return Fault(table.at(column.name), "have a value in every row", got, MISSING_FIX)
