"""A model's answers as a table: CSV, JSON or Parquet; one row of answers for every row that was asked."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.output import Output
from chalkgrad.data import Column
from chalkgrad.model import Model

FORMATS = ("csv", "json", "parquet")
Columns = dict[str, NDArray[Any]]


def answer_columns(model: Model, y: NDArray[Any], name: str, *, probabilities: bool = True) -> Columns:
    """Return the answers by column: labels and the probability of each class, or numbers in their units."""
    columns: Columns = {name: model.decode(y)}
    if model.task != "regression":
        columns[name] = columns[name].astype(object)  # labels keep all their digits
    else:
        if columns[name].ndim == 2:
            return {f"{name}[{k + 1}]": column for k, column in enumerate(columns[name].T)}
        return columns
    if probabilities:
        each = y.T if y.shape[1] > 1 else (1 - y[:, 0], y[:, 0])
        columns |= {f"p({label})": part for label, part in zip(model.classes, each, strict=True)}
    return columns


def repeated(column: Column) -> NDArray[Any]:
    """Return the cells of a column as they were written, or its numbers with all their digits."""
    if column.written is not None:
        return column.written
    if column.values.dtype.kind != "f":
        return column.values
    values = column.values.astype(object)
    values[np.isnan(column.values)] = None
    return values


def write_answers(blocks: Iterable[Columns], output: Output) -> None:
    """Write the answers, one block of rows after the other, in the format of the output."""
    if output.format == "json":
        output.json(_joined(blocks))
    elif output.format == "parquet":
        _parquet(blocks, output)
    elif output.path is None:
        for lines in _csv(blocks):
            sys.stdout.write(lines)
    else:
        _csv_file(blocks, output)


def _joined(blocks: Iterable[Columns]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for columns in blocks:
        for name, column in columns.items():
            found.setdefault(name, []).extend(column.tolist())
    return found


def _csv_file(blocks: Iterable[Columns], output: Output) -> None:
    pieces = _csv(blocks)
    first = next(pieces)
    second = next(pieces, None)
    if second is None:  # one block, into whatever the output is, a device as well
        output.text(first)
        return

    def write(path: Path) -> None:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.writelines(chain((first, second), pieces))

    output.file(write)


def _csv(blocks: Iterable[Columns]) -> Iterator[str]:
    """Yield the lines of each block, the names before the first."""
    for number, columns in enumerate(blocks):
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        if not number:
            writer.writerow(columns)
        writer.writerows(zip(*map(_words, columns.values()), strict=True))
        yield written.getvalue()


def _words(column: NDArray[Any]) -> Iterable[object]:
    """The cells of a column: as many digits as float32 has where numbers were computed, else as they are."""
    if column.dtype.kind == "f":
        return (f"{number:.7g}" for number in column.tolist())
    return ("" if value is None else value for value in column.tolist())


def _parquet(blocks: Iterable[Columns], output: Output) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        fix = "Run pip install 'chalkgrad[data]', or write -o answers.csv."
        raise InputError(Fault("-o", "be .csv where pyarrow is not installed", "a .parquet", fix)) from None
    tables = (pa.table({name: column.tolist() for name, column in columns.items()}) for columns in blocks)
    first = next(tables)

    def write(path: Path) -> None:
        with parquet.ParquetWriter(path, first.schema) as writer:
            for table in chain((first,), tables):
                writer.write_table(table.cast(first.schema))

    output.file(write)
