"""The computational graph as SVG, as text, and as a page."""

from __future__ import annotations

from chalkgrad.derive import derive_laid_out
from chalkgrad.derive.graph import Graph, graph
from chalkgrad.evaluate import TraceStep
from chalkgrad.formula import Arithmetic
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Document, Figure, Paragraph
from chalkgrad.notation.graph.drawing import draw_graph
from chalkgrad.notation.graph.labels import GraphLabels
from chalkgrad.notation.graph.text import graph_text
from chalkgrad.notation.profiles.find import Notation, find_notation


def graph_svg(
    network: Network,
    notation: Notation | str = "chain",
    *,
    step: TraceStep | None = None,
    arithmetic: Arithmetic | None = None,
) -> str:
    """Draw the computational graph of a network as a self-contained SVG.

    Parameters
    ----------
    network
        The description.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    step
        Numbers: a step of a trace of this network.  Without it the drawing shows names and shapes.
    arithmetic
        That of the trace; float64 if left out.
    """
    return draw_graph(*_prepared(network, notation, step, arithmetic))


def graph_drawing(
    network: Network,
    notation: Notation | str = "chain",
    *,
    step: TraceStep | None = None,
    arithmetic: Arithmetic | None = None,
    width: int = 100,
) -> str:
    """Draw the computational graph in Unicode characters.

    Parameters
    ----------
    network, notation, step, arithmetic
        As for ``graph_svg``.
    width
        Columns to draw in.
    """
    return graph_text(*_prepared(network, notation, step, arithmetic), width)


def graph_page(
    network: Network,
    notation: Notation | str = "chain",
    *,
    step: TraceStep | None = None,
    arithmetic: Arithmetic | None = None,
) -> Document:
    """Write a page with the computational graph, drawn where the format can hold a drawing.

    Parameters
    ----------
    network, notation, step, arithmetic
        As for ``graph_svg``.
    """
    prepared = _prepared(network, notation, step, arithmetic)
    words = (
        "Forwards, each node is computed from those before it. "
        "Backwards, the derivative of the loss by a node is "
        "the derivative by what was computed from it, times the local derivative of the arrow between."
    )
    figure = Figure(draw_graph(*prepared), graph_text(*prepared), f"Computational graph of {network}")
    return Document(f"Computational graph of {network}", (Paragraph((words,)), figure))


def _prepared(
    network: Network, notation: Notation | str, step: TraceStep | None, arithmetic: Arithmetic | None
) -> tuple[Graph, GraphLabels]:
    chosen = find_notation(notation)
    drawn = graph(derive_laid_out(network, chosen.convention(batch=False)))
    return drawn, GraphLabels(chosen, drawn, step, arithmetic)
