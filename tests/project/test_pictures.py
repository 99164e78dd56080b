"""The pictures of README and documentation are what the product draws, small, and shown."""

from __future__ import annotations

import pytest

from tools.pictures import PICTURES, ROOT


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_is_drawn_today(name: str) -> None:
    kept = (ROOT / name).read_text(encoding="utf-8")
    assert kept == PICTURES[name](), "python -m tools.pictures makes it anew"
    assert len(kept.encode()) <= 100_000
    assert "prefers-color-scheme:dark" in kept


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_first_pages_show_a_picture(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = [name for name in PICTURES if name.removeprefix("docs/") in text]
    assert shown
