"""Scalar formulas as data: the grammar of what an elementwise function or a loss may say.

    node := Num(q) | Named(pi|e) | Var(name) | Add(terms) | Mul(factors) | Pow(base, exponent)
          | Call(function, args) | Where(condition, then, otherwise)
    condition := Compare(op, left, right)          op in >, >=, <, <=

Subtraction is ``Add`` with a factor −1, division is ``Pow`` with exponent −1.  Nodes are frozen and
hashable, so they can key caches.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Node:
    """Base of all scalar nodes."""

    @property
    def parts(self) -> tuple[Node, ...]:
        """The direct parts of a node of another grammar that is built on this one."""
        return ()


@dataclass(frozen=True)
class Num(Node):
    """A rational constant; decimal literals are read as decimals, so 0.1 is exactly 1/10."""

    value: Fraction


@dataclass(frozen=True)
class Named(Node):
    """A named irrational constant: ``pi`` or ``e``."""

    name: str


@dataclass(frozen=True)
class Var(Node):
    """A variable; ``name`` is a string such as ``z`` or any hashable leaf (an entry of a matrix)."""

    name: Hashable


@dataclass(frozen=True)
class Add(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Mul(Node):
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Pow(Node):
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call(Node):
    """A known function applied to arguments, e.g. ``Call("sigmoid", (Var("z"),))``."""

    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Node):
    """A condition; appears only as the first part of ``Where``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Where(Node):
    """``then`` where the condition holds, else ``otherwise``."""

    condition: Compare
    then: Node
    otherwise: Node
