"""The page for a colour terminal, through rich; imported only when it is asked for."""

from __future__ import annotations

from rich import box as borders
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text

from .boxes import Block, Columns, Document, Heading, Inline, Table
from .characters import clean
from .grammar import numeric_columns
from .picture import Strip
from .text_page import block_lines, wrapped


def renderable(d: Document, width: int) -> Group:
    """Return the page as one rich group."""
    parts: list[RenderableType] = []
    if d.title:
        parts.append(
            Panel(Text(clean(d.title), style="bold"), box=borders.ROUNDED, style="cyan", expand=False)
        )
    for block in d.blocks:
        parts += [Text(""), _block(block, width)] if parts else [_block(block, width)]
    return Group(*parts)


def _block(block: Block, width: int) -> RenderableType:
    match block:
        case Heading(text, level):
            style = "bold cyan" if level < 3 else "bold"
            return Text(clean(text), style=style + (" underline" if level < 3 else ""))
        case Table():
            return _table(block, width)
        case Columns(left, right):
            half = (width - 3) // 2
            grid = RichTable.grid(padding=(0, 3, 0, 0))
            grid.add_column(width=half)
            grid.add_column(width=half)
            if len(left.blocks) != len(right.blocks):
                grid.add_row(renderable(left, half), renderable(right, half))
                return grid
            grid.add_row(*(Text(clean(d.title), style="bold underline") for d in (left, right)))
            for a, b in zip(left.blocks, right.blocks, strict=True):
                grid.add_row(*(Padding(_block(block, half), (1, 0, 0, 0)) for block in (a, b)))
            return grid
    return _text(block_lines(block, width, notes=False))


TONES = {
    "blue": "#1678C9",
    "red": "#DD3137",
    "green": "#00865E",
    "purple": "#B74E98",
    "orange": "#B35F00",
    "cyan": "#0D7F9F",
    "grey": "#757575",
}
"""The colours in a tone that is read on black as well as on white: a terminal does not say which it has."""

_MARKS = {"✓": TONES["green"], "✗": f"bold {TONES['red']}", "→": TONES["blue"], "–": TONES["grey"]}


def _table(t: Table, width: int) -> RichTable:
    table = RichTable(box=borders.SIMPLE_HEAD, header_style="bold", width=None, pad_edge=False)
    for number, heading in enumerate(numeric_columns(t)):
        cell = t.header[number] if number < len(t.header) else ()
        table.add_column(_inline(cell, width), justify="right" if heading else "left")
    for row in t.rows:
        table.add_row(*(_marked(cell, width) for cell in row))
    return table


def _marked(content: Inline, width: int) -> Text:
    """Return a cell; marks alone are in the colour of what they say."""
    text = _inline(content, width)
    if text.plain and set(text.plain) <= _MARKS.keys():
        for place, mark in enumerate(text.plain):
            text.stylize(_MARKS[mark], place, place + 1)
    return text


def _inline(content: Inline, width: int) -> Text:
    return _text(wrapped(content, 10**6, notes=False))


def _text(lines: list[Strip]) -> Text:
    """Join strips to a rich text; nothing in them is read as markup."""
    text = Text(no_wrap=True, overflow="ignore")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for piece, style in line:
            text.append(piece, style=TONES.get(style, style))
    return text
