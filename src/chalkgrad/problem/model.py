"""A problem file: a network with its parameters, a sample, an update and perhaps printed answers.

    title, notation, seed
    [network]     layers, loss, factor, reduction, l2
    [parameters]  W1 = [[…]] (n_out × n_in), b1 = […]; those left out are drawn from the seed
    [sample]      x, t: one row or many
    [update]      learning_rate, steps, frozen = ["b1", …]
    [key]         name = "answer", or name = { answer = "…", of = "dW1" }
    [grading]     how a class's code is graded: kept as it is, read by the room ``grade``

Numbers are kept as they were typed, so exact arithmetic reads 0.1 as 1/10.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._files import read_table, write_text
from chalkgrad._numbers import Number, plain_number, plain_value, shown
from chalkgrad._reading import read_whole
from chalkgrad.evaluate.arrays import as_float64
from chalkgrad.evaluate.data import Data
from chalkgrad.evaluate.parameters import initialise
from chalkgrad.evaluate.settings import read_frozen
from chalkgrad.formula import Arithmetic
from chalkgrad.network import Network
from chalkgrad.network.layers import below, unknown_keys
from chalkgrad.problem import fields
from chalkgrad.problem.key import KeyEntry, read_key
from chalkgrad.problem.toml import write_toml

_SECTIONS = {
    "network": ("layers", "loss", "factor", "reduction", "l2"),
    "parameters": None,
    "sample": ("x", "t"),
    "update": ("learning_rate", "steps", "frozen"),
    "key": None,
    "grading": None,
}
_TEXTS = ("title", "notation")
_TOP = (*_TEXTS, "seed")
_PLACE = {name: f"{section}.{name}" for section in ("sample", "update") for name in _SECTIONS[section] or ()}


@dataclass(frozen=True, init=False, eq=False)
class Problem:
    """A network with what is needed to compute on it.

    Parameters
    ----------
    network
        The network.
    parameters
        Some or all of ``W1`` (n₁, n₀), ``b1`` (n₁,) …; the others are drawn from ``seed``.
    x, t
        One row or many, both or neither.  Classes become one-hot rows for cross-entropy.
    learning_rate
        A positive number, or none for no update.
    steps
        How many updates.
    frozen
        Names of parameters that an update leaves alone.
    seed
        Where parameters left out are drawn from.
    key
        Printed answers, by name.
    grading
        How a class's code is graded; a plain table, of which only ``grade`` knows what must be in it.
    title, notation
        What it is, and the notation of the document it is from.

    Raises
    ------
    InputError
        With every fault, in the order of the parameters.

    Examples
    --------
    >>> problem = Problem(Network("2-1:sigmoid"), {"W1": [[0.1, -1]]}, x=[1, 2], t=1)
    >>> problem.arrays().parameters["W1"], problem.arrays().t.shape
    (array([[ 0.1, -1. ]]), (1, 1))
    """

    network: Network
    parameters: dict[str, Array]
    x: Array | None
    t: Array | None
    learning_rate: Fraction | None
    steps: int
    frozen: tuple[str, ...]
    seed: int
    key: tuple[KeyEntry, ...]
    grading: dict[str, Any]
    title: str
    notation: str

    def __init__(
        self,
        network: Network,
        parameters: Mapping[str, object] | None = None,
        x: object = None,
        t: object = None,
        learning_rate: Number | None = None,
        steps: int = 1,
        frozen: Sequence[str] = (),
        seed: int = 0,
        key: Mapping[str, object] | Sequence[KeyEntry] = (),
        title: str = "",
        notation: str = "",
        grading: Mapping[str, object] | None = None,
    ) -> None:
        given = {
            "parameters": {} if parameters is None else parameters,
            "x": x,
            "t": t,
            "learning_rate": learning_rate,
            "steps": steps,
            "frozen": frozen,
            "seed": seed,
            "key": key,
            "title": title,
            "notation": notation,
            "grading": {} if grading is None else grading,
        }
        faults: list[Fault] = []
        values = _read(network, given, faults)
        if faults:
            raise InputError(faults)
        self._fill(network, values)

    def __repr__(self) -> str:
        count = 0 if self.x is None else len(self.x)
        sample = f"{count:,} {'sample' if count == 1 else 'samples'}"
        named = f" {self.title!r}" if self.title else ""
        return f"<Problem{named} of {self.network!r}: {sample}, {len(self.parameters)} parameters given>"

    def _fill(self, network: Network, values: Mapping[str, object]) -> None:
        for name, value in {"network": network, **values}.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        """Whether everything is equal, numbers by their exact value."""
        return self.to_dict() == other.to_dict() if isinstance(other, Problem) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def arrays(self, arithmetic: Arithmetic | None = None) -> Data:
        """Return all parameters and the sample as arrays of one arithmetic (float64 when left out).

        Raises
        ------
        InputError
            If the problem has no sample.
        """
        if self.x is None or self.t is None:
            fix = "Add [sample] with x and t."
            raise InputError(Fault("sample", "be given to compute numbers", "nothing", fix))
        convert = as_float64 if arithmetic is None else arithmetic.array
        return Data(self.all_parameters(arithmetic), convert(self.x), convert(self.t))

    def all_parameters(self, arithmetic: Arithmetic | None = None) -> dict[str, Array]:
        """Return the parameters, given and drawn, as arrays of one arithmetic."""
        convert = as_float64 if arithmetic is None else arithmetic.array
        names = self.network.parameter_shapes()
        drawn = initialise(self.network, self.seed) if len(self.parameters) < len(names) else {}
        merged: dict[str, Array] = {**drawn, **self.parameters}
        return {name: convert(merged[name]) for name in names}

    def to_dict(self) -> dict[str, object]:
        """Return the plain table of the problem, as its file has it."""
        table: dict[str, object] = {name: getattr(self, name) for name in _TEXTS if getattr(self, name)}
        if self.seed:
            table["seed"] = self.seed
        table["network"] = self.network.to_dict()
        if self.parameters:
            table["parameters"] = {name: plain_value(array) for name, array in self.parameters.items()}
        if self.x is not None and self.t is not None:
            table["sample"] = {"x": plain_value(self.x), "t": plain_value(self.t)}
        update: dict[str, object] = {}
        if self.learning_rate is not None:
            update["learning_rate"] = plain_number(self.learning_rate)
        if self.steps != 1:
            update["steps"] = self.steps
        if self.frozen:
            update["frozen"] = list(self.frozen)
        if update:
            table["update"] = update
        if self.key:
            table["key"] = {entry.name: entry.plain() for entry in self.key}
        if self.grading:
            table["grading"] = self.grading
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, object]) -> Problem:
        """Read the table of a problem file; raises ``InputError`` with every fault of it."""
        if not isinstance(table, Mapping):
            fix = 'Write {"network": {"layers": "2-1"}}, say.'
            raise InputError(Fault("problem", "be a table", shown(table), fix))
        faults = [_below_its_section(fault) for fault in unknown_keys(table, (*_TOP, *_SECTIONS))]
        top = len(faults)
        sections = {name: _section(table, name, faults) for name in _SECTIONS}
        network: Network | None = None
        if "network" not in table:
            fix = 'Add [network] with layers = "4-3:relu-1", say.'
            faults.append(Fault("network", "be given", "no network", fix))
        elif isinstance(table["network"], Mapping):
            try:
                network = Network.from_dict(sections["network"])
            except InputError as error:
                faults.extend(below("network", error.faults))
        given: dict[str, object] = {name: table[name] for name in _TOP if name in table}
        given |= {name: sections[name] for name in ("parameters", "key", "grading")}
        for section in ("sample", "update"):
            known = _SECTIONS[section] or ()
            faults.extend(below(section, unknown_keys(sections[section], known)))
            given |= {name: value for name, value in sections[section].items() if name in known}
        found: list[Fault] = []
        values = _read(network, given, found)
        faults[top:top] = [fault for fault in found if fault.path in _TOP]
        faults.extend(_placed(fault) for fault in found if fault.path not in _TOP)
        if faults or network is None:
            raise InputError(faults)
        problem = cls.__new__(cls)
        problem._fill(network, values)
        return problem


def _below_its_section(fault: Fault) -> Fault:
    """Return the fault of an unknown name, with the section the name belongs to, if it does."""
    for section, names in _SECTIONS.items():
        if fault.path in (names or ()):
            return replace(fault, fix=f"Put it below [{section}].")
    return fault


def _section(table: Mapping[str, object], name: str, faults: list[Fault]) -> dict[str, object]:
    value = table.get(name, {})
    if isinstance(value, Mapping):
        return dict(value)
    faults.append(Fault(name, "be a table", shown(value), f"Write [{name}] on a line of its own."))
    return {}


def _read(network: Network | None, given: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Read every field but the network; a fault's path begins with the field's name."""
    values: dict[str, Any] = {
        name: fields.read_text_field(name, given.get(name, ""), faults) for name in _TEXTS
    }
    values["seed"] = read_whole("seed", given.get("seed", 0), 0, faults)
    values["parameters"] = fields.read_parameters(network, given.get("parameters", {}), faults)
    values["x"], values["t"] = fields.read_sample(network, given.get("x"), given.get("t"), faults)
    steps = given.get("steps", 1)
    values["learning_rate"] = fields.read_learning_rate(given.get("learning_rate"), steps, faults)
    values["steps"] = read_whole("steps", steps, 1, faults)
    values["frozen"] = read_frozen(network, given.get("frozen", ()), faults)
    key = given.get("key") or {}
    if isinstance(key, tuple) and all(isinstance(entry, KeyEntry) for entry in key):
        key = {entry.name: entry for entry in key}
    values["key"] = read_key(key, "key", faults)
    values["grading"] = fields.read_table_field("grading", given.get("grading", {}), faults)
    return values


def _placed(fault: Fault) -> Fault:
    """Return a fault with the section of the file in front of the field."""
    for name, place in _PLACE.items():
        if fault.path == name or fault.path.startswith((f"{name}[", f"{name}.")):
            return replace(fault, path=place + fault.path[len(name) :])
    return fault


def load_problem(path: str | os.PathLike[str]) -> Problem:
    """Read a problem from a TOML or JSON file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        With every fault of the file.
    """
    return Problem.from_dict(read_table(path))


def dump_problem(problem: Problem, path: str | os.PathLike[str]) -> None:
    """Write a problem to a file, JSON if it is called ``.json``, else TOML; never half of it."""
    table = problem.to_dict()
    is_json = Path(os.fspath(path)).suffix.lower() == ".json"
    write_text(path, json.dumps(table, indent=2, ensure_ascii=False) + "\n" if is_json else write_toml(table))
