"""The numbers of a trace: one object a step, compared by value, written as plain lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._pages import Page, Written, page_of
from chalkgrad.derive import Derivation
from chalkgrad.derive.update_rules import SLOTS
from chalkgrad.expr import Symbol
from chalkgrad.formula.precise import decimal_text
from chalkgrad.network import Network


class _Table:
    """The quantities of one kind by name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, step: TraceStep, owner: type) -> dict[str, Any]:
        return step.tables.get(self.name, {})


def _place(symbol: Symbol) -> tuple[str, str]:
    """The kind of quantity of a symbol, and its name there."""
    of = symbol.of
    match symbol.kind:
        case "norm" | "clip_factor":
            return "clipping", symbol.kind.removeprefix("clip_")
        case "loss":
            return "loss", symbol.name
        case "grad" if of is not None and of.kind == "pre":
            return "deltas", str(of.layer)
        case "grad" if of is not None and of.is_parameter:
            return "gradients", of.name
        case "grad":
            return "errors", symbol.name
        case "next" if of is not None:
            return "updated" if of.is_parameter else "updated_state", of.name
        case "pull" if of is not None:
            return "followed", of.name
        case kind if kind in SLOTS or symbol.is_statistic:
            return "state", symbol.name
    return "parameters" if symbol.is_parameter else "values", symbol.name


@dataclass(frozen=True, eq=False)
class TraceStep:
    """One pass forward, backward and update.  Steps are equal if all their numbers are.

    Attributes
    ----------
    symbols
        Every number of the step by its symbol in the canonical convention: samples as rows, W_l as
        n_out × n_in, what has one number for each neuron as a list.  All else is a view of it, by name.
    values
        X, T, Z1, A1, …, Y: samples as rows; with sample weights s, with dropout the masks M1, ….
    deltas
        ∂L/∂Z_l by layer number, ``{"1": …}``, shaped like Z_l.
    errors
        ∂L/∂A_l and ∂L/∂Y, by the names dA1, dY.
    gradients
        ∂L/∂W_l and ∂L/∂b_l, by the parameters' names.
    parameters, updated
        The parameters before and after the update.
    state, updated_state
        What the optimiser remembers before and after it, ``{"W1.m": …}``; empty for plain descent.
    followed
        What moves a parameter in the place of its gradient, where gradients are clipped or weights decay.
    clipping
        ``norm``, the length of all gradients together, and ``factor``, how much of it is kept.
    number
        t, the number of the update, from 1.
    """

    symbols: dict[Symbol, Array]
    number: int = 1
    values, deltas, errors, gradients = _Table(), _Table(), _Table(), _Table()
    parameters, updated, state, updated_state = _Table(), _Table(), _Table(), _Table()
    followed, clipping = _Table(), _Table()

    @property
    def loss(self) -> Any:
        """L before the update."""
        return self.named["L"].reshape(-1)[0]

    @cached_property
    def named(self) -> dict[str, Array]:
        """Every quantity by its symbol's name, whatever the layout: Z1, dW1, W1_new, W1.m, …"""
        return {symbol.name: value for symbol, value in self.symbols.items()}

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The values of each kind."""
        found: dict[str, dict[str, Any]] = {}
        for symbol, value in self.symbols.items():
            table, name = _place(symbol)
            found.setdefault(table, {})[name] = value.reshape(-1)[0] if table == "clipping" else value
            if symbol.kind == "output":
                found[table][symbol.numbered_name] = value
        return found | {"gradients": {name: found["gradients"][name] for name in found["parameters"]}}

    def __eq__(self, other: object) -> bool:
        return _everything(self) == _everything(other) if isinstance(other, TraceStep) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<TraceStep {self.number}: loss {plain(self.loss)}, gradients {', '.join(self.gradients)}>"


@dataclass(frozen=True)
class Taken:
    """The step of a training that a trace repeats.

    Attributes
    ----------
    step, epoch
        Their numbers, from 0.
    rows
        The numbers of the mini-batch's rows.
    dtype
        In which the training computes.
    loss
        Its L, before the update.
    apart
        The largest difference between a parameter after the update, here and there.
    """

    step: int
    epoch: int
    rows: tuple[int, ...]
    dtype: str
    loss: float
    apart: float


@dataclass(frozen=True, eq=False)
class Trace(Written):
    """The numbers of a few steps of training.  Traces are equal if all their numbers are.

    Attributes
    ----------
    derivation
        The equations that were evaluated.
    steps
        One ``TraceStep`` for each update.
    learning_rate
        η.
    arithmetic
        ``float64``, ``exact`` or the number of digits.
    taken
        The step of a training that this is, or None.
    """

    network: Network
    derivation: Derivation
    steps: tuple[TraceStep, ...]
    learning_rate: Any
    arithmetic: str
    frozen: tuple[str, ...] = field(default=())
    taken: Taken | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return _settings(self) == _settings(other) and self.steps == other.steps

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        losses = [str(plain(step.loss)) for step in self.steps[:4]]
        shown_losses = ", ".join(losses[:3]) + (", …" if losses[3:] else "")
        return f"<Trace of {self.network!r} in {self.arithmetic}: loss {shown_losses}>"

    def __str__(self) -> str:
        return str(self.page())

    def page(self, notation: Any = None, *, digits: int = 6) -> Page:
        """Return the numbers put into the formulas, as a page.

        Parameters
        ----------
        notation
            A built-in notation's name, a TOML file, or a ``Notation``; matrix if left out.
        digits
            Significant digits of float64 numbers.

        Raises
        ------
        InputError
            There is no such notation.
        """
        return page_of(self, notation, digits=digits)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON; exact and many-digit numbers become text (``"3/7"``)."""
        return {"steps": [_step_dict(step) for step in self.steps]}


def _settings(found: Trace) -> tuple[Any, ...]:
    return found.network, found.derivation.training, found.arithmetic, found.learning_rate, found.frozen


def _everything(step: TraceStep) -> dict[str, Any]:
    more = {"parameters": {name: plain(value) for name, value in step.parameters.items()}}
    return _step_dict(step) | more | {"number": step.number}


def _step_dict(step: TraceStep) -> dict[str, Any]:
    def table(values: Mapping[str, Array]) -> dict[str, Any]:
        return {name: plain(value) for name, value in values.items()}

    found = {
        "loss": plain(step.loss),
        "values": table(step.values),
        "errors": table(step.errors),
        "deltas": table(step.deltas),
        "gradients": table(step.gradients),
        "updated": table(step.updated),
    }
    names = ("clipping", "followed", "state", "updated_state")
    return found | {name: table(getattr(step, name)) for name in names if getattr(step, name)}


def plain(value: Any) -> Any:
    """Arrays as nested lists; numbers that JSON lacks (3/7, 50 digits, infinity) as text."""
    if isinstance(value, np.ndarray):
        return [plain(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else str(float(value))
    return decimal_text(value) if hasattr(value, "_mpf_") else str(value)
