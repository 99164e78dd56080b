"""What came of running somebody's code: an answer a call, or the frames that a child reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalkgrad._arrays import Array


@dataclass(frozen=True)
class Answer:
    """What one call gave: parts by label, or an error; ``again`` is a second call on the same arrays."""

    parts: tuple[tuple[str, Array], ...] = ()
    error: dict[str, Any] | None = None
    unknown: tuple[str, ...] = ()
    refused: tuple[dict[str, str], ...] = ()
    changed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    again: tuple[tuple[str, Array], ...] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a run gave: an answer a call; ``stopped`` says why there are none."""

    answers: tuple[Answer, ...] = ()
    stopped: str = ""
    output: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ran:
    """The frames that a child reported, in order; why it stopped before it was done; what it printed."""

    frames: tuple[dict[str, Any], ...]
    stopped: str = ""
    output: str = field(default="", repr=False)


__all__ = ["Answer", "Outcome", "Ran"]
