"""How a derived error is written: the rewrites that a teacher makes, tried in order, each with its reason.

∂L/∂Z = ∂L/∂Y ⊙ σ′(Z)                    chain
      = (Y − T)/(Y(1 − Y)) ⊙ σ′(Z)       insert
      = (Y − T)/(Y(1 − Y)) ⊙ Y(1 − Y)    value-form
      = Y − T                            cancel; what leaves only Y − T is the canonical link
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.algebra import simplify
from chalkgrad.derive.derivation import Form
from chalkgrad.derive.elementwise import from_formula, fuse, fuse_if_shorter, is_polynomial
from chalkgrad.derive.weights import common_weights, weights_out_of_sums, without_weights
from chalkgrad.expr import Coefficient, Expr, Symbol, rewrite, substitute
from chalkgrad.formula import nodes
from chalkgrad.formula import substitute as substitute_in_formula

Forms = tuple[list[Form], int]
"""Equal forms, and which of them is evaluated."""


@dataclass(frozen=True)
class Error:
    """What is known where ∂L/∂Z is written.

    Attributes
    ----------
    z, value
        Z, and A = f(Z).
    definition
        f(Z), as the forward pass has it.
    upstream
        ∂L/∂A.
    known
        The right side of ∂L/∂A.
    sums_to_one
        Whether each sample's targets do.
    """

    z: Symbol
    value: Symbol
    definition: Expr
    upstream: Symbol
    known: Expr | None
    sums_to_one: bool

    @property
    def is_softmax(self) -> bool:
        """Whether f couples the entries of a sample."""
        return isinstance(self.definition, e.RowApply)

    @property
    def rule(self) -> str:
        """The reason of the first form."""
        return "softmax-jacobian" if self.is_softmax else "identity" if self.definition == self.z else "chain"


def _inserted(expr: Expr, error: Error) -> Expr:
    assert error.known is not None
    expr = simplify(substitute(expr, {error.upstream: error.known}))
    return simplify(_fuse_inside(expr)) if error.is_softmax else expr


def _through_value(expr: Expr, error: Error) -> Expr:
    """f′(Z) written through A = f(Z), where the function has such a form: σ′ = A ⊙ (1 − A)."""
    definition = error.definition
    if not isinstance(definition, e.Apply) or definition.function.value_derivative is None:
        return expr
    form, variable = definition.function.value_derivative, definition.function.variables[0]
    body = substitute_in_formula(form, {"a": nodes.Var(error.value), variable: nodes.Var(error.z)})
    if not is_polynomial(body):
        return expr  # ReLU′ and the like are clearer by name
    explicit = from_formula(body, error.z.shape)
    derivative = e.Apply(definition.function, definition.args, definition.function.variables[0])
    return simplify(rewrite(expr, lambda node: explicit if node == derivative else node))


def _with_targets_summed(expr: Expr, error: Error) -> Expr:
    summed = rewrite(rewrite(expr, weights_out_of_sums), _targets_sum_to_one)
    return common_weights(simplify(summed))


def _cancelled(expr: Expr, error: Error) -> Expr:
    fused = fuse_if_shorter(expr)
    return expr if fused is None else simplify(fused)


REWRITES: tuple[tuple[str, Callable[[Error], bool], Callable[[Expr, Error], Expr]], ...] = (
    ("insert", lambda error: True, _inserted),
    ("value-form", lambda error: not error.is_softmax, _through_value),
    ("targets-sum-to-one", lambda error: error.is_softmax and error.sums_to_one, _with_targets_summed),
    ("cancel", lambda error: not error.is_softmax, _cancelled),
)
"""Name, when it applies, and what it makes of an expression."""


def value_forms(forms: list[Form], error: Error) -> Forms:
    """∂L/∂v: the chain rule, then f′ through its value: r′ = −½ r³."""
    through = _through_value(forms[-1].expr, error)
    return [*forms, Form(through, "value-form")], len(forms)


def error_forms(expr: Expr, error: Error) -> Forms:
    """∂L/∂Z: the chain rule, what is known put in, f′ through its value, and what cancels."""
    forms = [Form(expr, error.rule)]
    if error.known is None:
        return forms, 0
    for name, applies, change in REWRITES:
        if applies(error):
            expr = change(expr, error)
            if all(expr != form.expr for form in forms):
                forms.append(Form(expr, name))
    is_link = _is_difference(forms[-1].expr)
    if is_link and (error.rule == "identity" or forms[-1].rule == "cancel"):
        forms[-1] = Form(forms[-1].expr, "canonical-link")
    ended = is_link or forms[-1].rule in ("cancel", "targets-sum-to-one")
    return forms, len(forms) - 1 if ended else 0


def loss_forms(expr: Expr) -> Forms:
    """∂L/∂Y as the chain rule gives it, and as one formula."""
    written = fuse(expr)
    forms = [Form(expr, "differentiate-loss")]
    if written != expr:
        forms.append(Form(written, "formula"))
    return forms, len(forms) - 1 if not isinstance(without_weights(written), e.Apply) else 0


def _targets_sum_to_one(node: Expr) -> Expr:
    """T 1 = 1: the targets of a cross-entropy are probabilities, a premise that the data must satisfy."""
    match node:
        case e.MatMul(Symbol(kind="target"), e.Ones((_, last)) as ones) if last.is_one:
            return e.Ones((node.shape[0], ones.shape[1]))
        case e.MatMul(e.Ones((first, _)) as ones, Symbol(kind="target")) if first.is_one:
            return e.Ones((ones.shape[0], node.shape[1]))
    return node


def _fuse_inside(expr: Expr) -> Expr:
    """Fuse every purely elementwise part: (−T/Y) ⊙ Y becomes −T wherever it stands."""

    def rule(node: Expr) -> Expr:
        found = fuse_if_shorter(node)
        return node if found is None else found

    return rewrite(expr, rule)


def _is_difference(expr: Expr) -> bool:
    """Whether the expression is c · (Y − T), or c · (s 1ᵀ) ⊙ (Y − T)."""
    match without_weights(expr):
        case e.Sum((Symbol(kind="output"), e.Scale(Coefficient(Fraction() as q, ()), Symbol(kind="target")))):
            return q == -1
    return False
