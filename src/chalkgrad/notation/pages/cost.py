"""The cost of a gradient as a page: a table of equations, and what the totals say."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive import Step, derive
from chalkgrad.derive.cost import ZERO, Cost, Count, StepCost, cost
from chalkgrad.expr import Dim, Symbol
from chalkgrad.network import Network
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.alike import LayerBlock, by_layer
from chalkgrad.notation.equations.numbers import brief
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation, find_notation

PHASES = {"forward": "Forward pass and loss", "backward": "Backward pass", "update": "Update"}


def cost_page(network: Network, notation: Notation | str = "matrix", *, m: int | None = None) -> b.Document:
    """Count what the gradients of a network cost, equation by equation.

    Parameters
    ----------
    network
        The description.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    m
        The number of samples; left out, the counts are formulas in m.
    """
    chosen = find_notation(notation)
    found = cost(derive(network, convention=chosen.convention(batch=True)), 1 if m is None else m)
    page = _CostPage(chosen, found, m)
    blocks: list[b.Block] = [b.Paragraph(page.introduction())]
    for phase, title in PHASES.items():
        blocks += [b.Heading(title), page.table(phase)]
    blocks += [b.Heading("Totals"), page.totals(), b.Bullets(page.conclusions())]
    return b.Document(f"What the gradients of {network} cost", tuple(blocks))


class _CostPage:
    def __init__(self, notation: Notation, found: Cost, m: int | None) -> None:
        self.found = found
        self.m = m
        self.writer = EquationWriter(notation, found.derivation, "matrix")

    def introduction(self) -> b.Inline:
        samples = "m samples" if self.m is None else "one sample" if self.m == 1 else f"{self.m:,} samples"
        return (
            f"Counted from the equations for {samples}. "
            "A product of a × b by b × c takes a·b·c multiply-adds; "
            "⊙, +, a factor or a function takes one elementwise operation for each entry.",
        )

    def amount(self, count: Count) -> b.Box:
        """A count as a formula in m, or its number where m is known."""
        if self.m is not None:
            return b.Numeral(f"{count.at(self.m):,}")
        items: list[b.Box] = []
        if count.per_sample:
            items += [b.Numeral(f"{count.per_sample:,}")] if count.per_sample != 1 else []
            items.append(b.Sym("m"))
        if count.fixed or not items:
            items += [b.Op("+")] if items else []
            items.append(b.Numeral(f"{count.fixed:,}"))
        return b.Row(tuple(items))

    # -- the table ------------------------------------------------------------------------------------

    def table(self, phase: str) -> b.TableBlock:
        rows: list[tuple[b.Inline, ...]] = []
        for block in by_layer([each.step for each in self.found.steps if each.phase == phase]):
            rows += self._rows(block)
        last = self.found.multiply_adds(phase), self.found.elementwise(phase)
        rows.append((("sum",), (), (self.amount(last[0]),), (self.amount(last[1]),)))
        return b.TableBlock((("computes",), ("products",), ("multiply-adds",), ("elementwise",)), tuple(rows))

    def _rows(self, block: LayerBlock) -> list[tuple[b.Inline, ...]]:
        self.writer.general = block.general
        rows: list[tuple[b.Inline, ...]] = []
        for step in block.steps:
            alike = self._alike(step, block)
            name: b.Inline = (self.writer.symbol(step.symbol),)
            if block.general is not None:
                name = (*name, f" for {len(alike)} layers")
            if not alike[0].needed:
                rows.append(((*name,), ("not needed: it cancels",), ("–",), ("–",)))
                continue
            multiply_adds = sum((each.multiply_adds for each in alike), ZERO)
            elementwise = sum((each.elementwise for each in alike), ZERO)
            products = self._products(alike[0]) if _same_sizes(alike) else ()
            rows.append((name, products, (self.amount(multiply_adds),), (self.amount(elementwise),)))
        self.writer.general = None
        return rows

    def _alike(self, step: Step, block: LayerBlock) -> list[StepCost]:
        """The same step of every layer that the block stands for."""
        kind, there = _kind(step.symbol), (e for e in self.found.steps if e.step.symbol.layer in block.layers)
        return [each for each in there if _kind(each.step.symbol) == kind]

    def _products(self, each: StepCost) -> b.Inline:
        items: list[b.Box] = []
        for sizes in each.products:
            items += [b.Op("+")] if items else []
            for i, dim in enumerate(sizes):
                items += [b.Op("·"), self._size(dim)] if i else [self._size(dim)]
        return (b.Row(tuple(items)),) if items else ()

    def _size(self, dim: Dim) -> b.Box:
        size = dim.size if dim.size is not None else self.m
        return b.Sym(str(dim)) if size is None else b.Numeral(f"{size:,}")

    # -- what it says ---------------------------------------------------------------------------------

    def totals(self) -> b.TableBlock:
        found = self.found
        counts = [
            (title.lower(), found.multiply_adds(p), found.elementwise(p)) for p, title in PHASES.items()
        ]
        differences = found.elementwise("forward") * found.forward_passes
        counts.append(("central differences instead", found.finite_differences, differences))
        rows = tuple(((name,), (self.amount(one),), (self.amount(other),)) for name, one, other in counts)
        return b.TableBlock((("",), ("multiply-adds",), ("elementwise",)), rows)

    def conclusions(self) -> tuple[b.Inline, ...]:
        found = self.found
        ratio = found.ratio
        back, forth = (self.amount(found.multiply_adds(phase)) for phase in ("backward", "forward"))
        quotient: list[b.Box] = [b.Frac(back, forth), b.Op("=", "relation"), brief(ratio)]
        if ratio.denominator != 1:
            quotient += [b.Op("≈", "relation"), brief(float(ratio), 3)]
        saved = self.amount(found.saved)
        first: b.Inline = (
            "Backward over forward, in multiply-adds: ",
            b.Row(tuple(quotient)),
            ". Every layer takes two products as large as its forward one, "
            "for its weights and for its inputs; the first layer needs none for its inputs, which saves ",
            saved,
            ".",
        )
        times = Fraction(found.finite_differences.at(found.m), found.multiply_adds("backward").at(found.m))
        second: b.Inline = (
            f"Central differences take two forward passes for each of the {found.parameters:,} parameters, "
            f"{found.forward_passes:,} in all: about ",
            brief(float(times), 3),
            " times the backward pass, and they are not exact.",
        )
        return first, second


def _kind(symbol: Symbol) -> tuple[str, str]:
    return symbol.kind, symbol.of.kind if symbol.of is not None else ""


def _same_sizes(alike: list[StepCost]) -> bool:
    sizes = [[[dim.size for dim in product] for product in each.products] for each in alike]
    return all(each == sizes[0] for each in sizes)
