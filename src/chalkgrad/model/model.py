"""A trained network with what belongs to it: how its inputs are made and what its outputs mean."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._pages import Page, Paged, made, page_of
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.tables.labels import class_numbers
from chalkgrad.model.checks import check_arrays, check_preparation, read_inputs, read_targets, sealed
from chalkgrad.model.evaluation import ClassEvaluation, ClassTally, Evaluation, NumberTally
from chalkgrad.model.executor_pool import ExecutorPool
from chalkgrad.model.file import read_file, write_file
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network
from chalkgrad.train.record.history import History
from chalkgrad.train.rows.names import UNNAMED, Names

if TYPE_CHECKING:
    from chalkgrad.train.result.result import Fit


@dataclass(frozen=True, eq=False)
class Model(Paged):
    """A trained network, ready to answer, to be kept in one file and to be trained on.

    Parameters
    ----------
    network
        Its description.
    parameters
        {"W1": n₁ × n₀, "b1": n₁, …}, all float32 or all float64.  They are not copied, and must not change
        any more.
    preparation
        How a table becomes inputs and targets; None where the network takes arrays as they are.
    history
        What its training did, epoch by epoch.
    settings
        How it was trained: optimiser, seed, rows …; whatever JSON can hold.
    state
        The optimiser's state, {"W1.m": …, …}, so that training can go on where it ended.
    names
        What the columns of the inputs are called, where there is no preparation that knows it.

    Raises
    ------
    InputError
        If parameters are absent, of another shape or not finite, or the preparation does not fit the network.

    Examples
    --------
    >>> model = Model(Network("2-1:sigmoid"), {"W1": np.array([[2.0, -1.0]]), "b1": np.array([0.5])})
    >>> model.predict(np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
    [1, 0]
    """

    network: Network
    parameters: Mapping[str, Array]
    preparation: Preparation | None = None
    history: History = field(default_factory=History)
    settings: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Array] = field(default_factory=dict)
    names: Names = UNNAMED
    _lent: ExecutorPool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        expect_network(self.network)
        faults: list[Fault] = []
        check_arrays(self.network, self.parameters, self.state, faults)
        check_preparation(self.network, self.preparation, faults)
        if faults:
            raise InputError(faults)
        object.__setattr__(
            self, "parameters", {name: sealed(array) for name, array in self.parameters.items()}
        )
        object.__setattr__(self, "_lent", ExecutorPool(self.network, self.parameters))

    @classmethod
    def of(cls, fit: Fit, preparation: Preparation | None = None, **settings: Any) -> Model:
        """Return the model of a training: its parameters, history, and how they came about.

        Parameters
        ----------
        fit
            What the training left behind.
        preparation
            How its inputs and targets were made; left out, that of the source it learned from, if it has one.
        **settings
            What else is to be kept, such as ``data="adult.csv"``; whatever JSON can hold.
        """
        setup, at = fit.setup, fit.standing.at
        kept = {
            "optimiser": {"name": type(setup.optimiser).__name__, **asdict(setup.optimiser)},
            "batch_size": setup.batch_size,
            "dropout": list(setup.dropout),
            "clip_norm": setup.clip_norm,
            "seed": setup.seed,
            "dtype": setup.dtype,
            "outcome": fit.outcome,
            "advice": fit.advice,
            "position": [at.step, at.epoch],
        }
        last = fit.standing.parameters
        is_last = all(np.array_equal(fit.parameters[name], value) for name, value in last.items())
        state = fit.state if is_last else {}  # it belongs to the last parameters, not to the best
        told = {**settings, **kept}
        made = preparation or fit.preparation
        return cls(fit.network, fit.parameters, made, fit.history, told, state, fit.names)

    def __repr__(self) -> str:
        count = f"{self.parameter_count:,} parameters in {self.dtype.name}"
        answers = f"{len(self.classes)} classes" if self.classes else "numbers"
        return f"<Model {self.network}: {count}, answers {self.target} with {answers}>"

    def page(self, notation: Any = None, *, width: int = 100) -> Page:
        """Return what it is as a page: layers, columns, how it was trained, and its curves.

        Parameters
        ----------
        notation
            A model has none.
        width
            Columns of the curves in text.
        """
        return page_of(self, f"Model {self.network}", width)

    @property
    def task(self) -> str:
        """What it answers: ``regression``, ``binary`` or ``classes``."""
        if self.preparation is not None and self.preparation.task is not None:
            return self.preparation.task
        from chalkgrad.train.setup.metrics import has_classes

        if not has_classes(self.network):
            return "regression"
        return "binary" if self.network.widths[-1] == 1 else "classes"

    @property
    def classes(self) -> tuple[Any, ...]:
        """The labels of the classes; numbers from 0 where nothing else is known; empty for a regression."""
        if self.preparation is not None and self.preparation.task is not None:
            return self.preparation.classes
        return () if self.task == "regression" else tuple(range(max(2, self.network.widths[-1])))

    @property
    def target(self) -> str:
        """The name of what it answers: the column it was trained on, or ``target``."""
        goal = None if self.preparation is None else self.preparation.target
        return "target" if goal is None else goal.name

    @property
    def parameter_count(self) -> int:
        """How many numbers were learned."""
        return sum(array.size for array in self.parameters.values())

    def outputs(self, data: Any, notes: list[str] | None = None, *, prepared: bool = False) -> Array:
        """Return what the network computes, Ŷ, m × n_L: probabilities, or standardised numbers.

        Parameters
        ----------
        data
            Where the model has a preparation: whatever `read_table` takes that names its columns (a data
            frame, a file, a dictionary, a `Table`), in any order, others being ignored; an array is refused,
            since it does not say whether it is prepared.  Else inputs, m × n₀, as the network takes them.
        notes
            What is worth knowing about the data is appended here.
        prepared
            Whether the data are inputs as the network takes them, m × n₀, and not to be prepared.

        Raises
        ------
        InputError
            If columns are absent or values do not fit.
        """
        x = read_inputs(self, data, notes, prepared=prepared)
        with self._lent.executor() as executor:
            return executor.predict(x.astype(self.dtype, copy=False))

    def predict(self, data: Any, notes: list[str] | None = None, *, prepared: bool = False) -> Array:
        """Return the answers for m rows: labels of classes, or numbers in the target's own units.

        Parameters
        ----------
        data
            Where the model has a preparation: whatever `read_table` takes that names its columns (a data
            frame, a file, a dictionary, a `Table`), in any order, others being ignored; an array is refused,
            since it does not say whether it is prepared.  Else inputs, m × n₀, as the network takes them.
        notes
            What is worth knowing about the data is appended here.
        prepared
            Whether the data are inputs as the network takes them, m × n₀, and not to be prepared.

        Raises
        ------
        InputError
            If columns are absent or values do not fit.
        """
        return self.decode(self.outputs(data, notes, prepared=prepared))

    def decode(self, y: Array) -> Array:
        """Return labels, or numbers in the target's own units, for outputs Ŷ, m × n_L."""
        if self.preparation is not None and self.preparation.task is not None:
            return self.preparation.decode(y)
        if self.task == "regression":
            return y[:, 0] if y.shape[1] == 1 else y
        return class_numbers(y)

    def evaluate(
        self, data: Any, t: Any = None, notes: list[str] | None = None, *, prepared: bool = False
    ) -> Evaluation:
        """Hold the answers against the truth.

        Parameters
        ----------
        data
            As for ``predict``, with the target's column or with ``t``; or an iterator of such tables.
        t
            Targets beside inputs: m × n_L, or m class numbers; of a model with a preparation the labels, or
            numbers in the target's own units.
        notes
            What is worth knowing about the data is appended here.
        prepared
            Whether data and ``t`` are as the network takes them, and not to be prepared.

        Returns
        -------
        ClassEvaluation or NumberEvaluation
            Loss and confusion matrix, or loss and distances in the target's own units.

        Raises
        ------
        InputError
            If columns are absent or values do not fit.
        """
        from chalkgrad.train.setup.work import Block

        tally = NumberTally() if self.task == "regression" else ClassTally(self.classes)
        for part in data if isinstance(data, Iterator) else (data,):
            x, targets = read_targets(self, part, t, notes, prepared=prepared)
            if targets.dtype.kind == "f":
                targets = targets.astype(self.dtype, copy=False)
            with self._lent.executor() as executor:
                loss, y = executor.losses(Block(x.astype(self.dtype, copy=False), targets))
            if isinstance(tally, NumberTally):
                tally.add(loss, self.decode(targets), self.decode(y))
            else:
                tally.add(loss, class_numbers(targets), class_numbers(y))
        return tally.result()

    def score(self, data: Any, t: Any = None, *, prepared: bool = False) -> float:
        """Return how good the answers are: the accuracy of a classifier, otherwise R².

        Parameters
        ----------
        data, t, prepared
            As for ``evaluate``; of several outputs, R² is the mean over them.

        Raises
        ------
        InputError
            If columns are absent or values do not fit.
        """
        from chalkgrad.train.setup.metrics import r_squared

        if self.network.widths[-1] > 1 and self.task == "regression":
            x, targets = read_targets(self, data, t, None, prepared=prepared)
            with self._lent.executor() as executor:
                y = executor.predict(x.astype(self.dtype, copy=False))
            return r_squared(self.decode(y), self.decode(targets))
        found = self.evaluate(data, t, prepared=prepared)
        return found.accuracy if isinstance(found, ClassEvaluation) else found.r2

    def plot(self) -> Any:
        """Draw the history; see ``History.plot``."""
        return made("History.plot", self.history, self.network)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""
        return next(iter(self.parameters.values())).dtype

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model into one file, whole or not at all; the same model gives the same bytes.

        Parameters
        ----------
        path
            Its name; ``.cg`` is usual.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        table = {
            "network": self.network.to_dict(),
            "preparation": None if self.preparation is None else self.preparation.to_dict(),
            "history": self.history.to_dict(),
            "settings": dict(self.settings),
            "names": self.names.to_dict(),
        }
        write_file(path, {**self.parameters, **self.state}, table)


def model_of(fit: Fit) -> Model:
    """Return the model of a training; see ``Model.of``."""
    return Model.of(fit)


def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a model file; nothing in it is run.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        If there is no such file, or it is none of ours, of a newer format, cut short, damaged, or holds
        weights that do not fit its network or are not finite.
    """
    name = os.fspath(path)
    table, arrays = read_file(path)
    try:
        network = Network.from_dict(_part(table, "network"))
        kept = table.get("preparation")
        preparation = None if kept is None else Preparation.from_dict(kept)
        history = History.from_dict(_part(table, "history"))
        names = network.stored_shapes()
        parameters = {key: array for key, array in arrays.items() if key in names}
        state = {key: array for key, array in arrays.items() if key not in names}
        known = Names.from_dict(table.get("names"))
        return Model(network, parameters, preparation, history, _part(table, "settings"), state, known)
    except InputError as error:
        faults = [
            Fault(f"{name}, {fault.path}", fault.condition, fault.got, fault.fix) for fault in error.faults
        ]
        raise InputError(faults) from None


def _part(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = table.get(name)
    if not isinstance(part, dict):
        raise InputError(Fault(name, "be a table", shown(part, 30), "Train the model again."))
    return part
