"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

__version__ = "0.1.0"

__all__ = ["__version__"]
