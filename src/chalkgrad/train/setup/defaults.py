"""What a training does where nothing is said; chosen on 22 tables, proven on 22 others (docs/defaults.md)."""

from __future__ import annotations

from chalkgrad.derive.optimisers import AdamW
from chalkgrad.train.setup.schedule import Cosine

BATCH = 32
"""Rows of a mini-batch, unless they are fewer."""
STEPS = 6_000
"""So many steps at least are taken: fewer have not learned a small table yet."""
FEWEST_EPOCHS, MOST_EPOCHS = 20, 200
OPTIMISER = AdamW(0.003, weight_decay=0.1)
SCHEDULE = Cosine()
"""The rate falls to 0, so that the last steps settle; where ``epochs`` are given it stays."""
PATIENCE = 20
"""Epochs without a lower validation loss after which it stops."""


def usual_epochs(rows: int, batch_size: int) -> int:
    """Return the epochs that make 6,000 steps, E = ⌈6000/⌈m/B⌉⌉, but from 20 to 200.

    >>> [usual_epochs(rows, 32) for rows in (150, 4_046, 60_000)]
    [200, 48, 20]
    """
    steps_per_epoch = -(-rows // batch_size)
    return min(max(-(-STEPS // steps_per_epoch), FEWEST_EPOCHS), MOST_EPOCHS)
