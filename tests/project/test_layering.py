"""The import rule of docs/architecture.md: arrows between rooms run downwards only."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "chalkgrad"

# room -> rooms it may import.  A room is a module or a folder directly under src/chalkgrad.
GROUND: dict[str, set[str]] = {
    "_arrays": set(),
    "_lazy": set(),
    "_loading": set(),
    "_errors": set(),
    "_numbers": {"_errors"},
    "_reading": {"_errors", "_numbers"},
    "_files": {"_errors", "_numbers"},
    "_pages": set(),
    "_roles": set(),
}
ABOVE_GROUND: dict[str, set[str]] = {
    "_native": set(),
    "data": {"_native"},
    "formula": set(),
    "network": {"formula"},
    "expr": {"formula"},
    "derive": {"network", "expr", "formula"},
    "evaluate": {"derive", "expr", "network", "formula"},
    "problem": {"network", "evaluate", "formula"},
    "notation": {"derive", "expr", "network", "formula", "evaluate"},
    "usercode": {"derive", "evaluate", "network", "formula"},
    "check": {"derive", "evaluate", "expr", "network", "formula", "problem", "notation", "usercode"},
    "diagnose": {"check", "derive", "evaluate", "expr", "network", "formula", "notation", "usercode"},
    "grade": {"diagnose", "usercode", "problem", "network", "notation"},
    "lower": {"derive", "expr", "network", "formula", "evaluate"},
    "train": {"_native", "lower", "derive", "evaluate", "expr", "network", "formula", "data", "notation"},
    "model": {"network", "data", "train", "evaluate", "notation"},
}
ALLOWED = GROUND | {room: below | set(GROUND) for room, below in ABOVE_GROUND.items()}
ROOMS = {*ALLOWED, "app", "__main__"}  # python -m chalkgrad is the command line
FRONT = "__init__"  # chalkgrad itself: gathers the public names of all rooms but app

# library -> rooms that may import it.  In module scope only where it does not cost start-up time.
EVERYWHERE = {"numpy"}
LIBRARIES: dict[str, set[str]] = {
    "rich": {"app", "notation", "train"},
    "mpmath": {"formula", "evaluate", "check"},
    "typst": {"app", "notation"},
    "safetensors": {"train", "model"},
    "pyarrow": {"data", "app"},
    "polars": {"data"},
    "pandas": {"train"},
    "matplotlib": {"notation"},
    "torch": {"usercode"},
    "sklearn": {"usercode"},
    "shtab": {"app"},
}
AT_START = {"numpy", "rich"}  # rich only in app and in the terminal writer, which is itself imported late
TERMINAL = "chalkgrad.notation.writers.text.terminal"

ONE_KIND = {"app/commands", "derive", "evaluate", "formula"}
"""Folders with more files than a dozen: a command each, or one question asked of one kind of thing."""

Import = tuple[str, bool]  # the dotted module, and whether it is imported in module scope


def imports(source: str, module: str, *, is_package: bool) -> Iterator[Import]:
    """Yield what a module imports, relative imports resolved; imports for type checkers count as late."""
    tree = ast.parse(source)
    lazy = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _for_types(outer)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in lazy
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".")[: -node.level + is_package or None]
                base = ".".join([*above, *filter(None, [base])])
            for alias in node.names:
                yield f"{base}.{alias.name}", id(node) not in lazy


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room_of(dotted: str) -> str:
    """Name the room of ``chalkgrad.derive.sweep`` (derive), of ``chalkgrad`` and its names (__init__)."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else FRONT


