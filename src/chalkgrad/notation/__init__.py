"""How does my course write it?  Notations, pages of equations, and one writer a format."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad.notation.profile import Notation, builtin_names, find_notation

if TYPE_CHECKING:
    from chalkgrad.notation.boxes import Document

FORMATS: dict[str, str] = {
    "text": "chalkgrad.notation.text",
    "latex": "chalkgrad.notation.latex",
    "html": "chalkgrad.notation.html",
    "markdown": "chalkgrad.notation.markdown",
    "typst": "chalkgrad.notation.typst",
}
"""Format → the module whose ``document`` writes it."""


def render(document: Document, format: str = "text", *, width: int = 100) -> str:
    """Write a page in a format: ``text``, ``latex``, ``html``, ``markdown`` or ``typst``.

    Parameters
    ----------
    document
        From ``derivation_page`` and its like.
    format
        The format's name.
    width
        Columns, for text.

    Raises
    ------
    InputError
        There is no such format.
    """
    if format not in FORMATS:
        raise InputError(
            Fault(
                "format", f"be one of {', '.join(FORMATS)}", repr(format), did_you_mean(format, list(FORMATS))
            )
        )
    write: Callable[..., str] = import_module(FORMATS[format]).document
    return write(document, width=width) if format == "text" else write(document)


__all__ = ["FORMATS", "Notation", "builtin_names", "find_notation", "render"]
