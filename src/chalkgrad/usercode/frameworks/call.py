"""Call a framework's object at one scene: the table that ``calls`` has for functions and classes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from chalkgrad.network import Network
from chalkgrad.usercode.call.loading import CodeTarget, TimeUp
from chalkgrad.usercode.call.outcome import describe
from chalkgrad.usercode.call.probe_arrays import ProbeArrays
from chalkgrad.usercode.call.tracing import Recorder
from chalkgrad.usercode.frameworks.adapt import framework_callable
from chalkgrad.usercode.frameworks.base import Adapted
from chalkgrad.usercode.kinds import kind_of
from chalkgrad.usercode.layouts.reading import Reading

Table = dict[str, Any]


def observe_framework(
    target: CodeTarget, scene: ProbeArrays, reading: Reading, trace: bool, again: int
) -> Iterator[Table]:
    """Call it in the canonical layout, which adapters have; one table a call, none in other layouts."""
    if reading != Reading():
        return
    value = target.value if target.instance is None else target.instance
    network = Network.from_dict(scene.network)
    adapted: Adapted | None = target.adapted.get(network)
    for number in range(again + 1):
        answer: Table = {}
        recorder = _recorder(target, value) if trace and number == 0 else None
        try:
            with np.errstate(all="ignore"), _one_thread():
                if adapted is None:
                    found = framework_callable(value, network)
                    assert found is not None
                    adapted = target.adapted[network] = found[0]
                with recorder or nullcontext():
                    _fill(answer, adapted, scene)
        except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit, TimeUp) as error:
            answer["error"] = describe(error, target.file)
        if recorder is not None:
            rows = recorder.rows  # a local of forward is no name in backward
            answer["assigned"] = [list(row) for row in rows if row[3] not in ("forward", "setup_context")]
        if adapted is not None:
            answer["notes"], answer["fixed"] = [list(note) for note in adapted.notes], adapted.fixed_widths
        yield {"reading": reading.to_dict(), "call": number, "answers": [answer]}
        if "error" in answer:
            return


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep PyTorch to one thread: for tensors this small, more of them only wait for each other."""
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 1
    if torch is not None and before > 1:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch is not None and before > 1:
            torch.set_num_threads(before)


def _recorder(target: CodeTarget, value: Any) -> Recorder | None:
    """A trace of the user's own lines: of a Function its backward, of a module what it has inside."""
    if not target.file or kind_of(value) == "sklearn":
        return None
    owner = getattr(value, "__self__", value)
    return Recorder(target.file, (getattr(owner, "backward", None), getattr(owner, "vjp", None)))


def _fill(answer: Table, adapted: Adapted, scene: ProbeArrays) -> None:
    supply: Mapping[str, Any] = {name: value.copy() for name, value in scene.arrays.items()}
    wanted = adapted.network.parameter_shapes()
    result = adapted(X=supply["X"], y=supply["T"], **{name: supply[name] for name in wanted})
    answer["bound"] = dict(adapted.known_as)
    answer["parts"] = [(name, np.asarray(value)) for name, value in result.items()]
    answer["refused"], answer["names"], answer["changed"] = [], [], []
    answer["updated"], answer["eta"], answer["eta_from"] = {}, None, ""
