"""The rows of ``chalkgrad train`` from a file larger than memory: read in blocks, in every epoch again."""

from __future__ import annotations

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.app.training.options import TrainOptions, as_typed
from chalkgrad.app.training.prepared_rows import PreparedRows, inference
from chalkgrad.data import Preparation, Table
from chalkgrad.data.columns.prepared import PreparedSource
from chalkgrad.data.streams.blocks import TableBlocks, all_tables
from chalkgrad.data.streams.divided import DividedBlocks, places_aside

MOST_ASIDE = 50_000
"""Rows that are validated on at most: they stay in memory."""


def rows_of_blocks(
    asked: TrainOptions,
    preparation: Preparation | None,
    blocks: TableBlocks,
    other: Table | None,
    target: str,
) -> PreparedRows:
    """Return the rows of a file as a source of them, those to validate on as arrays; ``InputError``."""
    if "class_weight" in asked.fit:
        fix = "Leave it out."
        raise InputError(Fault("--class-weight", "have all rows in memory", f"{blocks.rows:,} rows", fix))
    divided = None
    if other is None and isinstance(asked.validation, float):
        count = min(round(asked.validation * blocks.rows), MOST_ASIDE)
        if count:
            divided = DividedBlocks(blocks, places_aside(blocks.rows, count, asked.seed))
    learned: TableBlocks = blocks if divided is None else divided
    notes = [f"{blocks.origin}: {blocks.rows:,} rows are read in blocks, in every epoch again"]
    if preparation is None:
        head = next(iter(blocks.tables(0)))
        preparation = Preparation.infer(all_tables(learned), target, **inference(asked, head))
        notes += map(as_typed, preparation.notes)
    validation = None
    if divided is not None:
        validation = _joined([preparation.arrays(table) for table in divided.aside()])
    elif other is not None:
        validation = preparation.arrays(other, notes)
    source = PreparedSource(learned, preparation)
    return PreparedRows(
        preparation, source, None, validation, target, source.rows, tuple(notes), blocks=learned
    )


def _joined(parts: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    return np.concatenate([x for x, _ in parts]), np.concatenate([t for _, t in parts])
