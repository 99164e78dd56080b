"""The computational graph: what is computed from what, forwards, and what flows back along each arrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from chalkgrad._pages import Written
from chalkgrad.derive.derivation import Derivation
from chalkgrad.derive.deriving import derive_laid_out
from chalkgrad.derive.index import Entry
from chalkgrad.derive.influence import Influence
from chalkgrad.expr import Expr, Reduce, Scale, Sum, Symbol, walk
from chalkgrad.formula import nodes


@dataclass(frozen=True)
class GraphNode:
    """A matrix of the network.

    Attributes
    ----------
    symbol
        Input, parameter, pre-activation, what a norm computes, activation, output, target or loss.
    expr
        How it is computed; None for what is given.
    """

    symbol: Symbol
    expr: Expr | None = None


@dataclass(frozen=True)
class GraphEdge:
    """``source`` enters the computation of ``target``.

    Attributes
    ----------
    role
        ``main`` from one computed matrix to the next; ``parameter``, also of a running mean; ``target``;
        ``skip`` of a residual; ``branch`` from further back to what a norm computes; or ``penalty``.
    gradient
        ∂L/∂source, None where none is wanted (input and target).
    local
        ∂target/∂source as a formula, in a network of single neurons.
    """

    source: Symbol
    target: Symbol
    role: str
    gradient: Symbol | None = None
    local: nodes.Node | None = None


@dataclass(frozen=True)
class Graph(Written):
    """Nodes in the order of computation, and the edges between them."""

    derivation: Derivation
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    def __repr__(self) -> str:
        count = f"{len(self.nodes)} nodes, {len(self.edges)} edges"
        return f"<Graph of {self.derivation.network!r}: {count}>"

    @property
    def is_scalar(self) -> bool:
        """Whether every layer is one neuron, so that every edge carries one number."""
        return all(width == 1 for width in self.derivation.network.widths)

    def into(self, symbol: Symbol, *roles: str) -> tuple[GraphEdge, ...]:
        """The edges of some roles that lead into a node."""
        return tuple(edge for edge in self._into.get(symbol, ()) if edge.role in roles)

    def out_of(self, symbol: Symbol) -> tuple[GraphEdge, ...]:
        """The edges that leave a node."""
        return tuple(self._out_of.get(symbol, ()))

    @cached_property
    def _into(self) -> dict[Symbol, list[GraphEdge]]:
        found: dict[Symbol, list[GraphEdge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def _out_of(self) -> dict[Symbol, list[GraphEdge]]:
        found: dict[Symbol, list[GraphEdge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return found


def graph(derivation: Derivation) -> Graph:
    """Build the computational graph of one sample.

    Parameters
    ----------
    derivation
        One of a batch is drawn for a single sample.

    Examples
    --------
    >>> from chalkgrad.derive import derive
    >>> from chalkgrad.network import Network
    >>> found = graph(derive(Network("1-1:sigmoid:nobias-1")))
    >>> [(edge.source.name, edge.target.name) for edge in found.edges][:4]
    [('X', 'Z1'), ('W1', 'Z1'), ('Z1', 'A1'), ('A1', 'Z2')]
    """
    if derivation.convention.batch:
        derivation = derive_laid_out(derivation.network, replace(derivation.convention, batch=False))
    computed = (*derivation.forward, derivation.loss)
    found: dict[Symbol, GraphNode] = {}
    edges: list[GraphEdge] = []
    known = {step.symbol.of: step.symbol for step in derivation.backward}
    scalar = all(width == 1 for width in derivation.network.widths)
    influence = Influence(derivation) if scalar else None
    before: Symbol | None = None
    for step in computed:
        for source in sorted(step.premises, key=lambda s: s.is_parameter or s.kind == "target"):
            found.setdefault(source, GraphNode(source))
            role = _role(found[source], step.symbol, before)
            gradient = known.get(source) if source.kind != "input" else None
            local = None
            if influence is not None and source.kind != "target" and role != "penalty":
                local = influence.local(_only(step.symbol), _only(source))
            edges.append(GraphEdge(source, step.symbol, role, gradient, local))
        found[step.symbol] = GraphNode(step.symbol, step.expr)
        before = step.symbol
    return Graph(derivation, tuple(found.values()), tuple(edges))


def data_term(expr: Expr) -> Expr:
    """The loss without its penalty on the weights."""
    if isinstance(expr, Sum):
        return next(term for term in expr.terms if not _is_penalty(term))
    return expr


def _is_penalty(term: Expr) -> bool:
    inside = term.arg if isinstance(term, Scale) else term
    return isinstance(inside, Reduce) and all(
        node.is_parameter for node in walk(inside) if isinstance(node, Symbol)
    )


def _role(node: GraphNode, target: Symbol, before: Symbol | None) -> str:
    """The role of an edge from a node to what is computed after ``before``."""
    source = node.symbol
    if target.kind == "loss" and source.is_parameter:
        return "penalty"
    if source.kind == "target":
        return "target"
    if node.expr is None and source.kind != "input":
        return "parameter"
    if before in (None, source):
        return "main"
    return "skip" if target.kind in ("act", "output") else "branch"


def _only(symbol: Symbol) -> Entry:
    """The one entry of a 1 × 1 matrix."""
    row, column = (None if dim.name == "1" else 1 for dim in symbol.shape)
    return Entry(symbol, row, column)
