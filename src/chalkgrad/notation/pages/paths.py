"""The gradient of one weight as a coloured sum over paths, as a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalkgrad.derive import derive_laid_out
from chalkgrad.derive.elementwise import is_polynomial
from chalkgrad.derive.index import Applied, Entry, entry, times
from chalkgrad.derive.paths import LocalDerivative, Path, PathNumbers, PathSum, paths
from chalkgrad.derive.slopes import leaves, plain
from chalkgrad.evaluate import TraceStep
from chalkgrad.expr import Apply, Symbol
from chalkgrad.formula import Float64, nodes, simplify, substitute
from chalkgrad.network import Network
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.numbers import brief, spaced
from chalkgrad.notation.equations.writer import EquationWriter, IndexLetters
from chalkgrad.notation.profiles.find import Notation, find_notation

COLOURS = tuple(b.PALETTE)
MOST_UNDER_A_BRACE = 7  # factors; a longer product has to break, and a brace cannot


def path_page(
    network: Network,
    weight: str | tuple[str, tuple[int, ...]],
    notation: Notation | str = "transposed",
    *,
    limit: int = 8,
    step: TraceStep | None = None,
) -> b.Document:
    """Write the gradient of one weight as the sum over every path to the loss.

    Parameters
    ----------
    network
        The description.
    weight
        ``"W1[2,2]"`` or ``"b1[2]"``, counted from 1, its indices in the order of the notation's matrix.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    limit
        How many paths are written at most; of more, the first and the factored form are shown.
    step
        Numbers: a step of a trace of this network, in float64; those of its first sample are shown.
    """
    chosen = find_notation(notation)
    derivation = derive_laid_out(network, chosen.convention(batch=False))
    found = paths(derivation, weight, limit=limit, merged=chosen.path_nodes == "activations")
    page = _PathPage(chosen, found)
    blocks: list[b.Block] = [b.Paragraph(page.introduction()), page.sum_of_paths()]
    blocks += [b.Heading("The factors"), page.factors()]
    blocks += [b.Heading("Put together"), page.products()]
    if step is not None:
        numbers = found.evaluate(step.symbols, Float64())
        blocks += [b.Heading("The numbers"), *page.numbers(numbers)]
    if found.count > 1:
        blocks += [b.Heading("The same, every unit once"), *page.factored()]
    return b.Document(f"Every path from {page.plain_name()} to the loss", tuple(blocks))


class _PathPage:
    def __init__(self, notation: Notation, found: PathSum) -> None:
        self.notation = notation
        self.found = found
        self.writer = EquationWriter(notation, found.derivation, "index")
        self.values = _activations(found)

    # -- names --------------------------------------------------------------------------------------

    def plain_name(self) -> str:
        where = self.found.weight
        indices = ",".join(str(i) for i in (where.row, where.column) if i is not None)
        return f"{where.symbol.name}[{indices}]"

    def node(self, where: Entry) -> b.Box:
        return self.writer.symbol(where.symbol, where.row, where.column)

    def partial(self, top: Entry, bottom: Entry) -> b.Box:
        return b.Frac(*(b.Row((b.Op("∂", "prefix"), self.node(each))) for each in (top, bottom)))

    def gradient(self) -> b.Box:
        loss = self.found.derivation.loss.symbol
        return self.partial(Entry(loss, None, None), self.found.weight)

    def in_order(self, factors: tuple[Any, ...]) -> tuple[Any, ...]:
        return factors if self.notation.chain == "loss first" else tuple(reversed(factors))

    def label(self, number: int) -> str:
        return COLOURS[number] if number < len(COLOURS) else f"path {number + 1}"

    def coloured(self, box: b.Box, number: int) -> b.Box:
        if self.found.count == 1 or number >= len(COLOURS):
            return box
        return b.Coloured(box, COLOURS[number])

    # -- blocks -------------------------------------------------------------------------------------

    def introduction(self) -> b.Inline:
        found = self.found
        weight = self.node(found.weight)
        if found.count == 1:
            return (
                weight,
                " reaches the loss by one path: its gradient is one product of local derivatives.",
            )
        first: b.Inline = (weight, f" reaches the loss by {spaced(found.count)} paths. ")
        rule = "Along a path the local derivatives are multiplied; over the paths the products are added."
        shown = f" The first {len(found.paths)} are shown." if found.truncated else ""
        return (*first, rule + shown)

    def sum_of_paths(self) -> b.Block:
        """The slides' sum: one coloured product a path, with its colour's name under a brace."""
        longest = max(len(path.factors) for path in self.found.paths)
        braces = self.found.count > 1 and longest <= MOST_UNDER_A_BRACE
        terms = [self._symbolic(path, number, braces) for number, path in enumerate(self.found.paths)]
        if braces or self.found.count == 1:
            return self._added(terms)
        return self._added(terms, [self.label(number) for number in range(len(terms))])

    def _symbolic(self, path: Path, number: int, brace: bool) -> b.Box:
        if _is_direct(path):  # ∂L/∂w of the penalty alone would read like the whole gradient
            return self.coloured(b.Under(self.writer.entry(path.factors[0].node), b.Words("penalty")), number)
        body = b.Row(self.in_order(tuple(self.partial(f.top, f.bottom) for f in path.factors)))
        return self.coloured(b.Under(body, b.Words(self.label(number))), number) if brace else body

    def _added(self, terms: list[b.Box], notes: list[str] | None = None) -> b.Block:
        """One line a path, so that a long sum stays readable."""
        reasons: list[b.Inline] = [(note,) for note in notes] if notes else [()] * len(terms)
        pairs = zip(terms, reasons, strict=True)
        lines = [b.Line(None, "+", term, reason) for term, reason in pairs]
        lines[0] = replace(lines[0], left=self.gradient(), relation="=")
        if self.found.truncated:
            lines.append(b.Line(None, "+", b.Sym("…", "upright")))
        return b.Display(tuple(lines))

    def factors(self) -> b.Block:
        """Each factor once, in the order in which the paths meet it."""
        lines: list[b.Line] = []
        for factor in dict.fromkeys(f for path in self.found.paths for f in self.in_order(path.factors)):
            if factor.top.symbol.kind == "loss" and factor.bottom == self.found.weight:
                continue
            written = self.writer.entry(factor.node)
            lines.append(b.Line(self.partial(factor.top, factor.bottom), "=", written))
            through = self.writer.entry(self.through_value(factor))
            if through != written:
                lines.append(b.Line(None, "=", through, ("the derivative through the function’s value",)))
        return b.Display(tuple(lines))

    def products(self) -> b.Block:
        """The formulas of all factors multiplied, and what cancels cancelled."""
        terms = []
        for number, path in enumerate(self.found.paths):
            box, level = self.writer.entry_level(self._product(path))
            terms.append(self.coloured(box if level else b.Fence(box), number))
        return self._added(terms)

    def _product(self, path: Path) -> nodes.Node:
        """The product; what is made of outputs and targets only, where things cancel, as one formula."""
        head: list[nodes.Node] = []
        rest: list[nodes.Node] = []
        for factor in self.in_order(path.factors):
            node = self.through_value(factor)
            for part in node.factors if isinstance(node, nodes.Mul) else (node,):
                at_the_end = all(leaf.symbol.kind in ("output", "target") for leaf in leaves(part))
                (head if at_the_end else rest).append(part)
        outer = simplify(plain(times(*head)))
        return times(outer, *rest) if self.notation.chain == "loss first" else times(*rest, outer)

    def numbers(self, numbers: PathNumbers) -> list[b.Block]:
        """The factors' numbers, their product, and the sum."""
        if self.found.count == 1:
            product = b.Line(self.gradient(), "=", self._multiplied(numbers.factors[0]))
            return [b.Display((product, b.Line(None, "=", brief(numbers.total))))]
        rows: list[tuple[b.Inline, ...]] = []
        for number, (values, product) in enumerate(zip(numbers.factors, numbers.products, strict=True)):
            name = "penalty" if _is_direct(self.found.paths[number]) else self.label(number)
            note: b.Inline = ("a factor is 0: nothing flows here",) if numbers.dead[number] else ()
            rows.append(((name,), (self._multiplied(values),), (brief(product),), note))
        header: tuple[b.Inline, ...] = (("path",), ("factors",), ("product",), ("",))
        shown = 4 if any(numbers.dead) else 3
        table = b.TableBlock(header[:shown], tuple(row[:shown] for row in rows))
        if not numbers.complete:
            words = "The sum of these paths, not of all, is "
            return [table, b.Paragraph((words, brief(numbers.total), "."))]
        total = b.Row((self.gradient(), b.Op("=", "relation"), brief(numbers.total)))
        return [table, b.Paragraph(("Their sum is ", total, "."))]

    def _multiplied(self, values: tuple[Any, ...]) -> b.Box:
        items: list[b.Box] = []
        for value in self.in_order(values):
            shown = brief(value)
            box: b.Box = b.Fence(shown) if value < 0 and items else shown
            items += [b.Op("·"), box] if items else [box]
        return b.Row(tuple(items))

    def factored(self) -> list[b.Block]:
        """The backward pass from the loss to this weight: the paths' common parts added up once."""
        lines: list[b.Line] = []
        for step in self.found.derivation.backward:
            of = step.symbol.of
            assert of is not None
            chosen = of == self.found.weight.symbol
            if of.is_parameter and not chosen:
                continue
            letters = IndexLetters(self.notation, self.found.derivation, step.symbol.layer)
            where = self.found.weight if chosen else None
            turned = of.shape != step.symbol.shape
            row, column = _own_place(step.symbol, where, letters, turned)
            left = self.writer.symbol(step.symbol, row, column)
            lines.append(b.Line(left, "=", self.writer.entry(entry(step.expr, row, column, letters))))
            if chosen:
                break
        said = (
            "Many paths share their upper parts. The backward pass adds those up once at every unit, "
            f"instead of walking {spaced(self.found.count)} paths:",
        )
        return [b.Paragraph(said), b.Display(tuple(lines))]

    # -- formulas -----------------------------------------------------------------------------------

    def through_value(self, factor: LocalDerivative) -> nodes.Node:
        """The factor with f′(z) written through the value f(z), where that is a polynomial: σ′ = a(1 − a)."""
        return _replaced(factor.node, self.values)


