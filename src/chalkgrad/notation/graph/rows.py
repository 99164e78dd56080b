"""How a long graph is cut into rows, and which layers of a very deep one are left out."""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad.derive.graph import Graph, GraphNode
from chalkgrad.expr import Symbol

MOST_LAYERS = 12
ENDS = 4
"""Of a deeper network, so many layers are drawn at each end."""


@dataclass(frozen=True)
class GraphRow:
    """Nodes that stand side by side.

    Attributes
    ----------
    nodes
        From left to right along the layers.
    begins_with
        The last node of the row above, shown again where this row goes on.
    omitted
        The layers left out just before this row: first and last.
    """

    nodes: tuple[GraphNode, ...]
    begins_with: Symbol | None = None
    omitted: tuple[int, int] | None = None


def graph_rows(graph: Graph, layers_a_row: int) -> list[GraphRow]:
    """Cut the chain of layers after every so many layers; leave out the middle of a very deep one.

    With 0 layers a row, a layer with a norm has two rows.
    """
    spine = [n for n in graph.nodes if n.expr is not None or n.symbol.kind == "input"]
    depth = graph.derivation.network.depth
    shown = list(range(1, depth + 1))
    if depth > MOST_LAYERS:
        shown = [*range(1, ENDS + 1), *range(depth - ENDS + 1, depth + 1)]
    groups: list[list[int]] = []
    for layer in shown:
        fresh = not groups or len(groups[-1]) == max(layers_a_row, 1) or layer != groups[-1][-1] + 1
        if fresh:
            groups.append([])
        groups[-1].append(layer)
    rows: list[GraphRow] = []
    for number, group in enumerate(groups):
        members = [n for n in spine if n.symbol.layer in group and n.symbol.kind not in ("input", "loss")]
        if not number:
            members.insert(0, next(n for n in spine if n.symbol.kind == "input"))
        if number == len(groups) - 1:
            members.append(next(n for n in spine if n.symbol.kind == "loss"))
        gap = number > 0 and group[0] != groups[number - 1][-1] + 1
        omitted = (groups[number - 1][-1] + 1, group[0] - 1) if gap else None
        before = _activation(spine, group[0] - 1) if number else None
        cut = next((i for i, n in enumerate(members) if n.symbol.kind == "pre"), 0)
        if cut > 1 and members[cut - 1].symbol.kind == "normalised" and not layers_a_row:
            rows.append(GraphRow(tuple(members[:cut]), before, omitted))
            members, before, omitted = members[cut:], members[cut - 1].symbol, None
        rows.append(GraphRow(tuple(members), before, omitted))
    return rows


def _activation(spine: list[GraphNode], layer: int) -> Symbol:
    return next(
        n.symbol for n in spine if n.symbol.layer == layer and n.symbol.kind in ("input", "act", "output")
    )
