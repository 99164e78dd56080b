"""Between matrices and scalar formulas: an elementwise expression is one formula in its leaves.

``fuse`` is how cancellations are found: (Ŷ − T)/(Ŷ(1 − Ŷ)) ⊙ Ŷ ⊙ (1 − Ŷ) becomes one formula in ŷ and t,
the scalar algebra simplifies it to ŷ − t, and it returns as the matrix Ŷ − T.
"""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive.algebra import add, hadamard, scale
from chalkgrad.derive.weights import beside_weights
from chalkgrad.expr import Apply, Expr, Hadamard, Ones, Scale, Shape, Sum
from chalkgrad.formula import ElementwiseFunction, differentiate, nodes, simplify, substitute, walk
from chalkgrad.formula.build import children


def to_formula(expr: Expr) -> nodes.Node:
    """The formula of one entry; whatever is not elementwise is a variable named by the expression itself."""
    match expr:
        case Sum(terms):
            return nodes.Add(tuple(to_formula(term) for term in terms))
        case Hadamard(factors):
            return nodes.Mul(tuple(to_formula(factor) for factor in factors))
        case Scale(c, arg) if not c.powers:
            return nodes.Mul((nodes.Num(c.rational), to_formula(arg)))
        case Ones():
            return nodes.Num(Fraction(1))
        case Apply(function, args, wrt):
            body = function.body if wrt is None else function.derivative(wrt)
            return substitute(
                body, {name: to_formula(arg) for name, arg in zip(function.variables, args, strict=True)}
            )
    return nodes.Var(expr)


def from_formula(node: nodes.Node, shape: Shape) -> Expr:
    """The matrix whose entries the formula gives.

    Sums and products of leaves stay visible, the rest is one function.
    """
    match node:
        case nodes.Num(value):
            return scale(value, Ones(shape))
        case nodes.Var(name) if isinstance(name, Expr):
            return name
        case nodes.Add(terms) if is_polynomial(node):
            return add([from_formula(term, shape) for term in terms])
        case nodes.Mul(factors) if is_polynomial(node):
            return hadamard([from_formula(factor, shape) for factor in factors])
        case nodes.Pow(base, nodes.Num(power)) if is_polynomial(node):
            return hadamard([from_formula(base, shape)] * int(power))
        case nodes.Mul((nodes.Num(value), *rest)):
            return scale(value, from_formula(nodes.Mul(tuple(rest)) if len(rest) > 1 else rest[0], shape))
    return as_function(node)


def as_function(node: nodes.Node) -> Apply:
    """A formula in expressions as one elementwise function of them."""
    leaves = [leaf for leaf in variables_in_order(node) if isinstance(leaf, Expr)]
    names = tuple(f"x{i}" for i in range(1, len(leaves) + 1))
    body = substitute(node, {leaf: nodes.Var(name) for leaf, name in zip(leaves, names, strict=True)})
    return Apply(ElementwiseFunction("", names, body), tuple(leaves))


def is_polynomial(node: nodes.Node) -> bool:
    """Whether only sums, products and small powers of variables and numbers occur."""
    match node:
        case nodes.Num() | nodes.Var():
            return True
        case nodes.Add(parts) | nodes.Mul(parts):
            return all(is_polynomial(part) for part in parts)
        case nodes.Pow(base, nodes.Num(power)):
            return power.denominator == 1 and 1 < power <= 3 and is_polynomial(base)
    return False


def variables_in_order(node: nodes.Node) -> list[object]:
    """The variables' names, each once, in reading order."""
    return list(dict.fromkeys(part.name for part in walk(node) if isinstance(part, nodes.Var)))


def leaf_count(node: nodes.Node) -> int:
    """How many times variables are mentioned: the measure by which a cancellation is an improvement.

    A whole power counts as the product that it is.
    """
    match node:
        case nodes.Var():
            return 1
        case nodes.Pow(base, nodes.Num(power)) if power.denominator == 1:
            return abs(int(power)) * leaf_count(base)
    return sum(leaf_count(part) for part in children(node))


def fuse(expr: Expr) -> Expr:
    """Simplify an elementwise expression as one formula; coefficient and sample weights stay in front."""
    found = beside_weights(lambda rest: from_formula(simplify(to_formula(rest)), rest.shape), expr)
    assert found is not None
    return found


def fuse_if_shorter(expr: Expr) -> Expr | None:
    """``fuse``, but only where something really cancels (fewer mentions of variables than before)."""
    return beside_weights(_shorter, expr)


def _shorter(expr: Expr) -> Expr | None:
    before = to_formula(expr)
    return from_formula(simplify(before), expr.shape) if _cancels(before) else None


def _cancels(node: nodes.Node) -> bool:
    """Whether simplifying leaves fewer mentions of variables; the same for every layer of one kind."""
    letters = {name: nodes.Var(f"x{i}") for i, name in enumerate(variables_in_order(node), start=1)}
    alike = substitute(node, letters)
    return leaf_count(simplify(alike)) < leaf_count(alike)


def termwise_derivative(function: ElementwiseFunction, variable: str) -> nodes.Node:
    """The derivative, each term of a sum by itself: −t/y + (1 − t)/(1 − y), as first written."""
    body = function.body
    if not isinstance(body, nodes.Add):
        return function.derivative(variable)
    terms = [differentiate(term, variable) for term in body.terms]
    kept = tuple(term for term in terms if term != nodes.Num(Fraction(0)))
    return nodes.Add(kept) if len(kept) > 1 else function.derivative(variable)


def body_of(expr: Apply) -> nodes.Node:
    """The formula of a function, or of its derivative as first written."""
    return expr.function.body if expr.wrt is None else termwise_derivative(expr.function, expr.wrt)


def written_out(expr: Apply) -> nodes.Node:
    """The same in the arguments themselves."""
    return substitute(body_of(expr), {name: nodes.Var(arg) for name, arg in arguments_of(expr).items()})


def arguments_of(expr: Apply) -> dict[str, Expr]:
    """The arguments of an elementwise function by their variables."""
    return dict(zip(expr.function.variables, expr.args, strict=True))
