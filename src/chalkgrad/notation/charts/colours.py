"""Colours of curves that most people can tell apart, on light and on dark paper.

A pair takes blue and vermilion (Okabe & Ito 2008); a sequence such as the layers of a network takes a ramp
that grows in lightness alone (viridis), without the end that would vanish in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad.notation.writers.html.svg import Paint

_VIRIDIS = (
    (68, 1, 84), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142), (31, 158, 137),
    (53, 183, 121), (110, 206, 88), (181, 222, 43), (253, 231, 37),
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """The colours of a chart on one kind of paper; ``ramp`` is the part of viridis that can be seen on it."""

    ground: str
    ink: str
    quiet: str
    grid: str
    pair: tuple[str, ...]
    ramp: tuple[float, float]

    def curves(self, count: int, *, ordered: bool) -> list[str]:
        """Return one colour for each of so many curves."""
        if not ordered and count <= len(self.pair):
            return list(self.pair[:count])
        first, last = self.ramp
        return [viridis(first + (last - first) * k / max(count - 1, 1)) for k in range(count)]


@dataclass(frozen=True)
class Inks:
    """The colours of a chart on one paper, or on light paper and, where the screen is dark, on dark paper."""

    paper: Paper
    night: Paper | None = None

    def __call__(self, part: str) -> Paint:
        """Return the colour of a part: ground, ink, quiet or grid."""
        return Paint(getattr(self.paper, part), getattr(self.night, part) if self.night else "")

    def curves(self, count: int, *, ordered: bool) -> list[Paint]:
        """Return one colour for each of so many curves."""
        light = self.paper.curves(count, ordered=ordered)
        dark = self.night.curves(count, ordered=ordered) if self.night else [""] * count
        return list(map(Paint, light, dark))


LIGHT = Paper("#ffffff", "#1f2933", "#5b6673", "#e4e7eb", ("#0072B2", "#C04A00", "#007A56"), (0.0, 0.58))
DARK = Paper("#14191f", "#e6e9ed", "#a3adb8", "#2c343d", ("#56B4E9", "#F0944D", "#3CC79B"), (0.36, 1.0))
PAPERS = {"light": LIGHT, "dark": DARK}
INKS = {"light": Inks(LIGHT), "dark": Inks(DARK), "auto": Inks(LIGHT, DARK)}


def viridis(place: float) -> str:
    """Return a colour of the ramp, 0 its dark end, 1 its light end.

    >>> viridis(0), viridis(1)
    ('#440154', '#fde725')
    """
    scaled = place * (len(_VIRIDIS) - 1)
    k = min(int(scaled), len(_VIRIDIS) - 2)
    mixed = (round(a + (b - a) * (scaled - k)) for a, b in zip(_VIRIDIS[k], _VIRIDIS[k + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
