"""The diagnosis: call the user's function at probes, judge every gradient, and find the mistakes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from chalkgrad._errors import Fault, InputError
from chalkgrad.diagnose.beside import beside
from chalkgrad.diagnose.crash import crashed
from chalkgrad.diagnose.explaining import Explained, Explainer, point_of
from chalkgrad.diagnose.explanation import Explanation
from chalkgrad.diagnose.in_place import changed_in_place
from chalkgrad.diagnose.points import Point
from chalkgrad.diagnose.probes import at_kinks, batch_sizes, distinct, mild, saturated
from chalkgrad.diagnose.remarks import left_out, remarks
from chalkgrad.diagnose.report import Diagnosis, GradientVerdict
from chalkgrad.diagnose.state import remembers
from chalkgrad.diagnose.telling import chain
from chalkgrad.diagnose.theirs import allowed, only_there
from chalkgrad.diagnose.trying import is_right, tried
from chalkgrad.diagnose.verdicts import verdicts
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network
from chalkgrad.usercode.frameworks import MisfitError, framework_network
from chalkgrad.usercode.layout import Reading, Wanted
from chalkgrad.usercode.observation import Observation, Observed
from chalkgrad.usercode.session import Session

Probes = list[tuple[Network, Data]]
MOST_READINGS = 4
NEARLY, MUCH = 0.05, 1.5
"""Costs that count as the same, and how much better code for one sample must be explained to be taken so."""


@dataclass(frozen=True)
class Case:
    """What is to be diagnosed: a session, its network, and the user's own data if there are any."""

    session: Session
    network: Network
    given: Data | None
    seed: int
    subject: str

    def mild(self, network: Network) -> Probes:
        """Mild data of two batch sizes, and single samples."""
        first, second = batch_sizes(network)
        sizes = ((first, 1), (first, 2), (second, 3), (second, 4), (1, 5), (1, 6), (1, 7))
        return [(network, mild(network, rows, self.seed + seed)) for rows, seed in sizes]

    @cached_property
    def own(self) -> Probes:
        """Probes of the network as described."""
        return self.mild(self.network)

    @cached_property
    def wider(self) -> Probes:
        """Probes of the same layers with widths that all differ; none where they do so already."""
        other = distinct(self.network)
        return self.mild(other) if other != self.network and not self.session.fixed_widths else []

    @cached_property
    def hard(self) -> Probes:
        """Saturated outputs, and a unit exactly at a kink."""
        found = (saturated(self.network), at_kinks(self.network))
        return [(self.network, data) for data in found if data is not None]

    @property
    def theirs(self) -> Probes:
        """The user's own data."""
        return [] if self.given is None else [(self.network, self.given)]


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
    """Say what is wrong with a gradient function; see ``chalkgrad.diagnose.diagnose``."""
    began = time.monotonic()
    network = _network(target) if network is None else network
    expect_network(network)
    wanted = Wanted(**reading) if isinstance(reading, Mapping) else reading
    session = Session(
        target, network, time_limit=time_limit, memory_limit=memory_limit, reading=wanted, path="target"
    )
    given = _given(network, parameters, x, t, seed)
    subject = target if isinstance(target, str) else session.name
    found = _diagnosed(Case(session, network, given, seed, subject))
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
    judged = [_judged(case, reading) for reading in readings]
    found, cost = min(judged, key=lambda pair: pair[1])
    if not cost:
        return found
    if (turned := _turned(case, best, first)) is not None:
        return turned
    for reading in _penalties(case, readings[0]):
        other, its = _judged(case, reading)
        if its < cost - NEARLY:
            found, cost = other, its
    for reading in _one_sample(best, readings[0]):
        other, its = _judged(case, reading)
        if 0 < its < cost - MUCH:
            return other
    rivals = [d for d, its in judged if abs(its - cost) < NEARLY and d.rules != found.rules]
    if rivals and found.outcome != "unexplained" and all(d.outcome != "unexplained" for d in rivals):
        raise InputError(_which(found, rivals, case))
    return found


def _one_sample(seen: Observed, reading: Reading) -> list[Reading]:
    """The same layout with one sample a call, where no bias was summed over the batch."""
    first = seen.observations[0]
    names = [f"d{name}" for name in first.network.parameter_shapes() if name[0] == "b"]
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
    names = [f"d{name}" for name in case.network.parameter_shapes() if name[0] == "W"]
    if not names or not all("transposed" in first.problems.get(name, "") for name in names):
        return None
    other: Literal["out_in", "in_out"] = "in_out" if seen.reading.weights == "out_in" else "out_in"
    session = case.session.settled(replace(seen.reading, weights=other))
    again = session.choose(data)[0]
    if again.stopped or again.observations[0].error is None:
        return None
    found = crashed(session, case.network, data, again, case.subject)
    return found if found.outcome == "explained" else None


