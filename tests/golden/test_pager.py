"""A page that is longer than the terminal: through a pager for who reads there, as it is for all others."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="this system has no terminals to test with")

LONG = ("trace", "examples/quiz.toml")
SHORT = ("derive", "1-1", "--loss", "squared_error")
LAST = "ReLU′(0) = 0 is used everywhere."
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "chalkgrad.app.cli")
SECONDS = 20


def settings(**environment: str) -> dict[str, str]:
    """The environment of a terminal of 24 lines and 100 columns."""
    unset = ("CHALKGRAD_PAGER", "PAGER", "LESS", "LESSCHARSET", "NO_COLOR")
    kept = {key: value for key, value in os.environ.items() if key not in unset}
    return kept | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "24", **environment}


def in_terminal(*arguments: str, keys: str = "", until: str = "", **environment: str) -> tuple[str, int]:
    """Run in a terminal, press keys once ``until`` is there; return what is shown, and the exit status."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=settings(**environment),
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(theirs), os.O_RDWR)),
    )
    os.close(theirs)
    try:
        shown = _read(ours, keys, until)
        return shown, process.wait(timeout=SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read(ours: int, keys: str, until: str) -> str:
    """What is shown until the end; where nothing more comes, the next key is pressed, the last one again."""
    shown, end = b"", time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.5)[0]:
            if keys and until in shown.decode("utf-8", "replace"):
                os.write(ours, keys[0].encode())
                keys = keys[1:] or keys
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # the end of a terminal
            part = b""
        if not part:
            return shown.decode("utf-8", "replace")
        shown += part
    raise AssertionError(f"it did not end: {shown[-500:]!r}")


@pytest.fixture
def pager(tmp_path: Path) -> str:
    """A pager that says what it was given and how it was told to behave."""
    file = tmp_path / "a pager.py"
    lines = (
        "import os, sys",
        "text = sys.stdin.buffer.read().decode()",
        "print('PAGED', text.count(chr(10)), os.environ['LESS'], text.rstrip().endswith(sys.argv[1]))",
    )
    file.write_text("\n".join(lines), "utf-8")
    return f"'{sys.executable}' '{file}' '{LAST}'"


def test_a_long_page_goes_whole_through_the_pager(pager: str) -> None:
    shown, status = in_terminal(*LONG, CHALKGRAD_PAGER=pager, PAGER="false")
    assert "PAGED" in shown
    assert "FRX True" in shown
    assert "Forward pass" not in shown
    assert status == 0


def test_pager_is_second_and_what_less_was_told_stays(pager: str) -> None:
    assert "-S True" in in_terminal(*LONG, PAGER=pager, LESS="-S")[0]


@pytest.mark.parametrize("nothing", ["", "cat", "no-such-pager -R", "'unended"])
def test_without_a_pager_it_is_printed(nothing: str) -> None:
    shown, status = in_terminal(*LONG, CHALKGRAD_PAGER=nothing)
    assert shown.rstrip().endswith(LAST)
    assert status == 0


def test_no_pager_a_short_page_a_dumb_terminal_and_a_missing_less(pager: str, tmp_path: Path) -> None:
    assert in_terminal(*LONG, "--no-pager", PAGER=pager)[0].rstrip().endswith(LAST)
    assert "PAGED" not in in_terminal(*SHORT, PAGER=pager, LINES="200")[0]
    assert in_terminal(*LONG, TERM="dumb")[0].rstrip().endswith(LAST)
    assert in_terminal(*LONG, PATH=str(tmp_path))[0].rstrip().endswith(LAST)


def test_a_page_that_just_fits_is_printed_and_one_line_more_is_paged(pager: str) -> None:
    lines = in_terminal(*SHORT, LINES="200")[0].count("\n")
    assert "PAGED" not in in_terminal(*SHORT, PAGER=pager, LINES=str(lines + 1))[0]
    assert f"PAGED {lines} " in in_terminal(*SHORT, PAGER=pager, LINES=str(lines))[0]


def test_nobody_is_kept_waiting_at_a_pipe_or_without_keys(pager: str) -> None:
    for stdin, terminal in ((None, False), (subprocess.DEVNULL, True)):
        ours, theirs = pty.openpty()
        out = theirs if terminal else subprocess.PIPE
        process = subprocess.Popen(
            [*COMMAND, *SHORT], cwd=ROOT, stdin=stdin or theirs, stdout=out, env=settings(PAGER=pager)
        )
        os.close(theirs)
        shown = _read(ours, "", "") if terminal else process.communicate(timeout=SECONDS)[0].decode()
        assert process.wait(timeout=SECONDS) == 0
        assert "PAGED" not in shown
        assert "Backward pass" in shown
        os.close(ours)


def test_who_leaves_early_has_read_enough() -> None:
    shown, status = in_terminal(*LONG, CHALKGRAD_PAGER=f"'{sys.executable}' -c 'print(\"LEFT\")'")
    assert shown.strip() == "LEFT"
    assert status == 0


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_less_is_usual_and_ctrl_c_in_it_does_not_end_the_command() -> None:
    shown, status = in_terminal(*LONG, keys="\x03q", until="Forward")
    assert "Forward pass" in shown
    assert LAST not in shown
    assert "interrupted" not in shown
    assert "Traceback" not in shown
    assert status == 0
