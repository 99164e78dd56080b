"""Help in the width of its reader: paragraphs filled, entries hanging, commands broken as a shell reads."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Mapping

USUAL, NARROWEST, WIDEST = 80, 40, 100


def help_width() -> int:
    """Return the columns of help: those of COLUMNS or of the terminal, else 80; never more than 100."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((USUAL, 24)).columns))


def filled(text: str, width: int) -> str:
    """Return a paragraph in the width, whatever its lines were.

    >>> print(filled("Derive every gradient of a network,  step by step.", 24))
    Derive every gradient of
    a network, step by step.
    """
    return textwrap.fill(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)


def entries(meanings: Mapping[str, str], width: int) -> str:
    """Return names with their meanings beside them, each hanging below its beginning."""
    column = max(map(len, meanings)) + 4
    lines = []
    for name, meaning in meanings.items():
        hanging = filled(meaning, max(width - column, 16)).replace("\n", "\n" + " " * column)
        lines.append(f"  {name}".ljust(column) + hanging)
    return "\n".join(lines)


def typed(commands: Iterable[str], width: int) -> str:
    r"""Return commands as they can be typed; one that is too long goes on after a backslash.

    >>> print(typed(["chalkgrad derive 4-3:relu-1 --notation bishop --batch -o page.tex"], 44))
      chalkgrad derive 4-3:relu-1 \
          --notation bishop --batch \
          -o page.tex
    """
    return "\n".join("  " + _broken(command, width - 2) for command in commands)


def _broken(command: str, width: int) -> str:
    lines = [""]
    for piece in re.split(r" (?=-(?:-\w|o\b)|> )", command):
        if not lines[-1]:
            lines[-1] = piece
        elif len(lines[-1]) + 1 + len(piece) + 2 <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(f"    {piece}")
    return command if len(command) <= width else " \\\n  ".join(lines)
