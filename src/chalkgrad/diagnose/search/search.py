"""Which mistakes reproduce the user's numbers?  A walk down the backward pass, layer by layer.

At each layer the user's error Δ_l is unknown; what is known are ∂L/∂W_l and ∂L/∂b_l made from it.  So each
mutant of the way back and of the error gives a candidate for Δ_l, which stands if dW_l and db_l follow from
it, rightly or by a mistake of their own.  What stands is carried down as the user's Δ_l.  The walk is
repeated with one mistake more allowed until something explains everything; the same mistake in several
layers counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import WEIGHT
from chalkgrad.derive import CANONICAL, Derivation, Step
from chalkgrad.derive.forward import Alphabet
from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.mistakes.rules import KINDS
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.search.explanation import Explanation, Place, State, Values
from chalkgrad.diagnose.search.fit import FactorFit, fit, quick
from chalkgrad.diagnose.search.placing import Placing
from chalkgrad.diagnose.search.stages import ErrorStage, stages
from chalkgrad.diagnose.search.targets import targets_of
from chalkgrad.diagnose.search.variants import EFFORT, Variant, Variants, parallel

BEAM = 24
ZERO = Deviation("zero")
SLACK = 0.08
"""Explanations within this of the cheapest cannot be told from it."""


@dataclass
class Search:
    """The search at given probes.

    Parameters
    ----------
    points
        Probes of one network.
    single
        Whether float32 was computed in, so that fewer digits agree.
    """

    points: Sequence[Point]
    single: bool = False

    def __post_init__(self) -> None:
        self.derivation: Derivation = self.points[0].derivation
        self.variants = Variants(self.points)
        self.targets = targets_of(self.points, self.single)
        self._placing = Placing(self.variants, self.targets)

    # -- the walk -----------------------------------------------------------------------------------------

    def explain(self, most: int = 3) -> list[Explanation]:
        """The cheapest explanations with up to ``most`` different mistakes; empty if there is none."""
        self.variants.left = EFFORT
        for budget in range(most + 1):
            found = self._walk(budget, unknown=False)
            if found or self.variants.left < 0:
                return found
        return []

    def explain_in_part(self, most: int = 2) -> list[Explanation]:
        """Explanations that leave single gradients unexplained."""
        self.variants.left = EFFORT
        for budget in range(most + 1):
            found = self._walk(budget, unknown=True)
            if found or self.variants.left < 0:
                return found
        return []

    def _walk(self, budget: int, *, unknown: bool) -> list[Explanation]:
        states = [State(tuple({} for _ in self.points))]
        for stage in stages(self.derivation):
            following: list[State] = []
            for state in states:
                following += self._stage(state, stage, budget, unknown)
            states = self._pruned(following)
            if not states:
                return []
        best = min(state.cost for state in states)
        kept = [state for state in states if state.cost <= best + SLACK]
        return [Explanation(state.places, state.cost, state.unknown, state.values) for state in kept]

    def _pruned(self, states: list[State]) -> list[State]:
        """The cheapest states; of those with the same mistakes in the same places, one."""
        seen: dict[Any, State] = {}
        for state in sorted(states, key=lambda s: s.cost):
            key = tuple((place.key, place.step) for place in state.places), state.unknown
            seen.setdefault(key, state)
        return list(seen.values())[:BEAM]

    def _stage(self, state: State, stage: ErrorStage, budget: int, unknown: bool) -> Iterator[State]:
        wanted = [self.targets[name] for name in stage.names if self.targets.get(name) is not None]
        seen: set[bytes] = set()
        symbol = stage.error.symbol
        for candidate in self._errors(state, stage.steps, budget):
            error = np.concatenate([values[symbol].ravel() for values in candidate.values])
            mark = np.round(error / (np.abs(error).max() or 1.0), 9).tobytes()
            mutated = len(candidate.places) > len(state.places)
            if mutated and mark in seen and not self._is_alias(candidate, state):
                continue
            seen.add(mark)
            yield from self._with_parameters(candidate, stage, budget, unknown, len(wanted))
        if unknown and (recovered := self._recovered(state, stage)) is not None:
            yield from self._with_parameters(recovered, stage, budget, False, len(wanted))

    def _recovered(self, state: State, stage: ErrorStage) -> State | None:
        """Take the user's error from the sum of it, or from dW_l: with one sample a probe it is there."""
        if any(point.m != 1 for point in self.points):
            return None
        values: list[Values] = []
        for place, known in enumerate(state.values):
            point = self.points[place]
            error = self._error_of_one(point, stage, place)
            if error is None:
                return None
            above = {step.symbol: point.right(step.symbol) for step in stage.steps}
            values.append({**above, **known, stage.error.symbol: error})
        return replace(state, values=tuple(values), unknown=(*state.unknown, stage.error.name))

    def _error_of_one(self, point: Point, stage: ErrorStage, place: int) -> Array | None:
        summed = (step for step in stage.gradients if step.premises == (stage.error.symbol,))
        for target in (self.targets.get(step.name) for step in summed):
            if target is not None:
                found: Array = target.arrays[place].T
                return found
        layer = stage.error.symbol.layer
        name = f"d{WEIGHT.name(layer)}"
        weight = self.targets.get(name) if name in stage.names else None
        if weight is None:
            return None
        below = Alphabet(self.derivation.network, CANONICAL).activation(layer - 1)
        a = np.asarray(point.everything[below])
        data = weight.arrays[place] - weight.penalty * weight.parameters[place]
        recovered: Array = a @ data.T / (float((a * a).sum()) or 1.0)
        return recovered

    def _is_alias(self, candidate: State, state: State) -> bool:
        """Whether one mistake was made here: its other names are kept, so that they can be told."""
        return len({p.key for p in candidate.places[len(state.places) :]}) == 1

    # -- candidates for the error of a layer --------------------------------------------------------------

    def _errors(self, state: State, steps: Sequence[Step], budget: int) -> Iterator[State]:
        """States with the values of steps, rightly derived from what came before or by mutants."""
        if not steps:
            yield state
            return
        for before in self._step(state, steps[0].name, budget):
            yield from self._errors(before, steps[1:], budget)

    def _step(self, state: State, name: str, budget: int) -> Iterator[State]:
        right: list[Array] | None = None
        for variant in self.variants.of(name):
            places = variant.places(name)
            if len(state.keys | {place.key for place in places}) > budget:
                continue
            values = self.variants.compute(variant.compute, state.values)
            if values is None:
                continue
            if variant.mutant is None:
                right = values
            elif right is not None and parallel(values, right):
                continue
            symbol = self.variants.symbol(name)
            known = tuple({**old, symbol: value} for old, value in zip(state.values, values, strict=True))
            yield replace(state, values=known).plus(places)

    # -- dW and db ----------------------------------------------------------------------------------------

    def _with_parameters(
        self, state: State, stage: ErrorStage, budget: int, unknown: bool, wanted: int
    ) -> Iterator[State]:
        if not wanted:
            yield self._known(state, stage.names)
            return
        for found, fits in self._each(state, stage.names, budget, unknown):
            yield from self._placing.placed(found, stage, fits, budget)

    def _each(
        self, state: State, names: Sequence[str], budget: int, unknown: bool
    ) -> Iterator[tuple[State, tuple[FactorFit | None, ...]]]:
        """Ways in which each of some gradients follows, one after the other."""
        if not names:
            yield state, ()
            return
        for first, made in self._local(state, names[0], budget, unknown):
            for found, fits in self._each(self._known(first, names[:1]), names[1:], budget, unknown):
                yield found, (made, *fits)

    def _known(self, state: State, names: Sequence[str]) -> State:
        """With the user's own gradients put in, where they were returned."""
        values = [dict(known) for known in state.values]
        for name in names:
            target, step = self.targets.get(name), self.variants.step(name)
            if step is None:
                continue
            for place, known in enumerate(values):
                right = self.points[place].right(step.symbol)
                known[step.symbol] = right if target is None else target.arrays[place]
        return replace(state, values=tuple(values))

    def _local(
        self, state: State, name: str, budget: int, unknown: bool
    ) -> Iterator[tuple[State, FactorFit | None]]:
        """Ways in which one parameter's gradient follows from the state."""
        target = self.targets.get(name)
        if target is None:
            yield state, None
            return
        exact = False
        for variant in self.variants.of(name):
            places = variant.places(name)
            if exact or len(state.keys | {place.key for place in places}) > budget:
                continue
            values = self.variants.compute_at(0, variant.compute, state.values)
            if values is None or not (variant.mutant is None or quick(target, values)):
                continue
            every = self.variants.compute(variant.compute, state.values)
            derived = variant.mutant is None
            made = None if every is None else fit(target, every, self.points, derived=derived)
            if made is None or (target.is_zero and made.all):
                continue
            following = state.plus(places)
            if variant.mutant is not None and made.all and _is_factor_only(variant):
                continue
            local = [Place(factor, name) for factor in made.all]
            if len(following.keys | {place.key for place in local}) > budget:
                continue
            exact = variant.mutant is None and not made.all
            yield (
                (following if variant.mutant is None else following.plus(local)),
                (made if variant.mutant is None else None),
            )
        if target.is_exactly_zero and not exact and len(state.keys | {ZERO}) <= budget:
            yield state.plus((Place(ZERO, name),)), None
        if unknown and not exact:
            yield replace(state, unknown=(*state.unknown, name)), None


def _is_factor_only(variant: Variant) -> bool:
    """Whether a mutant is exact, so that no factor may stand before it."""
    return variant.mutant is not None and KINDS[variant.mutant.rule].exact


__all__ = ["Search"]
