"""How does it learn?  Gradient descent on the derived equations."""

from chalkgrad.train.descent import History, Progress
from chalkgrad.train.loop import accuracy, train

__all__ = ["History", "Progress", "accuracy", "train"]
