"""HTML: a page that stands alone, offline, with its formulas in MathML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes.breaking import ems
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.display import arrange
from chalkgrad.notation.boxes.grammar import numeric_columns, parts_of, unknown
from chalkgrad.notation.boxes.outline import outlined
from chalkgrad.notation.writers.html.mathml import box, math, quoted
from chalkgrad.notation.writers.html.style import STYLE
from chalkgrad.notation.writers.html.svg import safe_svg

__all__ = ["box", "document", "fragment"]

MARKS = {"✓": "right", "✗": "wrong", "→": "follows", "–": "none"}
"""Marks of a table and what they say."""

LINE = 52.0
"""Width of the text block in ems of the formulas."""

SHORT = 24
"""A cell of up to so many letters keeps to one line."""


def document(d: b.Document) -> str:
    """Return the page as one self-contained HTML5 file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{quoted(d.title)}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f'<body class="chalkgrad-page">\n<main class="chalkgrad">\n{_content(d)}\n</main>\n</body>\n</html>\n'
    )


def fragment(d: b.Document) -> str:
    """Return the page as a piece for a notebook, its style confined to itself."""
    ignored = "tex2jax_ignore mathjax_ignore"  # a notebook would read dollars in words as mathematics
    return f'<div class="chalkgrad {ignored}"><style>\n{STYLE}</style>\n{_content(d)}\n</div>\n'


def inline(content: b.Inline) -> str:
    """Return running text with its formulas."""
    parts: list[str] = []
    for part in parts_of(content):
        if isinstance(part, b.Sym) and part.style == "code":
            parts.append(f"<code>{quoted(part.text)}</code>")
        else:
            words = quoted(part) if isinstance(part, str) else math(part)
            target = part.target if isinstance(part, b.Link) else ""
            parts.append(f'<a href="{quoted(target)}">{words}</a>' if target else words)
    return "".join(parts)


def _content(d: b.Document) -> str:
    title = [f"<h1>{quoted(d.title)}</h1>"] if d.title else []
    return "\n".join([*title, _blocks(outlined(d).blocks, LINE)])


def _blocks(blocks: Iterable[b.Block], limit: float) -> str:
    return "\n".join(_block(block, limit) for block in blocks)


def _block(block: b.Block, limit: float) -> str:
    match block:
        case b.Heading(text, level):
            number = min(max(level, 1), 6)
            return f"<h{number}>{quoted(text)}</h{number}>"
        case b.Paragraph(content):
            return f"<p>{inline(content)}</p>"
        case b.Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{inline(item)}</li>" for item in items) + "\n</ul>"
        case b.TableBlock():
            return _table(block)
        case b.Code(text, "diff"):
            return f'<pre class="cg-diff" tabindex="0"><code>{_changes(text)}</code></pre>'
        case b.Code(text):
            return f'<pre tabindex="0"><code>{_verbatim(text)}</code></pre>'
        case b.Figure():
            return _figure(block)
        case b.Display(lines):
            return _display(lines, limit)
        case b.Columns(left, right):
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


def _display(lines: tuple[b.Line, ...], limit: float) -> str:
    """Return a grid of left | relation | right | reason; the box scrolls when a formula is too wide."""
    rows: list[str] = []
    for item in arrange(lines, limit, longest=16):
        line, wide = item.line, "" if item.beside else " cg-wide"
        left = math(line.left, True) if line.left is not None else ""
        relation = math(b.Op(line.relation, "prefix")) if line.relation else ""
        first, *more = (math(part, True, code=item.code) for part in item.parts)
        rows.append(f'<div class="cg-left">{left}</div><div class="cg-relation">{relation}</div>')
        rows.append(f'<div class="cg-right{wide}">{first}</div>')
        continued = [f'<div class="cg-right cg-more{wide}">{part}</div>' for part in more]
        shape = f'<span class="cg-shape">{quoted(line.shape)}</span>' if line.shape else ""
        reason = [f'<div class="cg-reason{wide}">{shape}{inline(line.reason)}</div>'] if item.noted else []
        rows += reason + continued if item.beside else continued + reason
    return '<div class="cg-display" tabindex="0">\n' + "\n".join(rows) + "\n</div>"


