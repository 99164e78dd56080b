"""What a child process reported of somebody's code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ChildReport:
    """The frames that a child reported, in order; why it stopped before it was done; what it printed."""

    frames: tuple[dict[str, Any], ...]
    stopped: str = ""
    output: str = field(default="", repr=False)
    is_late: bool = False
