"""The reverse sweep: from the forward equations to every gradient, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import Number
from chalkgrad.derive.algebra import add, scale, simplify, split_scale, transpose
from chalkgrad.derive.convention import CANONICAL, Convention
from chalkgrad.derive.derivation import Derivation, Form, Step
from chalkgrad.derive.elementwise import from_formula, fuse, fuse_if_shorter, is_polynomial
from chalkgrad.derive.forward import Equation, forward_equations
from chalkgrad.derive.rules import adjoints
from chalkgrad.derive.training import Training, read_clip_norm, read_dropout
from chalkgrad.derive.update_rules import DESCENT, UpdateRule
from chalkgrad.derive.update_steps import update_steps
from chalkgrad.derive.weights import common_weights, weights_out_of_sums, without_weights
from chalkgrad.expr import (
    ONE,
    Apply,
    Coefficient,
    Dim,
    Expr,
    Hadamard,
    MatMul,
    Ones,
    RowApply,
    Scale,
    Sum,
    Symbol,
    coefficient,
    make_symbol,
    rewrite,
    substitute,
    symbols,
)
from chalkgrad.formula import nodes
from chalkgrad.formula import substitute as substitute_in_formula
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

GIVEN = ("input", "target", "sample_weight", "mask")
"""Kinds of symbols that no gradient is wanted of."""


def derive(
    network: Network,
    *,
    batch: bool = True,
    convention: Convention | None = None,
    weighted: bool = False,
    dropout: Mapping[int, Number | None] | None = None,
    rule: UpdateRule | None = None,
    clip_norm: Number | None = None,
) -> Derivation:
    """Derive every gradient of a network by reverse differentiation of its forward equations.

    Δ_l = ∂L/∂Z_l = (∂L/∂A_l) ⊙ f′(Z_l),  ∂L/∂W_l = Δ_lᵀ A_{l−1},  ∂L/∂b_l = Δ_lᵀ 1,  ∂L/∂A_{l−1} = Δ_l W_l.

    Parameters
    ----------
    network
        The description.
    batch
        Whether the equations are for a batch of m samples as rows (default), or for one sample as a
        column.  Ignored where a convention is given.
    convention
        A notation's layout; the canonical one if left out.
    weighted
        Whether each sample has a weight: L = (1/m) Σ_i s_i Σ_j ℓ(y_ij, t_ij), with s as a column.
    dropout
        The rate after each hidden layer that has one, ``{1: 0.2}``: A_l = f_l(Z_l) ⊙ M_l with a mask M_l
        of 0 and 1/(1 − rate), after the skip has been added.  None: a mask whose rate is not known.
    rule
        An optimiser's formulas, ``optimiser.rule()``; plain descent W ← W − η ∂L/∂W if left out.
    clip_norm
        The length to which all gradients together are scaled down before the update.

    Returns
    -------
    Derivation

    Raises
    ------
    InputError
        A dropout rate outside [0, 1), or of a layer that is not hidden; a limit that is not above 0.

    Examples
    --------
    >>> from chalkgrad import Network, derive
    >>> from chalkgrad.expr import describe
    >>> d = derive(Network("2-3:tanh-1:sigmoid"))
    >>> describe(d.step("dZ2").expr), describe(d.step("dW1").expr)
    ('1/m·(Y + -1·T)', '(dZ1ᵀ X)')
    """
    expect_network(network)
    if convention is None:
        convention = CANONICAL if batch else Convention(batch=False, samples="columns")
    plain = rule is not None and rule.assignments == (DESCENT,)
    faults: list[Fault] = []
    dropped, longest = read_dropout(network, dropout, faults), read_clip_norm(clip_norm, faults)
    if faults:
        raise InputError(faults)
    return _derive(network, convention, Training(weighted, dropped, None if plain else rule, longest))


def derive_again(derivation: Derivation, convention: Convention) -> Derivation:
    """The same training step in another convention."""
    return _derive(derivation.network, convention, derivation.training)


@lru_cache(maxsize=256)
def _derive(network: Network, convention: Convention, training: Training) -> Derivation:
    equations = forward_equations(network, convention, training)
    forward = tuple(_forward_step(eq) for eq in equations)
    backward = _Sweep(equations, network, convention).run()
    if convention.errors == "transposed":
        backward = _turn_errors(backward)
    found = Derivation(network, convention, forward[:-1], forward[-1], tuple(backward), (), training)
    return replace(found, updates=update_steps(found.gradients, training))


def _forward_step(eq: Equation) -> Step:
    rule = {"pre": "linear", "loss": "loss"}.get(eq.symbol.kind, "activation")
    if rule == "activation" and isinstance(eq.expr, Sum):
        rule = "residual"
    if rule == "activation" and isinstance(eq.expr, Hadamard):
        rule = "dropout"
    if rule == "activation" and isinstance(eq.expr, Symbol):
        rule = "as-it-is"
    return Step(eq.symbol, (Form(eq.expr, rule),))


def grad(symbol: Symbol) -> Symbol:
    """∂L/∂symbol, with the symbol's shape."""
    return make_symbol("grad", symbol.layer, symbol.shape, symbol)


