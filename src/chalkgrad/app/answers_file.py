"""A model's answers as a table: CSV, JSON or Parquet; one row of answers for every row that was asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.output import Output
from chalkgrad.model import Model

FORMATS = ("csv", "json", "parquet")
Columns = dict[str, NDArray[Any]]


def answer_columns(model: Model, y: NDArray[Any], name: str, *, probabilities: bool = True) -> Columns:
    """Return the answers by column: labels and the probability of each class, or numbers in their units."""
    columns: Columns = {name: model.decode(y)}
    if model.task == "regression":
        if columns[name].ndim == 2:
            return {f"{name}[{k + 1}]": column for k, column in enumerate(columns[name].T)}
        return columns
    if probabilities:
        each = y.T if y.shape[1] > 1 else (1 - y[:, 0], y[:, 0])
        columns |= {f"p({label})": part for label, part in zip(model.classes, each, strict=True)}
    return columns


def write_answers(columns: Columns, output: Output) -> None:
    """Write the answers in the format of the output."""
    if output.format == "json":
        output.json({name: column.tolist() for name, column in columns.items()})
    elif output.format == "parquet":
        _parquet(columns, output)
    else:
        output.text(_csv(columns))


def _csv(columns: Columns) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*map(_words, columns.values()), strict=True))
    return written.getvalue()


def _words(column: NDArray[Any]) -> Iterable[object]:
    """The cells of a column: as many digits as float32 has where numbers were computed, else as they are."""
    if column.dtype.kind == "f":
        return (f"{number:.7g}" for number in column.tolist())
    return ("" if value is None else value for value in column.tolist())


def _parquet(columns: Columns, output: Output) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        fix = "Run pip install 'chalkgrad[data]', or write -o answers.csv."
        raise InputError(Fault("-o", "be .csv where pyarrow is not installed", "a .parquet", fix)) from None
    arrays = {name: pa.array(np.ascontiguousarray(column).tolist()) for name, column in columns.items()}
    output.file(lambda path: parquet.write_table(pa.table(arrays), path))
