"""What calling a function and calling an object have in common: binding, tracing, what is caught."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalkgrad.usercode.call.binding import arguments
from chalkgrad.usercode.call.loading import CodeTarget, TimeUp
from chalkgrad.usercode.call.outcome import describe
from chalkgrad.usercode.call.probe_arrays import ProbeArrays
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.call.tracing import Recorder
from chalkgrad.usercode.layouts.reading import Reading

Table = dict[str, Any]
_CAUGHT = (Exception, SystemExit, KeyboardInterrupt, GeneratorExit, TimeUp)


class UnknownError(Exception):
    """Parameters of a function that nothing matches."""

    def __init__(self, names: list[str], whose: str) -> None:
        super().__init__(", ".join(names))
        self.names, self.whose = names, whose


class Caller:
    """What functions and objects have in common."""

    def __init__(self, target: CodeTarget, scene: ProbeArrays, reading: Reading) -> None:
        self.target, self.scene, self.reading = target, scene, reading

    def answer(self, place: int | None, trace: bool) -> Table:
        """Call once; whatever goes wrong is part of the table."""
        recorder = Recorder(self.target.file, self.tops()) if trace and self.target.file else None
        table: Table = {}
        try:
            with np.errstate(all="ignore"):
                self.run(place, recorder, table)
        except UnknownError as error:
            table["unknown"], table["whose"] = error.names, error.whose
        except _CAUGHT as error:
            table["error"] = describe(error, self.target.file)
            if recorder is not None:
                _add_failing(recorder, error, self.target.file)
        if recorder is not None:
            table["assigned"] = [list(row) for row in recorder.rows]
        return table

    def tops(self) -> tuple[Any, ...]:
        """The functions whose returned values are worth a note."""
        raise NotImplementedError

    def run(self, place: int | None, recorder: Recorder | None, table: Table) -> None:
        """Call once and fill the table."""
        raise NotImplementedError

    def bind(self, function: Any, supply: Supply, own: Mapping[str, Any] | None = None) -> Table:
        """Arguments for a function, or ``UnknownError``."""
        try:
            bound = arguments(function, supply, own)
        except (TypeError, ValueError):
            return {}
        if isinstance(bound, list):
            raise UnknownError(bound, getattr(function, "__name__", "the function"))
        return bound


def call(function: Callable[..., Any], bound: Mapping[str, Any]) -> Any:
    """Call with what was bound, positional-only parameters in their places."""
    bound = dict(bound)
    try:
        asked = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(**bound)
    first = [bound.pop(p.name) for p in asked if p.kind is p.POSITIONAL_ONLY and p.name in bound]
    return function(*first, **bound)


def _add_failing(recorder: Recorder, error: BaseException, file: str) -> None:
    step, last = error.__traceback__, None
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            last = step
        step = step.tb_next
    if last is not None:
        recorder.failing(last.tb_frame, last.tb_lineno)
