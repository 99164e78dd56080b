"""Where the real data sets are, if they are: the folder that CHALKGRAD_DATA names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalkgrad._errors import InputError


def real_file(name: str) -> Path:
    """Return a data set's file; skip the test, saying so, where it is not there."""
    folder = os.environ.get("CHALKGRAD_DATA")
    if not folder:
        pytest.skip("CHALKGRAD_DATA does not name a folder of data sets")
    if not (Path(folder) / name).exists():
        pytest.skip(f"{name} is not in the folder that CHALKGRAD_DATA names")
    return Path(folder) / name


def messages(error: InputError) -> list[str]:
    """Return the faults of an error as they are printed."""
    return [str(fault) for fault in error.faults]
