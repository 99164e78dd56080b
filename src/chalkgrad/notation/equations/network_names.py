"""A network named briefly, in titles and first sentences."""

from __future__ import annotations

from itertools import groupby

from chalkgrad.network import Network

LONG = 60
"""A specification with more characters than this is named by its widths."""


def short_name(network: Network) -> str:
    """The specification, or the widths where it is too long for a title."""
    return str(network) if len(str(network)) <= LONG else f"a network of widths {short_widths(network)}"


def short_widths(network: Network) -> str:
    """``4–3–2–1``; equal widths in a row are counted: ``784–64–…–64–10 (50 × 64)``."""
    parts: list[str] = []
    counted: list[str] = []
    for width, run in groupby(network.widths):
        count = len(list(run))
        if count < 5:
            parts += [str(width)] * count
        else:
            parts += [str(width), "…", str(width)]
            counted.append(f"{count} × {width}")
    if len(parts) > 24:
        parts = [*parts[:10], "…", *parts[-10:]]
    return "–".join(parts) + (f" ({', '.join(counted)})" if counted else "")
