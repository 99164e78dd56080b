"""How does my course write it?  Notations, pages of equations, and one writer a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalkgrad._lazy import loader
from chalkgrad.notation.profiles.find import Notation, builtin_names, find_notation, notation_from_dict
from chalkgrad.notation.writers.formats import WRITERS, render

if TYPE_CHECKING:
    from chalkgrad.notation.graph.page import graph_page
    from chalkgrad.notation.pages.cost import cost_page
    from chalkgrad.notation.pages.derivation import beside, derivation_page
    from chalkgrad.notation.pages.paths import path_page
    from chalkgrad.notation.pages.trace import trace_page

_PAGES = {
    "beside": "pages.derivation",
    "cost_page": "pages.cost",
    "derivation_page": "pages.derivation",
    "graph_page": "graph.page",
    "path_page": "pages.paths",
    "trace_page": "pages.trace",
}

__all__ = [
    "WRITERS", "Notation", "beside", "builtin_names", "cost_page", "derivation_page", "find_notation",
    "graph_page", "notation_from_dict", "path_page", "render", "trace_page",
]  # fmt: skip

__getattr__ = loader(__name__, _PAGES)
