"""Mistakes with the error of the output layer, Δ_L: its loss, its activation, its y − t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive.algebra import scale, simplify
from chalkgrad.derive.rules import softmax_gradient
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, formula, numeric, times, written
from chalkgrad.diagnose.mistakes.slope_rules import slope_mutants, through_value
from chalkgrad.expr import Apply, Dim, Expr, coefficient
from chalkgrad.formula import ACTIVATIONS, LOSSES


def head_mutants(site: Site) -> Iterator[Mutant]:
    """Every wrong error of the output layer."""
    upstream = site.da(site.layer)
    yield from _derivative_missing(site, upstream)
    yield from _derivative_on_top(site)
    yield from _softmax(site, upstream)
    for mutant in slope_mutants(site, upstream):
        if mutant.rule not in ("derivative-missing", *(("derivative-twice",) if _is_link(site) else ())):
            yield mutant
    yield from _other_losses(site)
    yield from _formulas(site)


def _mean(site: Site, expr: Expr) -> Expr:
    """The error with the 1/m of the loss's mean, as the derived one has it."""
    mean = site.network.loss.reduction == "mean"
    return scale(coefficient(1, (Dim("m"), -1)), expr) if mean else expr


def _difference(site: Site) -> Expr:
    return written("y - t", site.step.shape, y=site.a(site.layer), t=site.names.target)


def _derivative_missing(site: Site, upstream: Expr) -> Iterator[Mutant]:
    if not site.is_identity(site.layer):
        yield Mutant("head-derivative-missing", "", upstream)


def _is_link(site: Site) -> bool:
    """Whether y − t is the right error, up to a factor: the canonical link."""
    last, loss = site.network.layers[-1], site.network.loss.name
    if last.is_softmax:
        return loss == "cross_entropy"
    if last.function.name == "sigmoid":
        return loss == "binary_cross_entropy"
    return last.function.name == "identity" and "squared" in loss


def _derivative_on_top(site: Site) -> Iterator[Mutant]:
    """f′ on an error that has it already; on an identity head, the derivative of what is not there."""
    shape, y, z = site.step.shape, site.a(site.layer), site.z(site.layer)
    if not _is_link(site):
        return
    difference = _mean(site, _difference(site))
    last = site.network.layers[-1]
    is_sigmoid = not last.is_softmax and last.function.name == "sigmoid"
    if last.is_softmax:
        yield Mutant("head-derivative-on-top", "softmax", softmax_gradient(difference, y, 1))
    elif is_sigmoid:
        yield Mutant("head-derivative-on-top", last.function.name, times(difference, site.slope(site.layer)))
        at_y = site.slope(site.layer, y)
        yield Mutant("head-derivative-on-top", f"{last.function.name} at y", times(difference, at_y))
        at_z = written("z*(1 - z)", shape, z=z)
        yield Mutant("head-derivative-on-top", "z(1 − z)", times(difference, at_z))
        yield Mutant("head-derivative-on-top", "y", times(difference, y))
        yield Mutant("head-derivative-on-top", "1 − y", times(difference, written("1 - y", shape, y=y)))
    for name in ("tanh", "relu") if is_sigmoid else ("sigmoid", "tanh", "relu"):
        function = ACTIVATIONS[name]
        through = through_value(function, shape, y, z)
        yield Mutant("head-derivative-on-top", f"{name} through y", times(difference, through))
        slope = Apply(function, (z,), function.variables[0])
        yield Mutant("head-derivative-on-top", name, times(difference, slope))


def _softmax(site: Site, upstream: Expr) -> Iterator[Mutant]:
    if not site.network.layers[-1].is_softmax:
        return
    shape, y = site.step.shape, site.a(site.layer)
    diagonal = written("y*(1 - y)", shape, y=y)
    yield Mutant("softmax-diagonal", "", times(upstream, diagonal))
    yield Mutant("softmax-diagonal", "only the products", times(upstream, y))
    rest = simplify(softmax_gradient(upstream, y, 1))
    yield Mutant(
        "softmax-diagonal", "only the other outputs", written("r - u*y", shape, r=rest, u=upstream, y=y)
    )


