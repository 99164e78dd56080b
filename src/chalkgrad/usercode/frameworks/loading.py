"""Other frameworks, and what adapts them, are imported before somebody's code runs.  Light, for the child."""

from __future__ import annotations

import importlib


def load_frameworks(libraries: list[str]) -> None:
    """Import frameworks, and what adapts them, before the watch over the user's code begins."""
    for name in libraries:
        try:
            importlib.import_module("sklearn.neural_network" if name == "sklearn" else name)
        except ImportError:  # the user's file tells it again, with its line
            continue
        importlib.import_module("chalkgrad.usercode.frameworks.call")
        adapters = ("sklearn_mlp",) if name == "sklearn" else ("torch_function", "torch_module")
        for adapter in adapters:
            importlib.import_module(f"chalkgrad.usercode.frameworks.{adapter}")
