"""The chain rule, one line per operation.

For Q = op(X₁, …, X_k) and the gradient G = ∂L/∂Q, each rule gives ∂L/∂X_i, the vector-Jacobian product.
With the inner product ⟨A, B⟩ = Σ_ij A_ij B_ij, every rule is the adjoint identity
⟨G, dQ⟩ = Σ_i ⟨∂L/∂X_i, dX_i⟩:

    Q = X + Y        ⟨G, dX + dY⟩            ⇒  G, G
    Q = c X          ⟨G, c dX⟩               ⇒  c G
    Q = X Y          ⟨G, dX Y + X dY⟩        ⇒  G Yᵀ, XᵀG
    Q = Xᵀ           ⟨G, dXᵀ⟩                ⇒  Gᵀ
    Q = X ⊙ Y        ⟨G, dX ⊙ Y + X ⊙ dY⟩    ⇒  G ⊙ Y, X ⊙ G
    Q = f(X, Y)      ⟨G, f_x ⊙ dX + …⟩       ⇒  G ⊙ f_x(X, Y), G ⊙ f_y(X, Y)
    Q = Σ_ij X_ij    ⟨g, Σ dX⟩               ⇒  g 1
    Q = softmax(X)   dQ = Q ⊙ (dX − (Q ⊙ dX) 1 1ᵀ)          ⇒  G ⊙ Q − Q ⊙ ((G ⊙ Q) 1 1ᵀ)

Source of the method: reverse accumulation, Linnainmaa 1970; matrix forms as in Giles 2008, section 2.2.
"""

from __future__ import annotations

from chalkgrad import expr as e
from chalkgrad.derive.algebra import add, hadamard, matmul, negative, scale, transpose
from chalkgrad.expr import ONE, Expr, Symbol, fill

Adjoints = list[tuple[Expr, Expr]]
"""Pairs (operand, gradient that flows to it)."""


def _sum(q: e.Sum, g: Expr) -> Adjoints:
    return [(term, g) for term in q.terms]


def _scale(q: e.Scale, g: Expr) -> Adjoints:
    return [(q.arg, scale(q.coefficient, g))]


def _matmul(q: e.MatMul, g: Expr) -> Adjoints:
    return [(q.left, matmul(g, transpose(q.right))), (q.right, matmul(transpose(q.left), g))]


def _transpose(q: e.Transpose, g: Expr) -> Adjoints:
    return [(q.arg, transpose(g))]


def _hadamard(q: e.Hadamard, g: Expr) -> Adjoints:
    f = q.factors
    return [(f[i], hadamard([g, *f[:i], *f[i + 1 :]])) for i in range(len(f))]


def _apply(q: e.Apply, g: Expr) -> Adjoints:
    variables = q.function.variables
    return [
        (arg, hadamard([g, e.Apply(q.function, q.args, wrt)]))
        for arg, wrt in zip(q.args, variables, strict=True)
    ]


def _reduce(q: e.Reduce, g: Expr) -> Adjoints:
    rows, columns = q.arg.shape
    return [(q.arg, matmul(matmul(e.Ones((rows, ONE)), g), e.Ones((ONE, columns))))]


def over_sample(expr: Expr, axis: int) -> Expr:
    """The sum over one sample's entries, repeated to the full shape: X 1 1ᵀ (rows) or 1 1ᵀ X (columns)."""
    rows, columns = expr.shape
    if axis == 1:
        return matmul(matmul(expr, e.Ones((columns, ONE))), e.Ones((ONE, columns)))
    return matmul(e.Ones((rows, ONE)), matmul(e.Ones((ONE, rows)), expr))


def softmax_gradient(g: Expr, value: Expr, axis: int) -> Expr:
    """``G ⊙ Q − Q ⊙ ((G ⊙ Q) 1 1ᵀ)`` for Q = softmax(X) with value ``value``."""
    weighted = hadamard([g, value])
    return add([weighted, negative(hadamard([value, over_sample(weighted, axis)]))])


def _row_apply(q: e.RowApply, g: Expr) -> Adjoints:
    return [(q.arg, softmax_gradient(g, q, q.axis))]


ADJOINTS = fill(
    "adjoint",
    {
        Symbol: lambda q, g: [],
        e.Ones: lambda q, g: [],
        e.Sum: _sum,
        e.Scale: _scale,
        e.MatMul: _matmul,
        e.Transpose: _transpose,
        e.Hadamard: _hadamard,
        e.Apply: _apply,
        e.Reduce: _reduce,
        e.RowApply: _row_apply,
    },
)


def adjoints(q: Expr, g: Expr) -> Adjoints:
    """The gradients that flow from ``q`` to its operands when ``g`` = ∂L/∂q flows into it."""
    flows: Adjoints = ADJOINTS[type(q)](q, g)
    return flows
