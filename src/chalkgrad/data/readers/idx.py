"""MNIST's IDX files (LeCun, Cortes & Burges 1998), packed or not."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.data.readers.arrays import Part, column_of
from chalkgrad.data.readers.files import read_bytes
from chalkgrad.data.tables.table import Column, Table

_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def is_idx(head: bytes) -> bool:
    """Whether a file that begins so is an IDX file."""
    return len(head) > 3 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= 4


def idx_table(path: str | os.PathLike[str], part: Part) -> Table:
    """Return the images of an IDX file as a column ``x`` and, if its labels lie beside it, ``y``.

    ``train-images-idx3-ubyte`` has its labels in ``train-labels-idx1-ubyte``, gzipped or not; the part
    ``test`` is the pair whose names begin with ``t10k``.  A file of labels alone has no ``x``.
    """
    images = Path(path)
    if part == "test":
        images = images.with_name(images.name.replace("train", "t10k", 1))
    array = read_idx(images)
    if array.ndim == 1:
        return Table.of([Column("y", array)], os.fspath(images))
    columns = [column_of("x", array, os.fspath(images))]
    labels = images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))
    other = labels.with_suffix("") if labels.suffix == ".gz" else labels.with_name(labels.name + ".gz")
    found = [file for file in (labels, other) if file != images and file.exists()]
    if found:
        columns.append(Column("y", read_idx(found[0])))
    return Table.of(columns, os.fspath(images))


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Return the array of an IDX file, packed or not.

    Raises
    ------
    InputError
        If it is no IDX file, has no rows, or is shorter or longer than its sizes say.
    """
    name, content = os.fspath(path), read_bytes(path)
    if not is_idx(content[:4]):
        raise InputError(
            Fault(name, "be an IDX file", f"a beginning of {content[:4]!r}", "Is it the right one?")
        )
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise InputError(Fault(name, "be a whole IDX file", f"{len(content)} bytes", "Copy it again."))
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    dtype = np.dtype(_TYPES[content[2]])
    wanted = start + math.prod(shape) * dtype.itemsize
    if len(content) != wanted:
        got = f"{len(content):,} bytes"
        raise InputError(Fault(name, f"have {wanted:,} bytes for the shape {shape}", got, "Copy it again."))
    if 0 in shape:
        raise InputError(Fault(name, "have at least one row", f"the shape {shape}", "Copy it again."))
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array if dtype.itemsize == 1 else array.astype(dtype.newbyteorder("="))
