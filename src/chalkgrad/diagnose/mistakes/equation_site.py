"""Where a mistake may stand: a step of the derivation with everything that is in reach of a hand there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalkgrad._roles import GAIN
from chalkgrad.derive import CANONICAL, Derivation, Step, grad
from chalkgrad.derive.algebra import hadamard, matmul, scale, transpose
from chalkgrad.derive.elementwise import from_formula
from chalkgrad.derive.forward import Alphabet
from chalkgrad.expr import ONE, Apply, Dim, Expr, Numeric, Ones, Shape, Symbol, coefficient, fits
from chalkgrad.formula import ElementwiseFunction, nodes, parse_formula, substitute
from chalkgrad.network import Network


@dataclass(frozen=True)
class Deviation:
    """One way to depart from the derivation; the same one in several steps is one mistake.

    Attributes
    ----------
    rule
        The kind of mistake.
    detail
        What the sentence names, as a template: ``{W3}``, ``cut to whole numbers``.
    variant
        What tells apart those that read the same.
    rare
        Whether hardly anybody does it, so that any other explanation goes before it.
    """

    rule: str
    detail: str = ""
    variant: str = ""
    rare: bool = False


@dataclass(frozen=True)
class Mutant:
    """A step's right side with one mistake in it.

    ``expr`` is what wrong code computes, up to a constant factor, which the search finds.  The rule is that
    of the kind whose maker made it.
    """

    expr: Expr
    detail: str = ""
    variant: str = ""
    rare: bool = False
    rule: str = ""

    @cached_property
    def deviation(self) -> Deviation:
        """What makes it the same mistake as another."""
        return Deviation(self.rule, self.detail, self.variant, self.rare)


@dataclass(frozen=True)
class Site:
    """A step of the canonical derivation (samples as rows, W as n_out × n_in), and its surroundings."""

    derivation: Derivation
    step: Step

    @property
    def network(self) -> Network:
        """The description."""
        return self.derivation.network

    @property
    def names(self) -> Alphabet:
        """The symbols of the network."""
        return Alphabet(self.network, CANONICAL)

    @property
    def of(self) -> Symbol:
        """What the gradient of this step is the gradient of."""
        assert self.step.symbol.of is not None
        return self.step.symbol.of

    @property
    def layer(self) -> int:
        """The layer of the step."""
        return self.of.layer

    @property
    def is_last(self) -> bool:
        """Whether it is the output layer."""
        return self.layer == self.network.depth

    @property
    def kind(self) -> str:
        """head or hidden (∂L/∂Z), activation (∂L/∂A), output (∂L/∂Y); else the kind of what it is by."""
        if self.of.kind == "pre":
            return "head" if self.is_last else "hidden"
        return {"act": "activation"}.get(self.of.kind, self.of.kind)

    @property
    def right(self) -> Expr:
        """The derived right side."""
        return self.step.expr

    # -- the surroundings, by layer --------------------------------------------------------------------

    def z(self, layer: int) -> Symbol:
        """Z_l."""
        return self.names.pre(layer)

    def a(self, layer: int) -> Symbol:
        """A_l; X for 0, Y for the last."""
        return self.names.activation(layer)

    def w(self, layer: int) -> Symbol:
        """W_l."""
        return self.names.weight(layer)

    def dz(self, layer: int) -> Symbol:
        """Δ_l = ∂L/∂Z_l; where a norm stands, the error ∂L/∂U_l of the weighted sum."""
        return grad(self.names.weighted_sum(layer))

    def dpre(self, layer: int) -> Symbol:
        """∂L/∂Z_l, with a norm or without."""
        return grad(self.names.pre(layer))

    def part(self, kind: str) -> Symbol:
        """What the norm of this layer computes on its way: its mean, say."""
        found = (step.symbol for step in self.derivation.forward)
        return next(each for each in found if (each.kind, each.layer) == (kind, self.layer))

    @property
    def gain(self) -> Expr:
        """γ of this layer, repeated over the samples."""
        return matmul(Ones((Dim("m"), ONE)), transpose(self.names.parameter(GAIN, self.layer)))

    @property
    def error(self) -> Symbol:
        """The error that the gradient of this step's parameter is made from."""
        return next(premise for premise in self.step.premises if premise.kind == "grad")

    def da(self, layer: int) -> Symbol:
        """∂L/∂A_l."""
        return grad(self.names.activation(layer))

    def function(self, layer: int) -> ElementwiseFunction | None:
        """The activation f_l; None for softmax."""
        described = self.network.layers[layer - 1]
        return None if described.is_softmax else described.function

    @property
    def upstream(self) -> Expr:
        """∂L/∂A_l, which δ_l is made from."""
        return self.da(self.layer)

    def made_from(self, error: Expr) -> Expr:
        """The gradient of this step's parameter with another error than Δ_l: Δᵀ A_{l−1}, or Δᵀ 1."""
        with_it = self.a(self.layer - 1) if self.of.kind == "weight" else Ones((Dim("m"), ONE))
        return matmul(transpose(error), with_it)

    @property
    def through(self) -> tuple[Symbol, Symbol]:
        """Δ_{l+1} and W_{l+1}, through which the way back leads."""
        return self.dz(self.layer + 1), self.w(self.layer + 1)

    @property
    def own(self) -> ElementwiseFunction:
        """The activation of the layer, which is elementwise."""
        function = self.function(self.layer)
        assert function is not None
        return function

    @property
    def has_slope(self) -> bool:
        """Whether δ_l is ∂L/∂A_l ⊙ f′(Z_l) with an f′ that is not 1."""
        return self.function(self.layer) is not None and not self.is_identity(self.layer)

    @property
    def is_mean(self) -> bool:
        """Whether the loss is a mean over the samples."""
        return self.network.loss.reduction == "mean"

    def is_identity(self, layer: int) -> bool:
        """Whether f_l leaves Z as it is."""
        function = self.function(layer)
        return function is not None and function.is_identity

    def slope(self, layer: int, at: Expr | None = None) -> Expr:
        """f_l′(Z_l), or f_l′ at something else of Z_l's shape."""
        function = self.function(layer)
        assert function is not None
        return Apply(function, (self.z(layer) if at is None else at,), function.variables[0])

    def like(self, expr: Expr, shape: Shape | None = None) -> Expr | None:
        """The expression read with the shape of the step's symbol (or another); None if sizes differ."""
        return recast(expr, self.step.shape if shape is None else shape)


