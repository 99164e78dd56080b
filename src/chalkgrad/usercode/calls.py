"""Call a user's target at one scene and write down what came of it: a plain table a call."""

from __future__ import annotations

from collections.abc import Iterator

from chalkgrad.usercode.call.caller import Caller, Table
from chalkgrad.usercode.call.function_call import FunctionCaller
from chalkgrad.usercode.call.loading import CodeTarget
from chalkgrad.usercode.call.object_call import ObjectCaller
from chalkgrad.usercode.call.probe_arrays import ProbeArrays
from chalkgrad.usercode.kinds import kind_of
from chalkgrad.usercode.layouts.reading import Reading


def observe(
    target: CodeTarget, scene: ProbeArrays, reading: Reading, trace: bool, again: int
) -> Iterator[Table]:
    """Call a target at a scene, and again on fresh copies; one table a call.

    In single mode a table has an answer for every sample.
    """
    if kind_of(target.value if target.instance is None else target.instance) is not None:
        from chalkgrad.usercode.frameworks.call import observe_framework

        yield from observe_framework(target, scene, reading, trace, again)
        return
    if isinstance(target.value, type):
        caller: Caller = ObjectCaller(target, scene, reading)
    else:
        caller = FunctionCaller(target, scene, reading)
    places = range(scene.samples) if reading.mode == "single" else [None]
    for number in range(again + 1):
        answers = [caller.answer(place, trace and number == 0 and place in (None, 0)) for place in places]
        yield {"reading": caller.reading.to_dict(), "call": number, "answers": answers}
        if any(answer.get("error") or answer.get("unknown") for answer in answers):
            return
