"""A page as a file: its suffix says the format, and the file is the old one or the whole new one."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import write_text
from chalkgrad._numbers import shown
from chalkgrad.notation.boxes import Document

SUFFIXES = {
    ".txt": "text",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".typ": "typst",
    ".pdf": "pdf",
}
"""Suffix → format of a page."""


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """Write a page into a file.

    Parameters
    ----------
    document
        The page.
    path
        Its name, with one of ``SUFFIXES``.

    Raises
    ------
    InputError
        If the suffix says no format, a PDF cannot be made here, or the file cannot be written.
    """
    form = SUFFIXES.get(Path(path).suffix.lower())
    if form is None:
        condition = f"end in one of {', '.join(SUFFIXES)}"
        raise InputError(Fault("path", condition, shown(os.fspath(path)), "Write page.html, say."))
    if form == "pdf":
        _save_pdf(document, path)
    else:
        from chalkgrad.notation import render

        write_text(path, render(document, form))


def _save_pdf(document: Document, path: str | os.PathLike[str]) -> None:
    if importlib.util.find_spec("typst") is None:
        fix = "Run pip install 'chalkgrad[pdf]', or write .typ or .html."
        raise InputError(Fault("path", "be of an installed format", "a PDF without the extra pdf", fix))
    from chalkgrad.notation.typst import pdf

    try:
        pdf(document, os.path.realpath(path))
    except OSError as error:
        reason = error.strerror or str(error)
        fault = Fault(os.fspath(path), "be a file that can be written", reason, "Choose another place.")
        raise InputError(fault) from None


__all__ = ["SUFFIXES", "save"]