def _own_place(symbol: Symbol, where: Entry | None, letters: Any, turned: bool) -> tuple[Any, Any]:
    if where is not None:
        return (where.column, where.row) if turned else (where.row, where.column)
    return tuple(None if d.name == "1" else 1 if d.is_one else letters(d) for d in symbol.shape)  # type: ignore[return-value]


def _is_direct(path: Path) -> bool:
    return len(path.factors) == 1


def _activations(found: PathSum) -> dict[Symbol, Symbol]:
    """Z → A where A = f(Z) and nothing else."""
    known = {}
    for step in found.derivation.forward:
        if isinstance(step.expr, Apply) and isinstance(step.expr.args[0], Symbol):
            known[step.expr.args[0]] = step.symbol
    return known


def _replaced(node: nodes.Node, values: dict[Symbol, Symbol]) -> nodes.Node:
    match node:
        case Applied(function, (nodes.Var(Entry(z, row, column)) as arg,), str()) if z in values:
            form = function.value_derivative
            if form is not None and is_polynomial(form):
                value = nodes.Var(Entry(values[z], row, column))
                return substitute(form, {"a": value, "z": arg})
        case nodes.Mul(factors):
            return times(*(_replaced(factor, values) for factor in factors))
        case nodes.Add(terms):
            return nodes.Add(tuple(_replaced(term, values) for term in terms))
    return node
