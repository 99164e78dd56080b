"""Markdown as GitHub reads it: formulas in ``math`` fences, tables, drawings as their text twins."""

from __future__ import annotations

import re
from urllib.parse import quote

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.display import BELOW, arrange
from chalkgrad.notation.boxes.grammar import numeric_columns, parts_of, unknown
from chalkgrad.notation.writers.latex.boxes import LatexWriter, cell

_WRITER = LatexWriter(github=True)
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")
_LINE = 46.0


def box(node: b.Box) -> str:
    r"""Return the formula in the part of LaTeX that GitHub shows.

    >>> from chalkgrad.notation.boxes import Fence, Row, Sym
    >>> box(Row((Sym("ReLU"), Fence(Sym("z")))))
    '\\mathrm{ReLU}(z)'
    """
    return _WRITER.box(node)


def document(d: b.Document) -> str:
    """Return the page as GitHub-flavoured Markdown."""
    title = [f"# {escape(d.title)}"] if d.title else []
    return "\n\n".join([*title, *(text for block in d.blocks if (text := _block(block)))]) + "\n"


def escape(text: str, begins: bool = True) -> str:
    r"""Return running text of which nothing is read as markup, HTML or mathematics.

    Where it begins a line, neither is what would begin a list, a rule or an underlined heading.

    >>> escape("a_b < $5")
    'a\\_b &lt; <span>$</span>5'
    """
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SPECIAL.sub(r"\\\1", text).replace("$", "<span>$</span>")
    return text if not begins else re.sub(r"^\s*([-+=]|\d+[.)])(?=[-=\s]|$)", _disarm, text)


def _disarm(mark: re.Match[str]) -> str:
    """Escape what would begin a list, a rule or an underlined heading."""
    return mark[1][:-1] + "\\" + mark[1][-1]


def inline(content: b.Inline) -> str:
    """Return running text with formulas between dollars and backticks, which Markdown leaves alone."""
    parts: list[str] = []
    for part in parts_of(content):
        if isinstance(part, b.Sym) and part.style == "code":
            parts.append(_span(part.text))
        else:
            words = escape(part, begins=not parts) if isinstance(part, str) else f"$`{box(part)}`$"
            target = part.target if isinstance(part, b.Link) else ""
            parts.append(f"[{words}]({_address(target)})" if target else words)
    return "".join(parts)


def _address(target: str) -> str:
    """Return an address of which nothing ends the link early."""
    return quote(target, safe="/%#.-_~")


def _span(text: str) -> str:
    """Return code inside a line; a bar would end a cell of a table."""
    written = clean(text).replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", written)), default=0))
    return f"{ticks} {written} {ticks}" if len(ticks) > 1 else f"`{written}`"


def _block(block: b.Block) -> str:
    match block:
        case b.Heading(text, level):
            return f"{'#' * min(max(level, 1), 6)} {escape(text)}"
        case b.Paragraph(content):
            return inline(content).lstrip()
        case b.Bullets(items):
            return "\n".join(f"- {inline(item)}" for item in items)
        case b.TableBlock():
            return _table(block)
        case b.Code(text, language):
            return fence(clean(text, lines=True), language if language.isalnum() else "")
        case b.Figure(_, text, caption):
            under = f"\n\n{escape(caption)}" if caption else ""
            return fence(clean(text, lines=True).rstrip("\n"), "text") + under
        case b.Display(lines):
            return _display(lines) if lines else ""
        case b.Columns(left, right):
            return _columns(left, right)
    raise unknown(block)


def fence(text: str, language: str) -> str:
    """Return verbatim lines between fences longer than any run of backticks in them."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _display(lines: tuple[b.Line, ...]) -> str:
    arranged = arrange(lines, _LINE)
    column = all(item.beside for item in arranged if item.noted)
    written: list[str] = []
    for item in arranged:
        line = item.line
        shown = [_WRITER.box(part, item.code) for part in item.parts]
        left = box(line.left) if line.left is not None else ""
        sign = box(b.Op(line.relation, "relation")) if line.relation else ""
        if item.noted and item.where != BELOW:
            shown[0] += (r" &&\quad " if column else r" \qquad ") + _note(line)
        shown[0] = f"{left} &{sign} {shown[0]}"
        shown[1:] = [rf"&\quad {part}" for part in shown[1:]]
        if item.noted and item.where == BELOW:
            shown.append(rf"&\quad {_note(line)}")
        written += [cell(part.strip()) for part in shown]
    body = " \\\\\n".join(written)
    return f"```math\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n```"


def _note(line: b.Line) -> str:
    """Return the shape and the reason as words of the formula."""
    pieces = [_WRITER.shape(line.shape) + r"\quad "] if line.shape else []
    parts = parts_of(line.reason)
    pieces += [_WRITER.words(part) if isinstance(part, str) else box(part) for part in parts]
    return "".join(pieces)


def _table(t: b.TableBlock) -> str:
    numeric = numeric_columns(t)
    if not numeric:
        return ""

    def row(cells: tuple[b.Inline, ...]) -> str:
        padded = (*cells, *((),) * (len(numeric) - len(cells)))
        return "| " + " | ".join(inline(item) or " " for item in padded) + " |"

    rule = "|" + "|".join(" ---: " if right else " --- " for right in numeric) + "|"
    return "\n".join([row(t.header), rule, *map(row, t.rows)])


def _columns(left: b.Document, right: b.Document) -> str:
    """Return the two pages in turn, block by block: Markdown has no columns for displays."""
    both = [[f"**{escape(d.title)}**" if d.title else "", *map(_block, d.blocks)] for d in (left, right)]
    if len(both[0]) != len(both[1]):
        return "\n\n".join(text for column in both for text in column if text)
    first, second = (f"*{escape(d.title)}:*" if d.title else "" for d in (left, right))
    pairs = zip(left.blocks, right.blocks, strict=True)
    parts = [text for one, other in pairs for text in (first, _block(one), second, _block(other))]
    return "\n\n".join(text for text in parts if text)
