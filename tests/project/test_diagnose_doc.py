"""docs/diagnose.md lists the mistakes as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

from chalkgrad.diagnose.mistakes.rules import KINDS, title

PAGE = (
    (Path(__file__).parents[2] / "docs" / "diagnose.md")
    .read_text(encoding="utf-8")
    .partition("## The mistakes")[2]
)


def test_the_table_is_that_of_the_code() -> None:
    shown = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert list(shown.items()) == [(rule, title(rule)) for rule in KINDS]
