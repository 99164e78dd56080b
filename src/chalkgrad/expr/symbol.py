"""Named matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from chalkgrad._roles import ROLES, Role
from chalkgrad.expr.base import Expr
from chalkgrad.expr.dims import Shape


@dataclass(frozen=True)
class Symbol(Expr):
    """A named matrix.

    ``kind`` is one of input, target, weight, bias, pre (Z), act (A), output (the last A), loss,
    sample_weight (s), mask (M), grad (∂L/∂``of``) or next (``of`` after the update).  Where a norm stands
    before the activation, also linear (U), centre, variance and root (its μ, v and r = 1/√(v + ε)),
    normalised (N), gain (γ), shift (β), running_mean and running_variance.  Of an
    update it may also be norm or clip_factor (of all gradients), pull (what moves ``of`` instead of its
    gradient), and velocity, mean or square (what the optimiser remembers of ``of``).
    """

    kind: str
    layer: int
    dims: Shape
    of: Symbol | None = None

    @property
    def shape(self) -> Shape:
        return self.dims

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.layer, self.dims, self.of))

    def __hash__(self) -> int:  # symbols key every table of values: hash once
        return self._hash

    @cached_property
    def name(self) -> str:
        """The canonical name: X, T, s, W1, b1, Z1, M1, A1, Y, L, dW1, W1.m, W1_new."""
        if self.of is not None and self.kind in SLOT_NAMES:
            return f"{self.of.name}.{SLOT_NAMES[self.kind]}"
        if self.of is not None:
            return f"d{self.of.name}" if self.kind == "grad" else f"{self.of.name}_new"
        return symbol_name(self.kind, self.layer)

    @property
    def numbered_name(self) -> str:
        """The name among the activations: A0 of X, A2 of Y, dA2 of dY; else the canonical name."""
        if self.of is not None and self.kind == "grad":
            return f"d{self.of.numbered_name}"
        return symbol_name("act", self.layer) if self.kind in ("input", "output") else self.name

    @property
    def role(self) -> Role | None:
        """What a parameter is to its layer; None of what is not learned."""
        return ROLES.get(self.kind)

    @property
    def is_parameter(self) -> bool:
        """Whether it is learned."""
        return self.kind in ROLES and ROLES[self.kind].is_learned

    @property
    def is_statistic(self) -> bool:
        """Whether it is what a norm remembers of the batches."""
        return self.kind in ROLES and not ROLES[self.kind].is_learned

    @property
    def is_vector(self) -> bool:
        """Whether it is a parameter with one number for each neuron, such as a bias."""
        return self.kind in ROLES and not ROLES[self.kind].is_matrix

    @property
    def root(self) -> Symbol:
        """What it is about in the end: W1 of W1.m after the update."""
        return self if self.of is None else self.of.root

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1 << 14)
def make_symbol(kind: str, layer: int, dims: Shape, of: Symbol | None = None) -> Symbol:
    """A symbol that is made once, so that tables of values find it by identity."""
    return Symbol(kind, layer, dims, of)


def symbol_name(kind: str, layer: int) -> str:
    """Return the canonical name of a symbol that belongs to no other.

    >>> symbol_name("pre", 2), symbol_name("bias", 2), symbol_name("output", 2)
    ('Z2', 'b2', 'Y')
    """
    if kind in ROLES:
        return ROLES[kind].name(layer)
    return LETTERS[kind] if kind in UNNUMBERED else f"{LETTERS[kind]}{layer}"


LETTERS = {
    "input": "X",
    "target": "T",
    "linear": "U",
    "centre": "mu",
    "variance": "var",
    "root": "r",
    "normalised": "N",
    "pre": "Z",
    "act": "A",
    "output": "Y",
    "loss": "L",
    "sample_weight": "s",
    "mask": "M",
    "norm": "norm",
    "clip_factor": "clip_factor",
}
UNNUMBERED = ("input", "target", "output", "loss", "sample_weight", "norm", "clip_factor")
SLOT_NAMES = {"velocity": "v", "mean": "m", "square": "v", "pull": "g"}
"""What belongs to a parameter in an update: ``W1.v``."""
