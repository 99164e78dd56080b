"""The diagnosis: call the user's function at probes, judge every gradient, and find the mistakes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.check.agreement import is_float32
from chalkgrad.derive import derive
from chalkgrad.diagnose.beside import beside
from chalkgrad.diagnose.naming import Names
from chalkgrad.diagnose.points import USUAL_RATE, Point, columns
from chalkgrad.diagnose.probes import batch_sizes, distinct, mild
from chalkgrad.diagnose.report import Diagnosis, GradientVerdict, Outcome
from chalkgrad.diagnose.search import Explanation, Search
from chalkgrad.diagnose.telling import chain, mistakes
from chalkgrad.diagnose.verdicts import verdicts
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network
from chalkgrad.usercode.frameworks import MisfitError, framework_network
from chalkgrad.usercode.layout import Reading, Wanted
from chalkgrad.usercode.observation import Observation, Observed
from chalkgrad.usercode.session import Session


@dataclass(frozen=True)
class Case:
    """What is to be diagnosed: a session, its network, and the user's own data if there are any."""

    session: Session
    network: Network
    given: Data | None
    seed: int

    def probes(self, network: Network) -> list[tuple[Network, Data]]:
        """Mild data of two batch sizes, and single samples."""
        first, second = batch_sizes(network)
        sizes = ((first, 1), (first, 2), (second, 3), (second, 4), (1, 5), (1, 6))
        return [(network, mild(network, rows, self.seed + seed)) for rows, seed in sizes]


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
    case = Case(session, network, given, seed)
    subject = target if isinstance(target, str) else session.name
    found = _diagnosed(case, subject)
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

    data, _ = complete(network, parameters, x, t, seed, labels=True)
    return validate_data(network, data.x, data.t, data.parameters)


def _diagnosed(case: Case, subject: str) -> Diagnosis:
    first = case.given or case.probes(case.network)[0][1]
    chosen = case.session.choose(first)
    best = chosen[0]
    if best.stopped or best.observations[0].error is not None:
        return _failed(case, subject, best)
    return _judged(case, subject, best)


def _failed(case: Case, subject: str, seen: Observed) -> Diagnosis:
    error = seen.observations[0].error
    text = seen.stopped or (f"{error['type']}: {error['message']}" if error else "")
    from chalkgrad.diagnose.report import Mistake
    from chalkgrad.diagnose.titles import TITLES

    rule = "no-answer" if seen.stopped else "exception"
    mistake = Mistake(rule, TITLES[rule], (), (), text)
    return Diagnosis(case.network, subject, "failed", mistakes=(mistake,), output=seen.output)


def _judged(case: Case, subject: str, seen: Observed) -> Diagnosis:
    own, wide = case.probes(case.network), distinct(case.network)
    wider = case.probes(wide) if wide != case.network and not case.session.fixed_widths else []
    given = [(case.network, case.given)] if case.given is not None else []
    every = case.session.observe([*own, *given, *wider], seen.reading, again=1)
    there = every.observations
    count = len(own) + len(given)
    points = [_point(each) for each in there]
    judged = verdicts(points[:count], there[:count])
    base = Diagnosis(
        case.network, subject, "right", judged, reading=str(seen.reading), output=every.output,
        probes=_told(own, wider),
    )  # fmt: skip
    if all(verdict.ok for verdict in judged):
        return beside(base, there)
    sets = [(points[count:], there[count:])] if wider else []
    sets.append((points[: len(own)], there[: len(own)]))
    for some, seen_there in sets:
        if all(each.error is None and not each.misshapen for each in seen_there):
            return beside(_explained(base, some, seen_there, seen), there)
    return beside(_explained(base, sets[-1][0], sets[-1][1], seen), there)


def _told(own: Sequence[tuple[Network, Data]], wider: Sequence[tuple[Network, Data]]) -> tuple[str, ...]:
    sizes = ", ".join(str(len(data.x)) for _, data in own)
    told = [f"random mild data, batches of {sizes}"]
    if wider:
        told.append(f"the same layers with widths {'-'.join(map(str, wider[0][0].widths))}")
    return tuple(told)


def _point(seen: Observation) -> Point:
    return Point(
        derive(seen.network),
        seen.data,
        columns(seen.gradients),
        seen.misshapen,
        seen.learning_rate or USUAL_RATE,
    )


def _explained(
    base: Diagnosis, points: Sequence[Point], there: Sequence[Observation], seen: Observed
) -> Diagnosis:
    wrong = [verdict.name for verdict in base.gradients if not verdict.ok]
    single = any(is_float32(array) for each in there for array in each.gradients.values())
    search = Search(points, single)
    found = search.explain()
    if not found:
        return replace(base, outcome="unexplained")
    derivation = points[0].derivation
    best = found[0]
    names = Names(points[0], there[0], seen.reading, best.values[0], source=seen.source)
    told = mistakes(best, derivation, wrong, names)
    others = _others(found)
    alternatives = tuple(mistakes(other, derivation, wrong, None) for other in others)
    gradients = tuple(_with_follows(v, best, points[0]) for v in base.gradients)
    same = all({p.step for p in other.places} == {p.step for p in best.places} for other in others)
    outcome: Outcome = "explained" if same else "ambiguous"
    ambiguity = "" if not others else "The same numbers come from other mistakes as well."
    return replace(
        base,
        outcome=outcome,
        gradients=gradients,
        mistakes=told,
        alternatives=alternatives,
        ambiguity=ambiguity,
    )


def _others(found: Sequence[Explanation]) -> list[Explanation]:
    """The explanations by other rules than the first's, one for each set of rules."""
    seen = {frozenset(found[0].rules)}
    others = []
    for each in found[1:]:
        exotic = any("through a" in place.detail for place in each.places)
        if frozenset(each.rules) not in seen and not exotic:
            seen.add(frozenset(each.rules))
            others.append(each)
    return others[:3]


def _with_follows(verdict: GradientVerdict, explanation: Explanation, point: Point) -> GradientVerdict:
    if verdict.verdict != "wrong":
        return verdict
    path = chain(point.derivation, verdict.name)
    mistaken = [step for step in path if any(place.step == step for place in explanation.places)]
    unknown = [step for step in path if step in explanation.unknown]
    follows = len({*mistaken, *unknown}) == 1 and verdict.name not in {*mistaken, *unknown}
    return replace(verdict, follows=follows)
