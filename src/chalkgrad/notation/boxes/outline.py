"""The outline of a page: headings whose levels go down one at a time, as readers of screens expect."""

from __future__ import annotations

from dataclasses import replace

from chalkgrad.notation.boxes import Block, Columns, Document, Heading


def outlined(d: Document) -> Document:
    """The page with every heading at most one level below the one that it belongs to.

    >>> page = Document("Steps", (Heading("Given", 3), Heading("Forward", 3), Heading("More", 5)))
    >>> [heading.level for heading in outlined(page).blocks]
    [2, 2, 3]
    """
    return _outlined(d, [1] if d.title else [])


def _outlined(d: Document, above: list[int]) -> Document:
    blocks: list[Block] = []
    for block in d.blocks:
        if isinstance(block, Heading):
            while above and above[-1] >= block.level and len(above) > 1:
                above.pop()
            above.append(block.level)
            block = replace(block, level=len(above))
        elif isinstance(block, Columns):
            left, right = (_outlined(side, [*above]) for side in (block.left, block.right))
            block = Columns(left, right)
        blocks.append(block)
    return replace(d, blocks=tuple(blocks))