def _is_parameter(symbol: Symbol | None) -> bool:
    return symbol is not None and symbol.kind in ("weight", "bias")


class _Sweep:
    """Goes through the equations backwards and keeps, for every symbol, what has flowed to it so far."""

    def __init__(self, equations: list[Equation], network: Network, convention: Convention) -> None:
        self.equations = equations
        self.network = network
        self.convention = convention
        self.flowed: dict[Symbol, list[tuple[Expr, Symbol]]] = {}
        self.defined = {eq.symbol: eq.expr for eq in equations}
        self.named: dict[Expr, Expr] = {
            value: symbol for symbol, value in self.defined.items() if isinstance(value, RowApply)
        }
        self.uses: dict[Symbol, int] = {}
        for eq in equations:
            for used in symbols(eq.expr):
                self.uses[used] = self.uses.get(used, 0) + 1
        self.steps: list[Step] = []
        self.found: dict[Symbol, Expr] = {}  # the right side of each step
        self.formulas: dict[Symbol, Expr] = {}  # gradients known as explicit elementwise formulas

    def run(self) -> list[Step]:
        for eq in reversed(self.equations):
            if eq.symbol.kind == "loss":
                self._flow(eq, Ones((ONE, ONE)))
            elif eq.symbol in self.flowed:
                self._add_step(eq)
                self._flow(eq, grad(eq.symbol))
        return self.steps

    def _flow(self, eq: Equation, g: Expr) -> None:
        arrived: dict[Symbol, list[Expr]] = {}
        self._spread(eq.expr, g, arrived)
        for symbol, parts in arrived.items():
            total = simplify(add([self._name_values(part) for part in parts]))
            self.flowed.setdefault(symbol, []).append((total, eq.symbol))
        for symbol in symbols(eq.expr):
            self.uses[symbol] -= 1
            if not self.uses[symbol] and _is_parameter(symbol):
                self._add_parameter(symbol)

    def _spread(self, expr: Expr, g: Expr, arrived: dict[Symbol, list[Expr]]) -> None:
        if isinstance(expr, Symbol):
            if expr.kind not in GIVEN:
                arrived.setdefault(expr, []).append(g)
            return
        if isinstance(expr, Ones):
            return
        for operand, flow in adjoints(expr, g):
            self._spread(operand, flow, arrived)

    def _name_values(self, expr: Expr) -> Expr:
        """Write a softmax that was already computed by its name: Q, not softmax(X)."""
        named = self.named
        return rewrite(expr, lambda node: named.get(node, node)) if named else expr

    # -- one step -------------------------------------------------------------------------------------

    def _add_step(self, eq: Equation) -> None:
        parts = self.flowed[eq.symbol]
        through = tuple(symbol for _, symbol in parts)
        expr = simplify(add([part for part, _ in parts]))
        symbol = eq.symbol
        if any(source.kind == "loss" for source in through):
            forms, chosen = self._loss_forms(symbol, expr)
        elif symbol.kind == "pre":
            forms, chosen = self._error_forms(symbol, expr, through[0])
        else:
            forms, chosen = [Form(expr, "chain" if len(parts) == 1 else "sum-of-paths")], 0
        self._keep(Step(grad(symbol), tuple(forms), chosen, through))

    def _keep(self, step: Step) -> None:
        self.steps.append(step)
        self.found[step.symbol] = step.expr

    def _loss_forms(self, symbol: Symbol, expr: Expr) -> tuple[list[Form], int]:
        if self.convention.mean_at == "gradient":
            expr = _without(expr, self._batch())
        written = fuse(expr)
        self.formulas[grad(symbol)] = written
        forms = [Form(expr, "differentiate-loss")]
        if written != expr:
            forms.append(Form(written, "formula"))
        return forms, len(forms) - 1 if not isinstance(without_weights(written), Apply) else 0

    def _error_forms(self, z: Symbol, expr: Expr, value: Symbol) -> tuple[list[Form], int]:
        """∂L/∂Z: the chain rule, what is known put in, f′ through its value, and what cancels."""
        upstream, definition = grad(value), self.defined[value]
        rule = (
            "softmax-jacobian"
            if isinstance(definition, RowApply)
            else "identity"
            if definition == z
            else "chain"
        )
        forms = [Form(expr, rule)]
        known = self.formulas.get(upstream) or self.found.get(upstream)
        if known is None:
            return forms, 0
        expr = simplify(substitute(expr, {upstream: known}))
        if rule == "softmax-jacobian":
            expr = simplify(_fuse_inside(expr))
        forms.append(Form(expr, "insert"))
        explicit = self._value_form(expr, z, value)
        forms.append(Form(explicit, "value-form"))
        if rule == "softmax-jacobian":
            if self.network.loss.loss_function.name == "cross_entropy":
                forms.append(Form(_with_targets_summed(expr), "targets-sum-to-one"))
        elif (fused := fuse_if_shorter(explicit)) is not None:
            shorter = simplify(fused)
            forms.append(Form(shorter, "canonical-link" if _is_difference(shorter) else "cancel"))
        forms = _distinct(forms)
        if rule == "identity" and _is_difference(forms[-1].expr):
            forms[-1] = Form(forms[-1].expr, "canonical-link")
        ended = forms[-1].rule in ("canonical-link", "cancel", "targets-sum-to-one") or _is_difference(
            forms[-1].expr
        )
        return forms, len(forms) - 1 if ended else 0

    def _value_form(self, expr: Expr, z: Symbol, value: Symbol) -> Expr:
        """f′(Z) written through A = f(Z), where the function has such a form: σ′ = A ⊙ (1 − A)."""
        definition = self.defined[value]
        if not isinstance(definition, Apply) or definition.function.value_derivative is None:
            return expr
        form = definition.function.value_derivative
        body = substitute_in_formula(form, {"a": nodes.Var(value), "z": nodes.Var(z)})
        if not is_polynomial(body):
            return expr  # ReLU′ and the like are clearer by name
        explicit = from_formula(body, z.shape)
        derivative = Apply(definition.function, definition.args, definition.function.variables[0])
        return simplify(rewrite(expr, lambda node: explicit if node == derivative else node))

    # -- parameters -----------------------------------------------------------------------------------

    def _add_parameter(self, symbol: Symbol) -> None:
        parts = self.flowed[symbol]
        parts = sorted(parts, key=lambda part: part[1].kind == "loss")  # the data term, then the penalty
        if self.convention.mean_at == "gradient" and self.network.loss.reduction == "mean":
            front = coefficient(1, (self._batch(), -1))
            parts = [(part if s.kind == "loss" else scale(front, part), s) for part, s in parts]
        rule = "chain" if len(parts) == 1 else "sum-of-paths"
        expr = simplify(add([part for part, _ in parts]))
        self._keep(Step(grad(symbol), (Form(expr, rule),), 0, tuple(s for _, s in parts)))

    def _batch(self) -> Dim:
        for eq in self.equations:
            if eq.symbol.kind == "pre":
                return eq.symbol.shape[0 if self.convention.samples == "rows" else 1]
        raise AssertionError("a network has at least one layer")


