"""The computational graph in characters: the drawing's twin for terminals."""

from __future__ import annotations

from chalkgrad.derive.graph import Graph, GraphEdge, GraphNode
from chalkgrad.expr import Symbol
from chalkgrad.notation.boxes import Box
from chalkgrad.notation.boxes.characters import width as cells
from chalkgrad.notation.graph.labels import GraphLabels
from chalkgrad.notation.graph.rows import GraphRow, graph_rows
from chalkgrad.notation.writers.text import boxes as text

SHORTEST = 5  # of an arrow


def graph_text(graph: Graph, labels: GraphLabels, width: int = 100) -> str:
    """Draw the graph in lines of at most ``width`` columns, as long as one layer fits."""
    pieces: list[list[str]] = []
    for layers_a_row, chosen in [
        *((n, labels) for n in (4, 3, 2, 1, 0)),
        (2, labels.brief()),
        (1, labels.brief()),
        (0, labels.brief()),
    ]:
        pieces = [_Row(graph, chosen, row).lines() for row in graph_rows(graph, layers_a_row)]
        if max(cells(line) for piece in pieces for line in piece) <= width:
            break
    loss = text.box(labels.name(graph.derivation.loss.symbol))
    above = (
        "above each arrow: the value; below" if labels.has_numbers else "above each arrow: the size; below"
    )
    above = "below each arrow" if graph.is_scalar and not labels.has_numbers else above
    legend = [f"{above}: the derivative of {loss}"]
    if graph.is_scalar:
        legend[0] += ", and the local derivative"
    if any(edge.role == "penalty" for edge in graph.edges):
        legend.append(f"every weight also enters {loss} through the penalty")
    return "\n\n".join("\n".join(piece) for piece in [*pieces, legend]) + "\n"


