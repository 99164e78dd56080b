"""Are the gradients right?  Differences, the rate of the Taylor remainder, exact arithmetic, kinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalkgrad._lazy import loader

if TYPE_CHECKING:
    from chalkgrad.check.against import check_against
    from chalkgrad.check.checking import check
    from chalkgrad.check.report import Finding, Report

__all__ = ["Finding", "Report", "check", "check_against"]

_MODULES = {"Finding": "report", "Report": "report", "check": "checking", "check_against": "against"}

__getattr__ = loader(__name__, _MODULES)
