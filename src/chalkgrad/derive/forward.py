"""The forward equations of a network, in a convention: the only place that says what a layer computes.

rows:     Z_l = A_{l−1} W_lᵀ + 1 b_lᵀ        columns:  Z_l = W_l A_{l−1} + b_l 1ᵀ
A_l = f_l(Z_l) [+ A_{l−s}],  with dropout (f_l(Z_l) [+ A_{l−s}]) ⊙ M_l
L = factor/m · Σ ℓ(Y, T) + λ Σ_l Σ W_l²,  with sample weights factor/m · Σ (s 1ᵀ) ⊙ ℓ(Y, T) + …
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import starmap

from chalkgrad import expr as e
from chalkgrad._roles import BIAS, WEIGHT, Role
from chalkgrad.derive.algebra import add, hadamard, matmul, scale, simplify, transpose
from chalkgrad.derive.convention import Convention
from chalkgrad.derive.normalised import norm_equations
from chalkgrad.derive.training import PLAIN, Training
from chalkgrad.expr import ONE, Dim, Expr, Scalar, Shape, Symbol, coefficient, make_symbol
from chalkgrad.network import Network


@dataclass(frozen=True)
class Equation:
    """``symbol = expr``, and the rule that says why, one of ``RULE_NAMES``."""

    symbol: Symbol
    expr: Expr
    rule: str


class Alphabet:
    """The symbols of a network in a convention, with their shapes."""

    def __init__(self, network: Network, convention: Convention) -> None:
        self.network = network
        self.convention = convention
        self.m = Dim("m") if convention.batch else ONE
        roots = list(range(network.depth + 1))
        for layer in range(1, network.depth + 1):  # a residual makes two widths one dimension
            skip = network.layers[layer - 1].skip
            if skip:
                roots[layer] = roots[layer - skip]
        self.dims = [Dim("n", roots[i], width) for i, width in enumerate(network.widths)]

    def _samples(self, layer: int) -> Shape:
        n = self.dims[layer]
        return (self.m, n) if self.convention.samples == "rows" else (n, self.m)

    def activation(self, layer: int) -> Symbol:
        """X for layer 0, Y for the last, A_l between."""
        kind = "input" if layer == 0 else "output" if layer == self.network.depth else "act"
        return make_symbol(kind, layer, self._samples(layer))

    def pre(self, layer: int) -> Symbol:
        """Z_l."""
        return make_symbol("pre", layer, self._samples(layer))

    def linear(self, layer: int) -> Symbol:
        """U_l, the weighted sum where a norm stands before the activation."""
        return make_symbol("linear", layer, self._samples(layer))

    def weighted_sum(self, layer: int) -> Symbol:
        """U_l where a norm stands behind it, else Z_l."""
        return self.pre(layer) if self.network.layers[layer - 1].norm is None else self.linear(layer)

    def epsilon(self, layer: int) -> Scalar:
        """ε of a layer's norm, with the layer's number where they differ."""
        norms = {each.norm.epsilon for each in self.network.layers if each.norm is not None}
        norm = self.network.layers[layer - 1].norm
        assert norm is not None
        return Scalar(f"epsilon_norm{layer if len(norms) > 1 else ''}", norm.epsilon)

    def parameter(self, role: Role, layer: int) -> Symbol:
        """W_l, n_out × n_in or turned; a column for what has one number for each neuron."""
        n_in, n_out = self.dims[layer - 1], self.dims[layer]
        turned = (n_out, n_in) if self.convention.weights == "out_in" else (n_in, n_out)
        return make_symbol(role.kind, layer, turned if role.is_matrix else (n_out, ONE))

    def weight(self, layer: int) -> Symbol:
        """W_l."""
        return self.parameter(WEIGHT, layer)

    def bias(self, layer: int) -> Symbol:
        """b_l, always a column."""
        return self.parameter(BIAS, layer)

    @property
    def target(self) -> Symbol:
        """T, laid out like Y."""
        return make_symbol("target", self.network.depth, self._samples(self.network.depth))

    @property
    def sample_weight(self) -> Symbol:
        """s, what each sample counts: a column in every convention, m × 1."""
        return make_symbol("sample_weight", self.network.depth, (self.m, ONE))

    def mask(self, layer: int) -> Symbol:
        """M_l, laid out like A_l; its entries are 0 or 1/(1 − rate)."""
        return make_symbol("mask", layer, self._samples(layer))

    @property
    def loss(self) -> Symbol:
        """L, 1 × 1."""
        return make_symbol("loss", self.network.depth, (ONE, ONE))


def forward_equations(network: Network, convention: Convention, training: Training = PLAIN) -> list[Equation]:
    """Z₁, A₁, …, Z_L, Y, L in the order of computation."""
    names = Alphabet(network, convention)
    equations = []
    for number, layer in enumerate(network.layers, start=1):
        z = names.pre(number)
        if layer.norm is None:
            equations.append(Equation(z, _linear(names, number), "linear"))
        else:
            u = names.linear(number)
            equations.append(Equation(u, _linear(names, number), "linear"))
            small, inference = names.epsilon(number), training.inference
            parts = norm_equations(layer.norm, u, z, convention.samples, small, inference=inference)
            equations += starmap(Equation, parts)
        value: Expr
        rule = "activation"
        if layer.is_softmax:
            value = e.RowApply("softmax", z, 1 if convention.samples == "rows" else 0)
        elif layer.function.is_identity:
            value, rule = z, "as-it-is"
        else:
            value = e.Apply(layer.function, (z,))
        if layer.skip:
            value, rule = e.Sum((value, names.activation(number - layer.skip))), "residual"
        if training.has_mask(number):
            value, rule = e.Hadamard((value, names.mask(number))), "dropout"
        equations.append(Equation(names.activation(number), value, rule))
    equations.append(Equation(names.loss, loss_expression(names, weighted=training.weighted), "loss"))
    return equations


def _linear(names: Alphabet, number: int) -> Expr:
    convention = names.convention
    a, w = names.activation(number - 1), names.weight(number)
    if convention.samples == "rows":
        terms = [matmul(a, transpose(w) if convention.weights == "out_in" else w)]
    else:
        terms = [matmul(w if convention.weights == "out_in" else transpose(w), a)]
    if names.network.layers[number - 1].bias:
        b = names.bias(number)
        ones = e.Ones((names.m, ONE))
        terms.append(
            matmul(ones, transpose(b)) if convention.samples == "rows" else matmul(b, transpose(ones))
        )
    return simplify(add(terms))


LAMBDA = "lambda"


def loss_expression(names: Alphabet, *, weighted: bool = False) -> Expr:
    """factor / (m n_L) · Σ ℓ(Y, T) + λ Σ_l Σ W_l ⊙ W_l; m, n_L for means over batch and outputs.

    Where samples have weights, ℓ(Y, T) becomes (s 1ᵀ) ⊙ ℓ(Y, T).
    """
    network = names.network
    loss = network.loss
    divisors = []
    if loss.reduction == "mean":
        divisors.append((names.m, -1))
    if loss.loss_function.mean_over_outputs:
        divisors.append((names.dims[-1], -1))
    y = names.activation(network.depth)
    each: Expr = e.Apply(loss.loss_function.function, (y, names.target))
    total = e.Reduce(hadamard([_spread_weights(names), each]) if weighted else each)
    terms = [scale(coefficient(loss.factor, *divisors), total)]
    if network.l2:
        strength = coefficient(Fraction(1), (Scalar(LAMBDA, network.l2), 1))
        weights = [names.parameter(each.role, each.layer) for each in network.penalised()]
        terms.extend(e.Scale(strength, e.Reduce(e.Hadamard((w, w)))) for w in weights)
    return terms[0] if len(terms) == 1 else e.Sum(tuple(terms))


def _spread_weights(names: Alphabet) -> Expr:
    """s 1ᵀ (or 1 sᵀ): the weight of its sample at every output."""
    s, ones = names.sample_weight, e.Ones((ONE, names.dims[-1]))
    return matmul(s, ones) if names.convention.samples == "rows" else matmul(transpose(ones), transpose(s))
