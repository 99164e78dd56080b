"""What ends a program from outside: a command keeps what it has, says so, and has the signal's status."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalkgrad.app.shell.signals import Stop, held_back
from chalkgrad.model import load_model

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no such signals")
PLANTS = Path(__file__).parent / "plants.csv"
KIND = ("--target", "kind", "--ignore", "id", "--missing", "mean")
STATUS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
BY = {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM", "SIGHUP": "SIGHUP"}


SOON = (
    "import runpy; from chalkgrad.train.record import checkpoint\n"
    "class Soon(checkpoint.Checkpoint):\n"
    "    def __init__(self, path, every_seconds): super().__init__(path, every_seconds=0.2)\n"
    "checkpoint.Checkpoint = Soon; runpy.run_module('chalkgrad.app.cli', run_name='__main__', alter_sys=True)"
)
"""The command line with its first checkpoint soon, so that nobody waits for it."""


@contextlib.contextmanager
def command(*arguments: str, code: str = "", **more: object) -> Iterator[subprocess.Popen[str]]:
    """Start the command line, and leave nothing of it behind."""
    streams: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | more
    program = ["-c", code] if code else ["-m", "chalkgrad.app.cli"]
    process = subprocess.Popen([sys.executable, *program, *arguments], **streams)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


def wait_for(process: subprocess.Popen[str], there: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is there, and the process still is."""
    until = time.monotonic() + seconds
    while not there():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)


def endless(tmp_path: Path) -> list[str]:
    """Arguments of a training that does not end by itself."""
    where = ["-o", str(tmp_path / "a.cg"), "--checkpoint", str(tmp_path / "run.checkpoint")]
    return ["train", str(PLANTS), *KIND, "--epochs", "1000000", *where]


@pytest.mark.parametrize("name", STATUS)
def test_a_training_that_is_stopped_keeps_its_model(name: str, tmp_path: Path) -> None:
    with command(*endless(tmp_path), code=SOON) as process:
        wait_for(process, (tmp_path / "run.checkpoint").exists)
        process.send_signal(signal.Signals[name])
        output, errors = process.communicate(timeout=60)
    assert process.returncode == STATUS[name], errors
    assert "The model is in " in output
    assert f"stopped by {BY[name]} in epoch" in errors
    assert load_model(tmp_path / "a.cg").history.steps > 0


def test_who_is_impatient_loses_nothing_either(tmp_path: Path) -> None:
    """Ctrl-C again and again, also while the model is written."""
    with command(*endless(tmp_path), code=SOON) as process:
        wait_for(process, (tmp_path / "run.checkpoint").exists)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.003)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert load_model(tmp_path / "a.cg").history.steps > 0


def test_a_terminal_that_goes_keeps_the_model(tmp_path: Path) -> None:
    """The window is closed: SIGHUP comes, and nothing can be shown any more."""
    pty = pytest.importorskip("pty", reason="this system has no terminals to test with")
    ours, theirs = pty.openpty()
    where = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "text": False}
    with command(*endless(tmp_path), code=SOON, **where, start_new_session=True) as process:
        os.close(theirs)
        wait_for(process, lambda: os.read(ours, 65536) and (tmp_path / "run.checkpoint").exists())
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 129
    assert load_model(tmp_path / "a.cg").history.steps > 0


@pytest.mark.parametrize("name", STATUS)
def test_a_command_that_is_stopped_says_so_in_one_line(name: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)\n", "utf-8")
    options = ("--network", "2-1", "--loss", "squared_error", "--time-limit", "600")
    own_folder = os.environ | {"TMPDIR": str(tmp_path)}
    with command("diagnose", f"{mine}:backward", *options, env=own_folder) as process:
        wait_for(process, lambda: [f for f in tmp_path.glob("chalkgrad-*/output") if f.stat().st_size])
        process.send_signal(signal.Signals[name])
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (STATUS[name], "", "interrupted\n")
    assert list(tmp_path.glob("chalkgrad-*")) == [], "its folder is gone"


def test_ctrl_c_while_the_package_loads_is_one_line(tmp_path: Path) -> None:
    """A library that takes long to load stands for a slow disk."""
    (tmp_path / "numpy.py").write_text("import time; print('up', flush=True); time.sleep(60)", "utf-8")
    with command("derive", "2-1", env=os.environ | {"PYTHONPATH": str(tmp_path)}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "interrupted\n")


def test_what_is_ignored_stays_ignored() -> None:
    """Under ``nohup`` a lost terminal stops nothing."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stop():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert callable(signal.getsignal(signal.SIGTERM))
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_stop_that_is_held_back_comes_at_the_end() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]
