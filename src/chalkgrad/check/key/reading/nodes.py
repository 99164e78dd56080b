"""What an answer consists of, besides numbers, sums, products, powers and known functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from chalkgrad.formula import FUNCTIONS, ElementwiseFunction, activation, nodes

Node = nodes.Node


@dataclass(frozen=True)
class LayerIndex:
    """A layer's number: 2, or l − 1, or L."""

    base: str = ""
    offset: int = 0

    def __str__(self) -> str:
        if not self.base:
            return str(self.offset)
        return self.base + (f"{self.offset:+d}" if self.offset else "")


@dataclass(frozen=True)
class Ref:
    """One entry of a symbol as it is typed: ``w_jk^(l+1)``.

    ``kind`` is weight, bias, pre, act, input, target, output, loss, rate or penalty; ``units`` are the
    indices in the typed order; ``text`` is what was typed.
    """

    kind: str
    layer: LayerIndex | None = None
    units: tuple[str | int, ...] = ()
    text: str = ""
    at: int = field(default=0, compare=False)

    def same_as(self, other: Ref) -> bool:
        """Whether both mean the same, however typed."""
        return (self.kind, self.layer, self.units) == (other.kind, other.layer, other.units)


@dataclass(frozen=True)
class Partial(Node):
    """∂of/∂by."""

    of: Ref
    by: Ref


@dataclass(frozen=True)
class Differential(Node):
    """∂C or ∂w by itself: half of a ``Partial``."""

    of: Ref
    at: int


@dataclass(frozen=True)
class Total(Node):
    """Σ over an index, from ``first`` to ``last`` or over the whole layer."""

    index: str
    body: Node
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class AppliedFunction(Node):
    """A function, or a derivative of it; ``arg`` is None where only its name is written."""

    function: str
    order: int
    arg: Node | None


def parts(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node."""
    match node:
        case nodes.Add(terms):
            return terms
        case nodes.Mul(factors):
            return factors
        case nodes.Pow(base, exponent):
            return base, exponent
        case nodes.Call(_, args):
            return args
        case nodes.Compare(_, left, right):
            return left, right
        case nodes.Where(condition, then, otherwise):
            return condition, then, otherwise
        case Total(_, body):
            return (body,)
        case AppliedFunction(_, _, arg):
            return () if arg is None else (arg,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for part in parts(node):
        yield from walk(part)


def references(node: Node) -> Iterator[Ref]:
    """Yield every symbol's entry that is mentioned, in reading order."""
    for part in walk(node):
        match part:
            case nodes.Var(Ref() as ref):
                yield ref
            case Partial(of, by):
                yield of
                yield by


@lru_cache(maxsize=64)
def elementwise(name: str) -> ElementwiseFunction:
    """Return a known function of one variable as an activation."""
    if name in FUNCTIONS:
        return ElementwiseFunction(name, ("z",), nodes.Call(name, (nodes.Var("z"),)))
    return activation(name)
