"""The same equations in a form that loses no digits.

Ŷ − T, 1 − Ŷ and log Ŷ lose everything where Ŷ is within rounding of 0 or 1, although the true value is an
ordinary small number.  Before numbers are put in, every elementwise part that mentions a saturating output
is written through Z instead:

    σ(z) − t = (1 − t) − σ(−z)                   log σ(z) = −softplus(−z)
    p_c − t_c = (1 − t_c) − Σ_{j≠c} p_j          log p_c = −log(1 + Σ_{j≠c} exp(z_j − z_c))

for p = softmax(z) with c the place of its largest entry.  Both forms are equal; the laws test that in
50-digit arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive import Derivation, Step, grad
from chalkgrad.derive.algebra import simplify
from chalkgrad.derive.elementwise import as_function, from_formula, to_formula
from chalkgrad.derive.rules import softmax_gradient
from chalkgrad.derive.weights import is_weights
from chalkgrad.expr import Expr, OfMany, Routine, Shape, Symbol, symbols
from chalkgrad.formula import nodes, saturates, stabilise, substitute
from chalkgrad.formula.build import each_part


@dataclass(frozen=True)
class SampleKernel(OfMany, Routine):
    """A numeric routine over whole samples, a method of ``samples.Pivoted``, applied to ``args``."""

    kind: str
    args: tuple[Expr, ...]
    axis: int


class Stabiliser:
    """Rewrites a derivation's expressions for numbers; knows what the output is a function of."""

    def __init__(self, derivation: Derivation) -> None:
        last = derivation.forward[-1]
        self.output = last.symbol
        self.definition = last.expr

    def __call__(self, step: Step) -> Expr:
        """The step's expression in its stable form."""
        expr = step.expr
        match self.definition:
            case e.RowApply("softmax", z, axis):
                g = grad(self.output)
                if step.symbol.of == z and expr == simplify(softmax_gradient(g, self.output, axis)):
                    return SampleKernel("softmax_pull", (z, g), axis)
                return expr if step.symbol == self.output else self._through(expr)
            case e.Apply(function, (Symbol(),), None) if saturates(stabilise(function.body)):
                return expr if step.symbol == self.output else self._through(expr)
        return expr

    def _through(self, expr: Expr) -> Expr:
        """Replace each largest elementwise part that mentions the output by one stable formula."""
        if self.output not in symbols(expr) or isinstance(expr, Symbol):
            return expr
        if isinstance(expr, e.Apply | e.Sum | e.Hadamard) and _elementwise(expr):
            node = to_formula(expr)
            if isinstance(self.definition, e.RowApply):
                return _from_stable(_softmax_parts(node, self.output, self.definition), expr.shape)
            put_in = substitute(node, {self.output: to_formula(self.definition)})
            return _from_stable(stabilise(put_in), expr.shape)
        return expr.with_operands(tuple(self._through(operand) for operand in expr.operands()))


def _elementwise(expr: Expr) -> bool:
    match expr:
        case e.Apply() | e.Sum() | e.Hadamard():
            return all(map(_elementwise, expr.operands()))
        case e.Scale(c, arg):
            return not c.powers and _elementwise(arg)
    return isinstance(expr, Symbol | e.Ones) and not is_weights(expr)


def _from_stable(node: nodes.Node, shape: Shape) -> Expr:
    """A formula in expressions as one elementwise function of them; a plain product of two as a product."""
    match node:
        case nodes.Var() | nodes.Mul((nodes.Var(), nodes.Var())):
            return from_formula(node, shape)
        case nodes.Mul((nodes.Num(), nodes.Var(), nodes.Var())):  # nothing can overflow on the way
            return from_formula(node, shape)
    return as_function(node)


def _softmax_parts(node: nodes.Node, output: Symbol, definition: e.RowApply) -> nodes.Node:
    """Replace log p, 1 − p and p − t inside a formula by routines that keep their digits."""
    place, z, axis = nodes.Var(output), definition.arg, definition.axis
    minus = nodes.Num(Fraction(-1))
    complement = nodes.Add((nodes.Num(Fraction(1)), nodes.Mul((minus, place))))

    def kernel(kind: str, *args: Expr) -> nodes.Node:
        return nodes.Var(SampleKernel(kind, (z, *args), axis))

    def visit(part: nodes.Node) -> nodes.Node:
        match part:
            case nodes.Call("log", (argument,)) if argument == place:
                return kernel("log_softmax")
            case nodes.Call("log", (argument,)) if argument == complement:
                return kernel("log_softmax_complement")
            case _ if part == complement:
                return kernel("softmax_complement")
            case nodes.Add((first, nodes.Mul((sign, nodes.Var(Symbol(kind="target") as target))))) if (
                first == place and sign == minus
            ):
                return kernel("softmax_minus", target)
        return each_part(part, visit)

    return visit(node)


def stable_expressions(derivation: Derivation) -> Mapping[Symbol, Expr]:
    """Every step's symbol with the expression that is evaluated for it."""
    stable = Stabiliser(derivation)
    return {step.symbol: stable(step) for step in derivation.steps}
