"""A model as a page: network, columns, settings, and the curves of its training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chalkgrad._roles import WEIGHT
from chalkgrad.data.columns.columns import CategoryColumn, InputColumn, PixelColumn
from chalkgrad.model import Model
from chalkgrad.notation.boxes import Block, Document, Figure, Heading, TableBlock
from chalkgrad.notation.charts.chart import Chart
from chalkgrad.notation.charts.svg import chart_svg
from chalkgrad.notation.charts.text import chart_text
from chalkgrad.train.record.history_chart import history_chart, loss_words

MOST_COLUMNS = 40
MOST_LEVELS = 6
_FIRST = ("data", "division", "optimiser", "batch_size", "schedule", "dropout", "clip_norm")


def model_page(model: Model, title: str, width: int) -> Document:
    """Return the page of a model; its curves are ``width`` columns wide in text."""
    blocks: list[Block] = [_facts(network_facts(model)), Heading("Layers"), _layers(model)]
    if model.preparation is not None:
        blocks += [Heading("Columns"), columns_table(model.preparation.columns)]
    settings = list(settings_facts(model))
    if settings:
        blocks += [Heading("Training"), _facts(settings)]
    if model.history.epochs:
        chart = model_chart(model)
        figure = Figure(chart_svg(chart), chart_text(chart, width), "")
        blocks += [Heading("History"), figure]
    return Document(title, tuple(blocks))


def model_chart(model: Model) -> Chart:
    """Return the chart of a model's training."""
    return history_chart(model.history, model.network, model.preparation is not None)


def model_table(model: Model) -> dict[str, Any]:
    """Return what is known of a model but its weights."""
    preparation = None if model.preparation is None else model.preparation.to_dict()
    return {
        "network": model.network.to_dict(),
        "parameters": model.parameter_count,
        "dtype": model.dtype.name,
        "task": model.task,
        "target": model.target,
        "classes": list(model.classes),
        "preparation": preparation,
        "settings": dict(model.settings),
        "history": model.history.to_dict(),
    }


def network_facts(model: Model) -> list[tuple[str, str]]:
    """Return what the model is, by name."""
    network = model.network
    bytes_ = sum(array.nbytes for array in model.parameters.values())
    facts = [
        ("network", str(network)),
        ("parameters", f"{model.parameter_count:,} in {model.dtype.name}, {size_text(bytes_)}"),
        ("loss", loss_words(network, model.preparation is not None)),
        ("answers", answers_text(model)),
    ]
    if model.names.inputs and model.preparation is None:
        names = model.names.inputs
        some = ", ".join(names[:MOST_LEVELS]) + (", …" if len(names) > MOST_LEVELS else "")
        facts.append(("columns", some))
    if model.state:
        kinds = sorted({name.partition(".")[2] for name in model.state})
        facts.append(("optimiser’s state", f"{', '.join(kinds)}: training can go on where it ended"))
    return facts


def answers_text(model: Model) -> str:
    """Say what the model answers.

    >>> import numpy as np
    >>> from chalkgrad.network import Network
    >>> answers_text(Model(Network("1-1:sigmoid"), {"W1": np.zeros((1, 1)), "b1": np.zeros(1)}))
    'target: one of 2 classes, 0 or 1'
    """
    if model.task == "regression":
        return f"{model.target}: a number in its own units"
    labels = [str(label) for label in model.classes]
    if len(labels) <= MOST_LEVELS:
        named = ", ".join(labels[:-1]) + f" or {labels[-1]}"
    else:
        named = ", ".join(labels[:MOST_LEVELS]) + ", …"
    return f"{model.target}: one of {len(labels)} classes, {named}"


def size_text(count: int) -> str:
    """Write a number of bytes.

    >>> size_text(812), size_text(46_000), size_text(5_300_000)
    ('812 bytes', '46 kB', '5.3 MB')
    """
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"


def columns_table(columns: Iterable[InputColumn]) -> TableBlock:
    """Return how each column becomes inputs."""
    listed = list(columns)
    rows = [(column.name, f"{column.width}", _treatment(column)) for column in listed[:MOST_COLUMNS]]
    if len(listed) > MOST_COLUMNS:
        rest = listed[MOST_COLUMNS:]
        inputs = sum(column.width for column in rest)
        rows.append((f"… {len(rest)} more", f"{inputs:,}", "see --format json"))
    return TableBlock.of_words(("column", "inputs", "how"), rows)


def _treatment(column: InputColumn) -> str:
    if isinstance(column, CategoryColumn):
        levels = ", ".join(column.levels[:MOST_LEVELS]) + (", …" if len(column.levels) > MOST_LEVELS else "")
        fill = "" if column.fill is None else f"; missing: {column.fill}"
        return f"one for each of {levels}{fill}"
    if isinstance(column, PixelColumn):
        return "divided by 255"
    if column.width > 1:
        return "(value − mean)/deviation, each with its own"
    fill = "" if column.fill is None else f"; missing: {column.fill[0]:.5g}"
    return f"(value − {column.mean[0]:.5g})/{column.std[0]:.5g}{fill}".replace("− -", "+ ")


def _layers(model: Model) -> TableBlock:
    rows = []
    for number, layer in enumerate(model.network.layers, start=1):
        its = [p for p in model.network.parameters() if p.layer == number]
        weights = next(model.parameters[p.name] for p in its if p.role == WEIGHT)
        size = sum(model.parameters[p.name].size for p in its)
        spread = float((weights.astype("float64") ** 2).mean() ** 0.5)
        rows.append((f"{number}", str(layer), f"{size:,}", f"{spread:.4g}"))
    return TableBlock.of_words(("layer", "width and activation", "parameters", "typical weight"), rows)


def _facts(facts: Iterable[tuple[str, str]]) -> TableBlock:
    return TableBlock.of_words(("what", "value"), facts)


_UNTOLD = ("position", "dtype", "seen")
"""What says nothing to a reader: told elsewhere, or, as the rows that were seen, kept for ``evaluate``."""


def settings_facts(model: Model) -> Iterator[tuple[str, str]]:
    """Yield how the model was trained, by name: what is known and says something."""
    left = {name: value for name, value in model.settings.items() if value not in ("", [], None, 0.0)}
    for name in _UNTOLD:
        left.pop(name, None)
    if isinstance(left.get("rows"), int):
        rows, held_out = left.pop("rows"), left.pop("validation_rows", 0)
        yield "rows", f"{rows:,} to learn from, {held_out:,} to validate on" if held_out else f"{rows:,}"
    for name in (*(name for name in _FIRST if name in left), *(name for name in left if name not in _FIRST)):
        yield name.replace("_", " "), _shown(left[name])
    if model.settings.get("seed") == 0:
        yield "seed", "0"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        inner = {key: item for key, item in value.items() if key != "name"}
        listed = ", ".join(f"{key}={_shown(item)}" for key, item in inner.items())
        return f"{value['name']}({listed})" if "name" in value else listed
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)
