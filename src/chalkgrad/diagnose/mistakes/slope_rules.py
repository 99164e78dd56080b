"""Mistakes with an activation's derivative: Δ_l = ∂L/∂A_l ⊙ f′(Z_l) with something else for f′(Z_l).

Each rule gives what stands there instead of f′(Z_l); the upstream ∂L/∂A_l is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from chalkgrad.derive.algebra import scale
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, formula, numeric, times, written
from chalkgrad.expr import Apply, Dim, Expr, Ones, Shape, coefficient
from chalkgrad.formula import ACTIVATIONS, ElementwiseFunction, parse_formula

SlopeRule = Callable[[Site, Expr], Iterator[tuple[str, Expr]]]
"""From a site and its upstream to (detail, what stands for f′(Z)); the detail may be empty."""


def _missing(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    yield "", Ones(site.step.shape)


def _twice(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    yield "", times(site.slope(site.layer), site.slope(site.layer))


def _of_another(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    own, z, a = site.function(site.layer), site.z(site.layer), site.a(site.layer)
    for other in _others(own):
        yield other.name, Apply(other, (z,), other.variables[0])
        if other.value_derivative is not None:
            yield f"{other.name} through a", through_value(other, site.step.shape, a, z)


def _others(own: ElementwiseFunction | None) -> list[ElementwiseFunction]:
    known = [f for f in ACTIVATIONS.values() if f.name != "identity" and (own is None or f.body != own.body)]
    if own is not None and own.name == "leaky_relu":  # the slopes that other libraries take
        known += [_leaky(slope) for slope in ("0.2", "0.1", "0.3", "0.05", "0.001") if _leaky(slope) != own]
    return known


def _leaky(slope: str) -> ElementwiseFunction:
    from chalkgrad.formula import activation

    return activation("leaky_relu", slope=slope)


def through_value(function: ElementwiseFunction, shape: Shape, a: Expr, z: Expr) -> Expr:
    """The formula of f′ in the value a (and z), with other expressions for them."""
    assert function.value_derivative is not None
    return formula(function.value_derivative, shape, a=a, z=z)


def _at_activation(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    yield "", site.slope(site.layer, site.a(site.layer))


def _at_error(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    function = site.function(site.layer)
    for error in (upstream, per_sample(upstream)):
        yield "", site.slope(site.layer, error)
        if function is not None and function.value_derivative is not None:
            yield "through a", through_value(function, site.step.shape, error, error)


def per_sample(error: Expr) -> Expr:
    """An error without the 1/m of the mean, as many people carry it through the layers."""
    return scale(coefficient(1, (Dim("m"), 1)), error)


def _at_other_layer(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    function = site.function(site.layer)
    places: list[tuple[str, Expr]] = [
        (f"Z{l}", site.z(l)) for l in range(1, site.network.depth + 1) if l != site.layer
    ]
    for name, other in [*places, ("X", site.a(0))]:
        there = site.like(other)
        if there is not None:
            yield name, site.slope(site.layer, there)
    if function is None or function.value_derivative is None:
        return
    for l in range(site.network.depth + 1):
        value = site.like(site.a(l)) if l != site.layer else None
        if value is not None:
            place = "X" if l == 0 else "Y" if l == site.network.depth else f"A{l}"
            yield place, through_value(function, site.step.shape, value, value)


def _wrong_branch(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    function = site.function(site.layer)
    if function is None or not function.kinks:
        return
    z, shape = site.z(site.layer), site.step.shape
    yield "the branches swapped", site.slope(site.layer, times(written("0 - z", shape, z=z)))


def _is_function(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    function, z, a = site.function(site.layer), site.z(site.layer), site.a(site.layer)
    assert function is not None
    yield "f(z)", a
    yield "z", z
    yield "f(a)", Apply(function, (a,))


GARBLED = {
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


def _garbled(site: Site, upstream: Expr) -> Iterator[tuple[str, Expr]]:
    shape, z, a = site.step.shape, site.z(site.layer), site.a(site.layer)
    for text, shown in GARBLED.items():
        parts = {name: part for name, part in (("a", a), ("z", z)) if name in _letters(text)}
        yield shown, formula(parse_formula(text, tuple(parts)), shape, **parts)
    yield "the sign of z", numeric(np.sign, "sign({})", shape, z)
    function = site.function(site.layer)
    if function is not None and function.kinks:
        yield "1 where z > 1", written("where(z > 1, 1, 0)", shape, z=z)
        yield "a slope of the wrong sign where z is negative", _turned(site.slope(site.layer), z, shape)
    yield "the reciprocal", written("1/s", shape, s=site.slope(site.layer))
    yield "+ f′(z)", _plus_slope(site, upstream)


def _turned(slope: Expr, z: Expr, shape: Shape) -> Expr:
    return written("where(z > 0, s, 0 - s)", shape, z=z, s=slope)


def _letters(text: str) -> set[str]:
    from chalkgrad.formula import variables

    return set(map(str, variables(parse_formula(text, ("a", "z")))))


def _plus_slope(site: Site, upstream: Expr) -> Expr:
    """What multiplies the upstream so that the derivative is added instead: (u + f′)/u."""
    return written("(u + s)/u", site.step.shape, u=per_sample(upstream), s=site.slope(site.layer))


SLOPES: dict[str, SlopeRule] = {
    "derivative-missing": _missing,
    "derivative-twice": _twice,
    "derivative-at-activation": _at_activation,
    "derivative-at-error": _at_error,
    "derivative-wrong-branch": _wrong_branch,
    "derivative-is-function": _is_function,
    "derivative-of-another": _of_another,
    "derivative-at-other-layer": _at_other_layer,
    "derivative-formula": _garbled,
}
"""Rule → what stands for f′(Z_l), the commonest first."""


def slope_mutants(site: Site, upstream: Expr) -> Iterator[Mutant]:
    """Every wrong derivative of an elementwise activation behind one upstream."""
    function = site.function(site.layer)
    if function is None:
        return
    if site.is_identity(site.layer):  # a derivative where none belongs
        for detail, other in _of_another(site, upstream):
            yield Mutant("derivative-of-another", detail, times(upstream, other))
        return
    for rule, make in SLOPES.items():
        for detail, slope in make(site, upstream):
            yield Mutant(rule, detail, times(upstream, slope))
    if not site.is_last:
        yield Mutant("error-omitted", "", site.slope(site.layer))
        if site.network.loss.reduction == "mean":  # the 1/m in the gradients, not in the error
            mean = coefficient(1, (Dim("m"), -1))
            yield Mutant("error-omitted", "the mean kept", scale(mean, site.slope(site.layer)))


__all__ = ["SLOPES", "slope_mutants", "through_value"]
