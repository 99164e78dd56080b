"""The options that say how a file of a table is read, the same for every command that reads one."""

from __future__ import annotations

import argparse
from typing import Any

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.app.shell.options import Parser, read_choice

ANSWERS = ("yes", "no")
_OPTIONS = (
    ("--encoding", "NAME", "of a CSV file: latin-1, cp1252, …; utf-8"),
    ("--delimiter", "MARK", "between the cells of a CSV file: ';', tab, blanks, …; found out if left out"),
    ("--header", "YES", "whether its first line names the columns, yes or no; found out if left out"),
    ("--missing-values", "CELLS", "cells that stand for no value beside empty ones: ?,-99; NA, ? and such"),
)


def add_table_options(options: Parser) -> None:
    """Add the options to those of a command."""
    for name, metavar, words in _OPTIONS:
        options.value(name, metavar=metavar, help=words)


def read_table_options(options: argparse.Namespace, faults: list[Fault]) -> dict[str, Any]:
    """Return what `read_table` is told, after adding what is wrong with it to ``faults``."""
    asked: dict[str, Any] = {}
    if options.encoding is not None:
        asked["encoding"] = options.encoding
    if options.delimiter is not None:
        from chalkgrad.data.readers.csv.form import delimiter_of

        asked["delimiter"] = delimiter_of(options.delimiter)
        if asked["delimiter"] is None:
            got = shown(options.delimiter)
            faults.append(
                Fault("--delimiter", "be one character, tab or blanks", got, "Write --delimiter ';', say.")
            )
    header = read_choice("--header", options.header, ANSWERS, faults)
    if header is not None:
        asked["header"] = header == "yes"
    if options.missing_values is not None:
        asked["missing"] = {"", *(cell.strip() for cell in options.missing_values.split(","))}
    return asked
