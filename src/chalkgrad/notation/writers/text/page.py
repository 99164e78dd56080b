"""A page as lines of styled text: what the plain and the coloured terminal share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes.breaking import break_lines
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.characters import width as cells
from chalkgrad.notation.boxes.display import BEHIND, BELOW, BESIDE, place_reasons
from chalkgrad.notation.boxes.grammar import is_code, numeric_columns, parts_of, unknown
from chalkgrad.notation.writers.text.boxes import drawing, picture
from chalkgrad.notation.writers.text.picture import (
    Picture,
    Strip,
    beside,
    padded,
    plain,
    sliced,
    stacked,
    strip_width,
)

INDENT = 2
_HARD_SPACE = "\u00a0"


def document(d: b.Document, width: int = 100) -> str:
    """Return the page as plain text of at most ``width`` columns."""
    return "\n".join(plain(strip) for strip in page(d, width)) + "\n"


def page(d: b.Document, width: int, notes: bool = True) -> list[Strip]:
    """Return the page's lines, each at most ``width`` cells wide."""
    lines: list[Strip] = []
    if d.title:
        lines += _underlined(d.title, "═", width)
    for drawn in blocks(d, width, notes):
        lines += [(), *drawn] if lines else drawn
    return [
        piece for line in lines for piece in (sliced(line, width) if strip_width(line) > width else [line])
    ]


def blocks(d: b.Document, width: int, notes: bool = True) -> Iterator[list[Strip]]:
    """Yield the lines of each block."""
    for block in d.blocks:
        yield block_lines(block, width, notes)


def block_lines(block: b.Block, width: int, notes: bool = True) -> list[Strip]:
    """Return the lines of one block; an unknown block raises TypeError."""
    match block:
        case b.Heading(text, level):
            if level > 2:
                return [((clean(text), "bold"),)]
            return _underlined(text, "═" if level < 2 else "─", width)
        case b.Paragraph(content):
            return wrapped(content, width, notes)
        case b.Bullets(items):
            lines: list[Strip] = []
            for item in items:
                body = wrapped(item, max(1, width - 4), notes)
                lines += [((("  • " if n == 0 else "    "), ""), *line) for n, line in enumerate(body)]
            return lines
        case b.TableBlock():
            return table_lines(block, width, notes)
        case b.Code(text, language):
            return _code(clean(text, lines=True).split("\n"), language)
        case b.Figure(_, text, caption):
            drawing: list[Strip] = [
                ((line, ""),) for line in clean(text, lines=True).rstrip("\n").split("\n")
            ]
            return drawing + ([(), *wrapped((caption,), width, notes)] if caption else [])
        case b.Display(lines_):
            return display_lines(lines_, width, notes)
        case b.Columns(left, right):
            return _columns(left, right, width, notes)
    raise unknown(block)


def _code(lines: list[str], language: str) -> list[Strip]:
    """Return verbatim lines; those of a language are indented, and of a change the old red, the new green."""
    styles = {"-": "red", "+": "green"} if language == "diff" else {}
    indent = " " * INDENT if language else ""
    return [((indent, ""), (line, styles.get(line[:1], ""))) for line in lines]


def _underlined(text: str, sign: str, width: int) -> list[Strip]:
    lines = wrapped((text,), width)
    longest = max(map(strip_width, lines), default=0)
    return [*[((("".join(t for t, _ in line)), "bold"),) for line in lines], ((sign * longest, "bold"),)]


# ---- running text -----------------------------------------------------------------------------------


def wrapped(content: b.Inline, width: int, notes: bool = True) -> list[Strip]:
    """Fill lines with words and formulas; a formula breaks only where it is wider than a line."""
    words: list[list[tuple[str, str]]] = [[]]
    for part in parts_of(content):
        if isinstance(part, str):
            text, style = clean(part), ""
        else:
            drawn = picture(part, tall=False, notes=notes)
            text, style = drawn.text, next((s for _, s in drawn.rows[0] if s), "")
            text = text.replace(" ", _HARD_SPACE) if cells(text) <= width else text
        first, *others = text.split(" ")
        words[-1].append((first, style))
        words += [[(other, style)] for other in others]
    lines: list[Strip] = [()]
    for word in words:
        strip: Strip = tuple((text.replace(_HARD_SPACE, " "), style) for text, style in word if text)
        if not strip:
            continue
        if lines[-1] and strip_width(lines[-1]) + 1 + strip_width(strip) > width:
            lines.append(())
        lines[-1] = (*lines[-1], (" ", ""), *strip) if lines[-1] else strip
    return [piece for line in lines for piece in sliced(line, width)] if width > 0 else lines