def _with_targets_summed(expr: Expr) -> Expr:
    summed = rewrite(rewrite(expr, weights_out_of_sums), _targets_sum_to_one)
    return common_weights(simplify(summed))


def _targets_sum_to_one(node: Expr) -> Expr:
    """T 1 = 1: the targets of a cross-entropy are probabilities, a premise that the data must satisfy."""
    match node:
        case MatMul(Symbol(kind="target"), Ones((_, last)) as ones) if last.is_one:
            return Ones((node.shape[0], ones.shape[1]))
        case MatMul(Ones((first, _)) as ones, Symbol(kind="target")) if first.is_one:
            return Ones((ones.shape[0], node.shape[1]))
    return node


def _without(expr: Expr, dim: Dim) -> Expr:
    c, rest = split_scale(expr)
    return scale(replace(c, powers=tuple((base, power) for base, power in c.powers if base != dim)), rest)


def _fuse_inside(expr: Expr) -> Expr:
    """Fuse every purely elementwise part: (−T/Y) ⊙ Y becomes −T wherever it stands."""

    def rule(node: Expr) -> Expr:
        found = fuse_if_shorter(node)
        return node if found is None else found

    return rewrite(expr, rule)


def _is_difference(expr: Expr) -> bool:
    """Whether the expression is c · (Y − T), or c · (s 1ᵀ) ⊙ (Y − T)."""
    match without_weights(expr):
        case Sum((Symbol(kind="output"), Scale(Coefficient(Fraction() as q, ()), Symbol(kind="target")))):
            return q == -1
    return False


def _distinct(forms: list[Form]) -> list[Form]:
    kept: list[Form] = []
    for form in forms:
        if all(form.expr != other.expr for other in kept):
            kept.append(form)
    return kept


def _turn_errors(steps: list[Step]) -> list[Step]:
    """Lay out ∂L/∂Z and ∂L/∂A transposed: the same equations, each transposed as a whole."""
    turned: dict[Symbol, Symbol] = {}
    for step in steps:
        symbol = step.symbol
        if not _is_parameter(symbol.of):
            turned[symbol] = make_symbol("grad", symbol.layer, (symbol.shape[1], symbol.shape[0]), symbol.of)
    values: dict[Symbol, Expr] = {old: transpose(new) for old, new in turned.items()}

    def turn(step: Step) -> Step:
        new = turned.get(step.symbol)
        forms = []
        for form in step.forms:
            expr = simplify(substitute(form.expr, values))
            forms.append(Form(transpose(expr) if new is not None else expr, form.rule))
        return Step(new or step.symbol, tuple(forms), step.chosen, step.through)

    return [turn(step) for step in steps]
