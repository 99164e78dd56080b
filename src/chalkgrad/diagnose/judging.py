"""The diagnosis under one reading: verdicts at the probes, and the mistakes behind the wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalkgrad._roles import role_of
from chalkgrad.diagnose.beyond.in_place import changed_in_place
from chalkgrad.diagnose.beyond.remembering import remembers
from chalkgrad.diagnose.beyond.their_data import allowed, only_there
from chalkgrad.diagnose.code.trying import is_right, tried
from chalkgrad.diagnose.explaining import Explainer
from chalkgrad.diagnose.findings import GradientVerdict
from chalkgrad.diagnose.probes.case import Case, Probes
from chalkgrad.diagnose.probes.points import Point, point_of
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.diagnose.search.explanation import Explained, Explanation
from chalkgrad.diagnose.telling.remarks import left_out, remarks
from chalkgrad.diagnose.telling.telling import chain
from chalkgrad.diagnose.telling.verdict_notes import beside
from chalkgrad.diagnose.telling.verdicts import LESS_EXACT, nearly_right, verdicts
from chalkgrad.usercode.answer.observation import Observation, Observed
from chalkgrad.usercode.layouts.reading import Reading


def judged(case: Case, reading: Reading) -> tuple[Diagnosis, float]:
    """The diagnosis under one reading, and what its explanation costs (0 for right)."""
    listed = [*case.own, *case.theirs, *case.wider]
    every = case.session.observe([*listed, *case.hard], reading, again=2)
    remembered, there = remembers(every.observations[: len(listed)])
    count = len(case.own) + len(case.theirs)
    usual = there[:count]
    every_point = [point_of(each) for each in there]
    points = every_point[:count]
    own = len(case.own)
    judged = verdicts(points, usual)
    right_so_far = all(verdict.ok for verdict in verdicts(points[:own], usual[:own]))
    if case.theirs and right_so_far:
        judged = allowed(judged, points[-1])
    base = Diagnosis(
        case.network,
        case.subject,
        "right",
        judged,
        reading=str(every.reading),
        layout=every.reading.to_dict(),
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
        found, probes = _explained(case, there, every_point, every, wrong)
    if found.outcome == "unexplained" and not found.mistakes:
        close = tuple(nearly_right(verdict, points) for verdict in judged)
        if all(verdict.ok for verdict in close):
            return replace(base, gradients=close, remarks=(*base.remarks, LESS_EXACT)), 0.0
    changed = sorted({name for each in usual for name in each.changed if role_of(name) is None})
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
    explained = {name for mistake in told for name in mistake.explains}
    judged = tuple(v if v.name in explained else nearly_right(v, points) for v in judged)
    gradients = tuple(_with_follows(v, found.explanation, points[0]) for v in judged)
    done = replace(
        base,
        outcome=found.outcome,
        gradients=gradients,
        mistakes=told,
        alternatives=found.alternatives,
        ambiguity=found.ambiguity,
        patterns=found.patterns,
    )
    return beside(done, there), found.cost


def _explained(
    case: Case, there: Sequence[Observation], points: Sequence[Point], seen: Observed, wrong: Sequence[str]
) -> tuple[Explained, Probes]:
    """Explain on distinct widths if the code runs there, or else on its own."""
    own, wide = range(len(case.own)), range(len(there) - len(case.wider), len(there))
    is_wide = bool(case.wider) and _is_usable(there, points, wide, own)
    chosen = list(wide if is_wide else own)
    if seen.reading.mode == "single":  # what one call computes is known at one sample
        chosen = [place for place in chosen if points[place].m == 1]
    some, known = [there[place] for place in chosen], [points[place] for place in chosen]
    found = Explainer(some, known, seen.reading, seen.source, wrong).explain()
    return found, case.wider if is_wide else case.own


def _is_usable(there: Sequence[Observation], points: Sequence[Point], wide: range, own: range) -> bool:
    """Whether code does on other widths what it does on its own, as far as that can be seen."""
    if any(there[place].error is not None for place in wide):
        return False
    other, here = (
        {v.name: v.verdict for v in verdicts([points[i] for i in places], [there[i] for i in places])}
        for places in (wide, own)
    )
    return all(other[name] == here[name] or {other[name], here[name]} == _LIKE for name in here)


_LIKE = {"wrong", "wrong shape"}


def _told(case: Case) -> tuple[str, ...]:
    sizes = list(dict.fromkeys(len(data.x) for _, data in case.own))
    told = [
        f"random numbers that saturate no unit, batches of {', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
    ]
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
