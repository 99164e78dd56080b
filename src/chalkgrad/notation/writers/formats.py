"""The formats in which a page is written: one record each, off which every list of formats is read."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._files import replacing, write_text
from chalkgrad._numbers import shown
from chalkgrad.notation.boxes import Document


@dataclass(frozen=True)
class Writer:
    """One format.

    Attributes
    ----------
    module
        Where its functions are.
    suffixes
        Of its files; the first is the usual one.
    function
        Of a page: returns its text, of at most ``width`` columns if ``columns``, or its bytes if ``binary``.
    library, extra
        What must be installed beside the core, and the extra that installs it.
    """

    module: str
    suffixes: tuple[str, ...]
    function: str = "document"
    columns: bool = False
    binary: bool = False
    library: str = ""
    extra: str = ""

    def write(self, document: Document, width: int) -> Any:
        """Return the page's text, or its bytes."""
        write: Callable[..., Any] = getattr(import_module(self.module), self.function)
        return write(document, width) if self.columns else write(document)

    def missing(self, path: str, form: str) -> list[Fault]:
        """Return the fault that what it needs is not installed, or none."""
        if not self.library or importlib.util.find_spec(self.library) is not None:
            return []
        fix = f"Run pip install 'chalkgrad[{self.extra}]', or write .typ or .html."
        return [Fault(path, "be of an installed format", f"{form!r} without the extra {self.extra}", fix)]


_HOME = "chalkgrad.notation.writers"
WRITERS: dict[str, Writer] = {
    "text": Writer(f"{_HOME}.text.page", (".txt",), columns=True),
    "latex": Writer(f"{_HOME}.latex.page", (".tex",)),
    "html": Writer(f"{_HOME}.html.page", (".html", ".htm")),
    "markdown": Writer(f"{_HOME}.markdown", (".md",)),
    "typst": Writer(f"{_HOME}.typst.page", (".typ",)),
    "pdf": Writer(f"{_HOME}.typst.page", (".pdf",), "pdf", binary=True, library="typst", extra="pdf"),
}


def suffixes() -> dict[str, str]:
    """Return the format of each suffix."""
    return {suffix: form for form, writer in WRITERS.items() for suffix in writer.suffixes}


def render(document: Document, format: str = "text", *, width: int = 100) -> str:
    """Write a page in a format that is text: ``text``, ``latex``, ``html``, ``markdown`` or ``typst``.

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
    known = [form for form, writer in WRITERS.items() if not writer.binary]
    if format not in known:
        condition = f"be one of {', '.join(known)}"
        raise InputError(Fault("format", condition, repr(format), did_you_mean(format, known)))
    text: str = WRITERS[format].write(document, width)
    return text


def save(document: Document, path: str | os.PathLike[str], format: str = "", *, width: int = 100) -> None:
    """Write a page into a file, which is the old one or the whole new one.

    Parameters
    ----------
    document
        The page.
    path
        Its name.
    format
        Its format; as the suffix says if left out.
    width
        Columns, for text.

    Raises
    ------
    InputError
        If the suffix says no format, what the format needs is not installed, or the file cannot be written.
    """
    form = format or suffixes().get(Path(path).suffix.lower())
    if form is None:
        condition = f"end in one of {', '.join(suffixes())}"
        raise InputError(Fault("path", condition, shown(os.fspath(path)), "Write page.html, say."))
    writer = WRITERS[form]
    if missing := writer.missing("path", form):
        raise InputError(missing)
    written = writer.write(document, width)
    if not writer.binary:
        write_text(path, written)
        return
    with replacing(path) as temporary:
        temporary.write_bytes(written)


__all__ = ["WRITERS", "Writer", "render", "save", "suffixes"]
