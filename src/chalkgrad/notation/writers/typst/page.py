"""Typst: a page as Typst source, and as a PDF file through the ``typst`` package (extra ``pdf``)."""

from __future__ import annotations

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.display import arrange
from chalkgrad.notation.boxes.grammar import numeric_columns, parts_of, unknown
from chalkgrad.notation.writers.html.svg import safe_svg
from chalkgrad.notation.writers.typst.boxes import string, write

_LINE = 40.0

_PREAMBLE = """\
#set page(paper: "a4", margin: 2.4cm, numbering: "1")
#set text(font: "New Computer Modern", size: 10.5pt)
#set par(justify: true, leading: 0.7em)
#show raw: set text(font: "DejaVu Sans Mono", size: 8.2pt)
#show heading: set block(above: 1.5em, below: 0.9em)
#set table(stroke: none, inset: (x: 0.7em, y: 0.4em))
#let cgtint(colour, body) = text(fill: colour, body)
#let cgkeep(body) = body
#let cgmono(body) = text(font: "DejaVu Sans Mono", size: 0.85em, body)
#let cgreason(body) = { set par(leading: 0.6em); text(fill: rgb("#5f6368"), size: 0.92em, body) }
#let cgdisplay(..cells) = block(breakable: true, width: 100%, inset: (left: 0.8em), {
  set par(justify: false, leading: 0pt)  // no slack: a tall formula has its full height
  grid(columns: (auto, auto, auto, 1fr), column-gutter: 0.4em, row-gutter: 0.75em,
    align: (right + horizon, center + horizon, left + horizon, left + horizon), ..cells)
})

"""


def box(node: b.Box) -> str:
    """Return the formula for Typst's math mode.

    >>> from chalkgrad.notation.boxes import Script, Sym
    >>> box(Script(Sym("W"), Sym("k")))
    'W_(k)'
    """
    return write(node)


def document(d: b.Document) -> str:
    """Return the page as one Typst file."""
    title = f'#text(size: 1.6em, weight: "bold", {string(d.title)})\n\n' if d.title else ""
    return _PREAMBLE + title + "\n\n".join(_block(block, _LINE) for block in d.blocks) + "\n"


def pdf(d: b.Document) -> bytes:
    """Return the page as PDF, set by the package ``typst``."""
    import typst

    return bytes(typst.compile(document(d).encode("utf-8"), format="pdf"))


def inline(content: b.Inline) -> str:
    """Return running text as Typst content: strings are literals, so nothing in them is markup."""
    parts = parts_of(content)
    return "".join(f"#{string(part)};" if isinstance(part, str) else f"${box(part)}$" for part in parts)


def _block(block: b.Block, line: float) -> str:
    match block:
        case b.Heading(text, level):
            return f"#heading(level: {min(max(level, 1), 5)}, {string(text)})"
        case b.Paragraph(content):
            return inline(content)
        case b.Bullets(items):
            return "#list(" + ", ".join(f"[{inline(item)}]" for item in items) + ")" if items else ""
        case b.TableBlock():
            return _table(block)
        case b.Code(text, language):
            return _raw(text, language)
        case b.Figure():
            return _figure(block)
        case b.Display(lines):
            return _display(lines, line) if lines else ""
        case b.Columns(left, right):
            return _columns(left, right, line)
    raise unknown(block)


def _display(lines: tuple[b.Line, ...], limit: float) -> str:
    cells: list[str] = []
    for item in arrange(lines, limit, longest=14):
        line = item.line
        left = f"$display({box(line.left)})$" if line.left is not None else ""
        sign = f"${box(b.Op(line.relation, 'prefix'))}$" if line.relation else ""
        shape = f"${_shape(line.shape)}$#h(0.9em)" if line.shape else ""
        reason = f"#cgreason[{shape}{inline(line.reason)}]" if item.noted else ""
        for n, part in enumerate(item.parts):
            formula = f"[{'#h(1.6em)' if n else ''}$display({write(part, item.code)})$]"
            cells += ["[]", "[]"] if n else [f"[{left}]", f"[{sign}]"]
            if item.beside:
                cells += [formula, "[]" if n else f"pad(left: 1.6em)[{reason}]"]
            else:
                cells.append(f"grid.cell(colspan: 2){formula}")
        if reason and not item.beside:
            cells += ["[]", "[]", f"grid.cell(colspan: 2)[#pad(left: 1.6em)[{reason}]]"]
    return "#cgdisplay(\n  " + ",\n  ".join(cells) + ",\n)"


def _shape(text: str) -> str:
    """Return a shape such as ``m × 3``: letters slanted, words upright."""
    words = clean(text).split()
    return " ".join(w if w == "×" or (len(w) == 1 and w.isalnum()) else string(w) for w in words)


def _raw(text: str, language: str = "") -> str:
    body = clean(text, lines=True).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    mark = f", lang: {string(language)}" if language.isalnum() else ""
    return f'#raw("{body}", block: true{mark})'


def _table(t: b.TableBlock) -> str:
    numeric = numeric_columns(t)
    if not numeric:
        return ""
    empty: b.Inline = ()
    rows = [[*row, *[empty] * (len(numeric) - len(row))] for row in (t.header, *t.rows)]
    head = ", ".join(f"[*{inline(cell)}*]" for cell in rows[0])
    body = ",\n  ".join(", ".join(f"[{inline(cell)}]" for cell in row) for row in rows[1:])
    align = ", ".join("right" if right else "left" for right in numeric)
    return (
        f"#table(columns: {len(numeric)}, align: ({align},),\n  table.hline(),\n  table.header({head}),\n"
        f"  table.hline(stroke: 0.5pt),\n  {body}{',' if body else ''}\n  table.hline(),\n)"
    )


def _figure(f: b.Figure) -> str:
    drawing = safe_svg(f.svg) if f.svg else None
    if drawing is None:
        body = _raw(f.text)
    else:
        drawing = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        literal = drawing.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        body = f'#image(bytes("{literal}"), format: "svg")'
    return body + (f"\n\n#cgreason[{inline((f.caption,))}]" if f.caption else "")


def _columns(left: b.Document, right: b.Document, line: float) -> str:
    both = []
    for d in (left, right):
        title = f"#strong[{inline((d.title,))}]" if d.title else ""
        both.append([title, *(_block(block, line / 2 - 1) for block in d.blocks)])
    if len(both[0]) != len(both[1]):
        both = [["\n\n".join(column)] for column in both]
    cells = ",\n  ".join(f"[{text}]" for pair in zip(*both, strict=True) for text in pair)
    return f"#grid(columns: (1fr, 1fr), column-gutter: 1.5em, row-gutter: 1em,\n  {cells},\n)"
