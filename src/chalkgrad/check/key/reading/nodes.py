"""What an answer consists of, besides numbers, sums, products, powers and known functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from chalkgrad.formula import FUNCTIONS, ElementwiseFunction, activation, nodes, walk

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

    @property
    def parts(self) -> tuple[Node, ...]:
        """What is added."""
        return (self.body,)


@dataclass(frozen=True)
class AppliedFunction(Node):
    """A function, or a derivative of it; ``arg`` is None where only its name is written."""

    function: str
    order: int
    arg: Node | None

    @property
    def parts(self) -> tuple[Node, ...]:
        """The argument, if there is one."""
        return () if self.arg is None else (self.arg,)


def references(node: Node) -> Iterator[Ref]:
    """Yield every symbol's entry that is mentioned, in reading order."""
    for part in walk(node):
        match part:
            case nodes.Var(Ref() as ref):
                yield ref
            case Partial(of, by):
                yield of
                yield by


def with_references(question: Node, change: Callable[[Ref], Ref]) -> Node:
    """Return an entry, or a derivative by one, with its symbols' entries changed."""
    if isinstance(question, Partial):
        return Partial(change(question.of), change(question.by))
    assert isinstance(question, nodes.Var)
    assert isinstance(question.name, Ref)
    return nodes.Var(change(question.name))


@lru_cache(maxsize=64)
def elementwise(name: str) -> ElementwiseFunction:
    """Return a known function of one variable as an activation."""
    if name in FUNCTIONS:
        return ElementwiseFunction(name, ("z",), nodes.Call(name, (nodes.Var("z"),)))
    return activation(name)
