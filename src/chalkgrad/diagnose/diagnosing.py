"""The diagnosis: call the user's code, settle how its arrays are laid out, and tell what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from chalkgrad._errors import Fault, InputError
from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.diagnose.beyond.elsewhere import elsewhere
from chalkgrad.diagnose.crash import crashed
from chalkgrad.diagnose.judging import judged
from chalkgrad.diagnose.probes.case import Case
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.frameworks.adapt import framework_network
from chalkgrad.usercode.frameworks.base import MisfitError
from chalkgrad.usercode.layouts.reading import Reading, Wanted
from chalkgrad.usercode.session import Session

MOST_READINGS = 4
NEARLY, MUCH = 0.05, 1.5
"""Costs that count as the same, and how much better code for one sample must be explained to be taken so."""


def diagnose(
    target: Any,
    network: Network | None = None,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
    time_limit: float = 10.0,
    memory_limit: int = 4_000_000_000,
    reading: Reading | Wanted | Mapping[str, Any] | None = None,
) -> Diagnosis:
    """Name the mistake in somebody's backward code.

    Every plausible mistake is made in the derivation; the ones that reproduce the user's numbers at every
    probe are told, with the step they stand in and the line that mends it.

    Parameters
    ----------
    target
        ``"FILE.py:function"``, ``"FILE.py:Class"`` or ``"FILE.py:Class.method"``, run in a process of its own
        with limits; or a callable, class or object, run here without any.  It may be PyTorch's: a
        ``torch.autograd.Function``, put in its place in the network, or a module; or scikit-learn's
        ``MLPRegressor`` or ``MLPClassifier``.
    network
        What its gradients should be of; a scikit-learn object says it itself.
    parameters, x, t
        The user's own data, judged beside the random probes: ``{"W1": (n₁, n₀), "b1": (n₁,), …}``, inputs
        (m, n₀) and targets (m, n_L).
    seed
        Of the probes.
    time_limit, memory_limit
        Seconds and bytes for one run of the user's code.
    reading
        What is settled about the layout of the arrays, such as ``{"samples": "columns"}``; the rest is tried.

    Returns
    -------
    Diagnosis
        Its ``outcome`` is ``right`` only if every gradient is right at every probe.

    Raises
    ------
    InputError
        If there is no such file or function, it asks for something that the network does not have, or two
        readings of its arrays fit equally well.

    Examples
    --------
    >>> import numpy as np
    >>> from chalkgrad import Network
    >>> def backward(X, y, W1):
    ...     return {"dW1": (X @ W1.T - y).T @ X}
    >>> found = diagnose(backward, Network("3-2:nobias", loss="half_squared_error"))
    >>> found.outcome, found.rules
    ('explained', ('batch-mean-missing',))
    """
    began = time.monotonic()
    network = _network(target) if network is None else network
    expect_network(network)
    wanted = Wanted(**reading) if isinstance(reading, Mapping) else reading
    session = Session(
        target, network, time_limit=time_limit, memory_limit=memory_limit, reading=wanted, path="target"
    )
    given = _given(network, parameters, x, t, seed)
    subject = target if isinstance(target, str) else session.name
    case = Case(session, network, given, seed, subject)
    found = elsewhere(case, _diagnosed(case))
    return replace(found, seconds=time.monotonic() - began)


def _network(target: Any) -> Network:
    """What the target says itself."""
    try:
        network = framework_network(target)
    except MisfitError as error:
        raise InputError(Fault("network", "be given", "nothing", str(error))) from None
    if network is None:
        raise InputError(Fault("network", "be given", "nothing", 'Write Network("4-3:relu-1"), say.'))
    return network


def _given(network: Network, parameters: Mapping[str, Any] | None, x: Any, t: Any, seed: int) -> Data | None:
    if parameters is None and x is None and t is None:
        return None
    from chalkgrad.check.probe import complete

    return complete(network, parameters, x, t, seed, labels=True)[0]


def _diagnosed(case: Case) -> Diagnosis:
    first = case.own[0][1]
    chosen = case.session.choose(first)
    best = chosen[0]
    if best.stopped or best.observations[0].error is not None:
        return crashed(case.session, case.network, first, best, case.subject)
    readings = [each.reading for each in chosen[:MOST_READINGS]]
    candidates = [judged(case, reading) for reading in readings]
    found, cost = min(candidates, key=lambda pair: pair[1])
    if not cost:
        return found
    if (turned := _turned(case, best, first)) is not None:
        return turned
    for reading in _penalties(case, readings[0]):
        other, its = judged(case, reading)
        if its < cost - NEARLY:
            found, cost = other, its
    for reading in _one_sample(best, readings[0]):
        other, its = judged(case, reading)
        if 0 < its < cost - MUCH:
            return other
    rivals = [d for d, its in candidates if abs(its - cost) < NEARLY and d.rules != found.rules]
    if rivals and found.outcome != "unexplained" and all(d.outcome != "unexplained" for d in rivals):
        raise InputError(_which(found, rivals, case))
    return found


def _one_sample(seen: Observed, reading: Reading) -> list[Reading]:
    """The same layout with one sample a call, where no bias was summed over the batch."""
    first = seen.observations[0]
    names = [f"d{name}" for name in first.network.parameter_names(BIAS)]
    arrays = [first.misshapen.get(name) for name in names]
    unsummed = [a is not None and a.ndim == 2 and len(first.data.x) in a.shape for a in arrays]
    return [replace(reading, mode="single")] if names and all(unsummed) and reading.mode == "batch" else []


def _which(found: Diagnosis, rivals: Sequence[Diagnosis], case: Case) -> Fault:
    """Two readings of the arrays that explain the numbers equally well: the user must say."""
    options = " or ".join(each.reading for each in (found, *rivals))
    fix = "Say which with --samples rows|columns, --weights out_in|in_out, --bias flat|matrix."
    return Fault(f"layout of {case.subject}", "be clear from its numbers", f"{options}, equally well", fix)


def _penalties(case: Case, reading: Reading) -> list[Reading]:
    """The same layout with the other meanings that a λ of the code may have."""
    if not case.network.l2 or reading.penalty != "c" or not case.session.asks_for_penalty:
        return []
    others: tuple[Literal["2c", "2cm"], ...] = ("2c", "2cm")
    return [replace(reading, penalty=each) for each in others]


def _turned(case: Case, seen: Observed, data: Data) -> Diagnosis | None:
    """Where every dW came back transposed: what is wrong if W is meant the other way round, and raises."""
    first = seen.observations[0]
    names = [f"d{name}" for name in case.network.parameter_names(WEIGHT)]
    if not names or not first.transposed >= set(names):
        return None
    other: Literal["out_in", "in_out"] = "in_out" if seen.reading.weights == "out_in" else "out_in"
    session = case.session.settled(replace(seen.reading, weights=other))
    again = session.choose(data)[0]
    if again.stopped or again.observations[0].error is None:
        return None
    found = crashed(session, case.network, data, again, case.subject)
    return found if found.outcome == "explained" else None
