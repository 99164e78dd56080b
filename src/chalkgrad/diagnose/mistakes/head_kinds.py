"""Kinds of mistakes with the error of the output layer, Δ_L: its loss, its activation, its y − t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive.algebra import simplify
from chalkgrad.derive.rules import softmax_gradient
from chalkgrad.diagnose.mistakes.equation_site import (
    Mutant,
    Site,
    formula,
    mean,
    numeric,
    per_sample,
    times,
    written,
)
from chalkgrad.diagnose.mistakes.kinds import MistakeKind, wherever
from chalkgrad.diagnose.mistakes.slope_kinds import CHAIN, is_link, through_value
from chalkgrad.expr import Apply, Expr
from chalkgrad.formula import (
    ACTIVATIONS,
    LOSSES,
    ElementwiseFunction,
    differentiate,
    format_formula,
    nodes,
    parse_formula,
    substitute,
    variables,
    walk,
)

LINK = "With a sigmoid and binary cross-entropy, or softmax and cross-entropy, f′ cancels and δ is {Y} − {T}."


def _difference(site: Site) -> Expr:
    return _of(site, "y - t")


def _of(site: Site, text: str) -> Expr:
    """A formula in the outputs and targets."""
    there = {"y": site.a(site.layer), "t": site.names.target, "z": site.z(site.layer)}
    return written(text, site.step.shape, **{name: there[name] for name in there if name in text})


def _derivative_missing(site: Site) -> Iterator[Mutant]:
    if not site.is_identity(site.layer):
        yield Mutant(site.upstream)


def _through(function: ElementwiseFunction) -> str:
    """The derivative through the output as it is said: ``1 − {Y}²``; f′(y) where it is no polynomial."""
    slope = function.value_derivative
    if slope is None or any(isinstance(part, nodes.Call | nodes.Where) for part in walk(slope)):
        return f"{{{function.name}′:Y}}"
    return _said(slope, "Y")


def _said(slope: nodes.Node, letter: str) -> str:
    """A polynomial in the value a, with a quantity for it."""
    text = format_formula(substitute(slope, {"a": nodes.Var("□")}))
    return text.replace("□", f"{{{letter}}}").replace("-", "−").replace("^2", "²").replace("*", "")


def _on_top(site: Site) -> Iterator[Mutant]:
    """f′ on an error that has it already; on an identity head, the derivative of what is not there."""
    if not is_link(site):
        return
    y, z, error = site.a(site.layer), site.z(site.layer), mean(site, _difference(site))
    last = site.network.layers[-1]
    own = None if last.is_softmax else last.function
    if own is None:
        yield Mutant(softmax_gradient(error, y, 1), "the softmax Jacobian")
    elif not own.is_identity:
        yield Mutant(times(error, site.slope(site.layer)), "{f′:z}")
        yield Mutant(times(error, site.slope(site.layer, y)), "{f′:Y}")
        slope = own.value_derivative
        if isinstance(slope, nodes.Mul) and variables(slope) == {"a"}:
            yield Mutant(times(error, formula(slope, site.step.shape, a=z)), _said(slope, "z"))
            for factor in slope.factors:
                yield Mutant(times(error, formula(factor, site.step.shape, a=y)), _said(factor, "Y"))
    for function in ACTIVATIONS.values():
        if function.is_head and not function.is_identity and function != own:
            through = through_value(function, site.step.shape, y, z)
            yield Mutant(times(error, through), _through(function))
            at_z = Apply(function, (z,), function.variables[0])
            yield Mutant(times(error, at_z), f"{{{function.name}′:z}}")


DIAGONAL = "the diagonal {Y}(1 − {Y}) of the softmax Jacobian only; every output depends on every z"
PART = "part of the softmax Jacobian: only the "


def _softmax(site: Site) -> Iterator[Mutant]:
    if not site.network.layers[-1].is_softmax:
        return
    y, u = site.a(site.layer), site.upstream
    yield Mutant(times(u, _of(site, "y*(1 - y)")), DIAGONAL)
    yield Mutant(times(u, y), f"{PART}products")
    rest = simplify(softmax_gradient(u, y, 1))
    yield Mutant(written("r - u*y", site.step.shape, r=rest, u=u, y=y), f"{PART}other outputs")


def _other_losses(site: Site) -> Iterator[Mutant]:
    y, t, own = site.a(site.layer), site.names.target, site.network.loss.loss_function
    function = site.function(site.layer)
    for loss in LOSSES.values():
        if loss.function.body == own.function.body or loss.mean_over_outputs:
            continue
        error, shown = mean(site, Apply(loss.function, (y, t), "y")), loss.words
        whole = simplify(softmax_gradient(error, y, 1)) if function is None else _with_slope(site, error)
        yield Mutant(whole, shown)
        yield Mutant(error, f"{shown}, without the derivative")
    if function is not None:
        for text, shown in (("abs(y - t)", "absolute error"), ("(y - t)^4", "({Y} − {T})⁴")):
            slope = differentiate(parse_formula(text, ("y", "t")), "y")
            yield Mutant(mean(site, _with_slope(site, formula(slope, site.step.shape, y=y, t=t))), shown)


def _with_slope(site: Site, error: Expr) -> Expr:
    return times(error, site.slope(site.layer))


FORMULAS = {
    "abs(y - t)": "|{Y} − {T}|",
    "(y - t)^2": "({Y} − {T})²",
    "y": "{Y}, without {T}",
    "t": "{T}, without {Y}",
    "z - t": "{z} − {T}",
    "y + t": "{Y} + {T}",
    "y*t": "{Y} {T}",
    "-t/y": "−{T}/{Y}",
    "-t/y - (1 - t)/(1 - y)": "−{T}/{Y} − (1 − {T})/(1 − {Y})",
    "t/y + (1 - t)/(1 - y)": "{T}/{Y} + (1 − {T})/(1 − {Y})",
    "t/y - (1 - t)/(1 - y)": "{T}/{Y} − (1 − {T})/(1 − {Y})",
    "(1 - t)/(1 - y)": "(1 − {T})/(1 − {Y})",
    "t*log(y) + (1 - t)*log(1 - y)": "log {Y}",
}
"""What people write for ∂L/∂y or y − t, and how it is shown."""


def _formulas(site: Site) -> Iterator[Mutant]:
    """Something else where ∂L/∂y or y − t belongs; with f′ behind it and without."""
    shape, y, t, difference = site.step.shape, site.a(site.layer), site.names.target, _difference(site)
    wrong = {shown: _of(site, text) for text, shown in FORMULAS.items()}
    wrong |= {
        "the sign of {Y} − {T}": numeric(np.sign, "sign({})", shape, difference),
        "the class − {T}": numeric(_decided, "decided({}) − {}", shape, y, t),
        "{Y} − {T}, rounded": numeric(np.round, "round({})", shape, difference),
        "the loss itself": Apply(site.network.loss.loss_function.function, (y, t)),
    }
    if site.is_identity(site.layer):
        del wrong[FORMULAS["z - t"]]
    for shown, error in wrong.items():
        yield Mutant(mean(site, error), shown)
        if site.has_slope:
            yield Mutant(mean(site, _with_slope(site, error)), f"{shown}, times f′")


def _absolute(site: Site) -> Iterator[Mutant]:
    error = numeric(np.abs, "|{}|", site.z(site.layer).shape, site.dz(site.layer))
    yield Mutant(site.made_from(error), "|Δ|")


def _decided(y: Array, t: Array) -> Array:
    """The predicted class as 0 and 1, minus the target."""
    decided: Array = (y > 0.5) - t if y.shape[1] == 1 else np.eye(y.shape[1])[y.argmax(axis=1)] - t
    return decided


def _paired(site: Site) -> Iterator[Mutant]:
    """y − t of every pair of samples, which comes down to a difference from a mean."""
    shape, y, t = site.step.shape, site.a(site.layer), site.names.target
    if not shape[1].is_one:
        return
    means = {"{T}": ("{} − mean({})", _off_mean_target), "{Y}": ("mean({}) − {}", _off_mean_output)}
    for of, (text, pair) in means.items():
        paired = numeric(pair, text, shape, y, t)
        shown = f"{{Y}} − {{T}} was formed for every pair of samples, and came down to the mean of {of}"
        yield Mutant(mean(site, paired), shown)
        yield Mutant(mean(site, per_sample(paired)), shown)  # summed over the pairs


def _off_mean_target(y: Array, t: Array) -> Array:
    found: Array = y - t.mean()
    return found


def _off_mean_output(y: Array, t: Array) -> Array:
    found: Array = y.mean() - t
    return found


HEADS = (
    MistakeKind(
        "head-derivative-missing", "the output activation's derivative is missing",
        "{what} {was} formed without {f′:z}: it is still {dY}", CHAIN, {"head": _derivative_missing},
    ),
    MistakeKind(
        "head-derivative-on-top", "the output activation's derivative is applied on top of {Y} − {T}",
        "{what} {is} {Y} − {T} already, and was multiplied by {detail} on top of it", LINK, {"head": _on_top},
    ),
    MistakeKind(
        "softmax-diagonal", "the softmax Jacobian is reduced to its diagonal",
        "{what} {was} formed with {detail}",
        "Softmax couples the outputs: ∂yⱼ/∂zₖ is yⱼ(1 − yⱼ) for j = k and −yⱼyₖ for j ≠ k.",
        {"head": _softmax},
    ),
    MistakeKind(
        "wrong-loss", "the derivative of another loss",
        "{what} {is} the error of {detail}, but the loss is {loss}",
        "The error of the output is the derivative of the very loss that is to fall.",
        {"head": _other_losses},
    ),
    MistakeKind(
        "output-error-formula", "the output's error has a wrong formula",
        "{what} {was} formed from {detail}", LINK,
        {"head": _formulas, **wherever(_absolute, "weight", "bias")},
    ),
)  # fmt: skip
BROADCAST = MistakeKind(
    "broadcasting", "shapes (m,) and (m, 1) broadcast to m × m", "{what}: {detail}",
    "NumPy takes (m, 1) − (m,) as every pair of samples; give both the same shape.", {"head": _paired},
)  # fmt: skip
