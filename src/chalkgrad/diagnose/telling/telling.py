"""An explanation as mistakes: places of one rule together, in words, with equation and line of code."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad.derive import ETA, Derivation
from chalkgrad.derive.algebra import scale, simplify
from chalkgrad.diagnose.code.fix import fix
from chalkgrad.diagnose.code.naming import CodeNames
from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.mistakes.rules import KINDS
from chalkgrad.diagnose.mistakes.wording import Wording
from chalkgrad.diagnose.search.explanation import Explanation, Place
from chalkgrad.expr import Expr, substitute
from chalkgrad.usercode.syntax.source import line_of


def chain(derivation: Derivation, name: str) -> list[str]:
    """The steps that a parameter's gradient is made through, from the loss on: dY, dZ2, dA1, dZ1, dW1."""
    wanted, names = {name}, [step.name for step in derivation.backward]
    for step in reversed(derivation.backward):
        if step.name in wanted:
            wanted |= {premise.name for premise in step.premises if premise.kind == "grad"}
    return [each for each in names if each in wanted]


def mistakes(
    explanation: Explanation, derivation: Derivation, wrong: Sequence[str], names: CodeNames | None
) -> tuple[Mistake, ...]:
    """The mistakes of an explanation, the first along the backward pass first."""
    order = {step.name: place for place, step in enumerate(derivation.backward)}
    grouped: dict[Deviation, list[Place]] = {}
    for place in explanation.places:
        grouped.setdefault(place.key, []).append(place)
    chains = {name: chain(derivation, name) for name in wrong}
    first_places = {place.step: place for place in explanation.places}
    told = []
    for places in grouped.values():
        places = sorted({place.step: place for place in places}.values(), key=lambda p: order[p.step])
        sites = tuple(place.step for place in places)
        explains = tuple(name for name in wrong if set(sites) & set(chains[name]))
        told.append(_mistake(places, sites, explains, derivation, names, first_places))
    return tuple(sorted(told, key=lambda mistake: order[mistake.sites[0]]))


def _mistake(
    places: Sequence[Place],
    sites: tuple[str, ...],
    explains: tuple[str, ...],
    derivation: Derivation,
    names: CodeNames | None,
    all_places: dict[str, Place],
) -> Mistake:
    place = places[0]
    step = derivation.step(place.step)
    computed = place.mutant.expr if place.mutant is not None else _scaled(place, derivation, step.expr)
    correct = step.expr
    above = f"dA{step.symbol.layer}"
    if place.step.startswith("dZ") and above not in all_places:
        inner = next((s for s in derivation.backward if s.name == above), None)
        if inner is not None:
            values: dict[object, Expr] = {inner.symbol: inner.expr}
            correct = simplify(substitute(correct, values))  # type: ignore[arg-type]
            computed = None if computed is None else substitute(computed, values)  # type: ignore[arg-type]
    kind = KINDS[place.rule]
    names = None if kind.advice else names
    made = None if names is None else names.line_of(place.step)
    wording = Wording(derivation.network, [derivation.step(site).symbol for site in sites], place.key.detail)
    return Mistake(
        place.rule,
        sites,
        explains,
        (*wording.sentence(kind), "."),
        computed,
        correct,
        Fix(advice=(kind.advice,) if kind.advice else ()) if names is None else Fix(fix(place.step, names)),
        None if made is None else made.line,
        "" if names is None or made is None else line_of(names.source, made.line),
    )


def _scaled(place: Place, derivation: Derivation, right: Expr) -> Expr | None:
    """The right side with a constant factor; none where that is the learning rate, which is no part of it."""
    if place.rule == "zero":
        return scale(0, right)
    factor = KINDS[place.rule].factor
    number = None if factor is None else factor(derivation.network)
    return None if number is None or ETA in dict(number.powers) else scale(number, right)
