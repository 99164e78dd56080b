"""How much memory is free, so that what cannot fit is refused in words before it is read."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_LIMITS = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
_GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory"))


def free_bytes() -> int | None:
    """Return the bytes that programs may still take, by the system and by a container; None if unknown."""
    found = [_available(), *(_left(group, *names) for group in _GROUPS for names in _LIMITS)]
    return min((size for size in found if size is not None), default=None)


def _available() -> int | None:
    with contextlib.suppress(OSError):
        told = re.search(r"MemAvailable:\s*(\d+) kB", _MEMINFO.read_text("ascii"))
        return None if told is None else 1024 * int(told[1])
    return None


def _left(group: Path, limit: str, used: str) -> int | None:
    """What a container's limit leaves; None where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return max(int((group / limit).read_text("ascii")) - int((group / used).read_text("ascii")), 0)
    return None


def size_text(size: int) -> str:
    """Return a size in words.

    >>> size_text(3_100_000_000), size_text(14_000_000), size_text(400_000)
    ('3.1 GB', '14.0 MB', '0.4 MB')
    """
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
