"""The pages of results from the rooms below: derivations, traces, costs, graphs, sums over paths."""

from __future__ import annotations

from chalkgrad.derive import Derivation
from chalkgrad.derive.cost import Cost
from chalkgrad.derive.graph import Graph
from chalkgrad.derive.paths import PathSum
from chalkgrad.evaluate import Trace
from chalkgrad.notation.boxes import Display, Document
from chalkgrad.notation.graph.page import graph_page
from chalkgrad.notation.pages.cost import cost_page
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.pages.paths import path_page
from chalkgrad.notation.pages.trace import trace_page
from chalkgrad.notation.profiles.find import Notation, find_notation
from chalkgrad.notation.writers.latex import page as latex


def of_derivation(
    derivation: Derivation,
    notation: Notation | str | None = None,
    *,
    batch: bool | None = None,
    zoom: str | None = None,
    transposes: bool = False,
) -> Document:
    """Every gradient, step by step; see ``Derivation.page``."""
    many = derivation.convention.batch if batch is None else batch
    return derivation_page(
        derivation.network,
        notation or "matrix",
        batch=many,
        zoom=zoom,
        transposes=transposes,
        like=derivation,
    )


def equations_of_derivation(derivation: Derivation) -> str:
    """The equations as one aligned display of LaTeX."""
    rows = [
        f"{latex.box(line.left) if line.left is not None else ''} &{line.relation} {latex.box(line.right)}"
        for block in of_derivation(derivation).blocks
        if isinstance(block, Display)
        for line in block.lines
    ]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def of_trace(trace: Trace, notation: Notation | str | None = None, *, digits: int = 6) -> Document:
    """The numbers put into the formulas; see ``Trace.page``."""
    return trace_page(trace, notation or "matrix", digits=digits)


def of_cost(cost: Cost, notation: Notation | str | None = None) -> Document:
    """A table of equations with their counts."""
    return cost_page(cost.derivation.network, notation or "matrix", m=cost.m)


def of_graph(graph: Graph, notation: Notation | str | None = None) -> Document:
    """The drawing."""
    return graph_page(graph.derivation.network, notation or "chain")


def of_paths(paths: PathSum, notation: Notation | str | None = None) -> Document:
    """The coloured sum, its factors and what they make together."""
    chosen = find_notation(notation or "transposed")
    weight, derivation = paths.weight, paths.derivation
    indices = tuple(int(index) for index in (weight.row, weight.column) if index is not None)
    if chosen.weights != derivation.convention.weights:
        indices = indices[::-1]
    limit = max(1, len(paths.paths))
    return path_page(derivation.network, (weight.symbol.name, indices), chosen, limit=limit)


__all__ = ["equations_of_derivation", "of_cost", "of_derivation", "of_graph", "of_paths", "of_trace"]
