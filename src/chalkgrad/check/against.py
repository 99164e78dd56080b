"""Check somebody else's gradient function against the loss.

The function gets the named arrays it asks for and returns gradients; whatever goes wrong on the way is
a finding with its line, not a crash.  It is judged in the layout in which its answer makes most sense.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.check.agreement import agree, relative_error, settle
from chalkgrad.check.checking import backward_order, derived_gradients
from chalkgrad.check.forward import Forward
from chalkgrad.check.judge import Setting, judge, setting
from chalkgrad.check.probe import complete
from chalkgrad.check.report import CALL, INTERMEDIATE, PARAMETER, Finding, Report
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.call.calling import call
from chalkgrad.usercode.layouts.candidates import Reading, meanings, readings
from chalkgrad.usercode.process.sandbox import run_file
from chalkgrad.usercode.records import Answer, Outcome


@dataclass(frozen=True)
class Read:
    """One reading of one answer: the user's arrays in the canonical layout, and how many agree."""

    reading: Reading
    arrays: dict[str, Array]
    shapes: dict[str, str]
    agreeing: int
    fitting: int


def check_against(
    function: Callable[..., Any] | str,
    network: Network,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
    time_limit: float = 10.0,
    memory_limit: int = 4_000_000_000,
) -> Report:
    """Check a user's own gradient function.

    Parameters
    ----------
    function
        ``"module.py:function"``, which runs in a process of its own with limits; or a callable, which runs
        here without any.  It asks for what it wants by the names of its parameters (``X, y, W1, b1, Z1, A1,
        m, params, cache``, in any usual spelling) and returns a dictionary or a tuple.
    network
        What its gradients should be of.
    parameters, x, t
        As in ``check``; drawn at random, with widths that differ from the batch size, if left out.
    seed
        Of what is drawn.
    time_limit
        Seconds for all calls.
    memory_limit
        Bytes.

    Returns
    -------
    Report
        One finding a gradient, by canonical name, with the user's array kept in ``claimed``.

    Raises
    ------
    InputError
        If the file or function does not exist, or asks for something that nothing matches.
    """
    data, notes = complete(network, parameters, x, t, seed, labels=True)
    forward = Forward(network, data)
    expected = {f"d{name}": array for name, array in derived_gradients(network, data).items()}
    tried = readings(network, data.t)

    def run(chosen: Sequence[Reading]) -> Outcome:
        calls = [_supply(network, forward, data, reading) for reading in chosen]
        if isinstance(function, str):
            return run_file(function, calls, network.depth, time_limit, memory_limit)
        return _run_here(function, calls, network.depth)

    outcome = run(tried[:1])
    subject = function if isinstance(function, str) else getattr(function, "__name__", "the function")
    if outcome.stopped:
        finding = Finding("call", CALL, "wrong", outcome.stopped)
        return _report(network, [finding], subject, notes, outcome)
    first = outcome.answers[0]
    _refuse_unknown(first, network)
    best = _best_read([(tried[0], first)], network, expected)
    if best is None or best.agreeing < len(network.parameter_shapes()):
        more = run(tried[1:])
        candidates = [(tried[0], first), *zip(tried[1:], more.answers, strict=False)]
        best = _best_read(candidates, network, expected)
    if best is None:
        return _report(network, _without_arrays(first, network), subject, notes, outcome)
    findings = [*_state_findings(first), *_gradient_findings(best, setting(forward), network, expected, seed)]
    if best.reading != Reading():
        notes = (*notes, f"read with {best.reading}")
    return _report(network, findings, subject, (*notes, *_remarks(first)), outcome)


def _report(
    network: Network, findings: Sequence[Finding], subject: str, notes: tuple[str, ...], outcome: Outcome
) -> Report:
    return Report(network, tuple(findings), subject, notes, backward_order(network), outcome.output)


def _supply(network: Network, forward: Forward, data: Data, reading: Reading) -> dict[str, Any]:
    arrays = reading.supply({k: v for k, v in forward.values.items() if k != "L"})
    arrays.setdefault("X", reading.turn("X", data.x))
    arrays.setdefault("T", reading.turn("T", data.t))
    arrays[f"A{network.depth}"] = arrays["Y"]
    numbers = {"m": len(data.x), "l2": float(network.l2), "learning_rate": 0.1}
    return {**arrays, **numbers, "widths": list(network.widths)}


def _run_here(function: Callable[..., Any], calls: Sequence[dict[str, Any]], depth: int) -> Outcome:
    answers = []
    for number, supply in enumerate(calls):
        table = call(function, supply, depth)
        again = call(function, supply, depth).get("parts", ()) if number == 0 and "parts" in table else None
        answers.append(
            Answer(
                tuple(table.get("parts", ())),
                table.get("error"),
                tuple(table.get("unknown", ())),
                tuple(table.get("refused", ())),
                tuple(table.get("changed", ())),
                tuple(table.get("names", ())),
                None if again is None else tuple(again),
            )
        )
    return Outcome(tuple(answers))


def _refuse_unknown(answer: Answer, network: Network) -> None:
    if answer.unknown:
        numbered = " ".join(f"{name} " for name in network.parameter_shapes()).split()
        fix = f"There are X, y, {', '.join(numbered[:6])}, Z1, A1, y_hat, m, params, cache."
        raise InputError(
            [
                Fault(f"parameter {name}", "be something that the network has", repr(name), fix)
                for name in answer.unknown
            ]
        )


