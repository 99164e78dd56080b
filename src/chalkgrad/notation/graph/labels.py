"""What stands at the nodes and arrows of a computational graph, in a notation, with numbers if given."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive.convention import CANONICAL
from chalkgrad.derive.entry_values import EntryValues
from chalkgrad.derive.graph import Graph, GraphEdge, GraphNode, data_term
from chalkgrad.evaluate import TraceStep
from chalkgrad.expr import Symbol
from chalkgrad.formula import Arithmetic, Float64
from chalkgrad.notation.boxes import Box, Fence, Frac, Numeral, Op, Row, Words
from chalkgrad.notation.equations.numbers import brief
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation
from chalkgrad.notation.writers.text import boxes as text

MOST_ENTRIES = 3
LONGEST_FORMULA = 24
IN_WORDS = {"centre": "mean", "variance": "variance", "normalised": "normalised"}
"""What is computed by a formula longer than its word."""


class GraphLabels:
    """The labels of one graph.

    Parameters
    ----------
    notation, graph
        What to label, and how.
    step
        Numbers: a step of a trace of this network; without it shapes are shown.
    arithmetic
        That of the trace.
    """

    def __init__(
        self, notation: Notation, graph: Graph, step: TraceStep | None, arithmetic: Arithmetic | None = None
    ) -> None:
        self.graph = graph
        self.writer = EquationWriter(notation, graph.derivation, "matrix")
        self.arrays = step.named if step is not None else {}
        self.most_entries = MOST_ENTRIES
        self.entries = None
        if step is not None and graph.is_scalar and len(step.values["X"]) == 1:
            kind = arithmetic or Float64()
            self.entries = EntryValues(graph.derivation, self.arrays, kind, 0, CANONICAL)

    def arc(self, edge: GraphEdge) -> Box:
        """What stands at an arrow that goes around others."""
        name = self.name(edge.source)
        return Row((Words("residual: + "), name)) if edge.role == "skip" else name

    def brief(self) -> GraphLabels:
        """The same labels without vectors, for where there is little room."""
        other = copy(self)
        other.most_entries = 1
        return other

    @property
    def has_numbers(self) -> bool:
        """Whether values were given."""
        return bool(self.arrays)

    def name(self, symbol: Symbol) -> Box:
        """The symbol in the notation's letters."""
        return self.writer.symbol(symbol)

    def operation(self, node: GraphNode) -> Box | None:
        """How the node is computed: ``w a + b``, ``σ(z)``; a long loss by its name."""
        if node.expr is None:
            return None
        if node.symbol.kind in IN_WORDS:
            return Words(IN_WORDS[node.symbol.kind])
        box = self.writer.expr(data_term(node.expr) if node.symbol.kind == "loss" else node.expr)
        if node.symbol.kind == "loss" and len(text.box(box)) > LONGEST_FORMULA:
            name = self.graph.derivation.network.loss.loss_function.name
            return Words(name.replace("_", " ").replace("cross entropy", "cross-entropy"))
        return box

    def forward(self, symbol: Symbol) -> Box | None:
        """The node's value; of wide ones the shape."""
        array = self.arrays.get(symbol.name)
        if array is None:
            return None if self.graph.is_scalar else _shape(symbol)
        return self._numbers(array) or _shape(symbol)

    def is_number(self, symbol: Symbol) -> bool:
        """Whether ``forward`` gives numbers, not a shape."""
        array = self.arrays.get(symbol.name)
        return array is not None and self._numbers(array) is not None

    def backward(self, gradient: Symbol) -> Box:
        """∂C/∂a (or δ where the notation says so) with its value; of wide ones the name alone."""
        name = self.writer.symbol(gradient)
        array = self.arrays.get(gradient.name)
        value = None if array is None else self._numbers(array)
        return name if value is None else Row((name, Op("=", "relation"), value))

    def local(self, edge: GraphEdge) -> Box | None:
        """∂z/∂a = w, or its number: only where every node is one number."""
        if edge.local is None:
            return None
        top, bottom = (Row((Op("∂", "prefix"), self.name(each))) for each in (edge.target, edge.source))
        if self.entries is not None:
            value: Box = brief(self.entries.value(edge.local))
        elif self.has_numbers:
            return None
        else:
            value = self.writer.entry(edge.local)
            if len(text.box(value)) > LONGEST_FORMULA:
                return None
        return Row((Frac(top, bottom), Op("=", "relation"), value))

    def _numbers(self, array: NDArray[Any]) -> Box | None:
        """A number or a short vector; nothing for what would not fit on an arrow."""
        values = list(np.asarray(array).flat)
        if len(values) == 1:
            return brief(values[0])
        if max(array.shape) < len(values) or len(values) > self.most_entries:
            return None
        items: list[Box] = []
        for i, value in enumerate(values):
            items += [Op(",", "punct"), brief(value, 3)] if i else [brief(value, 3)]
        return Fence(Row(tuple(items)), "[", "]")


def _shape(symbol: Symbol) -> Box | None:
    sizes = [dim.size for dim in symbol.shape if dim.name != "1"]
    return Numeral(" × ".join(str(size) for size in sizes)) if sizes else None
