"""Which mistakes reproduce the user's numbers?  A walk down the backward pass, layer by layer.

At each layer the user's error Δ_l is unknown; what is known are ∂L/∂W_l and ∂L/∂b_l made from it.  So each
mutant of the way back and of the error gives a candidate for Δ_l, which stands if dW_l and db_l follow from
it, rightly or by a mistake of their own.  What stands is carried down as the user's Δ_l.  The walk is
repeated with one mistake more allowed until something explains everything; the same mistake in several
layers counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive import CANONICAL, Derivation, grad
from chalkgrad.derive.algebra import add, scale
from chalkgrad.derive.forward import LAMBDA, Alphabet
from chalkgrad.diagnose.factors import identify
from chalkgrad.diagnose.fit import TOLERANCE, TOLERANCE_FLOAT32, Fit, Target, fit, quick
from chalkgrad.diagnose.points import Point
from chalkgrad.diagnose.rules import mutants
from chalkgrad.diagnose.site import Mutant
from chalkgrad.diagnose.titles import TITLES
from chalkgrad.evaluate.interpret import Compiled, compile_expr
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.expr import Expr, Scale, Sum, Symbol

Array = NDArray[Any]
Values = dict[Any, Any]
AGAIN = 0.15
"""What the same mistake in one more place costs."""
EFFORT = 80_000
"""How many right sides a search may evaluate; then it gives up."""
UNKNOWN = 3
"""What a step costs that no mistake explains."""
BEAM = 24
SLACK = 0.08
"""Explanations within this of the cheapest cannot be told from it."""
RANK = {rule: place for place, rule in enumerate(TITLES)}
EXOTIC = 100
TIE = 1e-4
"""Of equal explanations the one with the commoner mistake comes first."""


@dataclass(frozen=True)
class Place:
    """One mistake in one step: the rule, its variant, the step; a factor's name if it is one."""

    rule: str
    detail: str
    step: str
    mutant: Mutant | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes two places the same mistake."""
        return self.rule, self.detail


@dataclass(frozen=True)
class Explanation:
    """Places that together reproduce every gradient at every probe; ``unknown`` steps are not explained."""

    places: tuple[Place, ...]
    cost: float
    unknown: tuple[str, ...] = ()
    values: tuple[Values, ...] = field(default=(), repr=False, compare=False)
    """The user's backward quantities at each probe, as the explanation has them."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, each once, in order of the backward pass."""
        return tuple(dict.fromkeys(place.rule for place in self.places))


@dataclass(frozen=True)
class _State:
    """What is believed of the user's backward pass so far."""

    values: tuple[Values, ...]  # the user's backward quantities at each probe
    places: tuple[Place, ...] = ()
    unknown: tuple[str, ...] = ()

    def plus(self, places: Sequence[Place], unknown: Sequence[str] = ()) -> _State:
        return replace(self, places=(*self.places, *places), unknown=(*self.unknown, *unknown))

    @property
    def keys(self) -> set[tuple[str, str]]:
        return {place.key for place in self.places}

    @property
    def cost(self) -> float:
        keys = self.keys
        again = len({(p.key, p.step) for p in self.places}) - len(keys)
        rank = sum(RANK.get(rule, len(RANK)) + EXOTIC * ("through a" in detail) for rule, detail in keys)
        return len(keys) + AGAIN * again + UNKNOWN * len(self.unknown) + TIE * rank


