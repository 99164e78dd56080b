"""The computational graph as a drawing: forward values above the arrows, derivatives below.

Self-contained SVG with attributes only (no style sheet, no script), so that it can stand in any page.
"""

from __future__ import annotations

from chalkgrad.derive.graph import Graph, GraphEdge, GraphNode
from chalkgrad.expr import Symbol
from chalkgrad.notation.boxes import Box, Op, Row, Words
from chalkgrad.notation.graph.labels import GraphLabels
from chalkgrad.notation.graph.rows import GraphRow, graph_rows
from chalkgrad.notation.graph.svg_text import measure, svg_text
from chalkgrad.notation.writers.html.svg import DARK_STYLE, Paint, drawing, element

FORWARD, BACKWARD = Paint("#0072B2", "#5ab0f0"), Paint("#C04A00", "#ff9d66")
QUIET, INK, GROUND = Paint("#5b6470", "#a3adb8"), Paint("#1f2933", "#e6e9ed"), Paint("#ffffff", "#17191b")
_GIVEN = Paint("#eef6ee", "#1c2a1e"), Paint("#5b8c5a", "#7fb47e")
_PARAMETER = Paint("#fff7e6", "#2d2615"), Paint("#c28a00", "#d9ab3f")
_VALUE = Paint("#eaf2fb", "#1a2634"), Paint("#4a78b0", "#7aa7dd")
FILL = {
    "input": _GIVEN,
    "target": _GIVEN,
    "pre": (Paint("#ffffff", "#17191b"), Paint("#8a97a6", "#8a97a6")),
    "act": _VALUE,
    "output": _VALUE,
    "loss": (Paint("#fbecea", "#33201d"), Paint("#b4483a", "#e2867a")),
}
LETTER, SMALL, TINY = 20, 15, 14
"""Sizes of letters in pixels; the smallest's subscripts have 10."""
TALL, SHORT, MARGIN = 62, 36, 24
ABOVE, BELOW = 150, 34
"""The room over a row for its parameters, and under it for the labels of its arrows."""
WIDEST = 912
"""The text block of a page, which shows so wide a drawing in its own size."""


def draw_graph(graph: Graph, labels: GraphLabels) -> str:
    """Draw the graph, left to right, in rows of as many layers as can be read.

    Parameters
    ----------
    graph
        What to draw.
    labels
        Its names, formulas and numbers.
    """
    drawn = ""
    for layers_a_row in (4, 3, 2, 1, 0):
        tried = _Drawing(graph, labels, layers_a_row)
        drawn = tried.svg()
        if tried.width <= WIDEST:
            break
    return drawn


