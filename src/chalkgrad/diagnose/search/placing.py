"""Where a constant factor stands: in dW or db alone, or in the error that both are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chalkgrad.diagnose.probes.factors import identify
from chalkgrad.diagnose.search.explanation import Place, State
from chalkgrad.diagnose.search.fit import ClaimedGradient, FactorFit
from chalkgrad.diagnose.search.stages import ErrorStage
from chalkgrad.diagnose.search.variants import Variants


@dataclass(frozen=True)
class Placing:
    """Puts the factors that were found in a layer's gradients where they may have been made."""

    variants: Variants
    targets: Mapping[str, ClaimedGradient | None]

    def placed(
        self,
        state: State,
        stage: ErrorStage,
        fits: tuple[FactorFit | None, ...],
        budget: int,
    ) -> Iterator[State]:
        """Factors at their place: in dW and db each, or in the error that both are made from."""
        names = stage.names
        local: list[Place] = []
        for name, made in zip(names, fits, strict=True):
            local += [] if made is None else [Place(f, name) for f in made.all]
        alone = state.plus(local)
        if len(alone.keys) <= budget:
            yield alone
        shared = [made.factors for made in fits if made is not None]
        present = [name for name in names if self.targets.get(name) is not None]
        if len(shared) == len(present) and shared[0] and all(factors == shared[0] for factors in shared):
            penalties = [
                Place(made.penalty, name)
                for name, made in zip(names, fits, strict=True)
                if made is not None and made.penalty is not None
            ]
            places = [Place(f, stage.error.name) for f in shared[0]]
            carried = state.plus([*places, *penalties])
            if len(carried.keys) <= budget:
                first = next(made for made in fits if made is not None)
                yield self._scaled(carried, stage, present[0], first.ratios)
        elif len(shared) == len(names) == 2 and all(shared):
            yield from self._partly_shared(state, stage, fits, budget)

    def _partly_shared(
        self,
        state: State,
        stage: ErrorStage,
        fits: tuple[FactorFit | None, ...],
        budget: int,
    ) -> Iterator[State]:
        """One gradient's factor carried in the error, and what the other has beside it at its own place."""
        names = stage.names
        for one, other in ((0, 1), (1, 0)):
            first, second = fits[one], fits[other]
            if first is None or second is None or not first.ratios or not second.ratios:
                continue
            quotient = [b / a for a, b in zip(first.ratios, second.ratios, strict=True)]
            rest = identify(quotient, self.variants.points)
            if not rest or len(rest) > 1:
                continue
            places = [Place(f, stage.error.name) for f in first.factors]
            places += [Place(f, names[other]) for f in rest]
            places += [
                Place(made.penalty, name)
                for name, made in zip(names, fits, strict=True)
                if made is not None and made.penalty is not None
            ]
            carried = state.plus(places)
            if len(carried.keys) <= budget:
                yield self._scaled(carried, stage, names[one], first.ratios)

    def _scaled(self, state: State, stage: ErrorStage, name: str, ratios: tuple[float, ...]) -> State:
        """Carry a factor on in Δ_l: the ratio of the user's gradient to the one made from the old Δ_l.

        The ratios are those of the fit, which has the penalty apart; where a probe says nothing they are
        found again.
        """
        symbol, target = stage.error.symbol, self.targets[name]
        assert target is not None
        compute = self.variants.of(name)[0].compute
        values = []
        for place, known in enumerate(state.values):
            if ratios:
                values.append({**known, symbol: ratios[place] * known[symbol]})
                continue
            made = self.variants.compute_at(place, compute, state.values)
            own = target.arrays[place] - target.penalty * target.parameters[place]
            assert made is not None
            ratio = float((own * made).sum()) / (float((made * made).sum()) or 1.0)
            values.append({**known, symbol: ratio * known[symbol]})
        return replace(state, values=tuple(values))


__all__ = ["Placing"]
