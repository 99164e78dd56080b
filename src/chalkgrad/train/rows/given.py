"""What was given to learn from and to validate on, read and checked as rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt, read_number
from chalkgrad.data import ArraySource, RowSource
from chalkgrad.data.held_out import set_aside
from chalkgrad.data.streams.blocks import file_stamps
from chalkgrad.data.streams.fingerprint import FileStamp
from chalkgrad.data.streams.mapped_rows import in_file, is_mapped
from chalkgrad.data.streams.mapped_source import MappedSource
from chalkgrad.data.tables.labels import class_numbers
from chalkgrad.network import Network
from chalkgrad.train.rows.arrays import check_variety, read_inputs, read_targets, read_weight, row_count
from chalkgrad.train.rows.class_weight import read_class_weight
from chalkgrad.train.rows.names import UNNAMED, Names, check_index, read_names
from chalkgrad.train.rows.rows import Rows, are_numbered, preparation_of, targets_of
from chalkgrad.train.setup.metrics import has_classes
from chalkgrad.train.setup.work import Block

if TYPE_CHECKING:
    from chalkgrad.data import Preparation


def _prepared_rows(preparation: Preparation | None, given: Any, faults: list[Fault]) -> Any:
    """Return rows to validate on, (x, y, …), as the rows of a source were prepared if x has names."""
    from chalkgrad.data.columns.raw import is_named, table_of, with_target

    if preparation is None or not isinstance(given, tuple | list) or len(given) < 2 or not is_named(given[0]):
        return given
    try:
        table = with_target(table_of(given[0], preparation, None), preparation, given[1])
        return (*preparation.arrays(table), *given[2:])
    except InputError as error:
        faults.extend(replace(fault, path=f"validation: {fault.path}") for fault in error.faults)
        return None


def is_source(value: object) -> bool:
    """Whether a value gives rows by portions, so that it needs no reading here."""
    return all(hasattr(value, name) for name in ("portions", "sample", "rows", "features"))


def read_rows(
    network: Network,
    x: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    validation: Any,
    *,
    dtype: str,
    seed: int,
    faults: list[Fault],
    known: Names | None = None,
) -> Rows | None:
    """Return what a run learns from, or None after adding everything that is wrong to ``faults``.

    Columns are put in the order of the names that are ``known``, of a training that is gone on with.
    """
    before, files = len(faults), tuple[FileStamp, ...]()
    if isinstance(x, ArraySource) and is_mapped(x.x, x.t, x.weight):
        files = file_stamps(x.x, x.t, x.weight)
        mapped = MappedSource(x.x, x.t, x.weight, x.chosen)
        mapped.names, x = x.names, mapped
    if is_source(x):
        read = _read_source(network, x, y, sample_weight, class_weight, validation, dtype, faults, known)
        return replace(read, mapped=files)
    _check_files(x, y, sample_weight, faults)
    if len(faults) > before:
        return None
    names = read_names(x, y, known or UNNAMED, faults)
    check_index(x, y, "y", faults)
    check_index(x, sample_weight, "sample_weight", faults)
    inputs = read_inputs(network, x, dtype, "x", faults, names.inputs)
    rows = row_count(x, network.input_width) if inputs is None else len(inputs)
    targets = read_targets(network, y, rows, dtype, "y", faults, names.outputs)
    weight = None
    if sample_weight is not None:
        weight = read_weight(sample_weight, rows, dtype, "sample_weight", faults)
    chosen = aside = None
    if isinstance(validation, Real) and not isinstance(validation, bool):
        found: list[Fault] = []
        part = read_number("validation", validation, found, above=0, below=1, fix="Write 0.1, say.")
        classes = class_numbers(targets) if targets is not None and has_classes(network) else None
        chosen, aside = _set_aside(rows or 2, classes, 0.5 if found else part, seed, found)
        faults.extend(found)
        held_out = None
    else:
        held_out = read_validation(network, validation, dtype, faults, names)
    if len(faults) > before or inputs is None or targets is None:
        read_class_weight(class_weight, network, None, dtype, faults)
        return None
    learned = targets if chosen is None else targets[chosen]
    check_variety(network, targets, "y", faults)
    counts = read_class_weight(class_weight, network, learned, dtype, faults)
    if chosen is None or aside is None:
        source = _source(inputs, targets, weight, None)
        return Rows(source, held_out, dtype, counts, file_stamps(x, y), names)
    held_out = Block(inputs[aside], targets[aside], None if weight is None else weight[aside])
    source = _source(inputs, targets, weight, chosen)
    split = "stratified" if has_classes(network) else ""
    return Rows(source, held_out, dtype, counts, file_stamps(x, y), names, split=split)


def _source(x: Array, t: Array, weight: Array | None, chosen: NDArray[np.int64] | None) -> RowSource:
    """Return the rows of arrays; those in files are read, not touched."""
    if is_mapped(x, t, weight):
        return MappedSource(x, t, weight, chosen)
    return ArraySource(x, t, weight, chosen)


def _check_files(x: Any, y: Any, weight: Any, faults: list[Fault]) -> None:
    """Refuse maps of files that have become shorter: touching what is gone would end the process."""
    for array in (x, y, weight):
        if isinstance(array, np.ndarray):
            attempt(faults, partial(in_file, array))


def read_validation(
    network: Network, value: Any, dtype: str, faults: list[Fault], names: Names
) -> Block | None:
    """Return the rows to validate on: (x, y), (x, y, weight) or a source of them."""
    if value is None:
        return None
    if is_source(value):
        portion = value.sample(value.rows)
        weight = None if portion.weight is None else np.asarray(portion.weight, dtype=dtype)
        return Block(
            np.ascontiguousarray(portion.x, dtype=dtype),
            targets_of(portion.t, dtype, are_numbered(network)),
            weight,
        )
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        condition = "be a part of the rows such as 0.1, or (x, y), or (x, y, weight)"
        faults.append(Fault("validation", condition, shown(value)))
        return None
    check_index(value[0], value[1], "validation[1]", faults)
    x = read_inputs(network, value[0], dtype, "validation[0]", faults, names.inputs)
    rows = None if x is None else len(x)
    t = read_targets(network, value[1], rows, dtype, "validation[1]", faults, names.outputs)
    given = value[2] if len(value) == 3 else None
    x, t = (array if array is None or not is_mapped(array) else np.array(array) for array in (x, t))
    weight = None if given is None else read_weight(given, rows, dtype, "validation[2]", faults)
    return None if x is None or t is None else Block(x, t, weight)


def _read_source(
    network: Network,
    source: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    validation: Any,
    dtype: str,
    faults: list[Fault],
    known: Names | None,
) -> Rows:
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            faults.append(Fault(name, "be left out: the source has it", type(value).__name__))
    if source.features != network.input_width:
        condition = f"have {network.input_width} features, the network's input"
        faults.append(Fault("x", condition, str(source.features), "Change the network's first width."))
    if isinstance(validation, Real) and not isinstance(validation, bool):
        fix = "Give (x, y), or another source."
        faults.append(Fault("validation", "be rows of their own beside a source", shown(validation), fix))
        validation = None
    if class_weight == "balanced":
        fix = "Write {0: 1.0, 1: 2.5}, say."
        faults.append(Fault("class_weight", "be a table beside a source", "'balanced'", fix))
        class_weight = None
    names = Names(tuple(getattr(source, "names", ())))
    if known is not None and names.inputs and known.inputs not in ((), names.inputs):
        got = ", ".join(map(repr, names.inputs[:8]))
        faults.append(Fault("x", f"have the columns {', '.join(map(repr, known.inputs[:8]))}, in order", got))
    validation = _prepared_rows(preparation_of(source), validation, faults)
    held_out = read_validation(network, validation, dtype, faults, names)
    counts = read_class_weight(class_weight, network, None, dtype, faults)
    unread = network.widths[-1] if has_classes(network) and network.widths[-1] > 1 else 0
    return Rows(source, held_out, dtype, counts, names=names, numbered=are_numbered(network), unread=unread)


def _set_aside(
    rows: int, classes: NDArray[np.int64] | None, part: float, seed: int, faults: list[Fault]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to learn from and those to validate on; a fault where one side has none."""
    chosen, aside = set_aside(rows, part, seed, classes)
    if not len(aside) or not len(chosen):
        condition = f"leave rows on both sides of {rows}"
        faults.append(Fault("validation", condition, f"{part:g}", "Give more rows or another part."))
    return chosen, aside
