"""Read a table from whatever holds one: a file by name, a data frame, arrays by name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.arrays import Part, array_table, mapping_table, npy_table, npz_table
from chalkgrad.data.readers.csv.reader import read_csv
from chalkgrad.data.readers.files import checked_file, first_bytes
from chalkgrad.data.readers.frames import frame_table
from chalkgrad.data.readers.idx import idx_table, is_idx
from chalkgrad.data.readers.packing import UNSOUND_ZIP, ZIP
from chalkgrad.data.tables.table import Table
from chalkgrad.data.tables.typed import MISSING

SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".dat", ".parquet", ".npy", ".npz", ".idx", "-ubyte")


def read_table(
    source: Any,
    columns: Sequence[str] | None = None,
    *,
    part: Part = "train",
    missing: Collection[str] = MISSING,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str = "utf-8",
    written: Collection[str] = (),
) -> Table:
    """Read a table.

    Parameters
    ----------
    source
        The name of a file: CSV (packed by gzip, bzip2, xz or zip, or not), Parquet, ``.npy``, ``.npz``,
        MNIST's IDX.  Or a table in memory, not copied where its columns are NumPy's already: pandas, polars,
        Arrow, an array with named fields, a dictionary of columns, an array m × n (its column is called
        ``x``).
    columns
        Only these; None for all.
    part
        ``train`` or ``test``, where a file holds both (``X_train``, ``X_test``).
    missing
        Cells of a CSV file that stand for no value.
    delimiter, header, encoding, written
        Of a CSV file, as `read_csv` takes them.

    Returns
    -------
    Table
        Its names, columns and rows; whole numbers stay whole, and text is text.

    Raises
    ------
    InputError
        If it cannot be read, has no rows, or a column that is absent or neither numbers nor text.

    Examples
    --------
    >>> table = read_table({"size": [1.0, 2.0], "hue": ["red", "blue"]})
    >>> table.names, table.rows, table.columns["hue"].is_text
    (('size', 'hue'), 2, True)
    """
    if isinstance(source, str | os.PathLike):
        options = {"missing": missing, "delimiter": delimiter, "header": header}
        options |= {"encoding": encoding, "written": written}
        table = _file(source, columns, part, options)
    elif isinstance(source, Table):
        table = source
    else:
        table = _in_memory(source)
    if not table.rows:
        raise InputError(Fault(table.origin, "have at least one row", "none"))
    return table if columns is None else table.select(columns)


def file_kind(path: str | os.PathLike[str]) -> str:
    """Return ``parquet``, ``npy``, ``npz``, ``idx`` or ``csv`` by what a file begins with, and its name."""
    checked_file(path)
    head = first_bytes(path, 6)
    kinds = ((b"PAR1", "parquet"), (b"\x93NUMPY", "npy"), (b"PK\x05\x06", "npz"))
    for magic, kind in kinds:
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        return _zip_kind(path)
    return "idx" if is_idx(head) else "csv"


def _zip_kind(path: str | os.PathLike[str]) -> str:
    """Return ``csv`` for an archive of one text, else ``npz``; raises ``InputError`` for a spreadsheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except UNSOUND_ZIP:
        return "npz"
    if any(name.startswith("xl/") for name in names):
        raise InputError(Fault(os.fspath(path), "be a table", "a spreadsheet", "Save it as CSV."))
    return "npz" if any(name.endswith(".npy") for name in names) else "csv"


def _file(
    path: str | os.PathLike[str], columns: Sequence[str] | None, part: Part, options: dict[str, Any]
) -> Table:
    kind = file_kind(path)
    if kind == "csv":
        if Path(path).suffix in (".parquet", ".npy", ".npz"):
            kind = Path(path).suffix[1:]
            fix = "Is it cut off, or called wrong?"
            raise InputError(Fault(os.fspath(path), f"be a file of {kind}", "another beginning", fix))
        return read_csv(path, columns=columns, **options)
    if kind == "parquet":
        from chalkgrad.data.readers.parquet import read_parquet

        return read_parquet(path, columns)
    if kind == "npy":
        return npy_table(path)
    return npz_table(path, part) if kind == "npz" else idx_table(path, part)


def _in_memory(source: Any) -> Table:
    if isinstance(source, np.ndarray):
        return array_table(source, "data")
    if isinstance(source, dict):
        return mapping_table(source, "data")
    if (table := frame_table(source)) is not None:
        return table
    fix = "Pass a file name, a data frame, an array or a dictionary of columns."
    raise InputError(Fault("data", "be a table", shown(source), fix))