def _other_losses(site: Site) -> Iterator[Mutant]:
    y, t, own = site.a(site.layer), site.names.target, site.network.loss.loss_function
    function = site.function(site.layer)
    for name, loss in LOSSES.items():
        if loss.function.body == own.function.body or name == "mean_squared_error":
            continue
        error = _mean(site, Apply(loss.function, (y, t), "y"))
        if function is None:
            yield Mutant("wrong-loss", name, simplify(softmax_gradient(error, y, 1)))
        else:
            yield Mutant("wrong-loss", name, times(error, site.slope(site.layer)))
        yield Mutant("wrong-loss", f"{name}, without the derivative", error)
    if function is not None:
        for text, shown in (("abs(y - t)", "absolute error"), ("(y - t)^4", "(y − t)⁴")):
            derivative = formula_of(text, site)
            yield Mutant("wrong-loss", shown, _mean(site, times(derivative, site.slope(site.layer))))


def formula_of(text: str, site: Site) -> Expr:
    """∂/∂y of a formula in y and t at the outputs."""
    from chalkgrad.formula import differentiate, parse_formula

    body = differentiate(parse_formula(text, ("y", "t")), "y")
    return formula(body, site.step.shape, y=site.a(site.layer), t=site.names.target)


def _formulas(site: Site) -> Iterator[Mutant]:
    """Something else where ∂L/∂y or y − t belongs; with f′ behind it and without."""
    shape, y, z, t = site.step.shape, site.a(site.layer), site.z(site.layer), site.names.target
    difference = _difference(site)
    wrong: list[tuple[str, Expr]] = [
        ("|y − t|", written("abs(d)", shape, d=difference)),
        ("(y − t)²", written("d^2", shape, d=difference)),
        ("y, without t", y),
        ("t, without y", t),
        ("z − t", written("z - t", shape, z=z, t=t)),
        ("y + t", written("y + t", shape, y=y, t=t)),
        ("the sign of y − t", numeric(np.sign, "sign({})", shape, difference)),
        ("the class − t", numeric(_decided, "decided({}) − {}", shape, y, t)),
        ("y − t, rounded", numeric(np.round, "round({})", shape, difference)),
        ("the loss itself", Apply(site.network.loss.loss_function.function, (y, t))),
        ("y t", written("y*t", shape, y=y, t=t)),
        ("−t/y", written("-t/y", shape, y=y, t=t)),
        ("−t/y − (1 − t)/(1 − y)", written("-t/y - (1 - t)/(1 - y)", shape, y=y, t=t)),
        ("t/y + (1 − t)/(1 − y)", written("t/y + (1 - t)/(1 - y)", shape, y=y, t=t)),
        ("t/y − (1 − t)/(1 − y)", written("t/y - (1 - t)/(1 - y)", shape, y=y, t=t)),
        ("(1 − t)/(1 − y)", written("(1 - t)/(1 - y)", shape, y=y, t=t)),
        ("log y", written("t*log(y) + (1 - t)*log(1 - y)", shape, y=y, t=t)),
    ]
    for detail, mean in (("the mean of t", _off_mean_target), ("the mean of y", _off_mean_output)):
        if shape[1].is_one:
            paired = numeric(mean, "{} − " + detail, shape, y, t)
            said = f"y − t was formed for every pair of samples, and came down to {detail}"
            yield Mutant("broadcasting", said, _mean(site, paired))
            many = scale(coefficient(1, (Dim("m"), 1)), paired)  # summed over the pairs
            yield Mutant("broadcasting", said, _mean(site, many))
    for detail, error in wrong:
        if not (detail == "z − t" and site.is_identity(site.layer)):
            yield Mutant("output-error-formula", detail, _mean(site, error))
            if site.function(site.layer) is not None and not site.is_identity(site.layer):
                with_slope = times(error, site.slope(site.layer))
                yield Mutant("output-error-formula", f"{detail}, times f′", _mean(site, with_slope))


def _off_mean_target(y: Array, t: Array) -> Array:
    found: Array = y - t.mean()
    return found


def _off_mean_output(y: Array, t: Array) -> Array:
    found: Array = y.mean() - t
    return found


def _decided(y: Array, t: Array) -> Array:
    """The predicted class as 0 and 1, minus the target."""
    if y.shape[1] == 1:
        found: Array = (y > 0.5) - t
        return found
    decided: Array = np.eye(y.shape[1])[y.argmax(axis=1)] - t
    return decided