def _judged(case: Case, reading: Reading) -> tuple[Diagnosis, float]:
    """The diagnosis under one reading, and what its explanation costs (0 for right)."""
    listed = [*case.own, *case.theirs, *case.wider]
    every = case.session.observe([*listed, *case.hard], reading, again=2)
    remembered, there = remembers(every.observations[: len(listed)])
    count = len(case.own) + len(case.theirs)
    usual = there[:count]
    points = [point_of(each) for each in usual]
    own = len(case.own)
    right_so_far = all(verdict.ok for verdict in verdicts(points[:own], usual[:own]))
    judged = verdicts(points, usual)
    if case.theirs and right_so_far:
        judged = allowed(judged, points[-1])
    base = Diagnosis(
        case.network,
        case.subject,
        "right",
        judged,
        reading=str(every.reading),
        output=every.output,
        probes=_told(case),
    )
    hard = every.observations[len(listed) :] if base.ok_numbers else ()
    noted = remarks(every.observations[:count], hard, every.reading)
    base = replace(base, remarks=(*left_out(case.session.skipped, every.source), *noted))
    wrong = [verdict.name for verdict in judged if not verdict.ok]
    if not wrong and remembered is None:
        return beside(base, there), 0.0
    if remembered is not None and (not wrong or remembered.rule == "not-deterministic"):
        marked = tuple(_moved(v) if v.name in remembered.explains else v for v in judged)
        return replace(base, outcome="explained", gradients=marked, mistakes=(remembered,)), 1.0
    if right_so_far and wrong:
        found, probes = only_there(wrong, usual[-1], every.source), case.theirs
    else:
        found, probes = _explained(case, there, count, every, wrong)
    changed = sorted({name for each in usual for name in each.changed if name[0] not in "Wb"})
    accident = changed_in_place(
        case.session.source,
        changed,
        wrong,
        lambda text: is_right(text, case.session, case.own[:3], every.reading),
    )
    if accident is not None:
        found = Explained("explained", (accident,), cost=1.0)
    told = found.mistakes
    if accident is None:
        told = tried(case.session, told, probes, every.reading)
    if remembered is not None:
        told = (remembered, *told)
    gradients = tuple(_with_follows(v, found.explanation, point_of(usual[0])) for v in judged)
    done = replace(
        base,
        outcome=found.outcome,
        gradients=gradients,
        mistakes=told,
        alternatives=found.alternatives,
        ambiguity=found.ambiguity,
        evidence=found.evidence,
    )
    return beside(done, there), found.cost


def _explained(
    case: Case, there: Sequence[Observation], count: int, seen: Observed, wrong: Sequence[str]
) -> tuple[Explained, Probes]:
    """Explain on distinct widths if the code runs there, or else on its own."""
    own = len(case.own)
    sets = [(there[count:], case.wider)] if case.wider else []
    sets.append((there[:own], case.own))
    some, probes = next((each for each in sets if _is_usable(each[0], there[:own])), sets[-1])
    if seen.reading.mode == "single":  # what one call computes is known at one sample
        some = [each for each in some if len(each.data.x) == 1]
    return Explainer(some, seen.reading, seen.source, wrong).explain(), probes


def _is_usable(some: Sequence[Observation], own: Sequence[Observation]) -> bool:
    """Whether code does on other widths what it does on its own, as far as that can be seen."""
    if any(each.error is not None for each in some):
        return False
    points = [[point_of(each) for each in group] for group in (some, own)]
    there, here = (
        {v.name: v.verdict for v in verdicts(these, group)}
        for these, group in zip(points, (some, own), strict=True)
    )
    return all(there[name] == here[name] or {there[name], here[name]} == _LIKE for name in here)


_LIKE = {"wrong", "wrong shape"}


def _told(case: Case) -> tuple[str, ...]:
    sizes = list(dict.fromkeys(len(data.x) for _, data in case.own))
    told = [f"random mild data, batches of {', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"]
    if case.wider:
        told.append(f"the same layers with widths {'-'.join(map(str, case.wider[0][0].widths))}")
    return tuple(told)


def _moved(verdict: GradientVerdict) -> GradientVerdict:
    said = "right at the first call, wrong at the second" if verdict.ok else "other numbers at every call"
    return replace(verdict, verdict="wrong", message=said, relative_error=None)


def _with_follows(verdict: GradientVerdict, explanation: Explanation | None, point: Point) -> GradientVerdict:
    """Whether a wrong gradient is right given the user's own values before it."""
    if verdict.verdict != "wrong" or explanation is None:
        return verdict
    mistaken = {place.step for place in explanation.places} | set(explanation.unknown)
    own = [step for step in chain(point.derivation, verdict.name) if step in mistaken]
    return replace(verdict, follows=len(own) == 1 and verdict.name not in own)