class _Drawing:
    def __init__(self, graph: Graph, labels: GraphLabels, layers_a_row: int) -> None:
        self.graph = graph
        self.labels = labels
        self.rows = graph_rows(graph, layers_a_row)
        self.operations = {
            node.symbol: box for node in graph.nodes if (box := labels.operation(node)) is not None
        }
        self.at: dict[Symbol, tuple[float, float]] = {}
        self.parts: list[str] = []
        self.width = 0.0
        self.bottom = 0.0

    def svg(self) -> str:
        top = float(MARGIN)
        for row in self.rows:
            top = self._row(row, top)
        legend = self._legend(top + 6)
        width, height = self.width + MARGIN, top + 6 + legend
        title = f"Computational graph of {self.graph.derivation.network}"
        ground = element("rect", width="100%", height="100%", rx=10, fill=GROUND)
        return drawing(width, height, DARK_STYLE, _MARKERS, ground, *self.parts, title=title)

    # -- one row --------------------------------------------------------------------------------------

    def _row(self, row: GraphRow, top: float) -> float:
        y = top + ABOVE
        x = float(MARGIN)
        before: Symbol | None = row.begins_with
        if row.omitted is not None:
            first, last = row.omitted
            words = Words(f"⋯ layers {first} to {last} are left out ⋯")
            self._text(words, x, top + 2, TINY, QUIET, "start")
        if before is not None:
            half = self._node_width(before) / 2
            self._node(before, x + half, y, ghost=True)
            self.at[before] = (x + half, y)
            x += 2 * half
        elif self._parameters_overhang(row):
            x += self._parameters_overhang(row)
        for node in row.nodes:
            half = self._node_width(node.symbol) / 2
            edge = self._edge(before, node.symbol)
            x += self._gap(edge) if edge is not None else 40.0 if before is not None else 0.0
            self.at[node.symbol] = (x + half, y)
            if edge is not None and before is not None:
                self._arrow(edge, self.at[before][0] + self._node_width(before) / 2, x, y)
            self._node(node.symbol, x + half, y)
            self._given(node, x + half, y)
            x += 2 * half
            before = node.symbol
        self.width = max(self.width, x, self._right_of_given(row))
        return y + TALL / 2 + BELOW + self._arcs(row, y)

    def _edge(self, source: Symbol | None, target: Symbol) -> GraphEdge | None:
        found = self.graph.into(target, "main")
        return found[0] if source is not None and found and found[0].source == source else None

    def _gap(self, edge: GraphEdge) -> float:
        lines = [box for box, _ in self._below(edge)] + [self.labels.forward(edge.source)]
        return max([76.0, *(measure(box, SMALL) + 34 for box in lines if box is not None)])

    def _parameters_overhang(self, row: GraphRow) -> float:
        return 0.0 if row.nodes[0].symbol.kind == "input" else 90.0

    # -- nodes ----------------------------------------------------------------------------------------

    def _node_width(self, symbol: Symbol) -> float:
        operation = self.operations.get(symbol)
        inside = measure(operation, TINY) if operation is not None else 0.0
        return max(52.0, measure(self.labels.name(symbol), LETTER) + 26, inside + 18)

    def _node(self, symbol: Symbol, x: float, y: float, ghost: bool = False) -> None:
        fill, stroke = _PARAMETER if symbol.is_parameter else FILL.get(symbol.kind, FILL["pre"])
        operation = self.operations.get(symbol)
        width, height = self._node_width(symbol), TALL if operation is not None else SHORT
        dash = {"stroke_dasharray": "4 4", "opacity": 0.8} if ghost else {}
        radius = 10 if operation is not None else height / 2
        place = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height, "rx": radius}
        self.parts.append(element("rect", **place, stroke_width=1.6, fill=fill, stroke=stroke, **dash))
        self._text(self.labels.name(symbol), x, y + (6 if operation is None else -5), LETTER, INK)
        if operation is not None:
            self._text(operation, x, y + 18, TINY, QUIET)
        value = self.labels.forward(symbol) if symbol.kind == "loss" and self.labels.has_numbers else None
        if value is not None:
            equal = Row((Op("=", "relation"), value))
            self._text(equal, x + width / 2 + 1, y + 5, SMALL, FORWARD, "start")
            self.width = max(self.width, x + width / 2 + measure(equal, SMALL) + 6)

    def _given(self, node: GraphNode, x: float, y: float) -> None:
        """Parameters and target, above the node that takes them in."""
        edges = self.graph.into(node.symbol, "parameter", "target")
        for place, edge in enumerate(edges):
            px, py = x + 76 * (place - (len(edges) - 1) / 2), y - 112
            self._node(edge.source, px, py)
            start, end = py + SHORT / 2, y - TALL / 2
            middle = px + (x - px) * 0.55
            self._path(
                f"M{px:.1f} {start + 2:.1f}C{px:.1f} {start + 30:.1f} {middle:.1f} {end - 34:.1f} "
                f"{middle:.1f} {end - 3:.1f}"
            )
            right = place == len(edges) - 1
            side, anchor = (px + 9, "start") if right else (px - 9, "end")
            self._stacked(edge, side, start + 14, anchor)
            self._penalty(edge.source, px, py)

    def _stacked(self, edge: GraphEdge, x: float, y: float, anchor: str) -> None:
        forward = self.labels.forward(edge.source)
        if forward is not None:
            self._text(forward, x, y, TINY, FORWARD, anchor)
            y += 18
        for box, colour in self._below(edge):
            self._text(box, x, y, TINY, colour, anchor)
            y += 18

    def _penalty(self, weight: Symbol, x: float, y: float) -> None:
        if any(edge.role == "penalty" for edge in self.graph.out_of(weight)):
            loss = self.labels.name(self.graph.derivation.loss.symbol)
            self._text(Row((Words("penalty → "), loss)), x, y - 24, TINY, QUIET)

    def _right_of_given(self, row: GraphRow) -> float:
        right = 0.0
        for node in row.nodes:
            for edge in self.graph.into(node.symbol, "parameter", "target"):
                boxes = [box for box, _ in self._below(edge)] + [self.labels.forward(edge.source)]
                x = self.at[node.symbol][0] + 48
                right = max([right, *(x + measure(box, SMALL) for box in boxes if box is not None)])
        return right

    # -- arrows ---------------------------------------------------------------------------------------

    def _arrow(self, edge: GraphEdge, left: float, right: float, y: float) -> None:
        self._path(f"M{left + 3:.1f} {y - 4:.1f}H{right - 4:.1f}")
        if edge.gradient is not None:
            back = {"stroke": BACKWARD, "stroke_width": 1.4, "stroke_dasharray": "5 3"}
            self._path(f"M{right - 3:.1f} {y + 5:.1f}H{left + 4:.1f}", marker_end="url(#backward)", **back)
        middle = (left + right) / 2
        forward = self.labels.forward(edge.source)
        if forward is not None:
            self._text(forward, middle, y - 13, SMALL, FORWARD)
        line = y + 23.0
        for box, colour in self._below(edge):
            self._text(box, middle, line, TINY, colour)
            line += 19

    def _below(self, edge: GraphEdge) -> list[tuple[Box, Paint]]:
        """∂C/∂a with its value, and the local derivative."""
        if edge.gradient is None:
            return []
        lines = [(self.labels.backward(edge.gradient), BACKWARD)]
        local = self.labels.local(edge)
        return [*lines, (local, QUIET)] if local is not None else lines

    def _arcs(self, row: GraphRow, y: float) -> float:
        """Residual connections, under the row; one that begins in another row begins with a name."""
        deepest = 0.0
        here = {node.symbol for node in row.nodes} | {row.begins_with}
        base = y + TALL / 2
        for node in row.nodes:
            for edge in self.graph.into(node.symbol, "skip", "branch"):
                x2 = self.at[node.symbol][0]
                drop = BELOW + 14 + deepest
                if edge.source in here:
                    x1 = self.at[edge.source][0] + 10
                else:
                    x1 = max(MARGIN + 30.0, x2 - 120)
                    self._node(edge.source, x1, base + drop, ghost=True)
                    x1 += self._node_width(edge.source) / 2
                    self._path(
                        f"M{x1:.1f} {base + drop:.1f}H{x2 - 14:.1f}Q{x2:.1f} {base + drop:.1f} "
                        f"{x2:.1f} {base + drop - 14:.1f}V{base + 3:.1f}"
                    )
                    deepest += 40
                    continue
                low = base + drop
                self._path(
                    f"M{x1:.1f} {base + 2:.1f}V{low - 14:.1f}Q{x1:.1f} {low:.1f} {x1 + 14:.1f} {low:.1f}"
                    f"H{x2 - 14:.1f}Q{x2:.1f} {low:.1f} {x2:.1f} {low - 14:.1f}V{base + 3:.1f}"
                )
                self._text(self.labels.arc(edge), (x1 + x2) / 2, base + drop - 6, TINY, FORWARD)
                deepest += 26
        return deepest + (14 if deepest else 0)

    def _path(self, d: str, **other: object) -> None:
        way = {"stroke": FORWARD, "stroke_width": 1.6, "marker_end": "url(#forward)"} | other
        self.parts.append(element("path", d=d, fill="none", **way))

    # -- words ----------------------------------------------------------------------------------------

    def _legend(self, y: float) -> float:
        loss = self.labels.name(self.graph.derivation.loss.symbol)
        items: list[tuple[Box, Paint]] = [
            (Words("→ forward: values" if self.labels.has_numbers else "→ forward"), FORWARD),
            (Row((Words("⇠ backward: derivatives of "), loss)), BACKWARD),
        ]
        if self.graph.is_scalar:
            items.append((Words("local derivatives"), QUIET))
        if any(
            len([e for e in self.graph.out_of(n.symbol) if e.role != "penalty"]) > 1 for n in self.graph.nodes
        ):
            items.append((Words("where two arrows leave a node, what flows back along them is added"), QUIET))
        x = float(MARGIN)
        for box, colour in items:
            self._text(box, x, y + 12, TINY, colour, "start")
            x += measure(box, TINY) + 26
        self.width = max(self.width, x - 26)
        return 30.0

    def _text(self, box: Box, x: float, y: float, size: float, colour: Paint, anchor: str = "middle") -> None:
        self.parts.append(svg_text(box, x, y, size, anchor=anchor, colour=colour))


def _marker(name: str, colour: Paint) -> str:
    arrow = element("path", d="M0 1L10 5L0 9L2.5 5z", fill=colour)
    size = {"viewBox": "0 0 10 10", "refX": 9, "refY": 5, "markerWidth": 7.5, "markerHeight": 7.5}
    return element("marker", arrow, id=name, **size, orient="auto-start-reverse")


_MARKERS = f"<defs>{_marker('forward', FORWARD)}{_marker('backward', BACKWARD)}</defs>"
