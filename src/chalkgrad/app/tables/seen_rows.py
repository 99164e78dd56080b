"""Has a model learnt from these rows?  A sketch of the rows is kept with it: their smallest hashes.

Of two sets the same rows have the same hashes, so the hashes below the largest that is kept are a sample of
both; of at most 1,000 rows it is all of them.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array

KEPT, ENOUGH = 1000, 20
WORTH_TELLING = 0.05
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(x: Array, t: Array) -> NDArray[np.uint64]:
    """Return 64 bits for each row of prepared inputs and targets."""
    table = np.column_stack([part.reshape(len(part), -1).astype(np.float32) for part in (x, t)]) + 0
    found = np.full(len(table), table.shape[1], dtype=np.uint64)
    for column in np.ascontiguousarray(table.T).view(np.uint32):
        found = (found ^ column) * _PRIME
        found ^= found >> np.uint64(29)
    return found


def sketch(*parts: tuple[Array, Array], before: object = None) -> str:
    """Return the smallest hashes of all rows as text, for the model file; ``before`` is such a text."""
    learnt = [row_hashes(x, t) for x, t in parts]
    earlier = _numbers(before)
    found = np.unique(np.concatenate(learnt if earlier is None else [*learnt, earlier]))[: KEPT + 1]
    return base64.b64encode(found.astype("<u8").tobytes()).decode()


def seen_note(kept: object, x: Array, t: Array) -> str:
    """Return what to say of rows that a model was trained with; nothing where there are hardly any.

    >>> x, t = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    >>> seen_note(sketch((x, t)), x[:3], t[:3]).partition(":")[0]
    '3 of these 3 rows are among those that the model was trained and validated with'
    """
    learnt = _numbers(kept)
    hashes = row_hashes(x, t)
    if learnt is None or not len(hashes):
        return ""
    whole = len(learnt) <= KEPT
    sampled = hashes if whole else hashes[hashes <= learnt[-1]]
    seen = int(np.isin(sampled, learnt).sum())
    if not seen or seen / len(sampled) < WORTH_TELLING:
        return ""
    if whole or len(sampled) < ENOUGH:
        count = f"{'' if whole else 'at least '}{seen:,}"
    else:
        count = f"about {round(seen / len(sampled) * len(x)):,}"
    words = "are among those that the model was trained and validated with"
    return f"{count} of these {len(x):,} rows {words}: they do not say how good it is on new ones"


def _numbers(kept: object) -> NDArray[np.uint64] | None:
    if not isinstance(kept, str) or not kept:
        return None
    try:
        return np.frombuffer(base64.b64decode(kept, validate=True), dtype="<u8").astype(np.uint64)
    except (binascii.Error, ValueError):
        return None
