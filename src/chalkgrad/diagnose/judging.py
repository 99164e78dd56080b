"""The diagnosis under one reading: verdicts at the probes, and the mistakes behind the wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from chalkgrad._roles import role_of
from chalkgrad.diagnose.beyond.another_norm import another_epsilon, said_of_epsilon
from chalkgrad.diagnose.beyond.in_place import changed_in_place
from chalkgrad.diagnose.beyond.remembering import remembers
from chalkgrad.diagnose.beyond.their_data import allowed, only_there
from chalkgrad.diagnose.code.trying import is_right, tried
from chalkgrad.diagnose.explaining import Explainer
from chalkgrad.diagnose.findings import GradientVerdict, Mistake, Remark
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
    seen = Judgement.of(case, reading)
    return next(found for stage in STAGES if (found := stage(seen)) is not None)


@dataclass(frozen=True)
class Judgement:
    """What was seen under one reading, and what follows from it.

    Attributes
    ----------
    case
        What is diagnosed.
    every
        All calls, in this order: on the network's own widths, the user's data, other widths, hard numbers.
    remembered
        What is wrong with repeated calls.
    there, points
        The observations but the hard ones, freed of what is remembered, each beside the derived numbers.
    """

    case: Case
    every: Observed
    remembered: Mistake | None
    there: tuple[Observation, ...]
    points: tuple[Point, ...]

    @classmethod
    def of(cls, case: Case, reading: Reading) -> Judgement:
        """Call the code on everything."""
        listed = [*case.own, *case.theirs, *case.wider]
        every = case.session.observe([*listed, *case.hard], reading, again=2)
        remembered, there = remembers(every.observations[: len(listed)])
        return cls(case, every, remembered, there, tuple(map(point_of, there)))

    @property
    def own(self) -> slice:
        """The places of the probes with the network's own widths."""
        return slice(len(self.case.own))

    @property
    def usual(self) -> slice:
        """The places of those and of the user's data, which are judged."""
        return slice(len(self.case.own) + len(self.case.theirs))

    @property
    def wide(self) -> slice:
        """The places of the probes with other widths."""
        return slice(self.usual.stop, len(self.there))

    def verdicts_at(self, places: slice) -> tuple[GradientVerdict, ...]:
        """A verdict a gradient at some of the places."""
        return verdicts(self.points[places], self.there[places])

    @cached_property
    def only_there(self) -> bool:
        """Whether it is right wherever it was tried but, perhaps, at the user's data."""
        return all(verdict.ok for verdict in self.verdicts_at(self.own))

    @cached_property
    def verdicts(self) -> tuple[GradientVerdict, ...]:
        """A verdict a gradient."""
        found = self.verdicts_at(self.usual)
        at_data = self.points[self.usual][-1]
        return allowed(found, at_data) if self.case.theirs and self.only_there else found

    @property
    def wrong(self) -> list[str]:
        """The gradients that are not right."""
        return [verdict.name for verdict in self.verdicts if not verdict.ok]

    @cached_property
    def right(self) -> Diagnosis:
        """The diagnosis if nothing is wrong."""
        every, case = self.every, self.case
        hard = () if self.wrong else every.observations[len(self.there) :]
        noted = remarks(every.observations[self.usual], hard, every.reading)
        return Diagnosis(
            case.network,
            case.subject,
            "right",
            self.verdicts,
            reading=str(every.reading),
            layout=every.reading.to_dict(),
            output=every.output,
            probes=case.tried,
            remarks=(*left_out(case.session.skipped, every.source), *noted),
        )

    @cached_property
    def explained(self) -> tuple[Explained, Probes]:
        """What explains the wrong ones, and the probes on which it does."""
        if self.only_there:
            return only_there(self.wrong, self.there[self.usual][-1], self.every.source), self.case.theirs
        return _explained(self)


JudgingStage = Callable[[Judgement], tuple[Diagnosis, float] | None]


def _right(seen: Judgement) -> tuple[Diagnosis, float] | None:
    return None if seen.wrong or seen.remembered else (beside(seen.right, seen.there), 0.0)


