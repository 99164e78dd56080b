"""What is handed in as text: other encodings, and notebooks with all that is in them beside the function."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from chalkgrad.grade.source_text import notebook_text, script_text


@pytest.mark.parametrize(
    ("code", "words", "note"),
    [
        ("# Rückwärts\nx = 1\n".encode(), "Rückwärts", ""),
        ("\ufeff# Rückwärts\n".encode(), "Rückwärts", ""),
        ("# Rückwärts\n".encode("cp1252"), "Rückwärts", "Windows-1252"),
        ("# -*- coding: latin-1 -*-\n# Rückwärts\n".encode("latin-1"), "Rückwärts", ""),
        (b"# coding: nonsense\nx = 1\n", "x = 1", "Windows-1252"),
        ("# Rückwärts\n".encode("utf-16"), "Rückwärts", "UTF-16"),
        (bytes(range(256)), "x"[:0], "Windows-1252"),
    ],
)
def test_a_file_in_another_encoding_is_read(code: bytes, words: str, note: str) -> None:
    text, told = script_text(code)
    assert words in text
    assert note in told
    assert bool(note) == bool(told)
    assert "coding:" not in text
    text.encode()


def notebook(*cells: str | list[str]) -> bytes:
    listed: list[dict[str, Any]] = [{"cell_type": "markdown", "source": "# def backward(: no"}]
    listed += [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": listed, "nbformat": 4}).encode()


def run(text: str) -> dict[str, Any]:
    """Run a script that a notebook became."""
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - our own cells
    return names


def test_a_notebooks_functions_are_kept_and_the_rest_does_no_harm() -> None:
    text, notes = notebook_text(
        notebook(
            "%matplotlib inline\n!pip install nothing\nimport numpy as np\nimport no_such_library\n",
            ["X = np.ones((2, 3))\n", "data = load_dataset(\n    'absent',\n)\n"],
            "%%time\ndef backward(x):\n    '''Help %s\n%d'''\n    return (x\n        % 7)\n",
            "%%bash\nrm -rf everything\n",
            "backward?\nassert False\nplot(X)\nwhile True:\n    pass\n",
            "this is no python",
        )
    )
    names = run(text)
    assert names["backward"](9) == 2
    assert np.array_equal(names["X"], np.ones((2, 3)))
    assert "data" not in names
    assert notes == ["code cell 6 is no Python and is left out (SyntaxError, line 1)"]


def test_statements_that_share_a_line_are_told_apart() -> None:
    names = run(notebook_text(notebook("ä = 'ü'; b = 2; c = ä * b\n@staticmethod\ndef f(): return c\n"))[0])
    assert names["c"] == "üü"
    assert names["f"]() == "üü"


@pytest.mark.parametrize(
    "code", [b"", b"{}", b"[]", b'{"cells": [3]}', b"\xff\xfe", b'{"cells": ' + b"[" * 99999]
)
def test_what_is_no_notebook_is_told(code: bytes) -> None:
    with pytest.raises(ValueError, match="no notebook"):
        notebook_text(code)
