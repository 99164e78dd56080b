"""From observations to mistakes: the search, the shapes, the other networks, and what is left as evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chalkgrad._roles import ROLES, WEIGHT, role_of_gradient
from chalkgrad.diagnose.beyond.accidents import broadcast, has_integers, not_finite, not_returned
from chalkgrad.diagnose.beyond.another_network import of_another
from chalkgrad.diagnose.code.naming import CodeNames, became
from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.mistakes.statement import Statement, named
from chalkgrad.diagnose.probes.factors import also
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.report import Outcome
from chalkgrad.diagnose.search.explanation import AGAIN, UNKNOWN, Explained, Explanation, Place
from chalkgrad.diagnose.search.search import SLACK, Search
from chalkgrad.diagnose.search.shapes import misshapen
from chalkgrad.diagnose.telling.evidence import pattern, values_of
from chalkgrad.diagnose.telling.telling import mistakes
from chalkgrad.diagnose.telling.verdicts import loses_digits
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.answer.rounding import is_float32
from chalkgrad.usercode.layouts.reading import Reading

LESS = 2
"""So many mistakes are looked for where few digits agree."""
IN_DOUBT = 2.05
"""An explanation of this many mistakes is held against a simpler network before it is believed."""


@dataclass(frozen=True)
class Explainer:
    """Explains what was seen at probes of one network.

    Parameters
    ----------
    there, points
        The observations, none of which raised, and each beside the derived numbers.
    reading, source
        How the arrays were read, and the text of the user's file.
    wrong
        The gradients that are not right.
    """

    there: Sequence[Observation]
    points: Sequence[Point]
    reading: Reading
    source: str
    wrong: Sequence[str]

    @cached_property
    def is_single(self) -> bool:
        """Whether the code computes in float32."""
        return any(is_float32(array) for seen in self.there for array in seen.gradients.values())

    def explain(self) -> Explained:
        """The cheapest explanation, or the evidence."""
        found = Search(self.points, self.is_single).explain()
        if found and found[0].cost < IN_DOUBT:
            return self._told(found)
        changed = self._with_changed()
        if changed is not None:
            return Explained("explained", (changed,), cost=1.0)
        other = of_another(self.points, self.wrong)
        if other is not None:
            return Explained("explained", (other,), cost=1.0)
        if not found and not self.is_single and loses_digits(self.points):
            found = Search(self.points, single=True).explain(LESS)
        return self._told(found) if found else self._in_part()

    def _with_changed(self) -> Mistake | None:
        """The mistake of changing an input for good, if the gradients are right for what it became."""
        points, names = [], set[str]()
        for point, seen in zip(self.points, self.there, strict=True):
            replaced = became(point, seen, self.reading)
            names |= {symbol.name for symbol in replaced}
            points.append(replace(point, replaced=replaced))
        if not names or not any(not e.places for e in Search(points, self.is_single).explain(0)):
            return None
        what, words = named(sorted(names)), " is changed before the gradients are formed; "
        said = (*what, f"{words}for what it becomes they are right.")
        fix = Fix(advice=("leave ", *what, " as it is, or change it before the forward pass"))
        return Mistake("inputs-changed", (), tuple(self.wrong), said, remedy=fix)

    def _lost(self) -> list[Mistake]:
        """Gradients that are not finite, or did not come back."""
        lost: dict[str, list[str]] = {"nan": [], "none": []}
        for name in self.wrong:
            arrays = [seen.gradients[name] for seen in self.there if name in seen.gradients]
            if not arrays and not any(name in seen.misshapen for seen in self.there):
                lost["none"].append(name)
            elif any(not np.isfinite(array).all() for array in arrays):
                lost["nan"].append(name)
        told = [not_finite(self.there, lost["nan"], self.source)] if lost["nan"] else []
        return [*told, not_returned(lost["none"])] if lost["none"] else told

    def _is_cut(self, each: Explanation) -> bool:
        """Whether numbers were cut to integers, and the code did keep some: then that is why they are 0."""
        return any(p.rule == "integers" and has_integers(self.there, p.step) for p in each.places)

    def _told(self, found: Sequence[Explanation]) -> Explained:
        whole = sorted(map(self._whole, found), key=lambda each: (not self._is_cut(each), each.cost))
        best = whole[0]
        unknown = best.unknown
        told = (*mistakes(best, self.points[0].derivation, self.wrong, self._names(best)), *self._lost())
        near = [each for each in whole if each.cost <= best.cost + SLACK]
        others = _others([*near, *_renamed(best, self.points)])
        alternatives = tuple(mistakes(other, self.points[0].derivation, self.wrong, None) for other in others)
        where = {place.step for place in best.places}
        same = all({place.step for place in other.places} == where for other in others)
        if unknown:
            accident = broadcast(self.there, self.source, self.wrong)
            if accident is not None:
                return Explained("explained", (accident,), cost=1.0)
        shapes = self.there[0].problems
        evidence = tuple((*named([name]), f": {shapes.get(name, 'wrong shape')}") for name in unknown)
        silent = not told and not evidence
        if silent:
            evidence = self._patterns(self.wrong) or (("It is wrong by little, or at some inputs only.",),)
        outcome: Outcome = "unexplained" if evidence else "explained" if same else "ambiguous"
        return Explained(
            outcome, told, alternatives, _why(others, same), evidence, best,
            best.cost + UNKNOWN * silent,
        )  # fmt: skip

    def _whole(self, each: Explanation) -> Explanation:
        """An explanation with the gradients that came back turned, or in a shape that does not fit."""
        turned = self._with_turned(each)
        places, unknown = misshapen(turned, self.points)
        new = {place.key for place in places} - {place.key for place in turned.places}
        cost = turned.cost + len(new) + AGAIN * (len(places) - len(new)) + UNKNOWN * len(unknown)
        return replace(turned, places=(*turned.places, *places), unknown=tuple(unknown), cost=cost)

    def _with_turned(self, best: Explanation) -> Explanation:
        """Gradients that came back transposed, as places of their own."""
        turned = [
            Place(Deviation("transpose-product"), name)
            for name in self.wrong
            if role_of_gradient(name) is WEIGHT and any(name in seen.transposed for seen in self.there)
        ]
        if not turned:
            return best
        return replace(best, places=(*best.places, *turned), cost=best.cost + 1)

    def _names(self, explanation: Explanation) -> CodeNames:
        place = next((i for i, p in enumerate(self.points) if p.m > 1), 0)
        believed = explanation.values[place] if explanation.values else {}
        return CodeNames(self.points[place], self.there[place], self.reading, believed, source=self.source)

    # -- what no rule explains ------------------------------------------------------------------------------

    def _in_part(self) -> Explained:
        """Explain what can be, say which steps are left, and how those differ."""
        found = Search(self.points, self.is_single).explain_in_part()
        alone = [point for point in self.points if point.m == 1]
        if len(alone) > 1:
            found = sorted(
                [*found, *Search(alone, self.is_single).explain_in_part()], key=lambda each: each.cost
            )
        if not found:
            return Explained("unexplained", patterns=self._patterns(self.wrong))
        best = self._with_turned(found[0])
        told = mistakes(best, self.points[0].derivation, self.wrong, None)
        if best.values and len(best.values) == len(self.points):
            told = mistakes(best, self.points[0].derivation, self.wrong, self._names(best))
        evidence = [
            *self._unknown(best, alone),
            *self._patterns([n for n in best.unknown if role_of_gradient(n)]),
        ]
        return Explained("unexplained", told, (), "", tuple(evidence), best, best.cost)

    def _unknown(self, best: Explanation, alone: Sequence[Point]) -> list[Statement]:
        told = list[Statement]()
        for name in best.unknown:
            if role_of_gradient(name) or len(best.values) != len(alone):
                continue
            symbol = alone[0].derivation.step(name).symbol
            found = [np.asarray(values[symbol]).T for values in best.values]
            right = [np.asarray(point.right(symbol)).T for point in alone]
            told.append(pattern(symbol, found, right))
            told.append(("Everything after it in the backward pass follows rightly from it.",))
        return told

    def _patterns(self, names: Sequence[str]) -> tuple[Statement, ...]:
        told = list[Statement]()
        for name in names:
            found, right = values_of(name, self.points)
            if found and any(
                not np.allclose(u, v, rtol=1e-7, atol=0) for u, v in zip(found, right, strict=True)
            ):
                told.append(pattern(self.points[0].derivation.step(name).symbol, found, right))
        return tuple(told)


def _others(found: Sequence[Explanation]) -> list[Explanation]:
    """The explanations by other rules than the first's, one for each set of rules."""
    seen = {frozenset(found[0].rules)}
    others = []
    for each in found[1:]:
        exotic = any(place.key.rare for place in each.places)
        if frozenset(each.rules) not in seen and not exotic and not _is_retold(found[0], each):
            seen.add(frozenset(each.rules))
            others.append(each)
    return others[:3]


def _renamed(best: Explanation, points: Sequence[Point]) -> Iterator[Explanation]:
    """The explanation with another name of a factor: 2, and the number of outputs where there are two."""
    for place in best.places:
        for factor in also(place.key, points) if place.mutant is None else ():
            places = [replace(each, key=factor) if each.key == place.key else each for each in best.places]
            yield replace(best, places=tuple(places))


def _is_retold(best: Explanation, other: Explanation) -> bool:
    """Whether two say the same of the first layer: of its error, or of the gradients made from it."""
    one, two = ({place.step for place in each.places} for each in (best, other))
    first, parameters = {"dZ1", "dA1"}, {f"d{role.name(1)}" for role in ROLES.values()}
    return any(a - b <= first and b - a <= parameters and a != b for a, b in ((one, two), (two, one)))


def _why(others: Sequence[Explanation], same: bool) -> str:
    if not others:
        return ""
    if same:
        return "The same numbers have another name as well; they are equal on every input."
    return (
        "These cannot be told apart: on this network, with these shapes, they give the same numbers "
        "for every input."
    )
