"""A derivation as a page: forward pass, loss, backward pass, update, each line with its reason."""

from __future__ import annotations

from dataclasses import replace

from chalkgrad.derive import RULE_NAMES, Derivation, Form, Step, derive_again, derive_laid_out
from chalkgrad.derive.algebra import simplify
from chalkgrad.derive.index import index_equation
from chalkgrad.expr import Dim, Scale, Symbol, substitute, walk
from chalkgrad.network import Network
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.alike import LayerBlock, by_layer
from chalkgrad.notation.equations.code import is_vector
from chalkgrad.notation.equations.network_names import short_name, short_widths
from chalkgrad.notation.equations.writer import EquationWriter, step_letters
from chalkgrad.notation.pages.notes import conventions, functions
from chalkgrad.notation.pages.transposes import transpose_blocks
from chalkgrad.notation.profiles.find import Notation, find_notation


def derivation_page(
    network: Network,
    notation: Notation | str = "matrix",
    *,
    batch: bool = False,
    zoom: str | None = None,
    transposes: bool = False,
    like: Derivation | None = None,
    inference: bool = False,
) -> b.Document:
    """The derivation of every gradient of a network, in a notation.

    Parameters
    ----------
    network
        The description.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    batch
        For a batch of m samples, or for a single sample (default).
    zoom
        ``matrix`` or ``index``; the notation's own if left out.
    transposes
        Whether to show, for each gradient, where its transposes come from.
    like
        A derivation of the network whose sample weights and dropout the page shows; none if left out.
    inference
        Whether batch norms take their running mean and variance, as they do for a single sample.

    Returns
    -------
    Document
        Give it to a writer: ``chalkgrad.notation.render(document, "latex")``.
    """
    chosen = find_notation(notation)
    convention = chosen.convention(batch)
    derivation = (
        derive_again(like, convention) if like else derive_laid_out(network, convention, inference=inference)
    )
    page = PageParts(chosen, derivation, chosen.zoom_for(zoom))
    blocks: list[b.Block] = [b.Paragraph(page.introduction())]
    blocks += [b.Heading("Forward pass"), *page.batch_size(derivation.forward)]
    blocks += page.section(derivation.forward)
    blocks += [b.Heading("Loss"), *page.batch_size((derivation.loss,)), *page.section((derivation.loss,))]
    blocks += [b.Heading("Backward pass"), *page.section(page.shown_backward())]
    if transposes:
        blocks += [b.Heading("Where the transposes come from"), *page.transposes()]
    blocks += [b.Heading("Update"), *page.section(page.shown_updates())]
    blocks += [
        b.Heading("Functions and conventions"),
        *functions(page.writer),
        b.Bullets(conventions(page.writer)),
    ]
    return b.Document(f"Backpropagation for {short_name(network)}", tuple(blocks))


def beside(left: b.Document, right: b.Document, names: tuple[str, str] = ("", "")) -> b.Document:
    """Two pages side by side; ``names`` say which is which, besides their titles if those differ."""
    titles = ("", "") if left.title == right.title and all(names) else (left.title, right.title)
    first, second = (", ".join(filter(None, pair)) for pair in zip(titles, names, strict=True))
    return b.Document(left.title, (b.Columns(replace(left, title=first), replace(right, title=second)),))


def _counts(step: Step) -> bool:
    """Whether the number of samples is in a step's equation, as a divisor."""
    scales = (part.coefficient for part in walk(step.expr) if isinstance(part, Scale))
    return any(base.name == "m" for c in scales for base, _ in c.powers)


