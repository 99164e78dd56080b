"""Check somebody else's gradient function against the loss.

It is called as a diagnosis calls it, by a ``Session``; whatever goes wrong on the way is a finding with its
line, not a crash.  It is judged in the layout in which its answer makes most sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.agreement import settle
from chalkgrad.check.checking import backward_order, derived_gradients
from chalkgrad.check.forward import Forward
from chalkgrad.check.judge import Setting, judge, setting
from chalkgrad.check.probe import complete
from chalkgrad.check.report import CALL, INTERMEDIATE, PARAMETER, Finding, Report
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observation, Observed
from chalkgrad.usercode.answer.rounding import agree, relative_error
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.session import Session
from chalkgrad.usercode.syntax.source import line_of


def check_against(
    function: Any,
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
        ``"FILE.py:function"``, ``"FILE.py:Class"`` or ``"FILE.py:Class.method"``, which runs in a process of
        its own with limits; or a callable, class or object, which runs here without any.  It asks for what it
        wants by the names of its parameters (``X, y, W1, b1, Z1, A1, m, params, cache``, in any usual
        spelling) and returns its gradients, keeps them or takes a step: it is called as by ``diagnose``.
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
    session = Session(function, network, time_limit=time_limit, memory_limit=memory_limit)
    seen = session.choose(data, again=1)[0]
    call = seen.observations[0]
    findings = _call_findings(seen, network)
    if call.gradients or call.misshapen:
        expected = {f"d{name}": array for name, array in derived_gradients(network, data).items()}
        findings += _gradient_findings(call, setting(Forward(network, data)), expected, seed)
        notes = (*notes, *_notes(seen.reading, call), *_left_out(session))
    subject = function if isinstance(function, str) else getattr(function, "__name__", "the function")
    return Report(network, tuple(findings), subject, notes, backward_order(network), seen.output)


def _notes(reading: Reading, call: Observation) -> list[str]:
    """How it was read, and what was seen that is no mistake of a gradient."""
    told = [f"read with {reading}"] if reading != Reading() else []
    moves = call.kind == "updated"
    if moves and call.learning_rate is not None:
        told.append(f"a gradient is a step of the parameters over the learning rate {call.learning_rate:g}")
    elif moves:
        told.append("a gradient is a step of the parameters")
    changed = [name for name in call.changed if not (moves and name in call.data.parameters)]
    if changed:
        told.append(f"the function changes its inputs in place: {', '.join(changed)}")
    return [*told, *(note.text for note in call.notes)]


def _left_out(session: Session) -> list[str]:
    text = line_of(session.source, session.skipped)
    return [f"line {session.skipped} at the top of the file raised and was left out: {text}"] if text else []


# -- the call ---------------------------------------------------------------------------------------------


def _call_findings(seen: Observed, network: Network) -> list[Finding]:
    """What is wrong with the call itself: it stopped, raised, kept state or returned no gradient."""
    call = seen.observations[0]
    wanted = ", ".join(f"d{name}" for name in network.parameter_shapes())
    if seen.stopped:
        message = seen.stopped
    elif call.error is not None:
        message = _raised(call.error)
    elif call.gradients or call.misshapen:
        message = _unlike(call)
    elif call.refused:
        kinds = ", ".join(sorted(set(call.refused)))
        message = f"returned no arrays of numbers but {kinds}; return {wanted}"
    else:
        labels = ", ".join(label or "one array" for label in call.returned[:8]) or "nothing"
        message = f"returned {labels}; return a dictionary or a tuple of {wanted}"
    return [Finding("call", CALL, "wrong", message)] if message else []


def _raised(error: Mapping[str, Any]) -> str:
    text = error["message"] if error["type"] == "SystemExit" else f"{error['type']}: {error['message']}"
    place = f" in line {error['line']}" if error["line"] else ""
    return f"raised {text}{place}" + (f": {error['text']}" if place and error["text"] else "")


def _unlike(call: Observation) -> str:
    """Say which gradients a second call on the same arrays gives otherwise, if it does."""
    moved = [
        name
        for again in call.again
        for name, array in call.gradients.items()
        if name not in again or not np.array_equal(array, again[name], equal_nan=True)
    ]
    which = ", ".join(moved[:6])
    return (
        f"a second call on the same arrays gives other numbers ({which}): state is kept, or it is random"
        if moved
        else ""
    )


# -- the gradients ----------------------------------------------------------------------------------------


def _gradient_findings(
    call: Observation, place: Setting, expected: Mapping[str, Array], seed: int
) -> list[Finding]:
    network = call.network
    names = [f"d{name}" for name in network.parameter_shapes()]
    findings = [_parameter(name, call, place, expected[name], seed) for name in names]
    settled = all(found.verdict != "wrong" for found in findings)
    for name in backward_order(network):
        if name not in names and (name in call.gradients or name in call.problems):
            findings.append(_intermediate(name, call, place, expected[name], settled, seed))
    return findings


def _parameter(name: str, call: Observation, place: Setting, truth: Array, seed: int) -> Finding:
    if name not in call.gradients:
        message = call.problems.get(name, "not returned")
        return Finding(name, PARAMETER, "wrong", message, expected=truth)
    found = _judged(name, PARAMETER, call.gradients[name], place, truth, seed)
    if name in call.problems:
        fix = "the right numbers, but it " if found.verdict == "right" else "it "
        return replace(found, verdict="wrong", message=f"{fix}{call.problems[name]}")
    return found


def _judged(name: str, kind: str, array: Array, place: Setting, truth: Array, seed: int) -> Finding:
    found = judge(place, name[1:], kind, array.astype(np.float64), seed)
    return settle(replace(found, claimed=array, expected=truth), truth, place)


def _intermediate(
    name: str, call: Observation, place: Setting, truth: Array, settled: bool, seed: int
) -> Finding:
    if name not in call.gradients:
        return Finding(name, INTERMEDIATE, "wrong", call.problems[name], expected=truth)
    array = call.gradients[name]
    m = len(call.data.x)
    blank = Finding(name, INTERMEDIATE, "inconclusive", claimed=array, expected=truth)
    if m > 1 and call.network.loss.reduction == "mean" and agree(array / m, truth):
        message, error = "right per sample: the 1/m comes later", relative_error(array / m, truth)
        return replace(blank, verdict="right", message=message, relative_error=error)
    if not np.isfinite(truth).all():
        return replace(blank, message="not finite at these data")
    found = _judged(name, INTERMEDIATE, array, place, truth, seed)
    if found.verdict == "wrong" and settled:
        # The parameters' gradients are right, so this name means something else in the user's code.
        message = f"not ∂L/∂{name[1:]}, but nothing wrong follows from it"
        return replace(found, verdict="inconclusive", message=message)
    return found
