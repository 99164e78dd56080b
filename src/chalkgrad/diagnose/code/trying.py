"""Does the fix mend it?  The user's file is run again with the one line changed."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chalkgrad._errors import ChalkgradError
from chalkgrad.diagnose.findings import Mistake
from chalkgrad.usercode.session import Session

if TYPE_CHECKING:
    from chalkgrad.evaluate.data import Data
    from chalkgrad.network import Network
    from chalkgrad.usercode.layouts.reading import Reading


def patched(source: str, mistakes: Sequence[Mistake]) -> str | None:
    """The file with every mistake's line replaced by its fix; None where that is no line for a line."""
    lines = source.splitlines()
    for mistake in mistakes:
        if mistake.line is None or not 0 < mistake.line <= len(lines):
            return None
        old = lines[mistake.line - 1]
        whole = re.fullmatch(r"(\s*)([A-Za-z_][\w.]*(?:\[[^\]]*\])*)\s*=(?!=)\s*(.+)", old)
        returned = re.fullmatch(r"(\s*)return\b\s*(.+)", old)
        fix = mistake.remedy.code
        if returned and fix.startswith("return ") and not _is_open(returned[2]):
            lines[mistake.line - 1] = returned[1] + fix
            continue
        target = fix.partition(" = ")[0]
        if whole is None or whole[2] != target or _is_open(whole[3]):
            return None
        lines[mistake.line - 1] = whole[1] + fix
    return "\n".join(lines) + "\n"


def _is_open(text: str) -> bool:
    """Whether a statement goes on in the next line."""
    return text.rstrip().endswith("\\") or any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}"))


def _names(source: str) -> set[str]:
    """The names of variables in a text; of one that is no Python none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return arguments | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def is_right(source: str, session: Session, probes: Sequence[tuple[Network, Data]], reading: Reading) -> bool:
    """Whether all gradients are right at the probes with another text of the user's file."""
    from chalkgrad.derive import derive
    from chalkgrad.diagnose.probes.points import Point, columns
    from chalkgrad.usercode.answer.rounding import agree

    if not session.is_file:
        return False
    with tempfile.TemporaryDirectory(prefix="chalkgrad-") as folder:
        copy = Path(folder) / session.file.name
        copy.write_text(source, encoding="utf-8")
        try:
            again = Session(
                f"{copy}:{session.name}",
                session.network,
                time_limit=session.time_limit,
                memory_limit=session.memory_limit,
            )
            seen = again.observe(probes, reading, trace=False)
        except ChalkgradError:
            return False
    for each in seen.observations:
        point = Point(derive(each.network), each.data, columns(each.gradients), each.misshapen)
        for step in point.derivation.gradients:
            claimed = point.claimed.get(step.name)
            if claimed is None or not agree(claimed, point.right(step.symbol)):
                return False
    return bool(seen.observations)


def tried(
    session: Session,
    mistakes: tuple[Mistake, ...],
    probes: Sequence[tuple[Network, Data]],
    reading: Reading,
) -> tuple[Mistake, ...]:
    """The mistakes, marked as verified if their fixes together mend the code."""
    source = patched(session.source, mistakes) if mistakes else None
    if source is not None and not _names(source) <= _names(session.source):
        return mistakes  # a name that the code does not have: no line to be run
    if source is not None and is_right(source, session, probes, reading):
        return tuple(replace(mistake, verified=True) for mistake in mistakes)
    return mistakes