class PageParts:
    """The parts of a page: sections of lines, conventions, functions."""

    def __init__(self, notation: Notation, derivation: Derivation, zoom: str) -> None:
        self.notation = notation
        self.derivation = derivation
        self.zoom = zoom
        self.writer = EquationWriter(notation, derivation, zoom)

    # -- text ---------------------------------------------------------------------------------------

    def introduction(self) -> b.Inline:
        network, batch = self.derivation.network, self.derivation.convention.batch
        what = "a batch of m samples" if batch else "one sample"
        sides = {"rows": "as rows", "columns": "as columns"}[self.derivation.convention.samples]
        sides = sides if batch else {"as rows": "as a row", "as columns": "as a column"}[sides]
        widths = short_widths(network)
        return (f"A {widths} network, {what} {sides}, in the notation “{self.notation.name}”.",)

    # -- equations ----------------------------------------------------------------------------------

    def shown_backward(self) -> tuple[Step, ...]:
        """Notations with a δ go from δ to δ; the others show every ∂L/∂a as well."""
        if self.notation.letters.error in ("", "d", ".grad"):
            return self.derivation.backward
        return tuple(step for step in self.derivation.backward if not self._between(step))

    def _between(self, step: Step) -> bool:
        return step.symbol.of is not None and step.symbol.of.kind == "act" and step.rule == "chain"

    def shown_updates(self) -> tuple[Step, ...]:
        """Notations with a δ put the gradient in: w ← w − η δ z."""
        training = self.derivation.training
        optimised = training.rule is not None or training.clip_norm is not None
        if optimised or self.notation.letters.error in ("", "d", ".grad"):
            return self.derivation.updates
        return tuple(self._inserted(step) for step in self.derivation.updates)

    def _inserted(self, update: Step) -> Step:
        known = {step.symbol: step.expr for step in self.derivation.gradients}
        forms = (*update.forms, Form(simplify(substitute(update.expr, known)), "insert"))
        return Step(update.symbol, forms, update.chosen, update.through)

    def section(self, steps: tuple[Step, ...]) -> list[b.Block]:
        blocks: list[b.Block] = []
        lines: list[b.Line] = []
        for block in by_layer(steps):
            if block.general is not None:
                if lines:
                    blocks.append(b.Display(tuple(lines)))
                    lines = []
                blocks.append(b.Paragraph(self._for_all(block)))
                blocks.append(b.Display(tuple(self.block_lines(block))))
            else:
                lines.extend(self.block_lines(block))
        if lines:
            blocks.append(b.Display(tuple(lines)))
        return blocks

    def batch_size(self, steps: tuple[Step, ...]) -> list[b.Block]:
        """Code says what m is, before the first of its equations that has it."""
        counts = [step for step in (*self.derivation.forward, self.derivation.loss) if _counts(step)]
        if self.writer.code is None or not counts or counts[0] not in steps:
            return []
        size = b.Sym(f"len({self.notation.letters.input})", "code")
        return [b.Display((b.Line(b.Sym("m", "code"), "=", size, ("number of samples",)),))]

    def _for_all(self, block: LayerBlock) -> b.Inline:
        first, last = block.layers[0], block.layers[-1]
        order = (first, last) if block.steps[0].symbol.kind != "grad" else (last, first)
        dots: b.Box = b.Row(
            (
                b.Sym("l"),
                b.Op("=", "relation"),
                self.writer.label(order[0]),
                b.Op(",", "punct"),
                b.Sym("…", "upright"),
                b.Op(",", "punct"),
                self.writer.label(order[1]),
            )
        )
        return ("For ", dots, f" (these {len(block.layers)} layers are alike):")

    def block_lines(self, block: LayerBlock) -> list[b.Line]:
        self.writer.general, self.writer.alike = block.general, block.layers
        lines = [line for step in block.steps for line in self.lines(step)]
        self.writer.general, self.writer.alike = None, ()
        return lines

    def lines(self, step: Step) -> list[b.Line]:
        """One step as a chain of equalities."""
        left, forms = self._sides(step)
        relation = self.notation.update if step.symbol.kind == "next" else "="
        lines: list[b.Line] = []
        for right, rule in forms:
            first = not lines
            if not first and right == lines[-1].right:
                continue
            reason = self.reason(step, rule, first)
            lines.append(
                b.Line(
                    left if first else None,
                    relation if first else "=",
                    right,
                    reason,
                    self.shape(step.symbol) if first else "",
                )
            )
        return lines

    def _sides(self, step: Step) -> tuple[b.Box, list[tuple[b.Box, str]]]:
        if self.zoom == "index":
            equation = index_equation(step, step_letters(self.notation, self.derivation, step))
            left = self.writer.symbol(equation.left.symbol, equation.left.row, equation.left.column)
            return left, [(self.writer.entry(node), rule) for node, rule in equation.forms]
        forms = [(self.writer.expr(form.expr, step.symbol), form.rule) for form in step.forms]
        left = self.writer.symbol(step.symbol)
        if self.writer.letters.feeds and step.symbol.kind in ("act", "output"):
            return self._fed(step.symbol, left, forms)
        return left, forms

    def _fed(
        self, symbol: Symbol, named: b.Box, forms: list[tuple[b.Box, str]]
    ) -> tuple[b.Box, list[tuple[b.Box, str]]]:
        """The slides write a layer's output O⁽¹⁾ = 𝒜(I⁽¹⁾) = u⁽²⁾."""
        output = self.writer.layer_output(symbol)
        return output, [(b.Row((forms[0][0], b.Op("=", "relation"), named)), forms[0][1]), *forms[1:]]

    def shape(self, symbol: Symbol) -> str:
        """The shape of a symbol, with numbers where they are known: ``m × 3``."""
        if symbol.kind in ("loss", "norm", "clip_factor") or (
            symbol.is_scalar and not self.derivation.convention.batch
        ):
            return ""
        general = self.writer.general

        def show(dim: Dim) -> str:
            if general is not None and dim.layer is not None:
                offset = self.writer.offset(dim, general)
                return "n_l" if not offset else f"n_(l{offset:+d})".replace("-", "−")
            return str(dim.size) if dim.size is not None else dim.name

        vector = self.writer.code is not None and is_vector(symbol)
        return " × ".join(show(dim) for dim in symbol.shape[: 1 if vector else 2])

    def reason(self, step: Step, rule: str, first: bool) -> b.Inline:
        """Why a line follows."""
        text = RULE_NAMES[rule]
        if first and rule in ("chain", "sum-of-paths") and step.through:
            inline: list[str | b.Box] = [text + " through "]
            for i, symbol in enumerate(step.through):
                inline += ([" and "] if i else []) + [self.writer.symbol(symbol)]
            return tuple(inline)
        return (text,)

    # -- where the transposes come from ----------------------------------------------------------------

    def transposes(self) -> list[b.Block]:
        """For each product of the backward pass: the entry with its sum, and the shapes that force it."""
        return transpose_blocks(self.notation, self.derivation)
