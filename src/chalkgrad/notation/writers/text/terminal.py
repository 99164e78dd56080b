"""The page for a colour terminal, through rich; imported only when it is asked for."""

from __future__ import annotations

from rich import box as borders
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text

from chalkgrad.notation.boxes import Block, Columns, Document, Heading
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.writers.text.page import block_lines
from chalkgrad.notation.writers.text.picture import Strip


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


def _text(lines: list[Strip]) -> Text:
    """Join strips to a rich text; nothing in them is read as markup."""
    text = Text(no_wrap=True, overflow="ignore")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for piece, style in line:
            text.append(piece, style=TONES.get(style, style))
    return text