def table_lines(t: b.TableBlock, width: int, notes: bool = True) -> list[Strip]:
    """Set a table with a rule under its header; the widest columns wrap until it fits."""
    numeric = numeric_columns(t)
    rows = [[*row, *((),) * (len(numeric) - len(row))] for row in (t.header, *t.rows)]
    widths = _widths(rows, max(width - 2 * (len(numeric) - 1), len(numeric)), notes)
    lines: list[Strip] = []
    for number, row in enumerate(rows):
        body = [_marked(wrapped(cell, widths[c], notes)) for c, cell in enumerate(row)]
        for i in range(max(map(len, body), default=0)):
            line: Strip = ()
            for c, cell in enumerate(body):
                piece = cell[i] if i < len(cell) else ()
                missing = widths[c] - strip_width(piece)
                piece = ((" " * missing, ""), *piece) if numeric[c] else padded(piece, widths[c])
                line += (("  ", ""), *piece) if c else piece
            lines.append(tuple((text, style or "bold") for text, style in line) if number == 0 else line)
        if number == 0:
            lines.append((("  ".join("─" * n for n in widths), "dim"),))
    return lines


def _widths(rows: Sequence[Sequence[b.Inline]], room: int, notes: bool) -> list[int]:
    """Return how wide each column is: the widest give way, words break only at last."""
    cellwise = zip(*rows, strict=True)
    columns = [[plain(wrapped(cell, 10**6, notes)[0]) for cell in column] for column in cellwise]
    widths = [max(map(cells, column)) for column in columns]
    longest = [max(map(cells, " ".join(column).split(" ")), default=0) for column in columns]
    while sum(widths) > room:
        loose = [c for c, words in enumerate(longest) if widths[c] > words] or range(len(widths))
        widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


MARKS = {"✓": "green", "✗": "red", "→": "blue", "–": "grey"}
"""Marks of a table and their colours."""


def _marked(lines: list[Strip]) -> list[Strip]:
    """Give marks that stand alone the colour of what they say."""
    words = "".join(text for line in lines for text, _ in line)
    if not words or not set(words) <= MARKS.keys():
        return lines
    return [tuple((mark, MARKS[mark]) for text, _ in line for mark in text) for line in lines]


# ---- displays ---------------------------------------------------------------------------------------


