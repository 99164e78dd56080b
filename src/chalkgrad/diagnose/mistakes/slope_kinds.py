"""Kinds of mistakes with an activation's derivative: something else for f′ in Δ_l = ∂L/∂A_l ⊙ f′(Z_l)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from chalkgrad.diagnose.mistakes.equation_site import (
    Maker,
    Mutant,
    Site,
    field,
    formula,
    mean,
    numeric,
    per_sample,
    times,
    written,
)
from chalkgrad.diagnose.mistakes.kinds import MistakeKind, wherever
from chalkgrad.expr import Apply, Expr, Ones, Shape
from chalkgrad.formula import (
    ACTIVATIONS,
    ActivationFunction,
    ElementwiseFunction,
    activation,
    nodes,
    parse_formula,
    variables,
)

CHAIN = "With a = f(z), the chain rule gives δ = ∂L/∂z as ∂L/∂a times f′(z), entry by entry and once."


def instead(slopes: Maker) -> dict[str, Maker]:
    """What stands for f′(Z_l), behind ∂L/∂A_l, where an elementwise activation has a derivative."""

    def made(site: Site) -> Iterator[Mutant]:
        if site.has_slope:
            yield from _behind(site, slopes)

    return wherever(made, "hidden", "head")


def _behind(site: Site, slopes: Maker) -> Iterator[Mutant]:
    for mutant in slopes(site):
        yield replace(mutant, expr=times(site.upstream, mutant.expr))


def _missing(site: Site) -> Iterator[Mutant]:
    yield Mutant(Ones(site.step.shape))


def _twice(site: Site) -> Iterator[Mutant]:
    if not (site.is_last and is_link(site)):  # f′ on y − t has a name of its own
        yield Mutant(times(site.slope(site.layer), site.slope(site.layer)))


def is_link(site: Site) -> bool:
    """Whether y − t is the right error of the output, up to a factor: the canonical link."""
    return site.network.loss.loss_function.is_link(site.network.layers[-1].activation.name)


def of_another(site: Site) -> Iterator[Mutant]:
    """The derivative of another activation, at z or through the value a; also where none belongs."""
    if site.function(site.layer) is not None:
        yield from _behind(site, _slopes_of_others)


def _slopes_of_others(site: Site) -> Iterator[Mutant]:
    z, a = site.z(site.layer), site.a(site.layer)
    for other in _others(site.own):
        yield Mutant(Apply(other, (z,), other.variables[0]), other.name)
        if other.value_derivative is not None:
            through = through_value(other, site.step.shape, a, z)
            yield Mutant(through, f"{other.name}, taken from the value {{a}}", rare=True)


def _others(own: ElementwiseFunction) -> list[ElementwiseFunction]:
    """The other activations, and the same with other numbers that people take."""
    known = [f for f in ACTIVATIONS.values() if not f.is_identity and f.body != own.body]
    usual = own.usual if isinstance(own, ActivationFunction) else ()
    return [*known, *(other for number in usual if (other := _with(own, number)) != own)]


@lru_cache
def _with(own: ElementwiseFunction, number: str) -> ElementwiseFunction:
    return activation(own.name, **{own.parameters[0][0]: number})


def through_value(function: ElementwiseFunction, shape: Shape, a: Expr, z: Expr) -> Expr:
    """The formula of f′ in the value a (and z), with other expressions for them."""
    assert function.value_derivative is not None
    return formula(function.value_derivative, shape, a=a, z=z)


def _at_activation(site: Site) -> Iterator[Mutant]:
    yield Mutant(site.slope(site.layer, site.a(site.layer)))


def _at_error(site: Site) -> Iterator[Mutant]:
    for error in (site.upstream, per_sample(site.upstream)):
        yield Mutant(site.slope(site.layer, error))
        if site.own.value_derivative is not None:
            through = through_value(site.own, site.step.shape, error, error)
            yield Mutant(through, variant="through the value", rare=True)


def _at_other_layer(site: Site) -> Iterator[Mutant]:
    others = [l for l in range(1, site.network.depth + 1) if l != site.layer]
    for place in [*(site.z(l) for l in others), site.a(0)]:
        if (there := site.like(place)) is not None:
            yield Mutant(site.slope(site.layer, there), field(place))
    for place in (site.a(l) for l in [0, *others]):
        value = site.like(place)
        if value is not None and site.own.value_derivative is not None:
            yield Mutant(through_value(site.own, site.step.shape, value, value), field(place))


def _wrong_branch(site: Site) -> Iterator[Mutant]:
    if site.own.kinks:
        turned = written("0 - z", site.step.shape, z=site.z(site.layer))
        yield Mutant(site.slope(site.layer, times(turned)), "the branches swapped")


def _is_function(site: Site) -> Iterator[Mutant]:
    z, a = site.z(site.layer), site.a(site.layer)
    yield Mutant(a, "{f:z} itself")
    yield Mutant(z, "{z}")
    yield Mutant(Apply(site.own, (a,)), "{f:a}")


FORMULAS = {
    "1 - a": "1 − a",
    "1 + a": "1 + a",
    "a^2": "a²",
    "1 + a^2": "1 + a²",
    "a*(1 + a)": "a(1 + a)",
    "(1 - a)^2": "(1 − a)²",
    "a^2*(1 - a)": "a²(1 − a)",
    "a*(1 - a)^2": "a(1 − a)²",
    "a*(1 - a^2)": "a(1 − a²)",
    "a - 1": "a − 1",
    "1 - 2*a": "1 − 2a",
    "1/a": "1/a",
    "sqrt(1 - a^2)": "√(1 − a²)",
    "z*(1 - z)": "z(1 − z)",
    "1 - z^2": "1 − z²",
    "1 - z": "1 − z",
    "exp(-z)": "exp(−z)",
    "exp(z)": "exp(z)",
    "exp(-z)/(1 + exp(-z))": "exp(−z)/(1 + exp(−z))",
    "1/(1 + exp(-z))": "1/(1 + exp(−z))",
    "1/(1 + exp(-z))^2": "1/(1 + exp(−z))²",
    "exp(-z)/(1 + exp(-z))^3": "exp(−z)/(1 + exp(−z))³",
    "1/(1 + exp(z))^2": "1/(1 + exp(z))²",
    "1/cosh(z)": "1/cosh(z)",
    "1 - tanh(z)": "1 − tanh(z)",
    "a*sigmoid(z)": "a σ(z)",
    "sigmoid(z) + z*sigmoid(z)": "σ(z) + zσ(z)",
    "z*sigmoid(z)*(1 - sigmoid(z))": "zσ(z)(1 − σ(z))",
}
"""What people write for a derivative, in the value a and in z, and how it is shown."""


@lru_cache
def _parsed(text: str) -> tuple[nodes.Node, frozenset[str]]:
    body = parse_formula(text, ("a", "z"))
    return body, frozenset(map(str, variables(body)))


def _garbled(site: Site) -> Iterator[Mutant]:
    shape, z, a, slope = site.step.shape, site.z(site.layer), site.a(site.layer), site.slope(site.layer)
    for text, shown in FORMULAS.items():
        body, letters = _parsed(text)
        parts = {name: part for name, part in (("a", a), ("z", z)) if name in letters}
        yield Mutant(formula(body, shape, **parts), shown)
    yield Mutant(numeric(np.sign, "sign({})", shape, z), "the sign of z")
    if site.own.kinks:
        yield Mutant(written("where(z > 1, 1, 0)", shape, z=z), "1 where z > 1")
        turned = written("where(z > 0, s, 0 - s)", shape, z=z, s=slope)
        yield Mutant(turned, "a slope of the wrong sign where z is negative")
    yield Mutant(written("1/s", shape, s=slope), "the reciprocal")
    added = written("(u + s)/u", shape, u=per_sample(site.upstream), s=slope)  # so that f′ is added
    yield Mutant(added, "+ f′(z)")


def _omitted(site: Site) -> Iterator[Mutant]:
    if site.has_slope:
        slope = site.slope(site.layer)
        yield Mutant(slope)
        if site.is_mean:  # the 1/m in the gradients, not in the error
            yield Mutant(mean(site, slope), variant="the mean kept")


def _twice_here(site: Site) -> Iterator[Mutant]:
    if site.has_slope:
        yield Mutant(site.made_from(times(site.dz(site.layer), site.slope(site.layer))))


SLOPES = (
    MistakeKind(
        "derivative-missing", "the activation's derivative is missing",
        "{what} {was} formed without ⊙ {f′:z}", CHAIN, {"hidden": instead(_missing)["hidden"]},
    ),
    MistakeKind(
        "derivative-twice", "the activation's derivative is there twice",
        "{what} {was} multiplied by {f′:z} twice", CHAIN,
        {**instead(_twice), **wherever(_twice_here, "weight", "bias")},
    ),
    MistakeKind(
        "derivative-of-another", "the derivative of another activation",
        "{what} {was} formed with the derivative of {detail}, but the activation is {activation}", CHAIN,
        wherever(of_another, "hidden", "head"),
    ),
    MistakeKind(
        "derivative-at-activation", "the derivative is taken at a, not at z",
        "{what} {was} formed with {f′:a}: the derivative is taken at {a}, the activation, not at {z}",
        "The derivative f′ is taken at z, where f was; forms like a(1 − a) want a.", instead(_at_activation),
    ),
    MistakeKind(
        "derivative-at-error", "the derivative is taken at the propagated error",
        "{what} {was} formed with {f′} of the propagated error {da}, not of {z}",
        "The derivative f′ is the slope of f where the forward pass was, at z.", instead(_at_error),
    ),
    MistakeKind(
        "derivative-at-other-layer", "the derivative is taken at another layer's z",
        "{what} {was} formed with {f′} at {detail}, which belongs to another layer", CHAIN,
        instead(_at_other_layer),
    ),
    MistakeKind(
        "derivative-wrong-branch", "the derivative has its branches the wrong way round",
        "{what} {was} formed with a wrong branch of {f′:z}: {detail}",
        "The derivative f′ is the slope of the branch on which z lies.", instead(_wrong_branch),
    ),
    MistakeKind(
        "derivative-is-function", "the activation itself stands where its derivative belongs",
        "{what} {was} formed with {detail} where {f′:z} belongs", CHAIN, instead(_is_function),
    ),
    MistakeKind(
        "derivative-formula", "the derivative's formula is garbled",
        "{what} {was} formed with {detail} where {f′:z} belongs",
        "The derivatives: σ′ = a(1 − a), tanh′ = 1 − a², relu′ = 1 where z > 0 and else 0.",
        instead(_garbled),
    ),
    MistakeKind(
        "error-omitted", "the error that comes from above is left out",
        "{what} {is} {f′:z} alone: the error {da} from above was not multiplied in", CHAIN,
        {"hidden": _omitted},
    ),
)  # fmt: skip
