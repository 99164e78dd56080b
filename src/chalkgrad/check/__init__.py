"""Are the gradients right?  Differences, the rate of the Taylor remainder, exact arithmetic, kinks."""

from chalkgrad.check.against import check_against
from chalkgrad.check.checking import check
from chalkgrad.check.report import Finding, Report

__all__ = ["Finding", "Report", "check", "check_against"]
