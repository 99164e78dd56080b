"""A name has one meaning: no two classes of the package are called the same."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "chalkgrad"


def classes(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return where each public class is defined: name → modules."""
    found = defaultdict[str, list[str]](list)
    for module, source in sources:
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(module)
    return found


def shared(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that several classes have."""
    return {name: places for name, places in classes(sources).items() if len(places) > 1}


def test_no_two_classes_share_a_name() -> None:
    files = ((str(path.relative_to(PACKAGE)), path.read_text("utf-8")) for path in PACKAGE.rglob("*.py"))
    assert shared(files) == {}, "name the less known one by a noun of its own"


def test_a_planted_second_class_is_found() -> None:
    files = [("a.py", "class Fit:\n    pass\nclass _Page: ..."), ("b.py", "class Fit: ...\nclass _Page: ...")]
    assert shared(files) == {"Fit": ["a.py", "b.py"]}
