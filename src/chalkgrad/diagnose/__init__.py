"""What is wrong with somebody's gradient?  Mutants of the derivation that reproduce the user's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalkgrad._lazy import loader

if TYPE_CHECKING:
    from chalkgrad.diagnose.diagnosing import diagnose
    from chalkgrad.diagnose.report import Diagnosis

__all__ = ["Diagnosis", "diagnose"]

_MODULES = {"Diagnosis": "report", "diagnose": "diagnosing"}

__getattr__ = loader(__name__, _MODULES)
