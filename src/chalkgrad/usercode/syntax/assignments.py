"""Which lines of a file assign, and to what: the targets that the trace looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalkgrad.usercode.syntax.source import tree_of


@dataclass(frozen=True)
class AssignedTarget:
    """One assigned target of a statement."""

    node: ast.expr
    text: str
    base: str = ""
    """Of a subscript: what stands before the brackets."""


@dataclass
class AssigningStatement:
    """A statement that assigns, and the lines on which it stands."""

    first: int
    last: int
    targets: list[AssignedTarget] = field(default_factory=list)


_KNOWN: dict[str, dict[int, AssigningStatement]] = {}


def statements(file: str) -> dict[int, AssigningStatement]:
    """The assigning statements of a file, by each of their lines."""
    if file not in _KNOWN:
        found: dict[int, AssigningStatement] = {}
        tree = tree_of(file)
        for node in ast.walk(tree) if tree is not None else ():
            statement = _statement(node)
            if statement is not None:
                for line in range(statement.first, statement.last + 1):
                    if line in found:  # two statements on one line: a; b
                        found[line].targets += statement.targets
                    else:
                        found[line] = statement
        _KNOWN[file] = found
    return _KNOWN[file]


def _statement(node: ast.AST) -> AssigningStatement | None:
    targets: list[ast.expr] = []
    match node:
        case ast.Assign():
            targets = node.targets
        case ast.AugAssign() | ast.AnnAssign():
            targets = [node.target]
        case ast.For():
            return AssigningStatement(
                node.lineno, node.iter.end_lineno or node.lineno, _assigned([node.target])
            )
        case ast.Expr(value=ast.Call() as call):
            targets = list(_changed_by(call))
        case ast.Return() | ast.Raise() | ast.Assert():
            pass
        case _:
            return None
    assert isinstance(node, ast.stmt)
    return AssigningStatement(node.lineno, node.end_lineno or node.lineno, _assigned(targets))


def _changed_by(call: ast.Call) -> Iterator[ast.expr]:
    """``grads.append(dW)``, ``grads.insert(0, dW)``, ``np.add(a, b, out=c)``, ``dW.fill(0)``."""
    match call.func:
        case ast.Attribute(value=value, attr="append" | "insert" as how):
            place = ast.Constant(-1 if how == "append" else 0)
            yield ast.Subscript(value, place, ast.Load())
        case ast.Attribute(value=value, attr="fill" | "sort"):
            yield value
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "out")


def _assigned(targets: list[ast.expr]) -> list[AssignedTarget]:
    return [
        AssignedTarget(
            node, ast.unparse(node), ast.unparse(node.value) if isinstance(node, ast.Subscript) else ""
        )
        for node in _flat(targets)
    ]


def _flat(targets: list[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _flat(target.elts)
        else:
            yield target
