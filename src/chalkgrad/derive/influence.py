"""Which number moves which: the entries that one entry influences directly, and how strongly.

The forward equations are read entry by entry: ``w₂₁`` moves ``z₂``, ``z₂`` moves ``a₂``, and so on to the
loss.  Nothing is expanded that is not asked for, so a layer of thousands of units costs no more than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.derivation import Derivation, Step
from chalkgrad.derive.index import Entry, Index, entry, times
from chalkgrad.derive.slopes import leaves, slope
from chalkgrad.expr import Dim, Expr, Shape, Symbol, fill
from chalkgrad.formula import nodes
from chalkgrad.formula.build import ZERO, add

ALL = 0
Place = tuple[int, int]
"""Row and column of a matrix, from 1; ``ALL`` means every one."""


class Influence:
    """The forward equations of one sample, read entry by entry.

    Parameters
    ----------
    derivation
        Of a single sample.
    merged
        Leave out the pre-activations: an activation then moves the next layer's activations directly.
    """

    def __init__(self, derivation: Derivation, merged: bool = False) -> None:
        self.merged = merged
        self.receiver_first = derivation.convention.weights == "out_in"
        self.equations: dict[Symbol, Step] = {s.symbol: s for s in (*derivation.forward, derivation.loss)}
        self.users: dict[Symbol, list[Step]] = {}
        for step in self.equations.values():
            for used in step.premises:
                self.users.setdefault(used, []).append(step)

    # -- who is moved ---------------------------------------------------------------------------------

    def places(self, symbol: Symbol, place: Place) -> dict[Symbol, list[Place]]:
        """The places of other symbols that one place of ``symbol`` moves, by symbol."""
        found: dict[Symbol, list[Place]] = {}
        for step in self.users.get(symbol, ()):
            reached = reach(step.expr, symbol, place)
            if self.merged and step.symbol.kind == "pre":
                for spot in reached:
                    for target, spots in self.places(step.symbol, spot).items():
                        found.setdefault(target, []).extend(spots)
            else:
                found.setdefault(step.symbol, []).extend(reached)
        return {target: _distinct(spots) for target, spots in found.items()}

    def moved(self, bottom: Entry) -> Iterator[Entry]:
        """The entries that ``bottom`` moves: the unit of its own number first, then the others in order."""
        own = self._unit(bottom)
        for target, spots in self.places(bottom.symbol, _place(bottom)).items():
            straight = [spot for wide in spots for spot in _spread(wide, target.shape, own)]
            yield from (_entry(target, spot) for spot in dict.fromkeys(straight))
            for wide in spots:
                yield from (_entry(target, s) for s in _spread(wide, target.shape) if s not in straight)

    def _unit(self, where: Entry) -> int:
        """The number of the unit; for a weight that of its receiver, where its influence begins."""
        row, column = _place(where)
        if where.symbol.kind == "weight":
            return row if self.receiver_first else column
        return max(row, column)

    def counts(self) -> dict[Symbol, int]:
        """How many paths lead from one entry of each symbol to the loss.

        Counted backwards over the symbols: all entries of one symbol have equally many, because the
        equations treat all units alike.
        """
        known: dict[Symbol, int] = {}
        symbols = dict.fromkeys(used for step in self.equations.values() for used in step.premises)
        order = [*(s for s in symbols if s not in self.equations), *self.equations]
        for symbol in reversed(order):
            if symbol.kind == "loss":
                known[symbol] = 1
                continue
            reached = self.places(symbol, (1, 1))
            known[symbol] = sum(
                known[top] * sum(_size(spot, top.shape) for spot in spots) for top, spots in reached.items()
            )
        return known

    # -- how strongly ---------------------------------------------------------------------------------

    def local(self, top: Entry, bottom: Entry) -> nodes.Node:
        """The local derivative ∂top/∂bottom, a formula in entries (with pre-activations merged if asked)."""
        if not self.merged:
            return self._direct(top, bottom)
        definition = self.equations[top.symbol]
        routes = [self._direct(top, bottom)] if bottom.symbol in definition.premises else []
        for middle in self._below(top):
            if bottom.symbol in self.equations[middle.symbol].premises:
                lower = self._direct(middle, bottom)
                if lower != ZERO:
                    routes.append(times(self._direct(top, middle), lower))
        return add(*(route for route in routes if route != ZERO))

    def _below(self, top: Entry) -> Iterator[Entry]:
        """The pre-activations that ``top`` is computed from."""
        expr = self.equations[top.symbol].expr
        if isinstance(expr, e.RowApply):
            assert isinstance(expr.arg, Symbol)
            yield from (_entry(expr.arg, spot) for spot in _spread((ALL, ALL), expr.arg.shape))
        else:
            row, column = _place(top)
            found = leaves(entry(expr, row, column, _Fresh()))
            yield from (leaf for leaf in found if leaf.symbol.kind == "pre")

    def _direct(self, top: Entry, bottom: Entry) -> nodes.Node:
        expr = self.equations[top.symbol].expr
        if isinstance(expr, e.RowApply):
            return _softmax_slope(top, bottom, expr.arg)
        row, column = _place(top)
        return slope(entry(expr, row, column, _Fresh()), bottom)


def _softmax_slope(top: Entry, bottom: Entry, arg: Expr) -> nodes.Node:
    """∂y_k/∂z_j = y_k (1 − y_k) for j = k, else −y_k y_j: the Jacobian through the softmax's own values."""
    if arg != bottom.symbol:
        return ZERO
    own = nodes.Var(top)
    if _place(top) == _place(bottom):
        return nodes.Mul((own, nodes.Add((nodes.Num(Fraction(1)), times(nodes.Num(Fraction(-1)), own)))))
    other = nodes.Var(_entry(top.symbol, _place(bottom)))
    return times(nodes.Num(Fraction(-1)), own, other)