def display_lines(lines: tuple[b.Line, ...], width: int, notes: bool = True) -> list[Strip]:
    """Align the lines at their relation signs and put the reasons where they fit."""
    room = max(width - INDENT, 8)
    lefts = [Picture.of("") if line.left is None else picture(line.left, notes=notes) for line in lines]
    column = max((left.width for left in lefts if left.width <= room // 3), default=0)
    relation = max((cells(clean(line.relation)) for line in lines), default=0)
    relation += 2 if relation and column else 1 if relation else 0
    start = column + relation
    rights = [_stack_of(line.right, room - start, notes) for line in lines]
    shapes = max((cells(clean(line.shape)) for line in lines), default=0)
    notes_ = [_annotation(line, shapes, 10**6, notes) for line in lines]
    placed = place_reasons(
        [start + right.width for right in rights],
        [strip_width(note[0]) if note else 0 for note in notes_],
        room,
        3,
    )
    result: list[Strip] = []
    for i, (line, left, right) in enumerate(zip(lines, lefts, rights, strict=True)):
        sign = clean(line.relation)
        sign = f" {sign}" if column and sign else sign
        head = beside(Picture.of(" " * (column - left.width)), left)
        drawn: list[Strip] = []
        if left.width > column:
            drawn += _stack_of(line.left, room, notes).rows
            head = Picture.of("")
        row = beside(_filled(head, column), Picture.of(sign + " " * (relation - cells(sign))), right)
        if notes_[i] and placed.where[i] != BELOW:
            at = int(placed.column) if placed.where[i] == BESIDE else row.width + 3
            assert placed.where[i] in {BESIDE, BEHIND}
            row = beside(_filled(row, at), Picture((notes_[i][0],)))
        drawn += row.rows
        if notes_[i] and placed.where[i] == BELOW:
            indent = min(start + 2, room // 2)
            drawn += [((" " * indent, ""), *note) for note in _annotation(line, 0, room - indent, notes)]
        if result and (len(right.rows) > 1 or len(left.rows) > 1):
            result.append(())
        result += drawn
        if i + 1 < len(lines) and (len(right.rows) > 1 or len(left.rows) > 1):
            result.append(())
    squeezed = [r for i, r in enumerate(result) if r or (i and result[i - 1])]
    return [((" " * INDENT, ""), *strip) if strip else () for strip in squeezed]


def _filled(drawn: Picture, columns: int) -> Picture:
    return beside(drawn, Picture.of(" " * max(0, columns - drawn.width)))


def _stack_of(node: b.Box | None, room: int, notes: bool) -> Picture:
    """Draw a formula on as many lines as it needs, the later ones indented."""
    if node is None:
        return Picture.of("")
    draw = drawing(notes=notes, code=is_code(node))
    parts = [draw(part) for part in break_lines(node, lambda part: draw(part).width, room, room - 2)]
    indented = [parts[0], *(beside(Picture.of("  "), part) for part in parts[1:])]
    cut = [_cut(part, room) for part in indented]
    return stacked(cut, cut[0].base)


def _cut(part: Picture, room: int) -> Picture:
    """Cut a picture that nothing could break: its columns beyond the room go below."""
    if part.width <= room or room < 1:
        return part
    bands = [sliced(padded(row, part.width), room) for row in part.rows]
    count = max(map(len, bands))
    rows = tuple(band[n] if n < len(band) else () for n in range(count) for band in bands)
    return Picture(rows, part.base)


def _annotation(line: b.Line, shapes: int, room: int, notes: bool) -> list[Strip]:
    """Return the shape and the reason of a line, dim."""
    if not line.reason and not line.shape:
        return []
    shape = clean(line.shape)
    lead = shape + " " * (shapes - cells(shape)) + ("  " if shapes or shape else "")
    if not line.reason:
        return [((shape, "dim"),)]
    body = wrapped(line.reason, max(1, room - cells(lead)), notes)
    body = [tuple((text, style or "dim") for text, style in strip) for strip in body]
    return [((lead if n == 0 else " " * cells(lead), "dim"), *strip) for n, strip in enumerate(body)]


# ---- side by side -----------------------------------------------------------------------------------


def _columns(left: b.Document, right: b.Document, width: int, notes: bool) -> list[Strip]:
    half = (width - 3) // 2
    both = [(_titled(d, half), list(blocks(d, half, notes))) for d in (left, right)]
    if len(left.blocks) != len(right.blocks):
        both = [(title, [[line for block in body for line in (*block, ())]]) for title, body in both]
    (title, lefts), (other, rights) = both
    result: list[Strip] = []
    for l_lines, r_lines in zip([title, *lefts], [other, *rights], strict=True):
        for i in range(max(len(l_lines), len(r_lines))):
            one = l_lines[i] if i < len(l_lines) else ()
            two = r_lines[i] if i < len(r_lines) else ()
            for first, second in _cut_pair(one, two, half):
                result.append((*padded(first, half), (" │ ", "dim"), *second))
        result.append((*padded((), half), (" │ ", "dim")))
    return result[:-1]


def _titled(d: b.Document, width: int) -> list[Strip]:
    return _underlined(d.title, "─", width) if d.title else []


def _cut_pair(one: Strip, two: Strip, half: int) -> list[tuple[Strip, Strip]]:
    cut: list[list[Strip]] = [sliced(strip, half) or [()] for strip in (one, two)]
    return [
        (cut[0][n] if n < len(cut[0]) else (), cut[1][n] if n < len(cut[1]) else ())
        for n in range(max(map(len, cut)))
    ]
