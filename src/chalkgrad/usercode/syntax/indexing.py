"""How a text takes a container apart: by numbers, by keys, in pairs, layer by layer."""

from __future__ import annotations

import ast


def is_list(tree: ast.AST | None, name: str) -> bool:
    """Whether a name is measured, walked through or indexed by numbers: a list of layers."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            walked = function in ("len", "reversed", "enumerate", "zip")
            if function == f"{name}.pop" or (walked and name in map(ast.unparse, node.args)):
                return True
        elif isinstance(node, ast.For):
            if ast.unparse(node.iter) == name:
                return True
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == name and _is_number(node.slice):
            return True
    return False


def keyed_layers(tree: ast.AST | None, name: str) -> bool:
    """Whether a layer's own is a dictionary: ``cache[1]["A"]``."""
    for node in ast.walk(tree) if tree is not None else ():
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
            and (not name or ast.unparse(node.value.value) == name)
        ):
            return True
    return False


def paired(tree: ast.AST | None, name: str) -> bool:
    """Whether a layer's own is a pair: ``layers[i][0]``, ``for W, b in layers``."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            inner = ast.unparse(node.value.value) == name and isinstance(node.slice, ast.Constant)
            if inner and isinstance(getattr(node.slice, "value", None), int):
                return True
        elif isinstance(node, ast.For | ast.comprehension) and ast.unparse(node.iter) == name:
            if isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2:
                return True
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            target = node.targets[0]
            two = isinstance(target, ast.Tuple) and len(target.elts) == 2
            if two and ast.unparse(node.value.value) == name:
                return True
    return False


def is_keyed(tree: ast.AST | None, name: str) -> bool:
    """Whether a name is indexed with a text: ``weights["W1"]``."""
    return any(
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == name
        and (isinstance(node.slice, ast.JoinedStr) or "'" in ast.unparse(node.slice))
        for node in (ast.walk(tree) if tree is not None else ())
    )


def _is_number(index: ast.expr) -> bool:
    """Whether an index is no text, as far as can be seen."""
    if isinstance(index, ast.Constant):
        return isinstance(index.value, int)
    return not isinstance(index, ast.JoinedStr) and "'" not in ast.unparse(index)
