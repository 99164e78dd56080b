"""An activation and a loss are records: nothing outside of them asks what one is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import chalkgrad
from chalkgrad.formula import ACTIVATIONS, LOSSES, SOFTMAX

HOME = Path(chalkgrad.__file__).parent
NAMES = {*ACTIVATIONS, *LOSSES, SOFTMAX}
ALLOWED = {
    "derive/rules.py": {SOFTMAX},  # the operation on matrices
    "expr/nodes.py": {SOFTMAX},
    "derive/forms.py": {"identity"},  # the rule of a step
    "derive/derivation.py": {"identity"},
    "train/record/checkpoint.py": {"identity"},  # of the data
    "usercode/frameworks/sklearn_mlp.py": {"identity", "relu", "sigmoid", "squared_error", "tanh", SOFTMAX},
    "train/executors/instructions.py": set(LOSSES),  # twins of the core's losses
    "usercode/frameworks/torch_network.py": set(LOSSES),  # stable forms of them
    "notation/equations/code_formula.py": {"relu", "sigmoid", "softplus"},  # functions in code
    "notation/writers/latex/boxes.py": {"tanh"},  # LaTeX's own words
}
"""What has the same name, and twins: each is held against the records by tests of its own."""


def compared(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts that something is compared with or looked up by, with their lines; not ``RowApply``'s."""
    operations = [part for part in ast.walk(tree) if isinstance(part, ast.MatchClass)]
    kinds = {id(p) for c in operations if ast.unparse(c.cls).endswith("RowApply") for p in ast.walk(c)}
    for part in ast.walk(tree):
        asked: list[ast.expr | None] = []
        match part:
            case ast.Compare():
                asked = [part.left, *part.comparators]
            case ast.MatchValue() if id(part) not in kinds:
                asked = [part.value]
            case ast.Dict():
                asked = list(part.keys)
            case ast.Tuple() | ast.Set() | ast.List():
                asked = [element for element in part.elts if isinstance(element, ast.Constant)]
        for each in asked:
            for text in ast.walk(each) if each is not None else ():
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.lineno, text.value


def known_by_name() -> list[str]:
    found = []
    for path in sorted(HOME.rglob("*.py")):
        place = path.relative_to(HOME).as_posix()
        if place.startswith("formula/"):  # the registry, and the algebra of the scalar functions
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strange = {name for name in compared(tree) if name[1] in NAMES - ALLOWED.get(place, set())}
        found += [f"{place}:{line} {name}" for line, name in sorted(strange)]
    return found


def test_nothing_asks_for_a_name() -> None:
    assert known_by_name() == []


def test_the_search_finds_what_it_is_for() -> None:
    text = """
def f(loss, name, part):
    if loss.name == "cross_entropy" or name in ("relu", "tanh") or {"sigmoid": 1}.get(name):
        match part:
            case Apply("softmax"): pass
            case RowApply("softmax", z): pass
"""
    found = {name for _, name in compared(ast.parse(text)) if name in NAMES}
    assert found == {"cross_entropy", "relu", "tanh", "sigmoid", "softmax"}
    lines = [line for line, name in compared(ast.parse(text)) if name == "softmax"]
    assert lines == [5]
