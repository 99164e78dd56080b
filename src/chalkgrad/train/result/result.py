"""What a training leaves behind."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._pages import Page, Paged, made, page_of
from chalkgrad._reading import read_whole
from chalkgrad.network import Network
from chalkgrad.train.record.history import History
from chalkgrad.train.record.resume_point import Arrays, Outcome, Standing
from chalkgrad.train.result.ending import Ending
from chalkgrad.train.rows.arrays import read_inputs
from chalkgrad.train.rows.names import UNNAMED, Names
from chalkgrad.train.rows.rows import Rows, preparation_of, prepared
from chalkgrad.train.setup.work import Setup
from chalkgrad.train.steps.replay import Replay, not_kept
from chalkgrad.train.steps.replayed_step import StepInputs

if TYPE_CHECKING:
    from chalkgrad.data import Preparation


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Paged):
    """A trained network: its parameters, how they came about, and how the training ended.

    Attributes
    ----------
    network
        As it was trained, with the penalty of this training.
    parameters
        ``{"W1": n₁ × n₀, "b1": n₁, …}`` in the run's type: those of the best epoch where early stopping
        restores them, otherwise the last good ones.  Always finite.
    history
        Every epoch.
    setup
        What fixed the work of a step.
    outcome
        ``finished``; ``stopped`` early; ``interrupted`` by Ctrl-C; ``diverged``; or ``data changed`` where a
        file was not the same any more.
    advice
        Empty when all went well; otherwise what happened and what to try.
    broken_at
        The step that diverged, from 0, or None; ``explain`` opens it up.
    names
        What the columns are called where the training was given data frames: ``names.inputs`` and, of several
        targets, ``names.outputs``.
    """

    network: Network
    parameters: Arrays
    history: History
    setup: Setup
    outcome: Outcome
    advice: str = ""
    broken_at: int | None = None
    names: Names = UNNAMED
    ending: Ending | None = None
    replay: Replay | None = None

    @property
    def state(self) -> Arrays:
        """The optimiser's state, ``{"W1.m": …}``: of the last step, also where ``parameters`` are older."""
        return {} if self.ending is None else self.ending.state()

    @property
    def rows(self) -> Rows | None:
        """What it learned from."""
        return None if self.replay is None else self.replay.rows

    @property
    def standing(self) -> Standing:
        """Where the training stands, from which ``fit(…, resume=…)`` goes on."""
        if self.ending is None:
            return Standing(self.parameters, {}, history=self.history, names=self.names)
        return self.ending.standing()

    def with_history(self, history: History) -> Fit:
        """Return the same with another history, such as one with the epochs of an earlier training."""
        return replace(self, history=history)

    def __repr__(self) -> str:
        return f"<Fit of {self.network!r}: {self.outcome} after {self.history.steps:,} steps>"

    def __str__(self) -> str:
        line = f"{self.outcome} after {self.history.steps:,} steps{self.history.course}"
        return f"{line}\n{self.advice}" if self.advice else line

    @property
    def model(self) -> Any:
        """The ``Model``: its parameters, history and settings, to be kept in one file."""
        return made("Fit.model", self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file that ``load_model`` reads, whole or not at all.

        Parameters
        ----------
        path
            Its name; ``.cg`` is usual.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        self.model.save(path)

    def score(self, x: Any, t: Any) -> float:
        """Return how good the answers are: the accuracy of a classifier, otherwise R².

        Parameters
        ----------
        x
            Inputs, rows × n₀.
        t
            Targets: class numbers, or rows × n_L.

        Raises
        ------
        InputError
            If they do not fit the network or each other.
        """
        from chalkgrad.data.columns.raw import is_named

        as_it_is = self.preparation is not None and not is_named(x)
        found: float = self.model.score(x, t, prepared=as_it_is)
        return found

    def plot(self) -> Any:
        """Draw the history; see ``History.plot``."""
        return made("History.plot", self.history, self.network)

    def page(self, notation: Any = None, *, width: int = 100) -> Page:
        """Return what was trained, how it ended, and the curves, as a page.

        Parameters
        ----------
        notation
            Curves have none.
        width
            Columns of the curves in text.
        """
        return page_of(self, width)

    @property
    def preparation(self) -> Preparation | None:
        """How the source of the rows prepared them; None of rows that were given as arrays or frames."""
        return None if self.rows is None else preparation_of(self.rows.source)

    def predict(self, x: Any) -> Array:
        """Return Ŷ, rows × n_L, in the run's type.

        Parameters
        ----------
        x
            Inputs, rows × n₀.  The columns of a data frame are found by the names that the training had, in
            any order, and others are ignored; arrays are taken by position.  Where the training had a source
            that prepares its rows, a data frame is prepared likewise.

        Raises
        ------
        InputError
            If they do not fit the network.
        """
        faults: list[Fault] = []
        x = prepared(self.preparation, x)
        rows = read_inputs(self.network, x, self.setup.dtype, "x", faults, self.names.inputs)
        if faults or rows is None:
            raise InputError(faults)
        ending = self.ending or Ending(self.standing)
        return ending.predict(self.setup, self.parameters, rows)

    def explain(self, step: int, notation: Any = "matrix") -> StepInputs:
        """Open one step up: everything that went into it, and its equations with all their numbers.

        The steps before it are taken again, unless it was kept on the way (``fit(…, explain=step)``).  The
        result has the step's ``trace`` and its ``page(notation, format)``, which a notebook shows.

        Parameters
        ----------
        step
            Its number, from 0.
        notation
            How its equations are written: a built-in notation's name, or a TOML file.

        Raises
        ------
        InputError
            If there was no such step, or its beginnings were not kept.
        """
        faults: list[Fault] = []
        number = read_whole("step", step, 0, faults)
        last = self.history.steps - 1 if self.broken_at is None else self.broken_at
        if not faults and number > last:
            faults.append(Fault("step", f"be from 0 to {last}", str(number), "Steps are counted from 0."))
        if faults:
            raise InputError(faults)
        if self.replay is None:
            raise not_kept(number)
        return replace(self.replay.inputs(number), notation=notation)