def _remembering(seen: Judgement) -> tuple[Diagnosis, float] | None:
    """Right but for what is kept from call to call, or other numbers at every call."""
    mistake = seen.remembered
    if mistake is None or (seen.wrong and mistake.rule != "not-deterministic"):
        return None
    marked = tuple(_moved(v) if v.name in mistake.explains else v for v in seen.verdicts)
    return replace(seen.right, outcome="explained", gradients=marked, mistakes=(mistake,)), 1.0


def _nearly(seen: Judgement) -> tuple[Diagnosis, float] | None:
    """Right to a few digits, where no mistake explains the rest."""
    found, _ = seen.explained
    close = tuple(nearly_right(verdict, seen.points[seen.usual]) for verdict in seen.verdicts)
    if found.outcome != "unexplained" or found.mistakes or not all(verdict.ok for verdict in close):
        return None
    base, other = seen.right, another_epsilon(seen.points[seen.usual])
    remark = LESS_EXACT if other is None else Remark("forward-differs", said_of_epsilon(other))
    return replace(base, gradients=close, remarks=(*base.remarks, remark)), 0.0


def _in_place(seen: Judgement) -> tuple[Diagnosis, float] | None:
    """An array that is changed in place and used again."""
    session, probes = seen.case.session, seen.case.own[:3]
    names = {name for each in seen.there[seen.usual] for name in each.changed if role_of(name) is None}
    accident = changed_in_place(
        session.source,
        sorted(names),
        seen.wrong,
        lambda text: is_right(text, session, probes, seen.every.reading),
    )
    return None if accident is None else _wrong(seen, Explained("explained", (accident,), cost=1.0))


def _mistaken(seen: Judgement) -> tuple[Diagnosis, float]:
    """Mistakes in the gradients, their fixes tried together; or the evidence."""
    found, probes = seen.explained
    told = tried(seen.case.session, found.mistakes, probes, seen.every.reading)
    return _wrong(seen, replace(found, mistakes=told))


STAGES: tuple[JudgingStage, ...] = (_right, _remembering, _nearly, _in_place, _mistaken)
"""Asked one after the other; the last always answers."""


def _wrong(seen: Judgement, found: Explained) -> tuple[Diagnosis, float]:
    """The diagnosis of wrong gradients by what explains them."""
    told = (*((seen.remembered,) if seen.remembered else ()), *found.mistakes)
    names = {name for mistake in told for name in mistake.explains}
    points = seen.points[seen.usual]
    judged = (v if v.name in names else nearly_right(v, points) for v in seen.verdicts)
    done = replace(
        seen.right,
        outcome=found.outcome,
        gradients=tuple(_with_follows(verdict, found.explanation, points[0]) for verdict in judged),
        mistakes=told,
        alternatives=found.alternatives,
        ambiguity=found.ambiguity,
        patterns=found.patterns,
    )
    return beside(done, seen.there), found.cost


def _explained(seen: Judgement) -> tuple[Explained, Probes]:
    """Explain on distinct widths if the code runs there, or else on its own."""
    is_wide = bool(seen.case.wider) and _is_usable(seen)
    places = seen.wide if is_wide else seen.own
    reading, pairs = seen.every.reading, list(zip(seen.there[places], seen.points[places], strict=True))
    if reading.mode == "single":  # what one call computes is known at one sample
        pairs = [pair for pair in pairs if pair[1].m == 1]
    there, points = zip(*pairs, strict=True)
    found = Explainer(there, points, reading, seen.every.source, seen.wrong).explain()
    return found, seen.case.wider if is_wide else seen.case.own


def _is_usable(seen: Judgement) -> bool:
    """Whether code does on other widths what it does on its own, as far as that can be seen."""
    if any(each.error is not None for each in seen.there[seen.wide]):
        return False
    other, here = ({v.name: v.verdict for v in seen.verdicts_at(places)} for places in (seen.wide, seen.own))
    return all(other[name] == here[name] or {other[name], here[name]} == _LIKE for name in here)


_LIKE = {"wrong", "wrong shape"}


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
