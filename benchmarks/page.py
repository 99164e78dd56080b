"""The measured parts of docs/performance.md stand between markers; the text around them is by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "_static"
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"


def replaced(page: str, name: str, content: str) -> str:
    r"""Return the page with new content between ``<!-- measured: name -->`` and ``<!-- end: name -->``.

    Examples
    --------
    >>> print(replaced("a\n<!-- measured: n -->\nold\n<!-- end: n -->\nz", "n", "new"))
    a
    <!-- measured: n -->
    <BLANKLINE>
    new
    <BLANKLINE>
    <!-- end: n -->
    z
    """
    begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    changed, count = pattern.subn(lambda _: f"{begin}\n\n{content}\n\n{end}", page)
    if count != 1:
        raise ValueError(f"the page has {count} places for {name!r}, not one")
    return changed


def write(name: str, content: str, records: Any) -> None:
    """Put one part into the page and its figures into the results file."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(page, name, content), encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    text = json.dumps({**results, name: records}, indent=1, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def write_picture(name: str, svg: str) -> None:
    """Put a picture beside the documentation's other static files."""
    (PICTURES / name).write_text(svg, encoding="utf-8")
