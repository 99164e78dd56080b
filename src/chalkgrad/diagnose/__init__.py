"""What is wrong with somebody's gradient?  Mutants of the derivation that reproduce the user's numbers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalkgrad.diagnose.diagnosing import diagnose
    from chalkgrad.diagnose.report import Diagnosis

__all__ = ["Diagnosis", "diagnose"]

_MODULES = {"Diagnosis": "report", "diagnose": "diagnosing"}


def __getattr__(name: str) -> Any:
    """Load what is asked for, so that importing chalkgrad stays quick."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
