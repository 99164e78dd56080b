"""What ``make test-quick`` leaves out exists."""

from __future__ import annotations

from tests.conftest import slow_files


def test_every_slow_file_is_there() -> None:
    assert [file for file in sorted(slow_files()) if not file.is_file()] == []
