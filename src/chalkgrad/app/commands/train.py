"""``chalkgrad train``: from a table to a model file."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice
from chalkgrad.app.shell.output import PAGE_FORMATS, Output, columns_of_terminal, read_output, say
from chalkgrad.app.shell.signals import held_back
from chalkgrad.app.training.hidden_layers import hidden_of
from chalkgrad.app.training.options import (
    BATCH,
    HIDDEN,
    MOST,
    TrainOptions,
    as_typed,
    named_as_options,
    network_of,
    read_train_options,
    train_parser,
    usual_schedule,
)
from chalkgrad.data.asked import USUAL, Streaming

if TYPE_CHECKING:
    from chalkgrad.app.training.second_training import Second
    from chalkgrad.data.training_rows import TrainingRows
    from chalkgrad.derive.optimisers import Optimiser
    from chalkgrad.model import Model
    from chalkgrad.model.evaluation import Evaluation
    from chalkgrad.network import Network
    from chalkgrad.train.record.history import History
    from chalkgrad.train.result.result import Fit

OK, WRONG, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
NOTATION = "matrix"
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
    explained = _explanation(asked, faults)
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
    network = _network(asked, rows) if begun is None else begun.network
    settings = _settings(asked, begun, rows, network)
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
        history = _joined(begun, settings, fitted.history)
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
    opened = {} if explained is None else _explain(fitted, asked, explained, output)
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


def _network(asked: TrainOptions, rows: TrainingRows) -> Network:
    """The hidden layers that were asked for, between the inputs and the head that the target needs."""
    preparation = rows.preparation
    head = {"regression": "1", "binary": "1:sigmoid", "classes": f"{len(preparation.classes)}:softmax"}
    rest: dict[str, Any] = {"loss": "mean_squared_error"} if preparation.task == "regression" else {}
    if asked.fit.get("l2"):
        rest["l2"] = asked.fit["l2"]
    assert preparation.task is not None, "inferred with a target"
    hidden = hidden_of(asked.hidden or HIDDEN, preparation.width, head[preparation.task])
    return network_of(preparation.width, hidden, head[preparation.task], rest)


def _settings(
    asked: TrainOptions, begun: Model | None, rows: TrainingRows, network: Network
) -> dict[str, Any]:
    """What ``fit`` is told: what was asked for, else what the model was trained with, else what is usual."""
    from chalkgrad.train.setup.defaults import PATIENCE, usual_epochs

    before = {} if begun is None else dict(begun.settings)
    settings: dict[str, Any] = {"batch_size": BATCH, "seed": asked.seed, "schedule": usual_schedule(asked)}
    settings |= {name: before[name] for name in ("batch_size", "dropout", "dtype") if before.get(name)}
    settings["batch_size"] = min(settings["batch_size"], rows.rows)
    settings |= asked.fit
    if settings["batch_size"] > rows.rows:
        fix, got = f"Write --batch-size {rows.rows}.", f"{settings['batch_size']:,}"
        raise InputError(Fault("--batch-size", f"be at most {rows.rows:,}, the rows to learn from", got, fix))
    settings["epochs"] = asked.fit.get("epochs") or usual_epochs(rows.rows, settings["batch_size"])
    settings["optimiser"] = _optimiser(asked, before.get("optimiser"))
    if rows.validation is not None and (asked.keep != "last" or "early_stopping" in settings):
        from chalkgrad.train.setup.stopping import EarlyStopping

        patience = settings.get("early_stopping", MOST if "epochs" in asked.fit else PATIENCE)
        settings["early_stopping"] = EarlyStopping(patience, restore_best=asked.keep != "last")
    for name in ("checkpoint", "resume"):
        if name in settings:
            from chalkgrad.train.record.checkpoint import Checkpoint

            settings["checkpoint"] = Checkpoint(settings[name], every_seconds=5.0)
    if rows.preparation.task == "regression":
        settings["metrics"] = ("r2",)
    if begun is not None:
        settings |= _go_on(begun, settings)
    return settings


def _optimiser(asked: TrainOptions, before: Any) -> Optimiser:
    """The optimiser by name with the numbers that were given; those of the model that is gone on with."""
    from chalkgrad.derive.optimisers import OPTIMISERS, Adam
    from chalkgrad.train.setup.defaults import OPTIMISER

    given = {"learning_rate": asked.rate, "weight_decay": asked.weight_decay, "momentum": asked.momentum}
    known: dict[str, Any] = {}
    name = asked.optimiser or "adamw"
    if asked.optimiser is None:
        known = asdict(OPTIMISER)
    if isinstance(before, dict) and asked.optimiser in (None, str(before.get("name")).lower()):
        name = str(before["name"]).lower()
        known = {key: value for key, value in before.items() if key != "name"}
    elif asked.momentum is not None and asked.optimiser is None:
        name, known = "sgd", {}
    kind = OPTIMISERS.get(name, Adam)
    names = {field.name for field in fields(kind)}
    known |= {key: value for key, value in given.items() if value is not None}
    found: Optimiser = kind(**{key: value for key, value in known.items() if key in names})
    return found


def _go_on(begun: Model, settings: dict[str, Any]) -> dict[str, Any]:
    """Begin with the weights of a model; with its optimiser's state too, where that fits."""
    from chalkgrad.train.record.resume_point import Position, Standing
    from chalkgrad.train.result.ending import Ending
    from chalkgrad.train.result.result import Fit
    from chalkgrad.train.setup.work import Setup

    optimiser, at = settings["optimiser"], _position(begun)
    slots = {name.partition(".")[2] for name in begun.state}
    then = begun.settings.get("optimiser")
    same = isinstance(then, dict) and then.get("name") == type(optimiser).__name__
    if at is None or not same or slots != set(optimiser.slots) or "checkpoint" in settings:
        return {"parameters": begun.parameters}
    step, epoch = at
    setup = Setup(begun.network, optimiser, settings["batch_size"], settings.get("dtype", "float32"))
    parameters, state = dict(begun.parameters), dict(begun.state)
    standing = Standing(parameters, state, Position(step, epoch))
    done = Fit(begun.network, parameters, standing.history, setup, "finished", ending=Ending(standing))
    return {"resume": done, "epochs": settings["epochs"] + epoch}


