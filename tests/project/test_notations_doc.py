"""The notation that docs/notations.md describes is one, says what the text says, and its pages are true."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from chalkgrad import Network
from chalkgrad.notation.profiles.find import Letters, Notation, find_notation
from chalkgrad.notation.profiles.notation import CHOICES
from tests.laws.test_display_reads_back import check_page

TEXT = (Path(__file__).parents[2] / "docs" / "notations.md").read_text("utf-8")
UNTOLD = {"name", "title", "source", "notes", "letters", "batch_letters", "index_letters"}


@pytest.fixture
def own(tmp_path: Path) -> Notation:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    path = tmp_path / "mine.toml"
    path.write_text(example[1], "utf-8")
    assert tomllib.loads(example[1])["based_on"] == "nielsen"
    return find_notation(path)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("zoom", ["matrix", "index"])
def test_the_example_is_a_notation_whose_equations_are_true(own: Notation, zoom: str, batch: bool) -> None:
    assert (own.name, own.letters.loss, own.batch_letters.error) == ("mine", "J", "E")
    assert (own.index_letters.error, own.index_letters.weight) == ("ε", "v")
    assert check_page(own, Network("3-4:tanh-2", loss="half_squared_error"), zoom, batch)


def test_every_entry_and_every_choice_is_described() -> None:
    for field in fields(Notation):
        assert field.name in UNTOLD or f"`{field.name}`" in TEXT, field.name
    for name, choices in CHOICES.items():
        for choice in () if name == "squared" else choices:
            assert f"`{choice}`" in TEXT or f'"{choice}"' in TEXT, (name, choice)
    for field in fields(Letters):
        assert f"`{field.name}`" in TEXT, field.name