@dataclass
class _Variant:
    """A right side, compiled: the derived one (no mutant) or a mutant."""

    mutant: Mutant | None
    expr: Expr
    compute: Compiled

    def places(self, step: str) -> tuple[Place, ...]:
        m = self.mutant
        return () if m is None else (Place(m.rule, m.detail, step, m),)


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
    _variants: dict[str, list[_Variant]] = field(default_factory=dict)
    _left: int = 0

    def __post_init__(self) -> None:
        self.derivation: Derivation = self.points[0].derivation
        self.tolerance = TOLERANCE_FLOAT32 if self.single else TOLERANCE
        self.targets = {step.name: self._target(step.symbol) for step in self.derivation.gradients}

    def _target(self, symbol: Symbol) -> Target | None:
        """The user's gradient of a parameter at every probe, or None where it was not returned everywhere."""
        of, name = symbol.of, symbol.name
        assert of is not None
        if not all(name in point.claimed for point in self.points):
            return None
        arrays = tuple(point.claimed[name] for point in self.points)
        if not all(np.isfinite(array).all() for array in arrays):
            return None
        l2 = float(self.derivation.network.l2) if of.kind == "weight" else 0.0
        parameters = tuple(np.asarray(point.everything[of]) for point in self.points)
        scales = tuple(self._scale(point, symbol) for point in self.points)
        return Target(name, arrays, parameters, 2 * l2, self.tolerance, scales)

    def _scale(self, point: Point, symbol: Symbol) -> float:
        """The size of what a gradient is a sum of: the layer's error times its inputs."""
        letters = Alphabet(self.derivation.network, CANONICAL)
        error = np.abs(point.everything[grad(letters.pre(symbol.layer))]).max(initial=0)
        below = np.abs(point.everything[letters.activation(symbol.layer - 1)]).max(initial=0)
        return float(error * (max(below, 1.0) if symbol.name[1] == "W" else 1.0))

    # -- the walk -----------------------------------------------------------------------------------------

    def explain(self, most: int = 3) -> list[Explanation]:
        """The cheapest explanations with up to ``most`` different mistakes; empty if there is none."""
        self._left = EFFORT
        for budget in range(most + 1):
            found = self._walk(budget, unknown=False)
            if found or self._left < 0:
                return found
        return []

    def explain_in_part(self, most: int = 2) -> list[Explanation]:
        """Explanations that leave single gradients unexplained."""
        self._left = EFFORT
        for budget in range(most + 1):
            found = self._walk(budget, unknown=True)
            if found or self._left < 0:
                return found
        return []

    def _walk(self, budget: int, *, unknown: bool) -> list[Explanation]:
        states = [_State(tuple({} for _ in self.points))]
        for layer in range(self.derivation.network.depth, 0, -1):
            following: list[_State] = []
            for state in states:
                following += self._layer(state, layer, budget, unknown)
            states = self._pruned(following, layer)
            if not states:
                return []
        best = min(state.cost for state in states)
        kept = [state for state in states if state.cost <= best + SLACK]
        return [Explanation(state.places, state.cost, state.unknown, state.values) for state in kept]

    def _pruned(self, states: list[_State], layer: int) -> list[_State]:
        """The cheapest states; of those with the same mistakes in the same places, one."""
        seen: dict[Any, _State] = {}
        for state in sorted(states, key=lambda s: s.cost):
            key = tuple((place.key, place.step) for place in state.places), state.unknown
            seen.setdefault(key, state)
        return list(seen.values())[:BEAM]

    def _layer(self, state: _State, layer: int, budget: int, unknown: bool) -> Iterator[_State]:
        names = (f"dW{layer}", f"db{layer}")
        wanted = [self.targets[name] for name in names if self.targets.get(name) is not None]
        seen: set[bytes] = set()
        for candidate in self._errors(state, layer, budget):
            error = candidate.values[0][self._symbol(f"dZ{layer}")]
            mark = np.round(error / (np.abs(error).max() or 1.0), 9).tobytes() if error.size else b""
            mutated = len(candidate.places) > len(state.places)
            if mutated and mark in seen and not self._is_alias(candidate, state):
                continue
            seen.add(mark)
            yield from self._with_parameters(candidate, layer, budget, unknown, len(wanted))
        if unknown and (recovered := self._recovered(state, layer)) is not None:
            yield from self._with_parameters(recovered, layer, budget, False, len(wanted))

    def _recovered(self, state: _State, layer: int) -> _State | None:
        """Take the user's Δ_l from db_l, or from dW_l: with one sample a probe it is there."""
        if any(point.m != 1 for point in self.points):
            return None
        values: list[Values] = []
        for place, known in enumerate(state.values):
            point = self.points[place]
            error = self._error_of_one(point, layer, place)
            if error is None:
                return None
            known = {**known, self._symbol(f"dZ{layer}"): error}
            above = self._step(f"dA{layer}") or self._step(self._output_name)
            values.append({above.symbol: point.right(above.symbol), **known})
        return replace(state, values=tuple(values), unknown=(*state.unknown, f"dZ{layer}"))

    def _error_of_one(self, point: Point, layer: int, place: int) -> Array | None:
        bias, weight = self.targets.get(f"db{layer}"), self.targets.get(f"dW{layer}")
        if bias is not None:
            found: Array = bias.arrays[place].T
            return found
        step = self._step(f"dW{layer}")
        if weight is None or step is None:
            return None
        below = Alphabet(self.derivation.network, CANONICAL).activation(layer - 1)
        a = np.asarray(point.everything[below])
        data = weight.arrays[place] - weight.penalty * weight.parameters[place]
        recovered: Array = a @ data.T / (float((a * a).sum()) or 1.0)
        return recovered

    def _is_alias(self, candidate: _State, state: _State) -> bool:
        """Whether one mistake was made here: its other names are kept, so that they can be told."""
        return len({p.key for p in candidate.places[len(state.places) :]}) == 1

    # -- candidates for the error of a layer --------------------------------------------------------------

    def _errors(self, state: _State, layer: int, budget: int) -> Iterator[_State]:
        """States with ∂L/∂A_l and Δ_l, rightly derived from what came before or by mutants."""
        depth = self.derivation.network.depth
        above = f"dA{layer}" if layer < depth else self._output_name
        for before in self._steps(state, above, budget):
            yield from self._steps(before, f"dZ{layer}", budget)

    @property
    def _output_name(self) -> str:
        return next(step.name for step in self.derivation.backward)

    def _steps(self, state: _State, name: str, budget: int) -> Iterator[_State]:
        step = self._step(name)
        if step is None:
            yield state
            return
        right: list[Array] | None = None
        for variant in self._of(name):
            places = variant.places(name)
            if len(state.keys | {place.key for place in places}) > budget:
                continue
            values = self._compute(variant.compute, state.values)
            if values is None:
                continue
            if variant.mutant is None:
                right = values
            elif right is not None and _parallel(values, right):
                continue
            symbol = self._symbol(name)
            known = tuple({**old, symbol: value} for old, value in zip(state.values, values, strict=True))
            yield replace(state, values=known).plus(places)

    def _compute(self, compute: Compiled, known: Sequence[Values]) -> list[Array] | None:
        found: list[Array] = []
        self._left -= len(self.points)
        if self._left < 0:
            return None
        with np.errstate(all="ignore"):
            for point, values in zip(self.points, known, strict=True):
                try:
                    value = np.asarray(compute({**point.forward, **values}), dtype=np.float64)
                except (KeyError, ValueError, IndexError, TypeError):
                    return None
                if not np.isfinite(value).all():
                    return None
                found.append(value)
        return found

    # -- dW and db ----------------------------------------------------------------------------------------

    def _with_parameters(
        self, state: _State, layer: int, budget: int, unknown: bool, wanted: int
    ) -> Iterator[_State]:
        weight, bias = f"dW{layer}", f"db{layer}"
        if not wanted:
            yield self._known(state, (weight, bias))
            return
        for first in self._local(state, weight, budget, unknown):
            for second in self._local(self._known(first[0], (weight,)), bias, budget, unknown):
                yield from self._placed(second[0], layer, (first[1], second[1]), budget, state)

    def _known(self, state: _State, names: Sequence[str]) -> _State:
        """With the user's own gradients put in, where they were returned."""
        values = [dict(known) for known in state.values]
        for name in names:
            target, step = self.targets.get(name), self._step(name)
            if step is None:
                continue
            for place, known in enumerate(values):
                right = self.points[place].right(step.symbol)
                known[step.symbol] = right if target is None else target.arrays[place]
        return replace(state, values=tuple(values))

    def _local(
        self, state: _State, name: str, budget: int, unknown: bool
    ) -> Iterator[tuple[_State, Fit | None]]:
        """Ways in which one parameter's gradient follows from the state."""
        target = self.targets.get(name)
        if target is None:
            yield state, None
            return
        exact = False
        for variant in self._of(name):
            places = variant.places(name)
            if exact or len(state.keys | {place.key for place in places}) > budget:
                continue
            values = self._compute_at(0, variant.compute, state.values)
            if values is None or not (variant.mutant is None or quick(target, values)):
                continue
            every = self._compute(variant.compute, state.values)
            derived = variant.mutant is None
            made = None if every is None else fit(target, every, self.points, derived=derived)
            if made is None or (target.is_zero and made.all):
                continue
            following = state.plus(places)
            if variant.mutant is not None and made.all and _is_factor_only(variant):
                continue
            local = [Place(factor.rule, factor.detail, name) for factor in made.all]
            if len(following.keys | {place.key for place in local}) > budget:
                continue
            exact = variant.mutant is None and not made.all
            yield (
                (following if variant.mutant is None else following.plus(local)),
                (made if variant.mutant is None else None),
            )
        if target.is_zero and not exact and len(state.keys | {("zero", "")}) <= budget:
            yield state.plus((Place("zero", "", name),)), None
        if unknown and not exact:
            yield replace(state, unknown=(*state.unknown, name)), None

    def _compute_at(self, place: int, compute: Compiled, known: Sequence[Values]) -> Array | None:
        self._left -= 1
        with np.errstate(all="ignore"):
            try:
                values = {**self.points[place].forward, **known[place]}
                found: Array = np.asarray(compute(values), dtype=np.float64)
            except (KeyError, ValueError, IndexError, TypeError):
                return None
        return found

    def _placed(
        self,
        state: _State,
        layer: int,
        fits: tuple[Fit | None, Fit | None],
        budget: int,
        before: _State,
    ) -> Iterator[_State]:
        """Factors at their place: in dW and db each, or in the error that both are made from."""
        names = (f"dW{layer}", f"db{layer}")
        local: list[Place] = []
        for name, made in zip(names, fits, strict=True):
            local += [] if made is None else [Place(f.rule, f.detail, name) for f in made.all]
        alone = state.plus(local)
        if len(alone.keys) <= budget:
            yield alone
        shared = [made.factors for made in fits if made is not None]
        present = [name for name in names if self.targets.get(name) is not None]
        if len(shared) == len(present) and shared[0] and all(factors == shared[0] for factors in shared):
            penalties = [
                Place(made.penalty.rule, made.penalty.detail, name)
                for name, made in zip(names, fits, strict=True)
                if made is not None and made.penalty is not None
            ]
            places = [Place(f.rule, f.detail, f"dZ{layer}") for f in shared[0]]
            carried = state.plus([*places, *penalties])
            if len(carried.keys) <= budget:
                yield self._scaled(carried, layer, present[0])
        elif len(shared) == 2 and all(shared):
            yield from self._partly_shared(state, layer, names, fits, budget)

    def _partly_shared(
        self,
        state: _State,
        layer: int,
        names: tuple[str, str],
        fits: tuple[Fit | None, Fit | None],
        budget: int,
    ) -> Iterator[_State]:
        """One gradient's factor carried in the error, and what the other has beside it at its own place."""
        for one, other in ((0, 1), (1, 0)):
            first, second = fits[one], fits[other]
            if first is None or second is None or not first.ratios or not second.ratios:
                continue
            quotient = [b / a for a, b in zip(first.ratios, second.ratios, strict=True)]
            rest = identify(quotient, self.points)
            if not rest or len(rest) > 1:
                continue
            places = [Place(f.rule, f.detail, f"dZ{layer}") for f in first.factors]
            places += [Place(f.rule, f.detail, names[other]) for f in rest]
            places += [
                Place(made.penalty.rule, made.penalty.detail, name)
                for name, made in zip(names, fits, strict=True)
                if made is not None and made.penalty is not None
            ]
            carried = state.plus(places)
            if len(carried.keys) <= budget:
                yield self._scaled(carried, layer, names[one])

    def _scaled(self, state: _State, layer: int, name: str) -> _State:
        """Carry a factor on in Δ_l: the ratio of the user's gradient to the one made from the old Δ_l."""
        symbol, step, target = self._symbol(f"dZ{layer}"), self._step(name), self.targets[name]
        assert step is not None
        assert target is not None
        compute = self._of(name)[0].compute
        values = []
        for place, known in enumerate(state.values):
            made = self._compute_at(place, compute, state.values)
            own = target.arrays[place] - target.penalty * target.parameters[place]
            assert made is not None
            ratio = float((own * made).sum()) / (float((made * made).sum()) or 1.0)
            values.append({**known, symbol: ratio * known[symbol]})
        return replace(state, values=tuple(values))

    # -- variants ------------------------------------------------------------------------------------------

    def _of(self, name: str) -> list[_Variant]:
        """The derived right side first, then its mutants and zero."""
        if name not in self._variants:
            step = self._step(name)
            assert step is not None
            right = _without_penalty(step.expr)
            found = [_Variant(None, right, compile_expr(right, FLOAT64))]
            zero = Mutant("zero", "", scale(0, step.symbol))
            for mutant in mutants(self.derivation, name):
                found.append(_Variant(mutant, mutant.expr, compile_expr(mutant.expr, FLOAT64)))
            if name.startswith(("dZ", "dA")):
                shape = step.symbol
                found.append(_Variant(zero, zero.expr, _zeros_like(shape, self._like(shape))))
            self._variants[name] = found
        return self._variants[name]

    def _like(self, symbol: Symbol) -> Symbol:
        assert symbol.of is not None
        return symbol.of

    def _step(self, name: str) -> Any:
        return self._by_name.get(name)

    def _symbol(self, name: str) -> Symbol:
        symbol: Symbol = self._by_name[name].symbol
        return symbol

    @property
    def _by_name(self) -> Mapping[str, Any]:
        if not hasattr(self, "_names"):
            self._names = {step.name: step for step in self.derivation.backward}
        return self._names


