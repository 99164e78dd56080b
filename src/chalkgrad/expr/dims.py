"""What a matrix is measured in: named dimensions, shapes, and coefficients made of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Dim:
    """A dimension by name; ``size`` is its integer, or None while it is open (the batch size m)."""

    name: str
    layer: int | None = None
    size: int | None = None

    def __str__(self) -> str:
        return self.name if self.layer is None else f"{self.name}{self.layer}"

    @property
    def is_one(self) -> bool:
        """Whether the dimension is 1, by name or because its known size is 1."""
        return self.size == 1


ONE = Dim("1", None, 1)
FREEDOM = Dim("m−1")
"""One less than the number of samples: what a variance without bias is divided by."""
Shape = tuple[Dim, Dim]


def fits(a: Dim, b: Dim) -> bool:
    """Whether two dimensions are the same one (any two dimensions of size 1 are)."""
    return a == b or (a.is_one and b.is_one)


def show_shape(shape: Shape) -> str:
    """``m × n1`` with the integer where it is known: ``m × 3``."""
    return " × ".join(str(dim.size) if dim.size is not None else str(dim) for dim in shape)


@dataclass(frozen=True)
class Scalar:
    """A named number: the learning rate η, the penalty λ; ``value`` is known or given later."""

    name: str
    value: Fraction | None = None


@dataclass(frozen=True)
class Coefficient:
    """A rational times powers of dimensions and named scalars: 2/(m n₃), λ, −η."""

    rational: Fraction = Fraction(1)
    powers: tuple[tuple[Dim | Scalar, int], ...] = ()

    def __mul__(self, other: Coefficient) -> Coefficient:
        if other.is_one:
            return self
        merged = dict(self.powers)
        for base, power in other.powers:
            merged[base] = merged.get(base, 0) + power
        powers = tuple((base, power) for base, power in merged.items() if power)
        return Coefficient(self.rational * other.rational, powers)

    def __neg__(self) -> Coefficient:
        return Coefficient(-self.rational, self.powers)

    @property
    def is_one(self) -> bool:
        return self.rational == 1 and not self.powers


def coefficient(value: Fraction | int = 1, *powers: tuple[Dim | Scalar, int]) -> Coefficient:
    """Build a coefficient; dimensions known to be 1 vanish."""
    kept = tuple((b, p) for b, p in powers if p and not (isinstance(b, Dim) and b.is_one))
    return Coefficient(Fraction(value), kept)


def describe_coefficient(c: Coefficient) -> str:
    """``2/(m n3)``-like text of a coefficient."""
    numerator = abs(c.rational.numerator)
    above = [str(numerator)] if numerator != 1 else []
    below = [str(c.rational.denominator)] if c.rational.denominator != 1 else []
    for base, power in c.powers:
        name = base.name if isinstance(base, Scalar) else str(base)
        (above if power > 0 else below).extend([name] * abs(power))
    text = "·".join(above) or "1"
    if below:
        text += "/" + (below[0] if len(below) == 1 else f"({'·'.join(below)})")
    return ("-" if c.rational < 0 else "") + text