def wrong_edges(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """List the imports of a module that the tables do not allow."""
    here = room_of(module)
    wrong = []
    for target, at_start in imports(source, module, is_package=is_package):
        library = target.split(".")[0]
        if library == "chalkgrad":
            there = room_of(target)
            fine = here in ("app", "__main__", there) or there in ALLOWED.get(here, ROOMS - {"app"})
            if not fine or (there == FRONT and here not in ("app", FRONT)):
                wrong.append(f"{module}: {here} must not import {target}")
        elif library not in sys.stdlib_module_names | EVERYWHERE:
            if here not in LIBRARIES.get(library, set()):
                wrong.append(f"{module}: {here} must not import {library}")
            elif at_start and (library not in AT_START or (here != "app" and module != TERMINAL)):
                wrong.append(f"{module}: {library} must be imported inside the function that needs it")
    return wrong


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def test_every_module_is_in_a_known_room() -> None:
    rooms = {module.split(".")[1] for module, _ in modules() if "." in module}
    assert rooms <= ROOMS, "name the new room in ALLOWED here and in docs/architecture.md"


def test_the_documentation_has_the_same_table() -> None:
    page = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", page, re.MULTILINE)
    shown = {room: set(re.findall(r"`(\w+)`", below)) for room, below in rows if room in ABOVE_GROUND}
    assert shown == ABOVE_GROUND


def test_the_documentation_says_what_each_sub_room_answers() -> None:
    page = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("<!-- sub-rooms -->")[1].split("<!-- end: sub-rooms -->")[0]
    shown = dict(re.findall(r"^\| `([\w/]+)` \| (.*) \|$", table, re.MULTILINE))
    said = dict[str, str]()
    for module, path in modules():
        if path.name == "__init__.py" and module.count(".") > 1:
            words = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
            room = module.removeprefix("chalkgrad.").replace(".", "/")
            said[room] = " ".join(words.replace("``", "`").split())
    assert shown == said


def test_the_table_has_no_cycle() -> None:
    """The rooms can be put in one order in which every arrow runs down."""
    left, order = dict(ALLOWED), list[str]()
    while left:
        ground = [room for room, below in left.items() if below <= set(order)]
        assert ground, f"a cycle among {sorted(left)}"
        order += ground
        left = {room: below for room, below in left.items() if room not in ground}


def imported(names: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return the modules that each module imports, at its start or later."""
    found = dict[str, set[str]]()
    for module, path in names.items():
        source = path.read_text(encoding="utf-8")
        every = imports(source, module, is_package=path.name == "__init__.py")
        targets = {target for target, _ in every if room_of(target) != "_native"}  # compiled, imports none
        whole = {target if target in names else target.rpartition(".")[0] for target in targets}
        found[module] = (whole & names.keys()) - {module}
    return found


def circle(arrows: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names of one circle, or none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def sub_room_of(module: str, path: Path) -> str:
    """Name the folder of ``chalkgrad.train.run.loop`` (chalkgrad.train.run); others stand alone."""
    parts = module.split(".")
    return ".".join(parts[:3]) if len(parts) > 3 and path.name != "__init__.py" else module


def test_no_circle_among_files() -> None:
    assert circle(imported(dict(modules()))) == []


def test_no_circle_among_sub_rooms() -> None:
    files = dict(modules())
    arrows: dict[str, set[str]] = {}
    for module, targets in imported(files).items():
        here = sub_room_of(module, files[module])
        arrows.setdefault(here, set()).update({sub_room_of(t, files[t]) for t in targets} - {here})
    assert circle(arrows) == []


def test_a_planted_circle_is_found() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


def test_no_floor_is_crowded() -> None:
    """A folder has at most about a dozen files, but where all are of one kind."""
    counts = Counter(path.parent for _, path in modules() if path.name != "__init__.py")
    crowded = {str(folder.relative_to(PACKAGE)): count for folder, count in counts.items() if count > 14}
    assert crowded.keys() <= ONE_KIND, crowded


@pytest.mark.parametrize(
    ("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_run_downwards(module: str, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert wrong_edges(module, source, is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("chalkgrad.derive.sweep", "from chalkgrad.evaluate import gradients"),
        ("chalkgrad.derive.sweep", "from ..evaluate.interpret import run"),
        ("chalkgrad.derive.sweep", "def f():\n    import chalkgrad.notation"),
        (
            "chalkgrad.formula.nodes",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import chalkgrad.network",
        ),
        ("chalkgrad.evaluate.interpret", "import chalkgrad"),
        ("chalkgrad.evaluate.interpret", "from chalkgrad import Network"),
        ("chalkgrad.check.slope", "from chalkgrad.app import cli"),
        ("chalkgrad.derive.sweep", "from .. import notation"),
        ("chalkgrad", "from chalkgrad.app.cli import main"),
        ("chalkgrad.check.slope", "import sympy"),
        ("chalkgrad.check.slope", "import mpmath"),
        ("chalkgrad.evaluate.trace", "def f():\n    import rich"),
        ("chalkgrad.train.run.progress", "import rich"),
        ("chalkgrad.notation.writers.text.boxes", "import rich"),
        ("chalkgrad._errors", "from chalkgrad._numbers import shown"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str) -> None:
    assert wrong_edges(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "chalkgrad.derive.sweep",
            "from .rules import RULES\nfrom chalkgrad.expr import Expr\nimport numpy as np",
        ),
        ("chalkgrad.check.slope", "def f():\n    import mpmath"),
        (
            "chalkgrad.app.cli",
            "import rich\nfrom chalkgrad import Network\nfrom chalkgrad.train import fit",
        ),
        ("chalkgrad", "from chalkgrad.derive import derive"),
    ],
)
def test_an_allowed_import_is_not_accused(module: str, source: str) -> None:
    assert wrong_edges(module, source) == []
