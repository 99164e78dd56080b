"""Printed answer keys: which answers are right, and what the wrong ones should be."""

from chalkgrad.check.key.reading.answers import read_answer
from chalkgrad.check.key.report import KeyFinding, KeyReport, Verdict
from chalkgrad.check.key.verify import verify_key

__all__ = ["KeyFinding", "KeyReport", "Verdict", "read_answer", "verify_key"]
