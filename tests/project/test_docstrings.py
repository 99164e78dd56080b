"""Examples in docstrings are run."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import chalkgrad

MODULES = [
    "chalkgrad",
    *(
        module.name
        for module in pkgutil.walk_packages(chalkgrad.__path__, "chalkgrad.")
        if not module.name.endswith("__main__")
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_show(name: str) -> None:
    module = importlib.import_module(name)
    failures = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).failed
    assert failures == 0


def docstrings() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(chalkgrad.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield f"{path.name}: {node.name}", ast.get_docstring(node) or ""


def test_examples_after_a_section_have_a_section_of_their_own() -> None:
    """Else they are read as belonging to it: exceptions named ``>>> Layer(3)``."""
    heading = re.compile(r"^(\w+)\n-{3,}$", re.MULTILINE)
    before = {where: text.partition(">>>")[0] for where, text in docstrings() if ">>>" in text}
    sections = {where: heading.findall(text) for where, text in before.items()}
    assert [where for where, found in sections.items() if found and found[-1] != "Examples"] == []
    assert len(before) > 100
