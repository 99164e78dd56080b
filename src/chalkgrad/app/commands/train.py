"""``chalkgrad train``: from a table to a model file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice
from chalkgrad.app.shell.output import Output, columns_of_terminal, say
from chalkgrad.app.shell.signals import held_back
from chalkgrad.app.training.explained_step import explain, read_explanation
from chalkgrad.app.training.fit_settings import fit_settings, network_for
from chalkgrad.app.training.options import (
    TrainOptions,
    as_typed,
    named_as_options,
    read_train_options,
    train_parser,
    usual_schedule,
)
from chalkgrad.data.asked import USUAL, Streaming

if TYPE_CHECKING:
    from chalkgrad.app.training.second_training import Second
    from chalkgrad.data.training_rows import TrainingRows
    from chalkgrad.model import Model
    from chalkgrad.model.evaluation import Evaluation
    from chalkgrad.train.record.history import History
    from chalkgrad.train.result.result import Fit

OK, WRONG, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
STATUS = {"interrupted": INTERRUPTED, "diverged": WRONG, "data changed": WRONG}


def parser() -> Parser:
    """Return the options of the command."""
    return train_parser()


def run(arguments: Sequence[str], streaming: Streaming = USUAL) -> int:
    """Train and keep the model; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    asked = replace(read_train_options(options, faults), streaming=streaming)
    form = read_choice("--format", options.format, ("text", "json"), faults) or "text"
    output = Output(form, None, columns_of_terminal())
    explained = read_explanation(asked, faults)
    begun = None
    if asked.begin is not None:
        begin = asked.begin
        begun = attempt(faults, lambda: _load(begin))
    if faults:
        raise InputError(faults)
    with named_as_options():
        return _train(asked, begun, output, explained)


def _load(path: str) -> Model:
    from chalkgrad.model import load_model

    model = load_model(path)
    if model.preparation is None or model.preparation.target is None:
        fix = "Begin with one that chalkgrad train has written."
        raise InputError(Fault("--continue", "be a model of columns and a target", path, fix))
    return model


def _train(asked: TrainOptions, begun: Model | None, output: Output, explained: Output | None) -> int:
    from chalkgrad.app.training.page import setup_page
    from chalkgrad.app.training.second_training import is_trained_again, train_again
    from chalkgrad.train.fit import fit

    rows = _rows(asked, begun)
    network = network_for(asked, rows) if begun is None else begun.network
    settings = fit_settings(asked, begun, rows)
    if output.format == "text":
        title = f"Training on {Path(asked.data).name}"
        output.page(setup_page(rows, network, settings, title, again=is_trained_again(asked, rows)))
        output.text("\n")
    for note in rows.notes:
        say(f"note: {note}")
    started = time.perf_counter()
    fitted = fit(network, rows.x, rows.t, validation=rows.validation, explain=asked.explain, **settings)
    seconds = time.perf_counter() - started
    second = train_again(asked, rows, network, settings, fitted)
    with held_back():
        history = fitted.history
        if begun is not None:
            from chalkgrad.model.going_on import joined

            resumed = None if "parameters" in settings else settings.get("resume")
            history = joined(begun.history, history, resumed)
        seen = _seen(rows, begun)
        model = measured = _model(asked, rows, fitted, history, seen=seen)
        if second is not None and second.kept is not None:
            again = second.to_dict()
            model = _model(asked, rows, second.kept, history, seen=seen, trained_again=again)
        kept = _save(model, asked.output)
    try:
        _answer(asked, rows, fitted, measured, second, (kept, seconds), output, explained)
    except KeyboardInterrupt:
        say(f"The model is in {kept}")
        raise
    if kept != asked.output:
        return WRONG_INPUT
    if second is not None and second.outcome == "interrupted":
        return INTERRUPTED
    return STATUS.get(fitted.outcome, OK)


def _rows(asked: TrainOptions, begun: Model | None) -> TrainingRows:
    """The rows, as the model that is begun with prepares them."""
    from chalkgrad.data.training_rows import read_rows

    known = () if begun is None else (begun.preparation, begun.settings.get("division"))
    rows = read_rows(asked, *known)
    return replace(rows, notes=tuple(map(as_typed, rows.notes)))