def same_size(a: Dim, b: Dim) -> bool:
    """Whether two dimensions have one size, whatever they are called; an open one (m) may have any."""
    return fits(a, b) or a.size is None or b.size is None or a.size == b.size


def recast(expr: Expr, shape: Shape) -> Expr | None:
    """The same numbers under other names of dimensions, as code without names takes them; or None."""
    own = expr.shape
    if not all(same_size(a, b) for a, b in zip(own, shape, strict=True)):
        return None
    if all(fits(a, b) for a, b in zip(own, shape, strict=True)):
        return expr
    return Numeric(_same, (expr,), shape, "{}")


def _same(value: Any) -> Any:
    return value


def numeric(function: Callable[..., Any], text: str, shape: Shape, *args: Expr) -> Expr:
    """An operation that only numbers know."""
    return Numeric(function, args, shape, text)


def written(text: str, shape: Shape, **parts: Expr) -> Expr:
    """A formula with expressions for its letters: ``written("a*(1 + a)", shape, a=A1)``."""
    body = parse_formula(text, tuple(parts))
    return formula(body, shape, **parts)


def formula(body: nodes.Node, shape: Shape, **parts: Expr) -> Expr:
    """The matrix that a formula gives with expressions for its letters."""
    put_in = substitute(body, {name: nodes.Var(expr) for name, expr in parts.items()})
    return from_formula(put_in, shape)


def times(*factors: Expr) -> Expr:
    """The product entry by entry."""
    return hadamard(factors)


def per_sample(expr: Expr) -> Expr:
    """An error without the 1/m of the mean, as many people carry it through the layers."""
    return scale(coefficient(1, (Dim("m"), 1)), expr)


def mean(site: Site, expr: Expr) -> Expr:
    """An error with the 1/m of the loss's mean, as the derived one has it."""
    return scale(coefficient(1, (Dim("m"), -1)), expr) if site.is_mean else expr


def field(symbol: Symbol) -> str:
    """The symbol as it stands in a template."""
    return f"{{{symbol.name}}}"


Maker = Callable[[Site], Iterator[Mutant]]
