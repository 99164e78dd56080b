"""What does a gradient cost?  Multiply-adds and elementwise operations, counted from the equations.

Counted as they stand in the derivation:

    (a × b) · (b × c)      a·b·c multiply-adds
    X ⊙ Y, X + Y, f(X)     one elementwise operation an entry
    softmax                three an entry (power, sum, quotient)
    Σ X, X 1               one an entry (additions)
    Xᵀ, 1 bᵀ               nothing: the same numbers, read in another order or again
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad._errors import Fault, InputError
from chalkgrad._pages import Written
from chalkgrad.derive.derivation import Derivation, Step
from chalkgrad.expr import Coefficient, Dim, Expr, Shape, Symbol, fill, walk


@dataclass(frozen=True)
class Count:
    """``fixed + per_sample · m`` operations."""

    fixed: int = 0
    per_sample: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.fixed + other.fixed, self.per_sample + other.per_sample)

    def __sub__(self, other: Count) -> Count:
        return Count(self.fixed - other.fixed, self.per_sample - other.per_sample)

    def __mul__(self, times: int) -> Count:
        return Count(self.fixed * times, self.per_sample * times)

    def at(self, m: int) -> int:
        """The number for m samples."""
        return self.fixed + self.per_sample * m

    def __str__(self) -> str:
        parts = [f"{self.per_sample:,} m"] if self.per_sample else []
        parts += [f"{self.fixed:,}"] if self.fixed or not parts else []
        return " + ".join(parts)


ZERO = Count()


@dataclass(frozen=True)
class StepCost:
    """What one equation costs.

    Attributes
    ----------
    step
        The equation.
    phase
        ``forward`` (with the loss), ``backward`` or ``update``.
    products
        The three sizes of each matrix product, a × b · b × c.
    multiply_adds, elementwise
        How many operations; nothing where the step is not needed.
    needed
        Whether any gradient needs the step: ∂L/∂Y often cancels away.
    """

    step: Step
    phase: str
    products: tuple[tuple[Dim, Dim, Dim], ...]
    multiply_adds: Count
    elementwise: Count
    needed: bool = True


@dataclass(frozen=True)
class Cost(Written):
    """The cost of a derivation's equations.

    Attributes
    ----------
    steps
        Each equation's cost, in order.
    parameters
        How many weights and biases there are.
    m
        The number of samples that the totals are for.
    """

    derivation: Derivation
    steps: tuple[StepCost, ...]
    parameters: int
    m: int

    def multiply_adds(self, phase: str) -> Count:
        """The multiply-adds of ``forward``, ``backward`` or ``update``."""
        return sum((s.multiply_adds for s in self.steps if s.phase == phase), ZERO)

    def elementwise(self, phase: str) -> Count:
        """The elementwise operations of a phase."""
        return sum((s.elementwise for s in self.steps if s.phase == phase), ZERO)

    def __repr__(self) -> str:
        phases = ("forward", "backward")
        counts = ", ".join(f"{self.multiply_adds(phase).at(self.m):,} {phase}" for phase in phases)
        return f"<Cost of {self.derivation.network!r}, m = {self.m}: multiply-adds {counts}>"

    @property
    def ratio(self) -> Fraction:
        """Multiply-adds backward for each one forward; between 1 and 2 for a chain of layers."""
        return Fraction(self.multiply_adds("backward").at(self.m), self.multiply_adds("forward").at(self.m))

    @property
    def saved(self) -> Count:
        """What the backward pass saves against twice the forward pass, because no ∂L/∂X is needed."""
        return self.multiply_adds("forward") * 2 - self.multiply_adds("backward")

    @property
    def forward_passes(self) -> int:
        """How many forward passes central differences need instead: two for each parameter."""
        return 2 * self.parameters

    @property
    def finite_differences(self) -> Count:
        """The multiply-adds of central differences for all parameters."""
        return self.multiply_adds("forward") * self.forward_passes


def cost(derivation: Derivation, m: int = 1) -> Cost:
    """Count the operations of the forward pass, the backward pass, and of finite differences instead.

    Z = A Wᵀ costs m·n_in·n_out;  ∂L/∂W = Δᵀ A and ∂L/∂A = Δ W as much each.

    Parameters
    ----------
    derivation
        The equations, in any convention; those of a batch give counts with m.
    m
        The number of samples for the totals.

    Raises
    ------
    InputError
        m is below 1.

    Examples
    --------
    >>> from chalkgrad.derive import derive
    >>> from chalkgrad.network import Network
    >>> found = cost(derive(Network("4-3:relu-2:relu-1:sigmoid")))
    >>> str(found.multiply_adds("forward")), str(found.multiply_adds("backward")), str(found.ratio)
    ('20 m', '28 m', '7/5')
    """
    if m < 1:
        condition = "be a whole number of samples, at least 1"
        raise InputError(Fault("m", condition, repr(m), "Leave it out for 1."))
    needed = _needed(derivation)
    phases = [
        *((step, "forward") for step in (*derivation.forward, derivation.loss)),
        *((step, "backward") for step in derivation.backward),
        *((step, "update") for step in derivation.updates),
    ]
    steps = tuple(
        _step_cost(step, phase, phase != "backward" or step.symbol in needed) for step, phase in phases
    )
    shapes = derivation.network.parameter_shapes().values()
    parameters = sum(shape[0] * (shape[1] if len(shape) > 1 else 1) for shape in shapes)
    return Cost(derivation, steps, parameters, m)


def _needed(derivation: Derivation) -> set[Symbol]:
    """The gradients that the parameters' gradients are computed from, and these themselves."""
    wanted = {step.symbol for step in derivation.gradients}
    for step in reversed(derivation.backward):
        if step.symbol in wanted:
            wanted.update(step.premises)
    return wanted