# -- what an answer means ---------------------------------------------------------------------------------


def _best_read(
    candidates: Sequence[tuple[Reading, Answer]], network: Network, expected: Mapping[str, Array]
) -> Read | None:
    best: Read | None = None
    for reading, answer in candidates:
        for meaning in meanings(answer, network, expected):
            read = _read(reading, meaning, network, expected)
            if best is None or (read.agreeing, read.fitting) > (best.agreeing, best.fitting):
                best = read
    return best


def _read(
    reading: Reading, meaning: Mapping[str, Array], network: Network, expected: Mapping[str, Array]
) -> Read:
    arrays: dict[str, Array] = {}
    shapes: dict[str, str] = {}
    agreeing = fitting = 0
    for name, value in meaning.items():
        if name not in expected:
            continue
        array, problem = reading.back(name[1:], value, expected[name])
        if array is not None:
            arrays[name] = array
        if problem:
            shapes[name] = problem
        elif name[1:] in network.parameter_shapes() and array is not None:
            fitting += 1
            agreeing += agree(array, expected[name])
    return Read(reading, arrays, shapes, agreeing, fitting)


# -- findings ---------------------------------------------------------------------------------------------


def _without_arrays(answer: Answer, network: Network) -> list[Finding]:
    if answer.error is not None:
        error = answer.error
        where = (
            f" in line {error['line']}" + (f": {error['text']}" if error["text"] else "")
            if error["line"]
            else ""
        )
        text = error["message"] if error["type"] == "SystemExit" else f"{error['type']}: {error['message']}"
        return [Finding("call", CALL, "wrong", f"raised {text}{where}")]
    wanted = ", ".join(f"d{name}" for name in network.parameter_shapes())
    if answer.refused:
        kinds = ", ".join(sorted({entry["type"] for entry in answer.refused}))
        return [Finding("call", CALL, "wrong", f"returned no arrays of numbers but {kinds}; return {wanted}")]
    labels = ", ".join(label or "one array" for label, _ in answer.parts[:8]) or "nothing"
    return [Finding("call", CALL, "wrong", f"returned {labels}; return a dictionary or a tuple of {wanted}")]


def _state_findings(answer: Answer) -> list[Finding]:
    if answer.again is None:
        return []
    again = dict(answer.again)
    moved = [
        label
        for label, array in answer.parts
        if label not in again or not np.array_equal(array, again[label], equal_nan=True)
    ]
    if not moved:
        return []
    which = ", ".join(moved[:6])
    message = (
        f"a second call on the same arrays gives other numbers ({which}): state is kept, or it is random"
    )
    return [Finding("call", CALL, "wrong", message)]


def _remarks(answer: Answer) -> list[str]:
    return (
        [f"the function changes its inputs in place: {', '.join(answer.changed)}"] if answer.changed else []
    )


def _gradient_findings(
    read: Read, place: Setting, network: Network, expected: Mapping[str, Array], seed: int
) -> list[Finding]:
    findings = []
    for name in network.parameter_shapes():
        findings.append(_parameter(f"d{name}", read, place, expected[f"d{name}"], seed))
    settled = all(found.verdict != "wrong" for found in findings)
    for name in backward_order(network):
        if name[1:] not in network.parameter_shapes() and (name in read.arrays or name in read.shapes):
            findings.append(_intermediate(name, read, place, expected[name], network, settled, seed))
    return findings


def _parameter(name: str, read: Read, place: Setting, truth: Array, seed: int) -> Finding:
    if name not in read.arrays:
        message = read.shapes.get(name, "not returned")
        return Finding(name, PARAMETER, "wrong", message, expected=truth)
    array = read.arrays[name]
    found = judge(place, name[1:], PARAMETER, array.astype(np.float64), seed)
    found = settle(replace(found, claimed=array, expected=truth), truth, place)
    if name in read.shapes:
        fix = "the right numbers, but it " if found.verdict == "right" else "it "
        return replace(found, verdict="wrong", message=f"{fix}{read.shapes[name]}")
    return found


def _intermediate(
    name: str, read: Read, place: Setting, truth: Array, network: Network, settled: bool, seed: int
) -> Finding:
    if name not in read.arrays:
        return Finding(name, INTERMEDIATE, "wrong", read.shapes[name], expected=truth)
    array = read.arrays[name]
    m = len(place.plain.data.x)
    if m > 1 and network.loss.reduction == "mean" and agree(array / m, truth):
        message = "right per sample: the 1/m comes later"
        return Finding(
            name,
            INTERMEDIATE,
            "right",
            message,
            claimed=array,
            expected=truth,
            relative_error=relative_error(array / m, truth),
        )
    if not np.isfinite(truth).all():
        return Finding(
            name, INTERMEDIATE, "inconclusive", "not finite at these data", claimed=array, expected=truth
        )
    found = judge(place, name[1:], INTERMEDIATE, array.astype(np.float64), seed)
    found = settle(replace(found, claimed=array, expected=truth), truth, place)
    if found.verdict == "wrong" and settled:
        # The parameters' gradients are right, so this name means something else in the user's code.
        return replace(
            found,
            verdict="inconclusive",
            message="not ∂L/∂" + name[1:] + ", but nothing wrong follows from it",
        )
    return found
