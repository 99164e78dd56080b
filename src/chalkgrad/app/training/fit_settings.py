"""What ``fit`` is told by ``chalkgrad train``: the network, and how it is to be trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.training.hidden_layers import hidden_of
from chalkgrad.app.training.options import BATCH, HIDDEN, MOST, TrainOptions, network_of, usual_schedule

if TYPE_CHECKING:
    from chalkgrad.data.training_rows import TrainingRows
    from chalkgrad.derive.optimisers import Optimiser
    from chalkgrad.model import Model
    from chalkgrad.network import Network


def network_for(asked: TrainOptions, rows: TrainingRows) -> Network:
    """The hidden layers that were asked for, between the inputs and the head that the target needs."""
    preparation = rows.preparation
    head = {"regression": "1", "binary": "1:sigmoid", "classes": f"{len(preparation.classes)}:softmax"}
    rest: dict[str, Any] = {"loss": "mean_squared_error"} if preparation.task == "regression" else {}
    if asked.fit.get("l2"):
        rest["l2"] = asked.fit["l2"]
    assert preparation.task is not None, "inferred with a target"
    hidden = hidden_of(asked.hidden or HIDDEN, preparation.width, head[preparation.task])
    return network_of(preparation.width, hidden, head[preparation.task], rest)


def fit_settings(asked: TrainOptions, begun: Model | None, rows: TrainingRows) -> dict[str, Any]:
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
    settings["optimiser"] = optimiser_of(asked, before.get("optimiser"))
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
    return settings if begun is None else settings | _from(begun, settings)


def _from(begun: Model, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Begin with the weights of a model; with its optimiser's state too, where that fits."""
    from chalkgrad.model.going_on import fit_of
    from chalkgrad.train.setup.work import Setup

    dtype = settings.get("dtype", "float32")
    setup = Setup(begun.network, settings["optimiser"], settings["batch_size"], dtype)
    done = None if "checkpoint" in settings else fit_of(begun, setup)
    if done is None:
        return {"parameters": begun.parameters}
    return {"resume": done, "epochs": settings["epochs"] + done.standing.at.epoch}


def optimiser_of(asked: TrainOptions, before: Any) -> Optimiser:
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
