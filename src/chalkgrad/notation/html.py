"""HTML: a page that stands alone, offline, with its formulas in MathML."""

from __future__ import annotations

from .boxes import (
    Block,
    Box,
    Bullets,
    Code,
    Columns,
    Display,
    Document,
    Figure,
    Heading,
    Inline,
    Line,
    Link,
    Op,
    Paragraph,
    Sym,
    Table,
)
from .characters import clean
from .display import arrange
from .grammar import numeric_columns, unknown
from .html_style import STYLE
from .mathml import box, math, quoted
from .svg import safe_svg

__all__ = ["box", "document", "fragment"]

MARKS = {"✓": "right", "✗": "wrong", "→": "follows", "–": "none"}
"""Marks of a table and what they say."""

LINE = 52.0
"""Width of the text block in ems of the formulas."""


def document(d: Document) -> str:
    """Return the page as one self-contained HTML5 file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{quoted(d.title)}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f'<body class="chalkgrad-page">\n<main class="chalkgrad">\n{_content(d)}\n</main>\n</body>\n</html>\n'
    )


def fragment(d: Document) -> str:
    """Return the page as a piece for a notebook, its style confined to itself."""
    ignored = "tex2jax_ignore mathjax_ignore"  # a notebook would read dollars in words as mathematics
    return f'<div class="chalkgrad {ignored}"><style>\n{STYLE}</style>\n{_content(d)}\n</div>\n'


def inline(content: Inline) -> str:
    """Return running text with its formulas."""
    parts: list[str] = []
    for part in content:
        if not isinstance(part, str | Box):
            raise unknown(part)
        if isinstance(part, Sym) and part.style == "code":
            parts.append(f"<code>{quoted(part.text)}</code>")
        else:
            words = quoted(part) if isinstance(part, str) else math(part)
            target = part.target if isinstance(part, Link) else ""
            parts.append(f'<a href="{quoted(target)}">{words}</a>' if target else words)
    return "".join(parts)


def _content(d: Document) -> str:
    title = [f"<h1>{quoted(d.title)}</h1>"] if d.title else []
    return "\n".join([*title, *(_block(block, LINE) for block in d.blocks)])


def _block(block: Block, limit: float) -> str:
    match block:
        case Heading(text, level):
            number = min(max(level, 1), 6)
            return f"<h{number}>{quoted(text)}</h{number}>"
        case Paragraph(content):
            return f"<p>{inline(content)}</p>"
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{inline(item)}</li>" for item in items) + "\n</ul>"
        case Table():
            return _table(block)
        case Code(text, "diff"):
            return f'<pre class="cg-diff"><code>{_changes(text)}</code></pre>'
        case Code(text):
            return f"<pre><code>{_verbatim(text)}</code></pre>"
        case Figure():
            return _figure(block)
        case Display(lines):
            return _display(lines, limit)
        case Columns(left, right):
            return _columns(left, right, limit)
    raise unknown(block)


def _verbatim(text: str) -> str:
    return "\n".join(quoted(line) for line in clean(text, lines=True).split("\n"))


def _changes(text: str) -> str:
    """Return the lines of a change: the old in red, the new in green."""
    kinds = {"-": "old", "+": "new"}
    lines = (
        f'<span class="cg-{kinds[line[0]]}">{line}</span>' if line[:1] in kinds else line
        for line in _verbatim(text).split("\n")
    )
    return "\n".join(lines)


def _display(lines: tuple[Line, ...], limit: float) -> str:
    """Return a grid of left | relation | right | reason; the box scrolls when a formula is too wide."""
    rows: list[str] = []
    for item in arrange(lines, limit, longest=16):
        line, wide = item.line, "" if item.beside else " cg-wide"
        left = math(line.left, True) if line.left is not None else ""
        relation = math(Op(line.relation, "prefix")) if line.relation else ""
        first, *more = (math(part, True, code=item.code) for part in item.parts)
        rows.append(f'<div class="cg-left">{left}</div><div class="cg-relation">{relation}</div>')
        rows.append(f'<div class="cg-right{wide}">{first}</div>')
        continued = [f'<div class="cg-right cg-more{wide}">{part}</div>' for part in more]
        shape = f'<span class="cg-shape">{quoted(line.shape)}</span>' if line.shape else ""
        reason = [f'<div class="cg-reason{wide}">{shape}{inline(line.reason)}</div>'] if item.noted else []
        rows += reason + continued if item.beside else continued + reason
    return '<div class="cg-display">\n' + "\n".join(rows) + "\n</div>"


def _table(t: Table) -> str:
    numeric = numeric_columns(t)

    def row(cells: tuple[Inline, ...], tag: str) -> str:
        padded = (*cells, *((),) * (len(numeric) - len(cells)))
        mark = (' class="cg-number"' if right else "" for right in numeric)
        written = (f"<{tag}{m}>{_cell(cell)}</{tag}>" for m, cell in zip(mark, padded, strict=True))
        return f"<tr>{''.join(written)}</tr>"

    body = "\n".join(row(cells, "td") for cells in t.rows)
    head = f"<thead>{row(t.header, 'th')}</thead>"
    return f'<div class="cg-scroll"><table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _cell(content: Inline) -> str:
    """Return a cell; marks alone are in the colour of what they say."""
    text = content[0] if len(content) == 1 else None
    if not isinstance(text, str) or not text or not set(text) <= MARKS.keys():
        return inline(content)
    return "".join(f'<span class="cg-{MARKS[mark]}-mark">{mark}</span>' for mark in text)


def _figure(f: Figure) -> str:
    drawing = safe_svg(f.svg) if f.svg else None
    if drawing is None:
        drawing = f"<pre>{_verbatim(f.text)}</pre>"
    else:
        drawing = f'<div role="img" aria-label="{quoted(f.caption or f.text)}">{drawing}</div>'
    caption = f"<figcaption>{quoted(f.caption)}</figcaption>" if f.caption else ""
    return f"<figure>{drawing}{caption}</figure>"


def _columns(left: Document, right: Document, limit: float) -> str:
    both = []
    for d in (left, right):
        title = f"<h3>{quoted(d.title)}</h3>" if d.title else ""
        both.append([title, *(_block(block, limit / 2 - 1) for block in d.blocks)])
    if len(both[0]) != len(both[1]):
        both = [["\n".join(column)] for column in both]
    cells = "\n".join(f"<div>{a}</div><div>{b}</div>" for a, b in zip(*both, strict=True))
    return f'<div class="cg-columns">\n{cells}\n</div>'
