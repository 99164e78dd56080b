"""Start-up: what ``import chalkgrad`` must not load.  (How long it takes is measured in benchmarks.)"""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("rich", "mpmath", "sympy", "torch", "jax", "sklearn", "typst", "scipy", "pandas")


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import chalkgrad", HEAVY),
        ("import chalkgrad.app.cli", tuple(name for name in HEAVY if name != "rich")),
    ],
)
def test_an_import_stays_light(statement: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys; {statement}; print(sorted(set({heavy!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
