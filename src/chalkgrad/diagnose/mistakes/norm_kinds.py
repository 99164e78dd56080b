"""Kinds of mistakes with a norm: μ and v held constant, γ or r left out, a sum along the wrong way.

In one expression, with means along the way of the norm:

    ∂L/∂U = r ⊙ (∂L/∂N − mean(∂L/∂N) − N ⊙ mean(∂L/∂N ⊙ N))

where the first mean comes through μ and the second through v.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad.derive import Derivation, grad
from chalkgrad.derive.algebra import add, hadamard, matmul, negative, scale, transpose
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, field, times
from chalkgrad.diagnose.mistakes.kinds import MistakeKind, wherever
from chalkgrad.expr import ONE, Coefficient, Dim, Expr, Ones, Symbol, coefficient

THROUGH = (
    "The mean and the variance are made of the numbers that they normalise, so ∂L/∂u is a sum of three ways: "
    "straight, through the mean and through the variance."
)
SCALED = "With z = γ ⊙ û + β, ∂z/∂γ is û, ∂z/∂β is 1 and ∂z/∂û is γ, unit by unit."


@dataclass(frozen=True)
class NormGradient:
    """∂L/∂U in one expression.

    Attributes
    ----------
    normalised, root
        N and r.
    error
        ∂L/∂N, or what stands there instead.
    """

    normalised: Symbol
    root: Symbol
    error: Expr

    @property
    def axis(self) -> int:
        """The axis along which the means go, which r does not have."""
        return 0 if self.root.shape[0].is_one and not self.normalised.shape[0].is_one else 1

    def along(self, what: Expr, axis: int | None = None, factor: Coefficient | None = None) -> Expr:
        """The mean of something along the way of the norm, repeated; or along an axis with another factor."""
        axis = self.axis if axis is None else axis
        dim = self.normalised.shape[axis]
        row, column = Ones((ONE, dim)), Ones((dim, ONE))
        whole = matmul(matmul(what, column), row) if axis == 1 else matmul(column, matmul(row, what))
        return scale(coefficient(1, (dim, -1)) if factor is None else factor, whole)

    def spread(self, small: Expr) -> Expr:
        """r, repeated along the way of the norm."""
        dim = self.normalised.shape[self.axis]
        return matmul(small, Ones((ONE, dim))) if self.axis == 1 else matmul(Ones((dim, ONE)), small)

    @property
    def by_mean(self) -> Expr:
        """What comes through μ, without r."""
        return negative(self.along(self.error))

    @property
    def by_variance(self) -> Expr:
        """What comes through v, without r."""
        return negative(hadamard([self.normalised, self.along(hadamard([self.error, self.normalised]))]))

    def of(self, *terms: Expr) -> Expr:
        """r ⊙ (the error + terms)."""
        return hadamard([self.spread(self.root), add([self.error, *terms])])

    @property
    def whole(self) -> Expr:
        """The right one."""
        return self.of(self.by_mean, self.by_variance)


def norm_gradient(derivation: Derivation, layer: int) -> NormGradient:
    """∂L/∂U of a layer, in the layout of a derivation."""
    of = {s.symbol.kind: s.symbol for s in derivation.forward if s.symbol.layer == layer}
    return NormGradient(of["normalised"], of["root"], grad(of["normalised"]))


def gradient_at(site: Site) -> NormGradient:
    """∂L/∂U of a step's layer."""
    return norm_gradient(site.derivation, site.layer)


# -- ∂L/∂U ----------------------------------------------------------------------------------------------