def _zeros_like(symbol: Symbol, of: Symbol) -> Compiled:
    return lambda values: np.zeros_like(values[of])


def _is_factor_only(variant: _Variant) -> bool:
    """Whether a mutant is exact, so that no factor may stand before it."""
    return variant.mutant is not None and variant.mutant.rule == "integers"


def _parallel(values: Sequence[Array], others: Sequence[Array]) -> bool:
    """Whether two candidates are the same up to one factor at the first probe: nothing that can be seen."""
    a, b = values[0].ravel(), others[0].ravel()
    aa, bb = float(a @ a), float(b @ b)
    if not aa or not bb:
        return aa == bb
    return float(abs(a @ b)) >= (1 - 1e-13) * float(np.sqrt(aa * bb))


def _without_penalty(expr: Expr) -> Expr:
    """The data's part of a weight's gradient: the penalty's part is judged beside it."""
    if not isinstance(expr, Sum):
        return expr
    kept = [term for term in expr.terms if not _is_penalty(term)]
    return add(kept) if kept and len(kept) < len(expr.terms) else expr


def _is_penalty(term: Expr) -> bool:
    return isinstance(term, Scale) and any(
        getattr(base, "name", "") == LAMBDA for base, _ in term.coefficient.powers
    )


__all__ = ["Explanation", "Place", "Search"]