def _step_cost(step: Step, phase: str, needed: bool) -> StepCost:
    if not needed:
        return StepCost(step, phase, (), ZERO, ZERO, False)
    products = tuple(_products(step.expr))
    total = sum((_size(product) for product in products), ZERO)
    return StepCost(step, phase, products, total, sum(_elementwise(step.expr), ZERO))


def _products(expr: Expr) -> Iterator[tuple[Dim, Dim, Dim]]:
    for node in walk(expr):
        if isinstance(node, e.MatMul) and node.with_ones is None:
            yield *node.left.shape, node.right.shape[1]


def _elementwise(expr: Expr, signed: bool = False) -> Iterator[Count]:
    if not (signed and isinstance(expr, e.Scale) and expr.coefficient == _MINUS):  # a − b is one operation
        yield COSTS[type(expr)](expr)
    for operand in expr.operands():
        yield from _elementwise(operand, isinstance(expr, e.Sum))


_MINUS = Coefficient(Fraction(-1))


def _summed(expr: e.MatMul) -> Count:
    """A product with ones is a sum, or repeats what is there."""
    ones = expr.with_ones
    return ZERO if ones is None or ones.summed.is_one else _size(ones.arg.shape)


def _size(dims: Shape | tuple[Dim, Dim, Dim]) -> Count:
    fixed, powers = 1, 0
    for dim in dims:
        if dim.size is None:
            powers += 1
        else:
            fixed *= dim.size
    assert powers <= 1, "no equation of a network is quadratic in the number of samples"
    return Count(0, fixed) if powers else Count(fixed)


COSTS = fill(
    "cost",
    {
        Symbol: lambda expr: ZERO,
        e.Ones: lambda expr: ZERO,
        e.Transpose: lambda expr: ZERO,
        e.Sum: lambda expr: _size(expr.shape) * (len(expr.terms) - 1),
        e.Hadamard: lambda expr: _size(expr.shape) * (len(expr.factors) - 1),
        e.Scale: lambda expr: _size(expr.shape),
        e.Apply: lambda expr: _size(expr.shape),
        e.MatMul: _summed,
        e.RowApply: lambda expr: _size(expr.arg.shape) * 3,
        e.Reduce: lambda expr: _size(expr.arg.shape),
    },
)
