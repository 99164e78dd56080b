"""README.md shows what really happens, and stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.refresh_readme import PAGES, refreshed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_shown_output_is_real(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert refreshed(text).splitlines() == text.splitlines(), (
        "run: python tools/refresh_readme.py, then read the change"
    )


def test_no_shown_command_crashes() -> None:
    assert "Traceback (most recent call last):\n  File" not in README
    assert ": not found" not in README


def test_short() -> None:
    assert len(README.splitlines()) <= 120


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+?)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_a_planted_difference_is_found() -> None:
    shown = (
        "```python\n>>> 2 + 2\n5\n>>> for n in (1, 2):\n...     n\n1\n>>> 1 / 0\n```\n\n"
        "```console\n$ echo a; echo b\na\n```\n"
    )
    real = (
        "```python\n>>> 2 + 2\n4\n>>> for n in (1, 2):\n...     n\n1\n2\n"
        ">>> 1 / 0\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n```\n\n"
        "```console\n$ echo a; echo b\na\nb\n```\n"
    )
    assert refreshed(shown) == real
    assert refreshed(real) == real
