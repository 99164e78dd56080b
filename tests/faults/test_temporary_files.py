"""What a process that was killed while it wrote has left goes with the next write; a live one's never."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chalkgrad import _files
from chalkgrad._files import write_text

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks the system which processes live")


def dead() -> int:
    """The number of a process that has ended."""
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def left(folder: Path, name: str, *, idle: float) -> Path:
    file = folder / name
    file.write_text("half", encoding="utf-8")
    then = file.stat().st_mtime - idle
    os.utime(file, (then, then))
    return file


def test_what_dead_processes_left_goes_and_nothing_else(tmp_path: Path) -> None:
    _files._clear.cache_clear()
    process = dead()
    gone = left(tmp_path, f".a.cg.{process}.tmp", idle=3600)
    kept = [
        left(tmp_path, f".a.cg.{os.getppid()}.tmp", idle=3600),  # its process lives
        left(tmp_path, f".b.cg.{process}.tmp", idle=5),  # a process elsewhere may write to it
        left(tmp_path, f"a.cg.{process}.tmp", idle=3600),  # not of our form
        left(tmp_path, f".{process}.tmp", idle=3600),
        left(tmp_path, ".a.cg.0.tmp", idle=3600),
        left(tmp_path, f".a.cg.{process}.tmp.old", idle=3600),
    ]
    folder = tmp_path / f".c.{process}.tmp"
    folder.mkdir()
    link = tmp_path / f".d.{process}.tmp"
    link.symlink_to(kept[0])
    write_text(tmp_path / "a.cg", "whole")
    assert not gone.exists()
    assert all(file.exists() for file in [*kept, folder, link])
    assert (tmp_path / "a.cg").read_text(encoding="utf-8") == "whole"
    assert not list(tmp_path.glob(f".*{os.getpid()}.tmp"))
