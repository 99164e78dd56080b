"""The update as equations: the scalar formulas of a rule, applied entry by entry to every parameter.

    ‖g‖ = √(Σ_θ Σ (∂L/∂θ)²),  κ = min(1, c/‖g‖)        where the gradients are clipped, once
    W.g = κ ∂L/∂W + λW                                 where they are clipped or weights decay
    W.m ← …, W.v ← …, W ← …                            by the rule, one after the other

An elementwise function takes the numbers η, β₁, … as matrices of that number, so every equation stays one
of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.algebra import add, scale
from chalkgrad.derive.derivation import Form, Step
from chalkgrad.derive.elementwise import variables_in_order
from chalkgrad.derive.numbers import spread
from chalkgrad.derive.training import Training
from chalkgrad.derive.update_rules import DESCENT, SLOTS, Assignment, UpdateRule, update_rule
from chalkgrad.expr import ONE, Expr, Scalar, Symbol, coefficient, make_symbol
from chalkgrad.formula import ElementwiseFunction, nodes, parse_formula, substitute

ETA = Scalar("eta")
UPDATE_NUMBER = Scalar("t")
"""t, the number of the update, from 1."""
GIVEN_NUMBERS = {"eta": ETA, "t": UPDATE_NUMBER}
_LENGTH = parse_formula("min(1, threshold/norm)", ("threshold", "norm"))
_FACTOR = nodes.Mul((nodes.Var("factor"), nodes.Var("g")))


def update_steps(gradients: Sequence[Step], training: Training) -> tuple[Step, ...]:
    """The steps that move the parameters along their gradients, in the order of the parameters."""
    rule = training.rule or update_rule("gradient descent", (DESCENT,), {})
    steps = list(_clipping(gradients, training.clip_norm)) if training.clip_norm is not None else []
    factor = steps[-1].symbol if steps else None
    for gradient in gradients:
        steps += _moves(gradient.symbol, rule, factor)
    return tuple(steps)


def _clipping(gradients: Sequence[Step], longest: Fraction) -> Iterator[Step]:
    """The length of all gradients together, and what is left of it."""
    squares = tuple(e.Reduce(e.Hadamard((step.symbol, step.symbol))) for step in gradients)
    names = tuple(f"x{i}" for i in range(1, len(squares) + 1))
    total = nodes.Add(tuple(map(nodes.Var, names))) if len(names) > 1 else nodes.Var(names[0])
    root = ElementwiseFunction("", names, nodes.Call("sqrt", (total,)))
    norm = make_symbol("norm", 0, (ONE, ONE))
    yield Step(norm, (Form(e.Apply(root, squares), "gradient-norm"),))
    values = {"threshold": spread(Scalar("threshold", longest), norm.shape), "norm": norm}
    factor = make_symbol("clip_factor", 0, (ONE, ONE))
    yield Step(factor, (Form(_matrix(_LENGTH, values), "clip-factor"),))


def _moves(gradient: Symbol, rule: UpdateRule, factor: Symbol | None) -> Iterator[Step]:
    """The assignments of a rule for one parameter."""
    theta = gradient.of
    assert theta is not None
    values: dict[str, Expr] = {"theta": theta, "g": gradient}
    values |= {kind: make_symbol(kind, theta.layer, theta.shape, theta) for kind in rule.remembered}
    values |= {name: spread(Scalar(name, value), theta.shape) for name, value in rule.numbers}
    values |= {name: spread(scalar, theta.shape) for name, scalar in GIVEN_NUMBERS.items()}
    if factor is not None:
        values["factor"] = spread(factor, theta.shape)
    for step in _clipped(rule.assignments) if factor is not None else rule.assignments:
        symbol = _target(step.target, theta)
        yield Step(symbol, (Form(_right_side(step, values), step.reason),))
        values[step.target] = symbol


def _clipped(assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """The same with κg for g."""
    first, *rest = assignments
    if first.target != "g":
        return (Assignment("g", _FACTOR, "clip"), *assignments)
    return (Assignment("g", substitute(first.formula, {"g": _FACTOR}), "clip-and-decay"), *rest)


def _target(name: str, theta: Symbol) -> Symbol:
    if name == "g":
        return make_symbol("pull", theta.layer, theta.shape, theta)
    of = make_symbol(name, theta.layer, theta.shape, theta) if name in SLOTS else theta
    return make_symbol("next", theta.layer, theta.shape, of)


def _right_side(step: Assignment, values: dict[str, Expr]) -> Expr:
    """A plain step as a sum of matrices; everything else is one function of them."""
    if step.along:
        return add([values["theta"], scale(coefficient(-1, (ETA, 1)), values[step.along])])
    return _matrix(step.formula, values)


def _matrix(formula: nodes.Node, values: dict[str, Expr]) -> Expr:
    """A formula with matrices for its variables."""
    names = tuple(str(name) for name in variables_in_order(formula))
    return e.Apply(ElementwiseFunction("", names, formula), tuple(values[name] for name in names))
