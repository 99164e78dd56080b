"""What a training did, as a chart: losses, metrics and the size of the gradients over its epochs."""

from __future__ import annotations

import math
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Document, Figure, Paragraph
from chalkgrad.notation.charts.chart import Chart, Panel, Series
from chalkgrad.notation.charts.svg import chart_svg
from chalkgrad.notation.charts.text import chart_text
from chalkgrad.train.record.history import Epoch, History

METRICS = {"accuracy": ("Accuracy", "% of the rows", 100.0), "mae": ("Mean absolute error", "", 1.0),
           "r2": ("R²", "1 is perfect, 0 as good as the mean", 1.0)}  # fmt: skip


def history_chart(history: History, network: Network | None = None, standardised: bool = False) -> Chart:
    """Return the chart of a training; no panel for what was not measured.

    Parameters
    ----------
    history
        Its epochs.
    network
        What was trained, which says what the loss is; None where that is not known.
    standardised
        Whether the target was, so that errors are in its standard deviations.
    """
    epochs = history.epochs
    panels = [_losses(epochs, "" if network is None else loss_words(network, standardised))]
    names = dict.fromkeys(name for epoch in epochs for name in epoch.metrics)
    panels += [_metric(epochs, name) for name in names]
    layers = sorted({layer for epoch in epochs for layer in epoch.gradient_norms}, key=int)
    if layers:
        curves = tuple(
            Series(f"layer {layer}", tuple(e.gradient_norms.get(layer, math.nan) for e in epochs))
            for layer in layers
        )
        panels.append(Panel("Size of the gradients", "Euclidean norm of ∂L/∂(W, b)", curves, ordered=True))
    if len({epoch.learning_rate for epoch in epochs}) > 1:
        rates = Series("η", tuple(epoch.learning_rate for epoch in epochs))
        panels.append(Panel("Learning rate", "of the last step of an epoch", (rates,), linear=True))
    title = "Training" if network is None else f"Training of {network}"
    return Chart(title, "Epoch", tuple(panels))


def plotted(history: History, network: Network | None = None) -> Any:
    """Draw a history with matplotlib; raises ``InputError`` if that, or an epoch, is missing."""
    from chalkgrad.notation.charts.png import plotted as draw

    if not history.epochs:
        fix = "Train for at least one epoch."
        raise InputError(Fault("history", "have an epoch to be drawn", "none", fix))
    return draw(history_chart(history, network))


def history_page(history: History) -> Document:
    """Return the curves of a training as a page."""
    words = f"{str(history).splitlines()[-1]}{history.course}."
    curves = (history_figure(history),) if history.epochs else ()
    return Document("Training", (Paragraph((words,)), *curves))


def history_figure(history: History, network: Network | None = None, width: int = 100) -> Figure:
    """Return the chart of a training for a page, ``width`` columns wide in text."""
    chart = history_chart(history, network)
    return Figure(chart_svg(chart), chart_text(chart, width))


def loss_words(network: Network, standardised: bool = False) -> str:
    """Say what the loss is and per what.

    >>> loss_words(Network("2-1:sigmoid", l2=0.01))
    'binary cross-entropy (natural logarithm), mean over the rows, with the penalty'
    """
    loss = network.loss
    words = loss.loss_function.title or loss.loss_function.words
    if standardised and loss.loss_function.squared is not None:
        words += " of the standardised target"
    words += ", mean over the rows" if loss.reduction == "mean" else ", summed over a mini-batch"
    return words + (", with the penalty" if network.l2 else "")


def best_epoch(history: History) -> Epoch | None:
    """Return the epoch of the lowest validation loss, if there was one to choose from."""
    validated = [
        e for e in history.epochs if e.validation_loss is not None and math.isfinite(e.validation_loss)
    ]
    if len(validated) < 2:
        return None
    return min(validated, key=lambda epoch: epoch.value("validation loss"))


def _losses(epochs: tuple[Epoch, ...], words: str) -> Panel:
    curves = [Series("training", tuple(epoch.loss for epoch in epochs))]
    if any(epoch.validation_loss is not None for epoch in epochs):
        curves.append(Series("validation", tuple(epoch.value("validation loss") for epoch in epochs)))
    best = best_epoch(History(epochs))
    mark = None if best is None else (epochs.index(best), f"lowest validation loss: epoch {best.epoch}")
    return Panel("Loss", words, tuple(curves), mark=mark)


def _metric(epochs: tuple[Epoch, ...], name: str) -> Panel:
    title, unit, factor = METRICS.get(name, (name, "", 1.0))
    validated = any(epoch.validation_loss is not None for epoch in epochs)
    values = tuple(factor * epoch.metrics.get(name, math.nan) for epoch in epochs)
    if validated:  # the second curve, as in the panel of the losses
        return Panel(title, unit, (Series("training", ()), Series("validation", values)))
    return Panel(title, unit, (Series("training", values),))
