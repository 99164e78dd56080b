"""Are the gradients right?  Differences, the rate of the Taylor remainder, exact arithmetic, kinks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalkgrad.check.against import check_against
    from chalkgrad.check.checking import check
    from chalkgrad.check.report import Finding, Report

__all__ = ["Finding", "Report", "check", "check_against"]

_MODULES = {"Finding": "report", "Report": "report", "check": "checking", "check_against": "against"}


def __getattr__(name: str) -> Any:
    """Load what is asked for, so that importing chalkgrad stays quick."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