def _without_mean(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    yield Mutant(g.of(g.by_variance))


def _without_variance(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    yield Mutant(g.of(g.by_mean))


def _constant(site: Site) -> Iterator[Mutant]:
    yield Mutant(gradient_at(site).of())


def _rootless(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    root = g.spread(g.root)
    yield Mutant(add([g.error, g.by_mean, g.by_variance]), "without {root}")
    yield Mutant(times(root, g.whole), "with {root} twice")
    yield Mutant(times(root, g.of()), "with {root} twice and nothing through {centre} and {variance}")


def _passed_over(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    yield Mutant(g.error, field(grad(g.normalised)))
    yield Mutant(site.dpre(site.layer), field(site.dpre(site.layer)))


WAY_FACTORS = {
    Fraction(-1): "the wrong sign",
    Fraction(2): "a factor of 2 too many",
    Fraction(1, 2): "half its size",
}


def _before_norm(site: Site) -> Iterator[Mutant]:
    """dW or db alone from ∂L/∂Z."""
    if site.network.layers[site.layer - 1].norm is not None:
        error = site.dpre(site.layer)
        yield Mutant(site.made_from(error), field(error))


def _other_factor(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    ways = {"mean {centre}": (g.by_mean, g.by_variance), "variance {variance}": (g.by_variance, g.by_mean)}
    for way, (part, rest) in ways.items():
        for factor, shown in WAY_FACTORS.items():
            yield Mutant(g.of(scale(factor, part), rest), f"through the {way} with {shown}")
    yield Mutant(g.of(negative(g.by_mean), negative(g.by_variance)), "through both with the wrong sign")


def _divisors(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    counted, other = (g.normalised.shape[axis] for axis in (g.axis, 1 - g.axis))
    told = [
        (coefficient(1, (counted, 1)), "sums where means belong"),
        (coefficient(1, (counted, 1), (other, -1)), "sums divided by the other size of the array"),
    ]
    if counted.size is not None:
        told += [(coefficient(Fraction(counted.size, counted.size - 1)), "sums divided by one less")]
    for factor, shown in told:
        mean, variance = scale(factor, g.by_mean), scale(factor, g.by_variance)
        yield Mutant(g.of(mean, variance), shown)
        yield Mutant(g.of(mean, g.by_variance), f"{shown}, in the part through {{centre}}")
        yield Mutant(g.of(g.by_mean, variance), f"{shown}, in the part through {{variance}}")


def _other_axis(site: Site) -> Iterator[Mutant]:
    g = gradient_at(site)
    other = 1 - g.axis
    counted, dim = g.normalised.shape[g.axis], g.normalised.shape[other]
    for factor in (coefficient(1, (dim, -1)), coefficient(1, (counted, -1))):
        mean = negative(g.along(g.error, other, factor))
        product = hadamard([g.error, g.normalised])
        variance = negative(hadamard([g.normalised, g.along(product, other, factor)]))
        variant = f"divided by {factor}"
        yield Mutant(g.of(mean, variance), "in both parts", variant)
        yield Mutant(g.of(mean, g.by_variance), "in the part through {centre}", variant)
        yield Mutant(g.of(g.by_mean, variance), "in the part through {variance}", variant)


def _uncentred(site: Site) -> Iterator[Mutant]:
    """The part through the variance with u, or with u − μ, in places of û."""
    g, linear = gradient_at(site), site.part("linear")
    root, centre = g.spread(g.root), g.spread(site.part("centre"))
    centred = add([linear, negative(centre)])
    for shown, one in (("{linear}", linear), ("{linear} − {centre}", centred)):
        for outer, inner in ((one, g.normalised), (g.normalised, one), (one, one)):
            part = negative(hadamard([outer, g.along(hadamard([g.error, inner]))]))
            yield Mutant(g.of(g.by_mean, part), shown, f"{outer} … {inner}")
    cubed = negative(hadamard([centred, root, g.along(hadamard([g.error, centred]))]))
    yield Mutant(g.of(g.by_mean, cubed), "{linear} − {centre}", "one r")


# -- ∂L/∂N, ∂L/∂γ ---------------------------------------------------------------------------------------


def _gainless(site: Site) -> Iterator[Mutant]:
    yield Mutant(site.dpre(site.layer))


def _gain_after(site: Site) -> Iterator[Mutant]:
    normalised = site.part("normalised")
    g = NormGradient(normalised, site.part("root"), site.dpre(site.layer))
    yield Mutant(times(site.gain, g.whole))


def _gain_twice(site: Site) -> Iterator[Mutant]:
    yield Mutant(times(site.right, site.gain))


def _summed(what: Expr) -> Expr:
    return matmul(transpose(what), Ones((Dim("m"), ONE)))


def _factorless(site: Site) -> Iterator[Mutant]:
    yield Mutant(_summed(site.dpre(site.layer)))


def _other_values(site: Site) -> Iterator[Mutant]:
    linear, pre, after = site.part("linear"), site.z(site.layer), site.a(site.layer)
    spread = NormGradient(site.part("normalised"), site.part("root"), linear).spread
    centred = add([linear, negative(spread(site.part("centre")))])
    yield Mutant(_summed(times(site.dpre(site.layer), centred)), "{linear} − {centre}")
    for what in (linear, pre, after):
        yield Mutant(_summed(times(site.dpre(site.layer), what)), field(what))


def _after_gain(site: Site) -> Iterator[Mutant]:
    normalised = site.part("normalised")
    error = times(site.dpre(site.layer), site.gain)
    what = times(error, normalised) if site.of.kind == "gain" else error
    yield Mutant(_summed(what), field(grad(normalised)))


NORMS = (
    MistakeKind(
        "norm-constant", "the mean and the variance are held constant",
        "{what} {was} formed as if {centre} and {variance} were constants", THROUGH, {"linear": _constant},
    ),
    MistakeKind(
        "norm-mean-missing", "the way through the mean is missing",
        "{what} {lacks} what comes through the mean {centre}", THROUGH, {"linear": _without_mean},
    ),
    MistakeKind(
        "norm-variance-missing", "the way through the variance is missing",
        "{what} {lacks} what comes through the variance {variance}", THROUGH, {"linear": _without_variance},
    ),
    MistakeKind(
        "norm-passed-over", "the norm is passed over on the way back",
        "{what} {was} formed from {detail} as it is: the norm was passed over", THROUGH,
        {"linear": _passed_over, **wherever(_before_norm, "weight", "bias")},
    ),
    MistakeKind(
        "norm-root", "the standard deviation is left out, or there twice",
        "{what} {was} formed {detail}", "û is (u − μ) r, so each way back carries one r.",
        {"linear": _rootless},
    ),
    MistakeKind(
        "norm-wrong-axis", "a mean of the norm goes along the wrong axis",
        "{what} {was} formed with means along the wrong axis {detail}",
        "What a mean was taken over in the forward pass, its gradient is summed over.",
        {"linear": _other_axis},
    ),
    MistakeKind(
        "norm-divisor", "a mean of the norm is divided by something else",
        "{what} {was} formed with {detail}",
        "A mean over n numbers has the derivative 1/n by each.", {"linear": _divisors},
    ),
    MistakeKind(
        "norm-way-factor", "a way through the norm has a wrong factor",
        "{what} {has} what comes {detail}", THROUGH, {"linear": _other_factor},
    ),
    MistakeKind(
        "norm-uncentred", "values that are not normalised stand in the norm's gradient",
        "{what} {was} formed with {detail} in place of {normalised}", THROUGH, {"linear": _uncentred},
    ),
    MistakeKind(
        "gain-missing", "γ is left out on the way back", "{what} {was} formed without {gain}", SCALED,
        {"normalised": _gainless},
    ),
    MistakeKind(
        "gain-outside", "γ is multiplied in after the norm instead of before it",
        "{what} {was} multiplied by {gain} after the means were taken, not before", SCALED,
        {"linear": _gain_after},
    ),
    MistakeKind(
        "gain-twice", "γ is there twice on the way back", "{what} {was} multiplied by {gain} twice", SCALED,
        {"normalised": _gain_twice},
    ),
    MistakeKind(
        "normalised-missing", "the gradient by γ lacks the normalised values",
        "{what} {was} formed without {normalised}", SCALED, {"gain": _factorless},
    ),
    MistakeKind(
        "wrong-normalised", "the gradient by γ is formed with other values",
        "{what} {was} formed with {detail} in place of {normalised}", SCALED, {"gain": _other_values},
    ),
    MistakeKind(
        "error-after-gain", "an error that was already multiplied by γ",
        "{what} {was} formed from {detail}, which has {gain} in it already", SCALED,
        {"gain": _after_gain, "shift": _after_gain},
    ),
)  # fmt: skip
