"""The public names: they exist, each is explained, and the documentation lists them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import chalkgrad

ROOT = Path(__file__).parents[2]
PUBLIC = [name for name in chalkgrad.__all__ if not name.startswith("__")]
ROOMS = [
    f"chalkgrad.{room.name}"
    for room in pkgutil.iter_modules(chalkgrad.__path__)
    if not room.name.startswith("_")
]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(chalkgrad.__path__, "chalkgrad.")
    if not module.name.endswith("__main__")
]


def own_docstring(value: object) -> str:
    """Return the docstring that was written, not one that a dataclass or a base class brings."""
    text = value.__dict__.get("__doc__") if inspect.isclass(value) else inspect.getdoc(value)
    made_by_dataclass = inspect.isclass(value) and str(text).startswith(f"{value.__name__}(")
    return "" if made_by_dataclass else text or ""


def unexplained(value: object) -> list[str]:
    """List what a reader misses: a docstring, a full stop, a public method's docstring, a parameter."""
    missing = []
    text = own_docstring(value)
    if not text:
        missing.append("a docstring")
    elif not re.search(r"[.:?)]$", text.strip().split("\n\n")[0].strip()):
        missing.append("a full stop after the first sentence")
    if inspect.isclass(value):
        for name, method in vars(value).items():
            member = method.fget if isinstance(method, property) else getattr(method, "__func__", method)
            if not name.startswith("_") and inspect.isfunction(member) and not member.__doc__:
                missing.append(f"a docstring of {name}")
    elif inspect.isfunction(value):
        for name in inspect.signature(value).parameters:
            if not re.search(rf"\b{re.escape(name)}\b", text):
                missing.append(f"the parameter {name}")
    return missing


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_explained(name: str) -> None:
    value = getattr(chalkgrad, name)
    if inspect.isclass(value) or inspect.isroutine(value):
        assert unexplained(value) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_the_documentation_lists_it(name: str) -> None:
    assert re.search(rf"\b{name}\b", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("room", ["chalkgrad", *ROOMS])
def test_what_a_room_offers_exists(room: str) -> None:
    module = importlib.import_module(room)
    offered = getattr(module, "__all__", [])
    assert len(offered) == len(set(offered))
    assert [name for name in offered if not hasattr(module, name)] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    assert (importlib.import_module(name).__doc__ or "").strip()


def test_readers_of_types_find_each_public_name_where_it_is_loaded_from() -> None:
    tree = ast.parse(Path(chalkgrad.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    found = {
        alias.asname: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert found == {name: f"chalkgrad.{module}" for name, module in chalkgrad.NAMES.items()}


def test_a_function_called_as_its_room_stays_the_function() -> None:
    for name in ("check", "derive", "diagnose"):
        importlib.import_module(f"chalkgrad.{name}")
        assert inspect.isfunction(getattr(chalkgrad, name))


def test_a_planted_gap_is_found() -> None:
    def halve(x: float, by: float) -> float:
        """Halve x."""
        return x / by

    class Bare:
        def method(self) -> None:
            return None

    assert unexplained(halve) == ["the parameter by"]
    assert unexplained(Bare) == ["a docstring", "a docstring of method"]
