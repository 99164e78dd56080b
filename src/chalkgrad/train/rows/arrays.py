"""Inputs and targets as arrays of the run's type: no copy that no conversion needs, every fault told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad.network import Network
from chalkgrad.train.rows.columns import CHUNK, chunks, column_names, converted_to, numbers_of, told_rows
from chalkgrad.train.rows.names import in_order
from chalkgrad.train.setup.metrics import has_classes

_SUM_TOLERANCE = 1e-5
_SIGNED = "Labels −1 and 1 become 0 and 1 by (y + 1)/2."


def read_inputs(
    network: Network, value: Any, dtype: str, path: str, faults: list[Fault], names: Sequence[str] = ()
) -> Array | None:
    """Return x, m × n₀, in the run's type, or None after adding faults.

    The columns of a frame are put in the order of ``names``, those of the training.
    """
    before = len(faults)
    value = in_order(value, names, path, faults)
    if len(faults) > before:
        return None
    array = numbers_of(value, path, dtype, faults)
    if array is None:
        return None
    width = network.input_width
    if array.ndim == 1 and width == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] != width:
        fix = f"Write rows of {width}."
        if array.ndim == 2 and array.shape[0] == width:
            fix = "It looks transposed: rows are samples."
        faults.append(Fault(path, f"be rows of {width}, the network's input", f"shape {array.shape}", fix))
        return None
    if not len(array):
        faults.append(Fault(path, "have at least one row", "none", "Give it the rows to learn from."))
        return None
    return converted_to(array, dtype, path, column_names(value), faults)


def read_targets(
    network: Network,
    value: Any,
    rows: int | None,
    dtype: str,
    path: str,
    faults: list[Fault],
    names: Sequence[str] = (),
) -> Array | None:
    """Return t: m × n_L in the run's type, or m class numbers in int64; None after adding faults."""
    before = len(faults)
    value = in_order(value, names, path, faults)
    if len(faults) > before:
        return None
    array = numbers_of(value, path, dtype, faults, labels=has_classes(network))
    if array is None:
        return None
    width = network.widths[-1]
    if array.ndim and not len(array):
        faults.append(Fault(path, "have at least one row", "none", "Give it the targets of the rows of x."))
        return None
    if rows is not None and (array.ndim == 0 or len(array) != rows):
        got = f"shape {array.shape}"
        faults.append(Fault(path, f"have one row for each of the {rows} rows of x", got))
        return None
    are_classes = has_classes(network) and width > 1 and (array.ndim == 1 or array.shape[1:] == (1,))
    if are_classes:
        return _class_numbers(array.reshape(-1), width, path, faults)
    if array.ndim == 1 and width == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] != width:
        fix = "Write class numbers, or rows of probabilities." if has_classes(network) else ""
        faults.append(Fault(path, f"be rows of {width}, the network's output", f"shape {array.shape}", fix))
        return None
    converted = converted_to(array, dtype, path, column_names(value), faults)
    if converted is not None:
        _check_domain(network, converted, path, faults)
    return converted


def read_weight(value: Any, rows: int | None, dtype: str, path: str, faults: list[Fault]) -> Array | None:
    """Return what every row counts, m numbers of at least 0."""
    array = numbers_of(value, path, dtype, faults)
    if array is None:
        return None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.reshape(-1)
    if array.ndim != 1 or (rows is not None and len(array) != rows):
        condition = "be one number for each row of x" if rows is None else f"have {rows} numbers, one a row"
        faults.append(Fault(path, condition, f"shape {array.shape}"))
        return None
    weight = converted_to(array.reshape(-1, 1), dtype, path, (path,), faults)
    if weight is None:
        return None
    weight = weight.reshape(-1)
    negative = np.flatnonzero(weight < 0)
    if len(negative):
        got = f"{weight[negative[0]]:g} in row {negative[0]}"
        faults.append(Fault(path, "be at least 0", got, "Leave those rows out."))
    elif not weight.any():
        faults.append(Fault(path, "be above 0 somewhere", "0 for every row", "Leave it out for 1."))
    return weight


def check_variety(network: Network, t: Array, path: str, faults: list[Fault]) -> None:
    """Refuse targets of one class only: there is nothing to tell apart."""
    if not has_classes(network) or len(t) < 2:
        return
    first = t[0]
    if all(np.array_equal(part, np.broadcast_to(first, part.shape)) for part in chunks(t)):
        label = int(first) if t.ndim == 1 else int(first.argmax()) if len(first) > 1 else f"{first[0]:g}"
        got = f"only class {label} in all {len(t):,} rows"
        faults.append(Fault(path, "have rows of at least two classes", got, "Check how it was made."))


def row_count(value: Any, width: int) -> int | None:
    """Return how many rows of ``width`` there are, though their numbers may be wrong."""
    if isinstance(value, list | tuple):
        good = all(isinstance(row, list | tuple) and len(row) == width for row in value)
        return len(value) or None if good else None
    shape: tuple[Any, ...] = getattr(value, "shape", ())
    return int(shape[0]) or None if len(shape) == 2 and shape[1] == width else None


def _class_numbers(array: Array, width: int, path: str, faults: list[Fault]) -> Array | None:
    numbers = array if array.dtype.kind in "iub" else np.nan_to_num(array, nan=-0.5)
    low, high = numbers.min(), numbers.max()
    with np.errstate(invalid="ignore"):
        whole = numbers.astype(np.int64, copy=False)
    wrong = np.flatnonzero((whole != numbers) | (numbers < 0) | (numbers >= width))
    if not len(wrong):
        return np.ascontiguousarray(whole)
    got = told_rows([f"{array[row]:g} in row {row}" for row in wrong[:3]], len(wrong))
    fix = f"The network has {width} outputs; number the classes from 0."
    if low == 1 and high == width:
        fix = "Classes are counted from 0: subtract 1."
    elif low == 0 and high >= width and not (whole != numbers).any():
        fix = f"The network has {width} outputs; {int(high) + 1} classes need {int(high) + 1}."
    faults.append(Fault(path, f"be classes from 0 to {width - 1}", got, fix))
    return None


def _check_domain(network: Network, t: Array, path: str, faults: list[Fault]) -> None:
    loss = network.loss.loss_function
    breach = loss.domain.breach(t, _SUM_TOLERANCE)
    if breach is None:
        return
    told = zip(breach.values[:3], breach.places[:3, 0], strict=True)
    got = told_rows([f"{value:g} in row {row}" for value, row in told], len(breach.values))
    of_rows = "have rows that " if breach.places.shape[1] == 1 else ""
    is_signed = loss.domain.high == 1 and set(np.unique(t[:CHUNK]).tolist()) == {-1.0, 1.0}
    condition = f"{of_rows}{breach.condition} for {loss.name}"
    faults.append(Fault(path, condition, got, _SIGNED if is_signed else breach.fix))
