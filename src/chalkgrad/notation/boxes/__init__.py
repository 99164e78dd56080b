"""What does mathematics on a page consist of, and how does it stand side by side?  No format yet."""

from chalkgrad.notation.boxes.nodes import *  # noqa: F403
from chalkgrad.notation.boxes.nodes import __all__  # noqa: F401
