"""What a child reported, frame by frame, as an ``Observed`` for each reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalkgrad.usercode.answer.observation import Observation, Observed
from chalkgrad.usercode.answer.probe import Probe, observation
from chalkgrad.usercode.child_report import ChildReport
from chalkgrad.usercode.layouts.reading import Reading


def observed(
    ran: ChildReport, probes: Sequence[Probe], tried: Sequence[Reading], name: str, source: str
) -> list[Observed]:
    """An ``Observed`` for each reading of which there is an answer, and for the first in any case."""
    loaded = next((frame["load"] for frame in ran.frames if "load" in frame), None)
    found = []
    for place, reading in enumerate(tried):
        rows: dict[int, list[Mapping[str, Any]]] = {}
        for frame in ran.frames:
            if frame.get("reading") == place:
                rows.setdefault(frame["scene"], []).append(frame["row"])
        if rows or place == 0:
            effective, observations = _of_reading(name, rows, probes, reading, loaded, ran.stopped)
            cut = any((seen.error or {}).get("type") in ("Stopped", "TimeUp") for seen in observations)
            stopped = ran.stopped if cut else ""
            found.append(Observed(effective, observations, stopped, ran.output, source, ran.is_late))
    return found


def answers(ran: ChildReport) -> list[Mapping[str, Any]]:
    """The answers of all calls."""
    return [answer for frame in ran.frames if "row" in frame for answer in frame["row"]["answers"]]


def _of_reading(
    name: str,
    rows: Mapping[int, Sequence[Mapping[str, Any]]],
    probes: Sequence[Probe],
    reading: Reading,
    loaded: Mapping[str, Any] | None,
    stopped: str,
) -> tuple[Reading, tuple[Observation, ...]]:
    observations = []
    for number, probe in enumerate(probes):
        if number in rows:
            reading = Reading(**rows[number][0]["reading"])
            observations.append(observation(rows[number], probe, reading, name))
        else:
            error = loaded or {
                "type": "Stopped", "message": stopped or "it was not called", "line": None, "text": ""
            }  # fmt: skip
            observations.append(Observation(probe.network, probe.data, error=error))
    return reading, tuple(_unmoved(observations))


def _unmoved(observations: Sequence[Observation]) -> list[Observation]:
    """Where code updates parameters and moved none at one probe, its gradient there is zero."""
    steps = [each for each in observations if each.kind == "updated" and each.gradients]
    if not steps:
        return list(observations)
    names = {name for each in steps for name in each.gradients if name[1:] in each.data.parameters}
    found = []
    for each in observations:
        zero = {name: 0.0 * each.data.parameters[name[1:]] for name in names}
        if not (each.gradients or each.misshapen or each.error):
            rate = steps[0].learning_rate
            again = (zero,) * len(each.again)
            each = replace(each, kind="updated", learning_rate=rate, gradients=zero, again=again)
        found.append(each)
    return found
