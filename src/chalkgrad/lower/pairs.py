"""Which losses have one kernel with their output: those whose error the derivation has shown to be short."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad._errors import UnsupportedError
from chalkgrad.derive import Derivation, Step
from chalkgrad.derive.algebra import hadamard, scale, split_scale
from chalkgrad.expr import Coefficient, Dim, Expr, Scalar, Symbol
from chalkgrad.formula import LOSSES, SOFTMAX, ActivationFunction, ElementwiseFunction, nodes, simplify
from chalkgrad.formula.build import divide, num, power, subtract
from chalkgrad.lower.parts import Pair, kernel_function
from chalkgrad.lower.program import Function

SQUARED = "squared_error"
"""The pair of a squared error with the identity or one of the heads that the core has."""
_SQUARE = power(subtract(nodes.Var("y"), nodes.Var("t")), num(2))


@dataclass(frozen=True)
class DataTerm:
    """``coefficient · Σ arg``, the part of the loss that the data makes."""

    coefficient: Coefficient
    arg: Expr


def data_term(loss: Step, expr: Expr | None = None) -> DataTerm:
    """The loss without its penalties; ``expr`` is another form of it."""
    expr = loss.expr if expr is None else expr
    terms = expr.terms if isinstance(expr, e.Sum) else (expr,)
    parts = [split_scale(term) for term in terms if not is_penalty(term)]
    found = [DataTerm(c, rest.arg) for c, rest in parts if isinstance(rest, e.Reduce)]
    if len(found) != 1 or len(parts) != 1:
        raise UnsupportedError(f"no kernel for the loss {loss.name} = {loss.expr}")
    return found[0]


def is_penalty(expr: Expr) -> bool:
    """Whether a term of the loss is c · Σ W ⊙ W."""
    match split_scale(expr)[1]:
        case e.Reduce(e.Hadamard((Symbol(kind="weight") as one, Symbol(kind="weight") as other))):
            return one == other
    return False


def number(c: Coefficient) -> tuple[Fraction, int]:
    """A coefficient as its known part and the power of the batch size in it."""
    known, batch = c.rational, 0
    for base, order in c.powers:
        value = base.size if isinstance(base, Dim) else base.value
        if isinstance(base, Dim) and value is None:
            batch += order
        elif value is None:
            raise UnsupportedError(f"no number for {base.name if isinstance(base, Scalar) else base}")
        else:
            known *= Fraction(value) ** order
    return known, batch


def find_pair(derivation: Derivation) -> Pair | None:
    """The pair of loss and output that has one kernel, if the derivation has found its error."""
    output, data = derivation.forward[-1], data_term(derivation.loss)
    if not isinstance(data.arg, e.Apply) or data.arg.args[0] != output.symbol:
        return None
    match output.expr:
        case e.RowApply("softmax", Symbol() as z):
            return _canonical(derivation, data, z, SOFTMAX)
        case e.Apply(ActivationFunction(is_head=True) as function, (Symbol() as z,), None):
            return _canonical(derivation, data, z, function.name) or _squared(derivation, data, z, function)
        case Symbol() as z:
            return _squared(derivation, data, z, None)
    return None


def _canonical(derivation: Derivation, data: DataTerm, z: Symbol, head: str) -> Pair | None:
    """∂L/∂Z is the loss's coefficient times Y − T."""
    assert isinstance(data.arg, e.Apply)
    body = data.arg.function.body
    paired = [loss for loss in LOSSES.values() if loss.in_core and loss.is_link(head)]
    loss = next((loss for loss in paired if loss.function.body == body), None)
    if loss is None or _error(derivation, z) != scale(data.coefficient, _difference(derivation)):
        return None
    return Pair(loss.name, z, None, Fraction(1), Function(head))


def _squared(
    derivation: Derivation, data: DataTerm, z: Symbol, function: ElementwiseFunction | None
) -> Pair | None:
    """ℓ is q(y − t)², and ∂L/∂Z is 2q times the loss's coefficient, times (Y − T) ⊙ f′(Z)."""
    assert isinstance(data.arg, e.Apply)
    share = simplify(divide(data.arg.function.body, _SQUARE))
    if not isinstance(share, nodes.Num):
        return None
    kernel = None if function is None else kernel_function(function)
    if (function is None) != (kernel is None):
        return None
    error = scale(data.coefficient * Coefficient(2 * share.value), _difference(derivation))
    y_error = derivation.step(f"d{derivation.forward[-1].name}")
    if y_error.expr != error:
        return None
    if function is not None:
        error = hadamard([y_error.symbol, e.Apply(function, (z,), function.variables[0])])
    return Pair(SQUARED, z, kernel, share.value) if _error(derivation, z) == error else None


def _difference(derivation: Derivation) -> Expr:
    y = derivation.forward[-1].symbol
    target = next(s for s in derivation.loss.premises if s.kind == "target")
    return e.Sum((y, scale(-1, target)))


def _error(derivation: Derivation, z: Symbol) -> Expr:
    return next(step.expr for step in derivation.backward if step.symbol.of == z)