def _learned(rows: TrainingRows, model: Model) -> Evaluation:
    """How well a model answers the rows that were learned."""
    if rows.blocks is None:
        return model.evaluate(rows.x, rows.t, prepared=True)
    from chalkgrad.data.streams.blocks import all_tables

    return model.evaluate(all_tables(rows.blocks))


def _answer(
    asked: TrainOptions,
    rows: TrainingRows,
    fitted: Fit,
    model: Model,
    second: Second | None,
    saved: tuple[str, float],
    output: Output,
    explained: Output | None,
) -> None:
    """Show how it went, and where the model is; ``saved`` is that place and the seconds it took.

    ``model`` is that of the training which the validation rows did not take part in.
    """
    from chalkgrad.app.training.page import result_page, result_table

    kept, seconds = saved
    history = model.history
    opened = {} if explained is None else explain(fitted, asked, explained, output)
    learned = _learned(rows, model)
    held_out = None if rows.validation is None else model.evaluate(*rows.validation, prepared=True)
    lost = _lost_class(asked, held_out or learned)
    at_its_end = fitted.outcome in ("finished", "stopped")
    if output.format == "json":
        rest = {
            "model": kept,
            "seconds": seconds,
            "outcome": fitted.outcome,
            "advice": fitted.advice,
            "notes": [*rows.notes, *lost],
            "again": None if second is None else second.to_dict(),
        }
        rest |= opened
        output.json(result_table(model.network, history, learned, held_out, rest))
    else:
        page = result_page(
            history,
            learned,
            held_out,
            rows.target,
            seconds,
            kept_best=asked.keep != "last",
            again=None if second is None else second.to_dict(),
            advice=as_typed(fitted.advice) if at_its_end else "",
        )
        output.page(page)
        output.text(f"\nThe model is in {kept}, {_size(kept)}.\n")
        for note in lost:
            say(f"note: {note}")
    if not at_its_end:
        say(as_typed(fitted.advice))


def _lost_class(asked: TrainOptions, found: Evaluation) -> list[str]:
    """What is to be said of a rare class that is hardly ever answered, unless its weight was raised."""
    from chalkgrad.model.evaluation import ClassEvaluation
    from chalkgrad.model.rare_classes import rare_class_words

    if "class_weight" in asked.fit or not isinstance(found, ClassEvaluation):
        return []
    words = rare_class_words(found)
    return [words] if words else []


def _seen(rows: TrainingRows, begun: Model | None) -> str:
    """What is kept of the rows, so that ``evaluate`` knows them again; nothing of rows read in blocks."""
    from chalkgrad.app.tables.seen_rows import sketch

    before = None if begun is None else begun.settings.get("seen")
    if rows.t is None or not isinstance(rows.x, np.ndarray):
        return before if isinstance(before, str) else ""
    return sketch((rows.x, rows.t), *([rows.validation] if rows.validation else []), before=before)


def _model(asked: TrainOptions, rows: TrainingRows, fitted: Fit, history: History, **rest: Any) -> Model:
    """What is kept: the weights, the columns, the history, and how it came about."""
    from chalkgrad import __version__
    from chalkgrad.model import Model

    if "missing" in asked.reading:
        rest["missing_values"] = sorted(asked.reading["missing"])
    return Model.of(
        fitted.with_history(history),
        rows.preparation,
        version=__version__,
        data=Path(asked.data).name,
        rows=rows.rows,
        validation_rows=0 if rows.validation is None else len(rows.validation[0]),
        schedule=asked.fit.get("schedule", usual_schedule(asked)),
        division=rows.division or "",
        **rest,
    )


def _save(model: Model, path: str) -> str:
    """Write the model; where that fails after all, among the temporary files, so that it is not lost."""
    try:
        model.save(path)
        return path
    except InputError as error:
        spare = str(Path(tempfile.mkdtemp(prefix="chalkgrad-")) / Path(path).name)
        model.save(spare)
        say(f"{error}\nThe model is not lost: it is in {spare}")
        return spare


def _size(path: str) -> str:
    from chalkgrad.model.model_page import size_text

    return size_text(Path(path).stat().st_size)
