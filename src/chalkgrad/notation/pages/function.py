"""The derivative of an activation or loss as a page: definition, rules, limits, extremes, kinks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from chalkgrad.derive.function import REST, TOTAL, Course, FunctionDerivation
from chalkgrad.formula import ACTIVATIONS, FUNCTIONS, nodes
from chalkgrad.formula.extremes import PER_UNIT, REACH, Extreme, Kink
from chalkgrad.formula.limits import Limit
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.steps import Pending, RuleLine
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.formulas import FormulaWriter, function_name, number
from chalkgrad.notation.equations.letters import called, letter_box, primed
from chalkgrad.notation.profiles.find import Notation, find_notation
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import boxes as text

SCHEMA = "chalkgrad.function/1"


def function_page(found: FunctionDerivation, notation: Notation | str = "matrix") -> b.Document:
    """The derivation of a function's derivative, in a notation.

    Parameters
    ----------
    found
        From ``derive_function``.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    """
    page = _Page(found, find_notation(notation))
    blocks: list[b.Block] = [b.Heading("Definition"), *page.definition()]
    for entry in found.entries:
        blocks += [
            b.Heading(f"Derivative for {entry.condition}"),
            page.derivation(entry.lines, entry.condition),
        ]
    blocks += [b.Heading("Derivative"), page.derivation(found.lines)]
    if found.courses:
        blocks += [b.Heading("Limits"), page.limits(), b.Heading("Maxima and minima"), *page.extremes()]
    if found.kinks:
        blocks += [b.Heading("Kinks"), b.Bullets(tuple(page.kink(each) for each in found.kinks))]
    return b.Document(f"The derivative of {found.name}", tuple(blocks))


def function_json(found: FunctionDerivation, notation: Notation | str = "matrix") -> dict[str, Any]:
    """The derivation as plain values, each formula as text and LaTeX.

    Returns
    -------
    dict
        ``{"schema", "function", "notation", "definition": [formula], "entries": [{"condition", "lines"}],
        "derivative": [{"rules", "text", "latex"}], "limits": [{"of", "below", "above"}], "extremes": [{"of",
        "kind", "place", "value"}], "kinks": [{"place", "left", "right", "used"}]}``.
    """
    page = _Page(found, find_notation(notation))

    def written(box: b.Box | None) -> dict[str, str] | None:
        return None if box is None else {"text": text.box(box), "latex": latex.box(box)}

    def lines(some: Iterable[RuleLine]) -> list[dict[str, Any]]:
        return [{"rules": list(line.rules), **(written(page.box(line.formula)) or {})} for line in some]

    return {
        "schema": SCHEMA,
        "function": found.name,
        "notation": page.notation.name,
        "definition": [written(page.box(node)) for node in found.definition],
        "entries": [{"condition": e.condition, "lines": lines(e.lines)} for e in found.entries],
        "derivative": lines(found.lines),
        "limits": [
            {
                "of": written(page.course(i)),
                "below": written(_end(page, low)),
                "above": written(_end(page, high)),
            }
            for i, (low, high) in enumerate(course.limits for course in found.courses)
        ],
        "extremes": [
            {"of": written(page.course(i)), "kind": e.kind, "place": float(e.place), "value": float(e.value)}
            for i, course in enumerate(found.courses)
            for e in course.extremes
        ],
        "kinks": [
            {"place": float(k.place), **{side: float(value_at(node, {}, 20)) for side, node in _sides(k)}}
            for k in found.kinks
        ],
    }


def _sides(kink: Kink) -> tuple[tuple[str, nodes.Node], ...]:
    return ("left", kink.left), ("right", kink.right), ("used", kink.used)


def _end(page: _Page, found: Limit | None) -> b.Box | None:
    if found is None:
        return None
    if found.value is not None:
        return page.box(found.value)
    return b.Sym("∞", "upright") if found.sign > 0 else b.Row((b.Op("−", "prefix"), b.Sym("∞", "upright")))


class _Page:
    """The parts of the page, in the letters of a notation."""

    def __init__(self, found: FunctionDerivation, notation: Notation) -> None:
        self.found, self.notation = found, notation
        letters = notation.index_letters
        self.letters = {"z": letters.pre, "a": letters.act, "y": letters.output, "t": letters.target}
        self.writer = FormulaWriter(self.leaf)
        self.box = self.writer.box

    # -- letters ------------------------------------------------------------------------------------

    def leaf(self, name: Hashable) -> b.Box:
        """A letter, an entry, the rest of a sum, or a derivative that is still to be found."""
        if isinstance(name, Pending):
            return self.slope(b.Fence(self.box(name.body)), name.variable)
        if name == REST:
            below = b.Row((b.Sym("k"), b.Op("≠", "relation"), b.Sym("j")))
            return b.Fence(b.Row((b.BigOp("∑", below), self.raised("z_k"))))
        if name == TOTAL:
            return b.Sym("S")
        letter, _, index = str(name).partition("_")
        base = letter_box(self.letters.get(letter, letter), "italic")
        if not index:
            return base
        entry = b.Sym(index) if len(index) == 1 else b.Row(tuple(b.Sym(each) for each in index))
        return b.Script(base, entry)

    def raised(self, name: str) -> b.Box:
        """E to the power of a letter."""
        return b.Script(b.Sym("e"), None, self.leaf(name))

    def slope(self, above: b.Box, variable: Hashable) -> b.Box:
        """∂ℓ/∂y; by z alone with a straight d."""
        d = b.Op("d" if variable == "z" else "∂", "prefix")
        return b.Frac(b.Row((d, above)), b.Row((d, self.leaf(variable))))

    def name(self) -> b.Box:
        """What the function is called: σ, ReLU, f for one of one's own, ℓ of a loss, y_i of softmax."""
        if self.found.function is None:
            return self.leaf("y_i")
        if self.found.variable == "y":
            return b.Sym("ℓ")
        own = self.found.function.name
        return function_name(own) if own in ACTIVATIONS else b.Sym("f")

    def value(self, prime: bool = False) -> b.Box:
        """σ(z), σ′(z); a loss and an entry stand without their arguments."""
        name, variable = self.name(), self.found.variable
        if variable != "z":
            return self.slope(name, variable) if prime else name
        return called(primed(name) if prime else name, self.leaf("z"))

    # -- sections -----------------------------------------------------------------------------------

    def definition(self) -> Iterator[b.Block]:
        """The function, each of its writings on a line; what S and a are."""
        lines: list[b.Line] = []
        for node in self.found.definition:
            reason = "in cases" if lines and isinstance(node, nodes.Where) else "definition"
            lines.append(b.Line(None if lines else self.value(), "=", self.box(node), (reason,)))
        if self.found.function is None:
            total = b.Row((b.BigOp("∑", b.Sym("k")), self.raised("z_k")))
            lines.append(b.Line(b.Sym("S"), "=", total, ("the sum of all",)))
        yield b.Display(tuple(lines))
        if any(line.rules == ("through the value",) for line in self.found.lines):
            yield b.Paragraph(("The value is called ", self.leaf("a"), " = ", self.value(), "."))
        if self.found.mean_over_outputs:
            yield b.Paragraph(("This is one output’s loss; the mean over n outputs divides by n.",))

    def derivation(self, lines: tuple[RuleLine, ...], condition: str = "") -> b.Block:
        """The chain of equalities."""
        left = self.value(prime=True)
        if condition == "i = j":
            left = self.slope(self.leaf("y_j"), "z_j")
        chain = (
            b.Line(None if k else left, "=", self.box(line.formula), self.reason(line))
            for k, line in enumerate(lines)
        )
        return b.Display(tuple(chain))

    def reason(self, line: RuleLine) -> b.Inline:
        """The rules of a line; a function by its symbol."""
        inline: list[str | b.Box] = []
        for rule in line.rules:
            words, _, last = rule.rpartition(" ")
            inline += [", "] if inline else []
            inline += [f"{words} ", function_name(last)] if last in FUNCTIONS else [rule]
        return tuple(inline) or ("insert the definition",)

    def course(self, k: int) -> b.Box:
        """Which function goes on so: σ(z) or σ′(z)."""
        return self.value(prime=k == 1)

    def limits(self) -> b.Block:
        """A row a function, a column an end."""
        z, arrow = self.leaf("z"), b.Op("→", "relation")
        ends = ((b.Op("−", "prefix"), b.Sym("∞", "upright")), (b.Sym("∞", "upright"),))
        header: tuple[b.Inline, ...] = (("",), *((b.Row((z, arrow, *end)),) for end in ends))
        rows: list[tuple[b.Inline, ...]] = []
        for k, course in enumerate(self.found.courses):
            shown = (_end(self, found) for found in course.limits)
            rows.append(((self.course(k),), *((box or "not told",) for box in shown)))
        return b.TableBlock(header, tuple(rows))

    def extremes(self) -> Iterator[b.Block]:
        """Each maximum and minimum, with where it is."""
        items = [
            self.extreme(k, course, extreme)
            for k, course in enumerate(self.found.courses)
            for extreme in course.extremes
        ]
        z = self.leaf("z")
        words = (
            "Places where the derivative changes its sign through 0, sought for |",
            z,
            (f"| ≤ {REACH}, {PER_UNIT} points a unit"),
        )
        yield b.Paragraph((*words, ":" if items else ": none."))
        if items:
            yield b.Bullets(tuple(items))

    def extreme(self, k: int, course: Course, extreme: Extreme) -> b.Inline:
        """The maximum of σ′(z) is 1/4, at z = 0."""
        value = self.quantity(extreme.exact_value, extreme.value, "is")
        place = self.quantity(extreme.exact_place, extreme.place, "=")
        return (f"the {extreme.kind} of ", self.course(k), *value, ", at ", self.leaf("z"), *place)

    def quantity(self, exact: nodes.Node | None, value: Any, equal: str) -> b.Inline:
        """= 1/4, or ≈ 1.128904, or both where the exact formula is no fraction."""
        near = f" ≈ {float(value):.6g}".replace("-", "−")
        if exact is None:
            return (near,)
        return (f" {equal} ", self.box(exact), *(() if isinstance(exact, nodes.Num) else (near,)))

    def kink(self, kink: Kink) -> b.Inline:
        """The slopes on both sides of a point, and what is used at it."""
        z, at = self.leaf("z"), number(kink.place)
        left, right, used = (self.box(node) for _, node in _sides(kink))
        sides = (
            "at ",
            z,
            " = ",
            at,
            " the slope is ",
            left,
            " from the left and ",
            right,
            " from the right; ",
        )
        return (*sides, called(primed(self.name()), at), " = ", used, " is used.")