class _Canvas:
    """Characters by row and column."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []

    def put(self, row: int, column: int, written: str) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        line.extend([" "] * (column + len(written) - len(line)))
        for offset, character in enumerate(written):
            if character != " ":
                line[column + offset] = character

    def is_free(self, row: int, begin: int, end: int) -> bool:
        line = self.rows[row] if row < len(self.rows) else []
        return not "".join(line[max(0, begin) : end]).strip()

    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.rows]


class _Row:
    """One row: given nodes above, then boxes joined by arrows, then formulas, then residual arcs."""

    def __init__(self, graph: Graph, labels: GraphLabels, row: GraphRow) -> None:
        self.graph = graph
        self.labels = labels
        self.row = row
        self.canvas = _Canvas()
        self.above = max((len(self._given(node.symbol)) for node in row.nodes), default=0)
        self.top = self.above + (1 if self.above else 0)
        skips = any(graph.into(node.symbol, "skip", "branch") for node in row.nodes)
        self.under = 4 if graph.is_scalar or skips else 3
        self.spots: dict[Symbol, tuple[int, int]] = {}

    def lines(self) -> list[str]:
        x = 0
        before = self.row.begins_with
        if before is not None:
            x = self._box(before, x)
        for node in self.row.nodes:
            edge = next((e for e in self.graph.into(node.symbol, "main") if e.source == before), None)
            if edge is not None:
                x = self._arrow(edge, x, node)
            elif before is not None:
                x += SHORTEST
            x = self._box(node.symbol, x)
            self._labels(node)
            before = node.symbol
        self._arcs()
        lines = self.canvas.lines()
        if self.row.omitted is not None:
            first, last = self.row.omitted
            lines = [f"⋯ layers {first} to {last} are left out ⋯", "", *lines]
        return lines

    def _box(self, symbol: Symbol, x: int) -> int:
        name = text.box(self.labels.name(symbol))
        line = "─" * (len(name) + 2)
        for offset, drawn in enumerate((f"┌{line}┐", f"│ {name} │", f"└{line}┘")):
            self.canvas.put(self.top + offset, x, drawn)
        self.spots[symbol] = (x, x + len(name) + 3)
        end = x + len(name) + 4
        if symbol.kind == "loss" and self.labels.has_numbers:
            value = self.labels.forward(symbol)
            if value is not None:
                self.canvas.put(self.top + 1, end, f" = {text.box(value)}")
        return end

    def _arrow(self, edge: GraphEdge, x: int, node: GraphNode) -> int:
        forward = self.labels.forward(edge.source)
        over = text.box(forward) if forward is not None else ""
        under = [text.box(box) for box in self._below(edge)]
        room = max(SHORTEST, *(cells(line) + 2 for line in [over, *under]))
        room = max(room, self._needed_room(node) - (x - self._left_end(edge.source)))
        self.canvas.put(self.top, x + (room - cells(over)) // 2, over)
        self.canvas.put(self.top + 1, x, "─" * (room - 1) + "▶")
        for offset, line in enumerate(under):
            self.canvas.put(self.top + 2 + offset, x + (room - cells(line)) // 2, line)
        return x + room

    def _left_end(self, symbol: Symbol) -> int:
        return self.spots[symbol][0]

    def _needed_room(self, node: GraphNode) -> int:
        """The given nodes above must fit between their neighbours."""
        wide = max((cells(line) for line in self._given(node.symbol)), default=0)
        return wide // 2 + 1 if node.symbol.kind != "loss" else 0

    def _below(self, edge: GraphEdge) -> list[Box]:
        if edge.gradient is None:
            return []
        local = self.labels.local(edge)
        return [self.labels.backward(edge.gradient), *([local] if local is not None else [])]

    def _given(self, symbol: Symbol) -> list[str]:
        """One line for each parameter or target that enters a node."""
        lines = []
        for edge in self.graph.into(symbol, "parameter", "target"):
            name, forward = self.labels.name(edge.source), self.labels.forward(edge.source)
            left = text.box(name)
            if forward is not None:
                left += f"{' = ' if self.labels.is_number(edge.source) else ': '}{text.box(forward)}"
            parts = [left, *(text.box(box) for box in self._below(edge))]
            lines.append("   ".join(parts))
        return lines

    def _labels(self, node: GraphNode) -> None:
        left, right = self.spots[node.symbol]
        middle = (left + right) // 2
        lines = self._given(node.symbol)
        for offset, line in enumerate(lines):
            start = max(0, middle - cells(line) // 2)
            self.canvas.put(self.above - len(lines) + offset, start, line)
        if lines:
            self.canvas.put(self.top - 1, middle, "▼")
        operation = self.labels.operation(node)
        if operation is not None:
            written = text.box(operation)
            start = max(0, middle - cells(written) // 2)
            under = self.top + self.under
            while not self.canvas.is_free(under, start - 1, start + cells(written) + 1):
                under += 1
            self.canvas.put(under, start, written)

    def _arcs(self) -> None:
        """Residual connections, named where they begin in another row."""
        for node in self.row.nodes:
            for edge in self.graph.into(node.symbol, "skip", "branch"):
                row = len(self.canvas.rows)
                end = sum(self.spots[node.symbol]) // 2
                words = f" {text.box(self.labels.arc(edge))} "
                if edge.source in self.spots:
                    begin = sum(self.spots[edge.source]) // 2
                    self.canvas.put(row, begin, f"╰{words.center(end - begin - 1, '─')}╯")
                    self._upwards(begin, row, "│")
                else:
                    begin = max(0, end - cells(words) - 2)
                    self.canvas.put(row, begin, f"{words.ljust(end - begin, '─')}╯")
                self._upwards(end, row, "▲")

    def _upwards(self, column: int, row: int, head: str) -> None:
        """A line up to the box, through blanks only."""
        for above in range(self.top + 3, row):
            if self.canvas.is_free(above, column - 1, column + 2):
                self.canvas.put(above, column, head if above == self.top + 3 else "│")