def _table(t: b.TableBlock) -> str:
    """Return a table that scrolls where it is too wide; columns of long cells wrap, the others do not."""
    columns = zip(numeric_columns(t), long_columns(t), strict=True)
    kinds = ["cg-number" if right else "cg-long" if long else "" for right, long in columns]

    def row(cells: tuple[b.Inline, ...], tag: str) -> str:
        padded = (*cells, *((),) * (len(kinds) - len(cells)))
        written = (_tagged(cell, tag, kind) for cell, kind in zip(padded, kinds, strict=True))
        return f"<tr>{''.join(written)}</tr>"

    body = "\n".join(row(cells, "td") for cells in t.rows)
    head = f"<thead>{row(t.header, 'th')}</thead>"
    table = f"<table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<div class="cg-scroll" tabindex="0">{table}</div>'


def long_columns(t: b.TableBlock) -> tuple[bool, ...]:
    """Tell for each column whether its cells may wrap, because one of them is long."""
    count = max((len(row) for row in (t.header, *t.rows)), default=0)
    columns = ([row[c] for row in (t.header, *t.rows) if c < len(row)] for c in range(count))
    return tuple(any(sum(_letters(part) for part in cell) > SHORT for cell in cells) for cells in columns)


def _letters(part: str | b.Box) -> float:
    return len(part) if isinstance(part, str) else 2 * ems(part)


def _tagged(cell: b.Inline, tag: str, kind: str) -> str:
    """Return a cell; one of the header that names nothing is no heading."""
    written = _cell(cell)
    name = tag if re.sub("<[^>]*>", "", written) else "td"
    scope = ' scope="col"' if name == "th" else ""
    mark = f' class="{kind}"' if kind else ""
    return f"<{name}{scope}{mark}>{written}</{name}>"


def _cell(content: b.Inline) -> str:
    """Return a cell; marks alone are in the colour of what they say."""
    text = content[0] if len(content) == 1 else None
    if not isinstance(text, str) or not text or not set(text) <= MARKS.keys():
        return inline(content)
    return "".join(f'<span class="cg-{MARKS[mark]}-mark">{mark}</span>' for mark in text)


def _figure(f: b.Figure) -> str:
    drawing = safe_svg(f.svg) if f.svg else None
    if drawing is None:
        drawing = f'<pre tabindex="0">{_verbatim(f.text)}</pre>'
    else:
        label = quoted(f.caption or f.text)
        drawing = f'<div class="cg-drawing" role="img" tabindex="0" aria-label="{label}">{drawing}</div>'
    caption = f"<figcaption>{quoted(f.caption)}</figcaption>" if f.caption else ""
    return f"<figure>{drawing}{caption}</figure>"


def _columns(left: b.Document, right: b.Document, limit: float) -> str:
    """Return two pages in a grid, section by section; what is the same in both stands once, over both."""
    titles = [quoted(d.title) for d in (left, right)]
    cells = [f'<div class="cg-title">{title}</div>' for title in titles]
    for one, other in _paired(left.blocks, right.blocks):
        if one == other:
            cells.append(f'<div class="cg-both">{_blocks(one, limit)}</div>')
        else:
            sides = (_blocks(blocks, limit / 2 - 1) for blocks in (one, other))
            cells += [_side(*side) for side in zip(titles, sides, strict=True)]
    return '<div class="cg-columns">\n' + "\n".join(cells) + "\n</div>"


def _paired(left: tuple[b.Block, ...], right: tuple[b.Block, ...]) -> list[tuple[tuple[b.Block, ...], ...]]:
    """Return what stands beside what: block by block, or else heading by heading what is below them."""
    if len(left) == len(right):
        return [((one,), (other,)) for one, other in zip(left, right, strict=True)]
    sections = [_sections(side) for side in (left, right)]
    if [heading for heading, _ in sections[0]] != [heading for heading, _ in sections[1]]:
        return [(left, right)]
    found: list[tuple[tuple[b.Block, ...], ...]] = []
    for (heading, one), (_, other) in zip(*sections, strict=True):
        found += [(heading, heading)] if heading else []
        found += [(one, other)] if one or other else []
    return found


def _sections(blocks: tuple[b.Block, ...]) -> list[tuple[tuple[b.Block, ...], tuple[b.Block, ...]]]:
    """Return each heading with the blocks below it; what stands before the first has none."""
    starts = [place for place, block in enumerate(blocks) if isinstance(block, b.Heading)]
    first = [((), blocks[: starts[0]] if starts else blocks)]
    bounds = pairwise([*starts, len(blocks)])
    return [*first, *((blocks[i : i + 1], blocks[i + 1 : end]) for i, end in bounds)]


def _side(title: str, content: str) -> str:
    """Return a cell that says whose it is, where the two do not stand side by side."""
    return f'<div><div class="cg-side">{title}</div>{content}</div>'
