"""Derivatives and simplification against SymPy, which is somebody else's algebra."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings

from chalkgrad.formula import (
    ACTIVATIONS,
    LOSSES,
    Add,
    Call,
    Mul,
    Named,
    Node,
    Num,
    Pow,
    Var,
    Where,
    differentiate,
    parse_formula,
    simplify,
)
from tests.laws.formula_strategies import formulas

FUNCTIONS = {
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "expm1": lambda u: sympy.exp(u) - 1,
    "relu": lambda u: sympy.Max(u, 0),
    "abs": sympy.Abs,
    "max": sympy.Max,
}
CONDITIONS = {">": sympy.Gt, ">=": sympy.Ge, "<": sympy.Lt, "<=": sympy.Le}


def to_sympy(node: Node) -> sympy.Expr:
    """Return the same formula as a SymPy expression, built node by node."""
    if isinstance(node, Num):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Named):
        return {"pi": sympy.pi, "e": sympy.E}[node.name]
    if isinstance(node, Var):
        return sympy.Symbol(str(node.name), real=True)
    if isinstance(node, Add):
        return sympy.Add(*map(to_sympy, node.terms))
    if isinstance(node, Mul):
        return sympy.Mul(*map(to_sympy, node.factors))
    if isinstance(node, Pow):
        return sympy.Pow(to_sympy(node.base), to_sympy(node.exponent))
    if isinstance(node, Where):
        condition = CONDITIONS[node.condition.op](
            to_sympy(node.condition.left), to_sympy(node.condition.right)
        )
        return sympy.Piecewise((to_sympy(node.then), condition), (to_sympy(node.otherwise), True))
    assert isinstance(node, Call)
    function = FUNCTIONS.get(node.function) or getattr(sympy, node.function)
    return function(*map(to_sympy, node.args))


def agree(ours: sympy.Expr, theirs: sympy.Expr, names: tuple[str, ...]) -> bool:
    """Compare at points that no round number hits, with 30 digits."""
    for values in ((0.37, 0.81), (0.613, 0.29), (0.9173, 0.0521)):
        point = {
            sympy.Symbol(n, real=True): sympy.Rational(str(v)) for n, v in zip(names, values, strict=False)
        }
        a, b = sympy.N(ours.subs(point), 30), sympy.N(theirs.subs(point), 30)
        if not (a.is_finite and b.is_finite):
            continue
        if abs(a - b) > sympy.Float("1e-20") * (1 + abs(b)):
            return False
    return True


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("side", [1, -1])
def test_activation_derivatives(name: str, side: int) -> None:
    z = sympy.Symbol("z", real=True)
    function = ACTIVATIONS[name]
    theirs = sympy.diff(to_sympy(function.body), z).subs(z, side * z)
    ours = to_sympy(function.derivative("z")).subs(z, side * z)
    assert agree(ours, theirs.doit(), ("z",))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("variable", ["y", "t"])
def test_loss_derivatives(name: str, variable: str) -> None:
    function = LOSSES[name].function
    theirs = sympy.diff(to_sympy(function.body), sympy.Symbol(variable, real=True))
    assert sympy.simplify(to_sympy(function.derivative(variable)) - theirs) == 0


@settings(deadline=None, max_examples=60)
@given(formulas(("y", "z"), piecewise=False))
def test_random_derivatives(node: Node) -> None:
    theirs = sympy.diff(to_sympy(node), sympy.Symbol("z", real=True))
    if theirs.has(sympy.zoo, sympy.nan, sympy.oo):
        return
    assert agree(to_sympy(differentiate(node, "z")), theirs, ("y", "z"))


@pytest.mark.parametrize(
    "text",
    [
        "(-t/y + (1 - t)/(1 - y))*y*(1 - y)",
        "1/(y - t) + 1/(y + t)",
        "(y^3 - t^3)/(y - t)",
        "(y - t)^5*(y + t)",
    ],
)
def test_rational_simplification(text: str) -> None:
    node = parse_formula(text, ("y", "t"))
    assert sympy.cancel(to_sympy(simplify(node)) - to_sympy(node)) == 0
