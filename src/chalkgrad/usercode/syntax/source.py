"""What the text of the user's code tells: names unpacked from a cache, targets of lines, constant rates."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from chalkgrad.usercode.vocabulary.names import plain, role

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BATCH_WORDS = ("m", "n", "N", "batch_size", "num_examples", "n_samples", "num_samples", "num_train")


def line_of(source: str, number: int | None) -> str:
    """A line of a text by its number, without the blanks around it; empty where there is none.

    >>> line_of("  a = 1", 1), line_of("  a = 1", 2)
    ('a = 1', '')
    """
    lines = source.splitlines()
    return lines[number - 1].strip() if number is not None and 0 < number <= len(lines) else ""


@lru_cache(maxsize=64)
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def tree_of(file: str) -> ast.Module | None:
    """The tree of a file, None where there is no text or it cannot be read."""
    text = "".join(linecache.getlines(file))
    return _parsed(text) if text else None


def node_of(function: Any) -> Function | None:
    """The tree of one function, found by its first line."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    tree = None if code is None else tree_of(code.co_filename)
    if code is None or tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name == code.co_name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    return None


def unpacked(tree: ast.AST | None, name: str = "") -> Iterator[list[str]]:
    """The names of ``a, b, c = cache``, for one name or for every name that is called a cache."""
    for node in ast.walk(tree) if tree is not None else ():
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
            continue
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Tuple | ast.List):
            continue
        held = value.value if isinstance(value, ast.Subscript) else value
        called = (
            held.id if isinstance(held, ast.Name) else held.attr if isinstance(held, ast.Attribute) else ""
        )
        if called == name if name else "cache" in called.lower():
            yield list(_names(target))


def _names(target: ast.Tuple | ast.List) -> Iterator[str]:
    for item in target.elts:
        if isinstance(item, ast.Tuple | ast.List):
            yield from _names(item)
        else:
            yield ast.unparse(item)


def nested_unpack(tree: ast.AST | None, name: str) -> ast.Tuple | ast.List | None:
    """The target of ``(Z1, A1, W1, b1), … = name``, as it is nested."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == name:
            target = node.targets[0]
            if isinstance(target, ast.Tuple | ast.List):
                return target
    return None


def values_unpack(tree: ast.AST | None, name: str) -> list[str]:
    """The names of ``Z1, A1, Z2, A2 = name.values()``, in their order."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.value) in (
            f"{name}.values()",
            f"list({name}.values())",
        ):
            target = node.targets[0]
            if isinstance(target, ast.Tuple | ast.List):
                return list(_names(target))
    return []


def constant_keys(tree: ast.AST | None) -> list[str]:
    """The texts that stand in brackets: ``params["W1"]``."""
    return [
        node.slice.value
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]


def constant_places(tree: ast.AST | None, name: str) -> set[int]:
    """The whole numbers with which a name is indexed: ``W[1]``."""
    return {
        node.slice.value
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
    }


def rates(tree: ast.AST | None) -> Iterator[float | str]:
    """The c of ``W -= c * dW`` or ``W = W - c * dW``: a number, or the text of what holds it."""
    for node in ast.walk(tree) if tree is not None else ():
        value: ast.expr | None = None
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
            value = node.value if _is_parameter(node.target) else None
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            step = node.value
            if isinstance(step.op, ast.Sub | ast.Add) and _is_parameter(node.targets[0]):
                value = step.right
        factors = list(_factors(value)) if value is not None else []
        for factor in factors:
            if isinstance(factor, ast.Constant) and isinstance(factor.value, int | float):
                yield abs(float(factor.value))
            elif isinstance(factor, ast.Name | ast.Attribute) and role(_last(factor)) == "learning_rate":
                yield ast.unparse(factor)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name | ast.Attribute) and role(_last(node)) == "learning_rate":
            yield ast.unparse(node)


def takes_a_step(tree: ast.AST | None) -> bool:
    """Whether the text has ``W - lr * dW``, or ``W = W - dW``, anywhere."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.AugAssign | ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add):
            right = node.value if isinstance(node, ast.AugAssign) else node.right
            names = (each for each in ast.walk(right) if isinstance(each, ast.Name | ast.Attribute))
            if any(role(_last(each)) == "learning_rate" for each in names):
                return True
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub) and _is_parameter(node.target):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            target, step = node.targets[0], node.value
            is_itself = ast.unparse(step.left) == ast.unparse(target)
            if isinstance(step.op, ast.Sub) and is_itself and _is_parameter(target):
                return True
    return False


def _is_parameter(target: ast.expr) -> bool:
    """Whether a target is called as a weight or a bias is."""
    while isinstance(target, ast.Subscript):
        target = target.value
    word = plain(_last(target)) if isinstance(target, ast.Name | ast.Attribute) else ""
    return word.startswith(("w", "b", "theta", "syn", "param", "model", "layer"))


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    """The factors of a product, signs left out; the numerator of a quotient."""
    if isinstance(node, ast.UnaryOp):
        yield from _factors(node.operand)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield from _factors(node.left)
    else:
        yield node


def is_for_batches(tree: ast.AST | None) -> bool:
    """Whether the text divides by a number of samples, takes a mean, or asks for an X."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.arg) and node.arg in ("X", "X_train", "X_batch", "batch_size", "m"):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_count(node.right):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mean":
            return True
    return False


def is_of_framework(tree: ast.AST | None) -> bool:
    """Whether it is a class made from one of PyTorch's or scikit-learn's, which take batches."""
    bases = tree.bases if isinstance(tree, ast.ClassDef) else []
    names = {ast.unparse(base).rpartition(".")[2] for base in bases}
    return bool(names & {"Function", "Module", "MLPClassifier", "MLPRegressor"})


def is_for_samples(tree: ast.AST | None) -> bool:
    """Whether the text makes a column of its input, or calls it a list: it takes one sample."""
    text = "" if tree is None else ast.unparse(tree)
    return any(word in text for word in ("ndmin", "reshape(-1, 1)", "inputs_list", "input_list", "np.outer("))


def _is_count(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _BATCH_WORDS
    text = ast.unparse(node)
    return "shape" in text or text.startswith("len(") or text.endswith(".size")


def returned_names(function: Callable[..., Any]) -> list[str]:
    """The names in the last ``return a, b, c`` of a function's source; empty if there is none."""
    node = node_of(function)
    returns = [
        each
        for each in (ast.walk(node) if node is not None else ())
        if isinstance(each, ast.Return) and each.value is not None
    ]
    if not returns:
        return []
    last = max(returns, key=lambda each: each.lineno)
    if not isinstance(last.value, ast.Tuple):
        return []
    names = [
        ast.unparse(item) if isinstance(item, ast.Name | ast.Attribute) else "" for item in last.value.elts
    ]
    return [name.removeprefix("self.") for name in names]
