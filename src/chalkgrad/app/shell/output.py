"""Where and in which form a command answers; checked before the work, written whole or not at all."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._files import is_device, replacing, write_text
from chalkgrad._numbers import as_json, shown
from chalkgrad._pages import page_of
from chalkgrad.app.shell.options import Parser, read_whole
from chalkgrad.app.shell.pager import show
from chalkgrad.notation.writers.formats import WRITERS, render, save, suffixes

if TYPE_CHECKING:
    from chalkgrad.notation.boxes import Document

PAGE_FORMATS = (*WRITERS, "json")
SUFFIXES = suffixes() | {".json": "json", ".svg": "svg", ".png": "png", ".csv": "csv", ".parquet": "parquet"}
WIDTH = 100
NARROWEST, WIDEST = 40, 1000


@dataclass(frozen=True)
class Output:
    """A format, a file (or stdout), the columns of text, and whether a long one may go through a pager."""

    format: str
    path: str | None
    width: int
    paged: bool = False

    def page(self, document: Document) -> None:
        """Write a page in the format."""
        if WRITERS[self.format].binary:
            assert self.path is not None, "checked by read_output"
            save(document, self.path, self.format)
            self._tell()
        elif self.format == "text" and self.path is None and sys.stdout.isatty():
            self._terminal(document)
        else:
            self.text(render(document, self.format, width=self.width))

    def json(self, value: object) -> None:
        """Write one JSON object on one line; numbers that JSON lacks become text."""
        self.text(json.dumps(as_json(value), ensure_ascii=False, allow_nan=False) + "\n")

    def result(self, found: Any, *arguments: Any) -> None:
        """Write a result: its plain values as JSON, or its page."""
        if self.format == "json":
            self.json(found.to_dict())
        else:
            self.page(cast("Document", page_of(found, *arguments)))

    def text(self, text: str) -> None:
        """Write a text as it is."""
        if self.path is None:
            show(text, paged=self.paged)
        elif is_device(self.path):
            try:
                with open(self.path, "w", encoding="utf-8") as device:
                    device.write(text)
            except BrokenPipeError:
                raise
            except OSError as error:
                raise InputError(_unwritable(self.path, error)) from None
        else:
            write_text(self.path, text)
            self._tell()

    def _tell(self) -> None:
        """Say what was written, where the reader does not see it."""
        say(f"written: {self.path}")

    def file(self, write: Callable[[Path], object]) -> None:
        """Let a function write the file, under a temporary name until it is whole."""
        assert self.path is not None, "checked by the command"
        try:
            with replacing(self.path) as temporary:
                write(temporary)
            self._tell()
        except OSError as error:
            raise InputError(_unwritable(self.path, error)) from None

    def _terminal(self, document: Document) -> None:
        from rich.console import Console

        from chalkgrad.notation.writers.text.terminal import renderable

        console = Console(highlight=False, markup=False, emoji=False, width=self.width)
        with console.capture() as captured:
            console.print(renderable(document, self.width))
        show(captured.get(), paged=self.paged)


def add_output_options(parser: Parser, formats: Sequence[str], *, width: bool = True) -> None:
    """Add the options that say where to and how."""
    parser.value("--format", metavar="FORMAT", help=f"{', '.join(formats)}; {formats[0]} if left out")
    parser.value("-o", "--output", metavar="FILE", help="write a file; its suffix says the format")
    if width:
        parser.value("--width", metavar="N", help=f"columns of text; {WIDTH}, or those of the terminal")
        add_pager_option(parser)


def add_pager_option(parser: Parser) -> None:
    """Add the option against pagers."""
    parser.flag("--no-pager", help="print long pages at once, not through $CHALKGRAD_PAGER, $PAGER or less")


def read_output(options: argparse.Namespace, formats: Sequence[str], faults: list[Fault]) -> Output:
    """Return where and how to answer, after adding what is wrong with it.

    Parameters
    ----------
    options
        The command's options.
    formats
        What the command can write, its usual format first.
    faults
        Unknown formats, formats that need more, and places that cannot be written.
    """
    path = None if options.output == "-" else options.output
    form = formats[0]
    if options.format is not None:
        form = _format(options.format, formats, faults)
    elif path is not None:
        form = _format_of_suffix(path, formats, faults)
    if path is not None:
        for name in ("source", "data", "model"):
            check_place(path, getattr(options, name, None), faults)
    if form in WRITERS and WRITERS[form].binary and path is None:
        faults.append(Fault("-o", f"name a file for {form}", "nothing", f"Write -o page.{form}, say."))
    if form in WRITERS:
        faults += WRITERS[form].missing("--format", form)
    text = getattr(options, "width", None)
    width = read_whole("--width", text, faults, least=NARROWEST, most=WIDEST, example=WIDTH)
    paged = not getattr(options, "no_pager", True)
    return Output(form, path, width or columns_of_terminal(), paged)


def _format(text: str, formats: Sequence[str], faults: list[Fault]) -> str:
    if text in formats:
        return text
    familiar = SUFFIXES.get(f".{text.lower().removeprefix('.')}")
    meant = f"Did you mean {familiar!r}?" if familiar in formats else did_you_mean(text, formats)
    fix = meant or f"Leave --format out for {formats[0]}."
    faults.append(Fault("--format", f"be one of {', '.join(formats)}", shown(text), fix))
    return formats[0]


def _format_of_suffix(path: str, formats: Sequence[str], faults: list[Fault]) -> str:
    suffix = Path(path).suffix.lower()
    if not suffix or is_device(path):
        return formats[0]
    form = SUFFIXES.get(suffix, "")
    if form in formats:
        return form
    known = ", ".join(known for known, form in SUFFIXES.items() if form in formats)
    fix = f"Or say the format, as in --format {formats[0]}."
    faults.append(Fault("-o", f"end in one of {known}", shown(path), fix))
    return formats[0]


def check_place(
    path: str, source: str | None, faults: list[Fault], option: str = "-o", example: str = "page.html"
) -> None:
    """Add a fault, once, if the file could not be written, or is the one that is read."""
    found: list[Fault] = []
    _look_at_place(path, source, found, example)
    faults += [replace(fault, path=option) for fault in found if replace(fault, path=option) not in faults]


def _look_at_place(path: str, source: str | None, faults: list[Fault], example: str) -> None:
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            got, fix = f"{shown(path)}, a directory", f"Write {Path(path) / example}, say."
            faults.append(Fault("-o", "name a file", got, fix))
        elif not target.parent.is_dir():
            fix = "Make that folder first, or choose another place."
            faults.append(Fault("-o", "lie in an existing folder", shown(path), fix))
        elif not _may_write(target):
            faults.append(_unwritable(path, None))
        elif source is not None and os.path.exists(source) and target.exists() and target.samefile(source):
            fix = "Choose another name."
            faults.append(Fault("-o", "be another file than the one that is read", shown(path), fix))
    except (OSError, ValueError) as error:
        faults.append(_unwritable(path, error))


def _may_write(target: Path) -> bool:
    """Whether the file could be replaced; a device is written in place."""
    if target.exists() and not os.access(target, os.W_OK):
        return False
    return is_device(target) or os.access(target.parent, os.W_OK | os.X_OK)


def _unwritable(path: str, error: Exception | None) -> Fault:
    reason = getattr(error, "strerror", None) or (_forbidden(path) if error is None else str(error))
    return Fault("-o", "be a file that can be written", f"{shown(path)}: {reason}", "Choose another place.")


def _forbidden(path: str) -> str:
    """Say why a place may not be written: a disk that takes nothing, or no permission."""
    with contextlib.suppress(OSError, AttributeError):
        if os.statvfs(Path(os.path.realpath(path)).parent).f_flag & os.ST_RDONLY:
            return os.strerror(errno.EROFS)
    return "no permission"


def columns_of_terminal() -> int:
    """Return how many columns a text may have."""
    if sys.stdout.isatty():
        return min(WIDEST, max(NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns))
    text = os.environ.get("COLUMNS", "")
    return min(WIDEST, max(NARROWEST, int(text))) if text.isdecimal() and len(text) < 6 else WIDTH


def say(note: str) -> None:
    """Tell something about the answer on stderr, after it, so that what is piped holds the answer alone."""
    if note:
        sys.stdout.flush()
        with contextlib.suppress(OSError):
            print(note, file=sys.stderr)
