"""The options of ``chalkgrad train``, read and checked before anything is done."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import existing_file
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice, read_number, read_seed, read_whole
from chalkgrad.app.shell.output import add_pager_option, check_place
from chalkgrad.app.tables.options import add_table_options, read_table_options
from chalkgrad.app.training.hidden_layers import NO_LAYER, has_head
from chalkgrad.app.training.model_place import free_place
from chalkgrad.data.asked import RowsAsked
from chalkgrad.derive.optimisers import OPTIMISERS
from chalkgrad.network import Network

HIDDEN, BATCH = "64:relu-64:relu", 32
VALIDATION = 0.1
MOST = 10**9
TASKS = ("regression", "binary", "classes")
MISSING = ("error", "mean", "median", "most-frequent", "own-level", "drop")
SCHEDULES = ("constant", "step", "cosine", "one-cycle", "plateau")
KEEP = ("best", "last", "again")


@dataclass(frozen=True, kw_only=True)
class TrainOptions(RowsAsked):
    """What was asked for; None where it was left out."""

    output: str
    hidden: str | None
    fit: dict[str, Any] = field(default_factory=dict)
    """What ``fit`` is given as it stands."""
    optimiser: str | None = None
    rate: float | None = None
    weight_decay: float | None = None
    momentum: float | None = None
    keep: str | None = None
    """Which weights: those of the best epoch, of the last, or of a second training on all rows."""
    begin: str | None = None
    """A model to go on with."""
    explain: int | None = None
    notation: str | None = None
    explain_to: str | None = None
    paged: bool = True
    """Whether the page of a step may go through a pager."""


def train_parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Train a network on a table and keep it, with how its inputs are made, in one file.  The target\n"
        "decides what is learned: two values (one sigmoid), labels (softmax) or numbers (plain output).\n"
        "Numbers are standardised, text is one-hot encoded.  Ctrl-C stops it and keeps the model.\n"
        "DATA is a file (CSV, Parquet, .npz, .npy, IDX), or digits: the images that come along."
    )
    examples = (
        "train digits -o digits.cg",
        "train examples/flats.csv --target price -o flats.cg",
        "train examples/flats.csv --target lift --network 32:relu-16:relu --early-stopping 5 -o lift.cg",
        "train digits --network 128:relu --batch-size 128 --epochs 5 -o digits.cg",
        "train examples/flats.csv --target price --explain-step 0 --notation bishop -o flats.cg",
        "train examples/flats.csv --continue flats.cg --epochs 10 -o flats.cg",
    )
    options = Parser("train", "DATA", about, examples)
    for name, metavar, words in _VALUES:
        options.value(*name.split(), metavar=metavar, help=words)
        if name == "--categorical":
            add_table_options(options)
    add_pager_option(options)
    return options


_VALUES = (
    ("-o --output", "FILE", "the model file to write; the data's name with .cg, here, if left out"),
    ("--target", "COLUMN", "what is to be learned; y for a file of arrays"),
    ("--task", "TASK", "regression, binary or classes; as the target looks if left out"),
    ("--network", "LAYERS", f"the hidden layers (or the whole network), or none; {HIDDEN} if left out"),
    ("--epochs", "N", "passes over all rows; for 6,000 steps if left out, but 20 to 200"),
    ("--batch-size", "N", f"rows of a step; {BATCH}"),
    ("--optimiser", "NAME", f"{', '.join(OPTIMISERS)}; adamw with 0.003 and weight decay 0.1"),
    ("--learning-rate", "R", "if left out 0.003, of a named optimiser its own: 0.1 for sgd, 0.001 for adam"),
    ("--momentum", "M", "of sgd; 0"),
    ("--weight-decay", "D", "of the optimiser; its own if left out"),
    ("--schedule", "NAME", f"of the learning rate: {', '.join(SCHEDULES)}; cosine, constant with --epochs"),
    ("--validation", "PART", f"the part of the rows to validate on, or a file of them; {VALIDATION}"),
    ("--early-stopping", "N", "stop after N epochs without a lower validation loss; 20 without --epochs"),
    ("--keep", "HOW", "best: of the epoch with the lowest validation loss; last; again: trained on all rows"),
    ("--dropout", "P", "the part of the hidden activations that is set to 0 in a step"),
    ("--l2", "C", "add the penalty C·ΣW² (weights only)"),
    ("--clip-norm", "N", "scale the gradient down to this Euclidean norm"),
    ("--class-weight", "W", "balanced: every class counts the same in all"),
    ("--missing", "HOW", f"missing values: {', '.join(MISSING)}; error"),
    ("--ignore", "COLUMNS", "columns to leave out: id,name"),
    ("--categorical", "COLUMNS", "columns of numbers that are categories: zip,year"),
    ("--seed", "N", "of weights, order, dropout and the rows set aside; 0"),
    ("--dtype", "TYPE", "float32 or float64; float32"),
    ("--threads", "N", "as many as pay if left out"),
    ("--checkpoint", "FILE", "write all of the training there every few seconds"),
    ("--resume", "FILE", "go on from that checkpoint, to the very same numbers"),
    ("--continue", "MODEL", "begin with the weights of a model, and prepare the data as it does"),
    ("--explain-step", "N", "show all equations of step N with its numbers; steps count from 0"),
    ("--explain-to", "FILE", "write that page to a file; its suffix says the format"),
    ("--notation", "NAME", "of that page: matrix, bishop, … (see chalkgrad notations)"),
    ("--format", "FORMAT", "of what is reported: text, json; text"),
)  # fmt: skip


def read_train_options(options: argparse.Namespace, faults: list[Fault]) -> TrainOptions:
    """Return what was asked for, after adding everything that is wrong with it to ``faults``."""
    place = free_place(options.data) if options.output is None else options.output
    check_place(place, options.data, faults, example="model.cg")
    _check_suffix(place, faults)
    missing = read_choice("--missing", options.missing, MISSING, faults) or "error"
    validation = _validation(options.validation, faults)
    fit = _for_fit(options, faults)
    _check_hidden(options.network, faults)
    _check_together(options, validation, faults)
    return TrainOptions(
        data=options.data,
        output=place,
        target=options.target,
        task=cast(Any, read_choice("--task", options.task, TASKS, faults)),
        hidden=options.network,
        validation=validation,
        balanced="class_weight" in fit,
        missing=cast(Any, missing.replace("-", " ")),
        ignore=_names(options.ignore),
        categorical=_names(options.categorical),
        fit=fit,
        optimiser=read_choice("--optimiser", options.optimiser, tuple(OPTIMISERS), faults),
        rate=_number("--learning-rate", options.learning_rate, faults, "0.01"),
        weight_decay=_number("--weight-decay", options.weight_decay, faults, "0.01", zero=True),
        momentum=_number("--momentum", options.momentum, faults, "0.9", zero=True),
        seed=read_seed(options.seed, faults) or 0,
        keep=read_choice("--keep", options.keep, KEEP, faults),
        begin=getattr(options, "continue"),
        reading=read_table_options(options, faults),
        explain=read_whole("--explain-step", options.explain_step, faults, least=0, most=MOST, example=0),
        notation=options.notation,
        explain_to=options.explain_to,
        paged=not options.no_pager,
    )


def usual_schedule(asked: TrainOptions) -> str:
    """Return how the rate changes where nothing is said; where epochs are given, more may follow."""
    return "constant" if "epochs" in asked.fit else "cosine"


def _for_fit(options: argparse.Namespace, faults: list[Fault]) -> dict[str, Any]:
    """The settings that ``fit`` takes as they are."""
    given: dict[str, Any] = {}
    for name, example in (("epochs", 20), ("batch_size", BATCH), ("threads", 2), ("early_stopping", 5)):
        option = f"--{name.replace('_', '-')}"
        given[name] = read_whole(option, getattr(options, name), faults, least=1, most=MOST, example=example)
    given["dropout"] = _number("--dropout", options.dropout, faults, "0.2", zero=True)
    given["l2"] = _number("--l2", options.l2, faults, "0.0001", zero=True)
    given["clip_norm"] = _number("--clip-norm", options.clip_norm, faults, "1")
    given["class_weight"] = read_choice("--class-weight", options.class_weight, ("balanced",), faults)
    given["dtype"] = read_choice("--dtype", options.dtype, ("float32", "float64"), faults)
    schedule = read_choice("--schedule", options.schedule, SCHEDULES, faults)
    given["schedule"] = None if schedule is None else schedule.replace("-", "_")
    for name in ("checkpoint", "resume"):
        path = getattr(options, name)
        if path is not None:
            given[name] = path
            check_place(path, options.data, faults, f"--{name}")
            if name == "resume":
                attempt(faults, lambda: existing_file(options.resume))
    if given["dropout"] is not None and given["dropout"] >= 1:
        faults.append(Fault("--dropout", "be below 1", shown(options.dropout), "Write --dropout 0.2, say."))
    return {name: value for name, value in given.items() if value is not None}


def _number(
    name: str, text: str | None, faults: list[Fault], example: str, *, zero: bool = False
) -> float | None:
    number = read_number(name, text, faults, example=example, zero=zero)
    return None if number is None else float(number)


def _validation(text: str | None, faults: list[Fault]) -> float | str:
    """A part of the rows, 0 for none, or the name of a file."""
    if text is None:
        return VALIDATION
    found: list[Fault] = []
    number = read_number("--validation", text, found, example="0.1", zero=True)
    if number is not None and number < 1:
        return float(number)
    if number is None and (Path(text).suffix or Path(text).exists()):
        return text
    fix = "Write --validation 0.1, or --validation held_out.csv."
    faults.append(Fault("--validation", "be a part of the rows below 1, or a file", shown(text), fix))
    return VALIDATION


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _check_suffix(path: str, faults: list[Fault]) -> None:
    """Refuse a name that promises another kind of file."""
    suffix = Path(path).suffix.lower()
    if any(fault.path == "-o" for fault in faults):
        return
    if suffix in _OTHER_FILES:
        fix = f"Write -o {Path(path).with_suffix('.cg')}."
        faults.append(Fault("-o", "name a model file, .cg", shown(path), fix))


def _check_hidden(text: str | None, faults: list[Fault]) -> None:
    """Read the hidden layers alone, so that a mistake is told before the data is read."""
    if text is None or text == NO_LAYER or has_head(text):
        return
    attempt(faults, lambda: network_of(1, text, "1", {}))


def network_of(inputs: int, hidden: str, head: str, rest: dict[str, Any]) -> Network:
    """Return the network with these hidden layers; what is wrong with them is told as ``--network``."""
    layers = "-".join([str(inputs), *([] if hidden == NO_LAYER else [hidden]), head])
    try:
        return Network.from_dict({"layers": layers, **rest})
    except InputError as error:
        raise InputError(_as_option(fault, hidden) for fault in error.faults) from None


def _as_option(fault: Fault, hidden: str) -> Fault:
    if fault.path == "l2":
        return replace(fault, path="--l2")
    got = fault.got or shown(hidden)
    return replace(fault, path=f"--network, {fault.path}", got=got)


def _check_together(options: argparse.Namespace, validation: float | str, faults: list[Fault]) -> None:
    """Add the options that exclude or need each other."""
    if options.early_stopping is not None and validation == 0:
        fix = "Write --validation 0.1, say."
        faults.append(Fault("--early-stopping", "have rows to validate on", "--validation 0", fix))
    if options.keep == "again" and not isinstance(validation, str) and not validation:
        fix = "Write --validation 0.1, say."
        faults.append(Fault("--keep again", "have rows to validate on first", "--validation 0", fix))
    if getattr(options, "continue") is not None:
        for name in ("target", "task", "network", "missing", "ignore", "categorical", "resume"):
            if getattr(options, name) is not None:
                fix = "The model decides it."
                faults.append(Fault(f"--{name}", "be left out with --continue", "both", fix))
    if options.explain_step is None:
        for name in ("explain_to", "notation"):
            if getattr(options, name) is not None:
                option = f"--{name.replace('_', '-')}"
                faults.append(Fault(option, "stand with --explain-step", "no such step", "Add one, say 0."))
    if options.optimiser not in (None, "sgd") and options.momentum is not None:
        fix = "Write --optimiser sgd, or leave it out."
        faults.append(Fault("--momentum", "stand with --optimiser sgd", shown(options.optimiser), fix))


@contextmanager
def named_as_options() -> Iterator[None]:
    """Tell the faults of ``fit`` and of the data as faults of the options that asked for them."""
    try:
        yield
    except InputError as error:
        raise InputError(map(renamed_fault, error.faults)) from None


def renamed_fault(fault: Fault) -> Fault:
    """Return a fault of ``fit`` or of the data as one of the options that asked for it.

    >>> print(renamed_fault(Fault("batch_size", "be at most 9", "32", "Write batch_size=9.")))
    --batch-size: must be at most 9; got 32. Write --batch-size 9.
    """
    path = "--explain-step" if fault.path == "explain" else fault.path
    if path.partition(".")[0] in _PATHS:
        first, dot, rest = path.partition(".")
        name = rest if dot and rest == "learning_rate" else first
        path = f"--{name.replace('_', '-')}"
    return replace(fault, path=path, fix=as_typed(fault.fix))


def as_typed(words: str) -> str:
    """Return advice for Python as advice for the command line.

    >>> as_typed("Try clip_norm=1.0, ignore=['no'] or missing='mean'.")
    'Try --clip-norm 1.0, --ignore no or --missing mean.'
    """
    words = _QUOTED.sub(r"\1\2\3", words)
    for old, new in _FIXES:
        words = words.replace(old, new)
    return words


_OTHER_FILES = {
    ".csv", ".tsv", ".txt", ".json", ".html", ".png", ".svg", ".npz", ".parquet", ".toml", ".py",
}  # fmt: skip
_PATHS = (
    "epochs", "batch_size", "optimiser", "schedule", "dropout", "l2", "clip_norm", "class_weight",
    "seed", "dtype", "early_stopping", "threads", "validation", "checkpoint", "resume", "missing", "task",
    "ignore", "categorical", "encoding", "delimiter", "header", "target",
)  # fmt: skip
_QUOTED = re.compile(r"\b([a-z]+=)(?:\['(.*?)'\]|'(.*?)')")
_FIXES = (
    ("batch_size=", "--batch-size "), ("epochs=", "--epochs "), ("missing=", "--missing "),
    ("task=", "--task "), ("target=", "--target "), ("ignore=", "--ignore "),
    ("categorical=", "--categorical "), ("header=True", "--header yes"),
    ("encoding=", "--encoding "), ("header=False", "--header no"), ("clip_norm=", "--clip-norm "),
    ("leave resume out", "leave --resume out"),
)  # fmt: skip