def _position(model: Model) -> tuple[int, int] | None:
    """The step and the epoch at which the optimiser's state stands, if it is kept."""
    found = model.settings.get("position")
    if not isinstance(found, list) or len(found) != 2 or not all(type(n) is int and n >= 0 for n in found):
        return None
    return found[0], found[1]


def _joined(begun: Model | None, settings: dict[str, Any], after: History) -> History:
    """The epochs of the training before and of this one, numbered through."""
    from chalkgrad.train.record.history import History

    if begun is None:
        return after
    before = begun.history
    resumed = settings.get("resume")
    shift = before.steps - (resumed.standing.at.step if "parameters" not in settings and resumed else 0)
    first = len(before.epochs) + 1
    epochs = (replace(e, epoch=first + k, steps=e.steps + shift) for k, e in enumerate(after.epochs))
    return History((*before.epochs, *epochs), after.steps + shift)


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


def _explanation(asked: TrainOptions, faults: list[Fault]) -> Output | None:
    """Where and in which format the page of a step goes, after adding what is wrong with it."""
    if asked.explain is None:
        return None
    from chalkgrad.notation.profiles.find import find_notation

    found: list[Fault] = []
    attempt(found, lambda: find_notation(asked.notation or NOTATION))
    faults += [replace(fault, path=f"--{fault.path}") for fault in found]
    found = []
    place = argparse.Namespace(
        output=asked.explain_to, format=None, data=asked.data, no_pager=not asked.paged
    )
    output = read_output(place, PAGE_FORMATS, found)
    faults += [replace(fault, path="--explain-to") for fault in found]
    return output


def _explain(fitted: Fit, asked: TrainOptions, output: Output, report: Output) -> dict[str, Any]:
    """Write the equations of a step with its numbers; or return them where the whole report is JSON."""
    assert asked.explain is not None
    from chalkgrad.notation.profiles.find import find_notation

    if asked.explain >= fitted.history.steps and asked.explain != fitted.broken_at:
        say(f"note: step {asked.explain} was not taken; the last was {fitted.history.steps - 1}")
        return {}
    notation = find_notation(asked.notation or NOTATION)
    found = fitted.explain(asked.explain).trace
    if output.format == "json" or (output.path is None and report.format == "json"):
        from chalkgrad.notation.pages.steps_json import training_step_json

        table = training_step_json(found, notation)
        if output.path is None:
            return {"explained": table}
        output.json(table)
    else:
        from chalkgrad.notation.pages.trace import trace_page

        output.page(trace_page(found, notation))
    if output.path is None:
        output.text("\n")
    return {}
