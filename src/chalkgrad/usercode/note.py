"""What an adapter has to say of a framework's object: how it was read, and what was seen of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

NoteKind = Literal["framework", "forward-differs", "inputs-changed", "loss"]


class Note(NamedTuple):
    """A sentence with what it is about.

    ``loss`` is that a library averages its own loss over the outputs, and its gradient not.
    """

    text: str
    kind: NoteKind = "framework"
