"""What must the machine do?  From the derived equations to a schedule of kernel calls."""

from chalkgrad.lower.lowering import lower
from chalkgrad.lower.program import Program

__all__ = ["Program", "lower"]
