"""Whose is a target: an ordinary function's, PyTorch's or scikit-learn's.  Light, for the child process."""

from __future__ import annotations

import ast
import sys
from typing import Any

LIBRARIES = ("torch", "sklearn")
PATIENCE = 20.0
"""Seconds that importing such a library may take beside the time limit."""


def kind_of(target: Any) -> str | None:
    """Name the framework of a target: torch function, torch module, sklearn, or None."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "autograd") and hasattr(torch, "nn"):
        owner = getattr(target, "__self__", None) if getattr(target, "__name__", "") == "apply" else target
        if isinstance(owner, type) and issubclass(owner, torch.autograd.Function):
            return "torch function"
        if _is(target, torch.nn.Module):
            return "torch module"
    perceptrons = sys.modules.get("sklearn.neural_network")
    if perceptrons is not None and _is(target, (perceptrons.MLPRegressor, perceptrons.MLPClassifier)):
        return "sklearn"
    return None


def _is(target: Any, classes: Any) -> bool:
    return issubclass(target, classes) if isinstance(target, type) else isinstance(target, classes)


def libraries_in(source: str) -> list[str]:
    """The frameworks that a file imports."""
    if not any(name in source for name in LIBRARIES):
        return []
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return [name for name in LIBRARIES if name in found]
