"""What ``chalkgrad train`` says before and after: what was read off the data, and how well it was learned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from chalkgrad.data.columns.columns import CategoryColumn, PixelColumn
from chalkgrad.data.training_rows import TrainingRows
from chalkgrad.model.evaluation import ClassEvaluation, Evaluation, NumberEvaluation
from chalkgrad.model.evaluation_page import figure, percent
from chalkgrad.model.model_page import MOST_LEVELS
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Block, Document, Paragraph, TableBlock
from chalkgrad.train.record.history import History
from chalkgrad.train.record.history_chart import best_epoch, loss_words
from chalkgrad.train.result.page import optimiser_words

HARD_SPACE = "\u00a0"


def setup_page(
    rows: TrainingRows, network: Network, settings: Mapping[str, Any], title: str, *, again: bool = False
) -> Document:
    """Return what is going to be trained, on what, with which settings of ``fit``; ``again`` on all rows."""
    dtype = settings.get("dtype", "float32")
    optimiser = optimiser_words(settings["optimiser"])
    count = sum(math.prod(shape) for shape in network.parameter_shapes().values())
    facts = [
        ("rows", rows_words(rows)),
        ("target", target_words(rows)),
        ("inputs", inputs_words(rows)),
        ("task", task_words(rows)),
        ("network", f"{network}, {count:,} parameters in {dtype}"),
        ("loss", loss_words(network, rows.preparation.task == "regression")),
        ("optimiser", f"{optimiser}, {settings['batch_size']:,} rows a step"),
        ("epochs", epochs_words(rows, settings, again=again)),
    ]
    return Document(title, (TableBlock.of_words(("what", "as it was read"), facts),))


def rows_words(rows: TrainingRows) -> str:
    """Say how many rows there are for what."""
    if rows.validation is None:
        return f"{rows.rows:,} to learn from, none to validate on"
    return f"{rows.rows:,} to learn from, {len(rows.validation[0]):,} to validate on"


def epochs_words(rows: TrainingRows, settings: Mapping[str, Any], *, again: bool) -> str:
    """Say how long it is trained, how the learning rate changes meanwhile, and what follows."""
    stopping, epochs = settings.get("early_stopping"), settings["epochs"]
    words = [f"{epochs}", f"rate {_RATES[settings['schedule']]}"]
    if stopping is not None and stopping.patience < epochs:
        words[0] = f"at most {epochs}"
        words.append(f"until {stopping.patience} have not lowered the validation loss")
    if again and rows.validation is not None:
        words.append(f"then again on all {rows.rows + len(rows.validation[0]):,} rows")
    return "; ".join(words)


_RATES = {
    "constant": "constant",
    "step": "divided by 10 every 10 epochs",
    "cosine": "falling to 0",
    "one_cycle": "rising, then falling to 0",
    "plateau": "reduced on a plateau",
}


def target_words(rows: TrainingRows) -> str:
    """Say what is learned, and how its values are spread."""
    target, t = rows.preparation.target, rows.t
    assert target is not None, "inferred with a target"
    if target.task == "regression":
        return f"{rows.target}: a number, {figure(target.mean)} ± {figure(target.std)}"
    if t is None:
        return f"{rows.target}: one of {len(target.classes)} classes"
    numbers = t.reshape(-1).astype(np.int64)
    shares = np.bincount(numbers, minlength=len(target.classes)) / len(numbers)
    if len(target.classes) <= MOST_LEVELS:
        named = ", ".join(
            f"{label} ({share:.1%})" for label, share in zip(target.classes, shares, strict=True)
        )
        named = named.replace("%", HARD_SPACE + "%")
        return f"{rows.target}: one of {len(target.classes)} classes: {named}"
    low, high = percent(shares.min()), percent(shares.max())
    return f"{rows.target}: one of {len(target.classes)} classes, each {low} to {high} of the rows"


def task_words(rows: TrainingRows) -> str:
    """Say what kind of answer is learned, and how to learn whole numbers as numbers."""
    target = rows.preparation.target
    assert target is not None, "inferred with a target"
    if target.task == "regression":
        return "regression"
    if target.task == "binary":
        return "binary classification"
    if not all(isinstance(label, int | float) and label == int(label) for label in target.classes):
        return "classification"
    many = len(target.classes)
    return f"classification; if the {many} whole numbers are an order, --task regression predicts numbers"


def inputs_words(rows: TrainingRows) -> str:
    """Say how columns become inputs.

    The first kind is named with its number of columns, such as "6 columns standardised".
    """
    columns = rows.preparation.columns
    categories = [column for column in columns if isinstance(column, CategoryColumn)]
    pixels = [column for column in columns if isinstance(column, PixelColumn)]
    plain = len(columns) - len(categories) - len(pixels)
    kinds = []
    if plain:
        kinds.append(f"{_columns(plain)} standardised")
    if pixels:
        kinds.append(f"{_columns(len(pixels))} of pixels divided by 255")
    if categories:
        inputs = sum(column.width for column in categories)
        kinds.append(f"{_columns(len(categories))} one-hot encoded to {inputs}")
    return f"{rows.preparation.width}: {', '.join(kinds)}"


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def result_page(
    history: History,
    learned: Evaluation,
    held_out: Evaluation | None,
    target: str,
    seconds: float,
    *,
    kept_best: bool = False,
    again: Mapping[str, Any] | None = None,
    advice: str = "",
) -> Document:
    """Return how well the rows were learned, and those that were held out; then what is to be tried.

    ``again`` tells of a training on all rows that followed.
    """
    pairs = zip(_figures(learned, target), _figures(held_out or learned, target), strict=True)
    shown = 2 if held_out is None else 3
    rows = [(name, first, second)[:shown] for (name, first), (_, second) in pairs]
    header = ("after training", "training rows", "validation rows")[:shown]
    counts = f"{_count(len(history.epochs), 'epoch')}, {_count(history.steps, 'step')}"
    title = f"Trained for {counts} in {seconds:.1f} s"
    blocks: list[Block] = [TableBlock.of_words(header, rows)]
    best = best_epoch(history)
    if best is not None and best is not history.epochs[-1]:
        words = f"The validation loss was lowest after epoch {best.epoch}"
        if kept_best:
            words += ", whose weights have these figures." if again else ", whose weights are kept."
        else:
            words += "; --keep best would have kept its weights."
        blocks.insert(0, Paragraph((words,)))
    if again is not None:
        counts = f"{_count(again['epochs'], 'epoch')}, {_count(again['steps'], 'step')}"
        words = f"Then trained again on all {again['rows']:,} rows for {counts}: these weights are kept."
        blocks.append(Paragraph((words,)))
    if advice:
        blocks.append(Paragraph((f"{advice[:1].upper()}{advice[1:]}",)))
    return Document(title, tuple(blocks))


def _figures(found: Evaluation, target: str) -> Iterable[tuple[str, str]]:
    yield "loss", figure(found.loss)
    if isinstance(found, ClassEvaluation):
        yield "accuracy", percent(found.accuracy)
        yield "most frequent class alone", percent(found.baseline)
    else:
        yield f"RMSE, in units of {target}", figure(found.rmse)
        yield f"MAE, in units of {target}", figure(found.mae)
        yield "R²", figure(found.r2)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def result_table(
    network: Network, history: History, learned: Evaluation, held_out: Evaluation | None, rest: dict[str, Any]
) -> dict[str, Any]:
    """Return the same for a program."""
    return {
        "network": network.to_dict(),
        "training": _brief(learned),
        "validation": None if held_out is None else _brief(held_out),
        "history": history.to_dict(),
        **rest,
    }


def _brief(found: Evaluation) -> dict[str, Any]:
    if isinstance(found, NumberEvaluation):
        return found.to_dict()
    return {"rows": found.rows, "loss": found.loss, "accuracy": found.accuracy, "baseline": found.baseline}