# ---- places -----------------------------------------------------------------------------------------


class _Fresh:
    """A new index name at every call."""

    def __init__(self) -> None:
        self.used = 0

    def __call__(self, dim: Dim) -> str:
        self.used += 1
        return f"{dim}.{self.used}"


def reach(expr: Expr, symbol: Symbol, place: Place) -> list[Place]:
    """Where one place of a symbol shows in an expression."""
    found: list[Place] = REACHES[type(expr)](expr, symbol, place)
    rows, columns = expr.shape
    return _distinct([(1 if rows.is_one else r, 1 if columns.is_one else c) for r, c in found])


def _reach_in_place(expr: Expr, symbol: Symbol, place: Place) -> list[Place]:
    return [spot for operand in expr.operands() for spot in reach(operand, symbol, place)]


def _reach_product(expr: e.MatMul, symbol: Symbol, place: Place) -> list[Place]:
    rows = [(row, ALL) for row, _ in reach(expr.left, symbol, place)]
    return rows + [(ALL, column) for _, column in reach(expr.right, symbol, place)]


def _reach_sample(expr: e.RowApply, symbol: Symbol, place: Place) -> list[Place]:
    found = reach(expr.arg, symbol, place)
    return [(row, ALL) if expr.axis == 1 else (ALL, column) for row, column in found]


REACHES = fill(
    "reach",
    {
        Symbol: lambda expr, symbol, place: [place] if expr == symbol else [],
        e.Ones: lambda expr, symbol, place: [],
        e.Sum: _reach_in_place,
        e.Scale: _reach_in_place,
        e.Hadamard: _reach_in_place,
        e.Apply: _reach_in_place,
        e.MatMul: _reach_product,
        e.Transpose: lambda expr, *place: [(c, r) for r, c in reach(expr.arg, *place)],
        e.RowApply: _reach_sample,
        e.Reduce: lambda expr, *place: [(1, 1)] if reach(expr.arg, *place) else [],
    },
)


def _distinct(spots: list[Place]) -> list[Place]:
    """The places without those that lie within another."""
    once = list(dict.fromkeys(spots))
    return [a for a in once if not any(a != b and _within(a, b) for b in once)]


def _within(inner: Place, outer: Place) -> bool:
    return all(o in (ALL, i) for i, o in zip(inner, outer, strict=True))


def _size(spot: Place, shape: Shape) -> int:
    total = 1
    for index, dim in zip(spot, shape, strict=True):
        total *= (dim.size or 0) if index == ALL else 1
    return total


def _spread(spot: Place, shape: Shape, only: int | None = None) -> Iterator[Place]:
    """The single places of a wide one; with ``only``, those of one number in every direction that is wide."""
    ranges: list[Sequence[int]] = []
    for index, dim in zip(spot, shape, strict=True):
        every = range(1, (dim.size or 0) + 1) if index == ALL else range(index, index + 1)
        if only is not None and len(every) > 1:
            every = range(only, only + 1) if only in every else range(0)
        ranges.append(every)
    return ((row, column) for row in ranges[0] for column in ranges[1])


def _place(where: Entry) -> Place:
    return _number(where.row), _number(where.column)


def _number(index: Index | None) -> int:
    assert not isinstance(index, str), "a place has numbers, not letters"
    return 1 if index is None else index


def _entry(symbol: Symbol, place: Place) -> Entry:
    rows, columns = symbol.shape
    return Entry(symbol, None if rows.name == "1" else place[0], None if columns.name == "1" else place[1])
