"""Arrays changed in place and used again: found by trying the code with copies.

``dZ = A2`` gives the array a second name, and ``dZ -= Y`` then changes both.  Where an input was changed, the
file is tried with ``dZ = dZ - Y`` and with ``dZ = A2.copy()``, one line at a time; the line that makes every
gradient right is the mistake.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.statement import named
from chalkgrad.usercode.syntax.source import line_of

MOST = 6


@dataclass(frozen=True)
class Copied:
    """The file with one line that no longer changes anything else."""

    source: str
    line: int
    code: str


def changed_in_place(
    source: str, changed: Sequence[str], wrong: Sequence[str], is_right: Callable[[str], bool]
) -> Mistake | None:
    """The line that changes an input in place, if the code is right without it.

    Parameters
    ----------
    source
        The user's file.
    changed
        The inputs that were found changed after a call.
    wrong
        The gradients that are not right.
    is_right
        Whether a text of the file gives right gradients.
    """
    if not changed or not source:
        return None
    for number, each in enumerate(copies(source)):
        if number >= MOST:
            return None
        if is_right(each.source):
            said = (
                "an array that is used again is changed in place (",
                *named(changed),
                " after the call is not what it was).",
            )
            return Mistake(
                "inputs-changed", (), tuple(wrong), said, remedy=Fix(each.code), line=each.line,
                source=line_of(source, each.line), verified=True,
            )  # fmt: skip
    return None


def copies(source: str) -> Iterator[Copied]:
    """The file with one augmented assignment written out, or one second name made a copy, each in turn."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    places = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Assign) and _is_alias(node))
    ]
    for place in sorted(places, key=lambda node: (isinstance(node, ast.Assign), node.lineno)):
        new = copy.deepcopy(tree)
        for node in ast.walk(new):
            for name, body in ast.iter_fields(node):
                if isinstance(body, list):
                    setattr(node, name, [_written_out(each, place) for each in body])
        statement = _written_out(copy.deepcopy(place), place)
        yield Copied(ast.unparse(ast.fix_missing_locations(new)) + "\n", place.lineno, ast.unparse(statement))


def _is_alias(node: ast.Assign) -> bool:
    return isinstance(node.value, ast.Name | ast.Subscript | ast.Attribute) and len(node.targets) == 1


def _written_out(node: ast.AST, place: ast.AST) -> ast.AST:
    here = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    if here != (getattr(place, "lineno", 0), getattr(place, "col_offset", 0)):
        return node
    if isinstance(node, ast.AugAssign) and isinstance(place, ast.AugAssign):
        left = copy.deepcopy(node.target)
        for inner in ast.walk(left):
            if hasattr(inner, "ctx"):
                inner.ctx = ast.Load()
        if isinstance(node.target, ast.Subscript):
            return node
        return ast.Assign([node.target], ast.BinOp(left, node.op, node.value), lineno=node.lineno)
    if isinstance(node, ast.Assign) and isinstance(place, ast.Assign):
        call = ast.Call(ast.Attribute(node.value, "copy", ast.Load()), [], [])
        return ast.Assign(node.targets, call, lineno=node.lineno)
    return node
