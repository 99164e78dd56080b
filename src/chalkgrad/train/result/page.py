"""A training as a page: what was trained and how, how it ended, and its curves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from chalkgrad.derive.optimisers import Optimiser
from chalkgrad.notation.boxes import Block, Document, Paragraph, TableBlock
from chalkgrad.train.record.history_chart import history_figure, loss_words

if TYPE_CHECKING:
    from chalkgrad.train.result.result import Fit


def fit_page(fit: Fit, width: int = 100) -> Document:
    """Return the page of a training; its curves are ``width`` columns wide in text."""
    blocks: list[Block] = [TableBlock.of_words(("what", "value"), _facts(fit))]
    if fit.advice:
        blocks.append(Paragraph((fit.advice,)))
    if fit.history.epochs:
        blocks.append(history_figure(fit.history, fit.network, width))
    return Document(f"Training of {fit.network}", tuple(blocks))


def _facts(fit: Fit) -> Iterator[tuple[str, str]]:
    setup, history = fit.setup, fit.history
    count = sum(math.prod(shape) for shape in fit.network.parameter_shapes().values())
    yield "network", f"{fit.network}, {count:,} parameters in {setup.dtype}"
    yield "loss", loss_words(fit.network)
    yield "optimiser", f"{optimiser_words(setup.optimiser)}, {setup.batch_size:,} rows a step"
    if any(setup.dropout):
        yield "dropout", ", ".join(f"{rate:g}" for rate in setup.dropout)
    if setup.clip_norm is not None:
        yield "clipping", f"gradients are at most {setup.clip_norm:g} long"
    yield "seed", str(setup.seed)
    yield "outcome", f"{fit.outcome} after {len(history.epochs):,} epochs, {history.steps:,} steps"
    if history.epochs:
        yield f"epoch {history.epochs[-1].epoch:,}", str(history.epochs[-1]).partition(": ")[2]


def optimiser_words(optimiser: Optimiser) -> str:
    """Write an optimiser with what differs from its usual numbers, its learning rate always.

    >>> from chalkgrad.derive.optimisers import SGD
    >>> optimiser_words(SGD(0.1, momentum=0.9))
    'SGD(learning_rate=0.1, momentum=0.9)'
    """
    shown = [
        f"{f.name}={getattr(optimiser, f.name)!r}"
        for f in fields(optimiser)
        if f.name == "learning_rate" or getattr(optimiser, f.name) != f.default
    ]
    return f"{type(optimiser).__name__}({', '.join(shown)})"


__all__ = ["fit_page", "optimiser_words"]
