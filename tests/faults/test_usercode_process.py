"""The process that is kept ready: every run finds a new process, and its end is nobody's fault."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chalkgrad.evaluate.data import validate_data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.process import starting
from chalkgrad.usercode.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no process is kept here")
NETWORK = Network("1-1", loss="squared_error")
AT = validate_data(NETWORK, [[1.0]], [[1.0]], {"W1": [[1.0]], "b1": [1.0]})


def ran(folder: Path, body: str, time_limit: float = 10.0) -> Observed:
    """What a function of one argument answers in a run of its own."""
    file = folder / "code.py"
    file.write_text(f"import os, sys\nimport numpy as np\ncount = 0\n\ndef f(X):\n    {body}\n")
    session = Session(f"{file}:f", NETWORK, time_limit=time_limit)
    return session.observe([(NETWORK, AT)], Reading(), trace=False)


def answer(folder: Path, body: str) -> float:
    seen = ran(folder, body)
    assert not seen.stopped, seen
    return float(seen.observations[0].gradients["dW1"][0, 0])


def test_nothing_of_one_run_is_there_in_the_next(tmp_path: Path) -> None:
    counts = "np.kept = getattr(np, 'kept', 0) + 1; return {'dW1': np.kept * X[0, 0]}"
    assert [answer(tmp_path, counts) for _ in range(3)] == [1.0, 1.0, 1.0]
    assert len({answer(tmp_path, "return {'dW1': os.getpid() * X[0, 0]}") for _ in range(3)}) == 3


def test_random_numbers_are_drawn_anew(tmp_path: Path) -> None:
    assert len({answer(tmp_path, "return {'dW1': np.random.rand() * X[0, 0]}") for _ in range(3)}) == 3


def test_a_new_environment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "return {'dW1': float(os.environ.get('GRADE', 0)) * X[0, 0]}"
    assert answer(tmp_path, body) == 0
    monkeypatch.setenv("GRADE", "7")
    assert answer(tmp_path, body) == 7


def test_one_that_has_died_is_replaced(tmp_path: Path) -> None:
    assert answer(tmp_path, "return {'dW1': X[0, 0]}") == 1
    process = starting._KEPT._process
    assert process is not None
    process.kill()
    process.wait()
    assert [answer(tmp_path, "return {'dW1': X[0, 0]}") for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    ("body", "stopped"),
    [
        ("os._exit(3)", "status 3"),
        ("import ctypes; sys.stdout.flush(); os.abort()", "SIGABRT"),
        ("\n    while True: pass", "no answer within 1 second"),
    ],
)
def test_an_end_by_force_is_told_and_the_next_run_is_as_usual(
    tmp_path: Path, body: str, stopped: str
) -> None:
    assert stopped in ran(tmp_path, body, 1.0).stopped
    assert answer(tmp_path, "return {'dW1': X[0, 0]}") == 1


def test_it_ends_with_the_process_that_keeps_it(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text("def f(X):\n    return {'dW1': X}\n")
    code = (
        "from chalkgrad.usercode.process import sandbox, starting\n"
        f"request = {{'path': {str(file)!r}, 'name': 'f', 'scenes': [], 'readings': [], 'choosing': False}}\n"
        "sandbox.run_child(request, 10.0, 4_000_000_000)\n"
        "print(starting._KEPT._process.pid, flush=True)\nimport os; os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    deadline = time.monotonic() + 10
    while _is_alive(int(done.stdout)):
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_runs_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with starting._KEPT.lock:  # somebody else's run
        assert answer(tmp_path, "return {'dW1': X[0, 0]}") == 1


def test_a_copy_of_this_process_keeps_one_of_its_own(tmp_path: Path) -> None:
    assert answer(tmp_path, "return {'dW1': X[0, 0]}") == 1
    process = starting._KEPT._process
    assert process is not None
    child = os.fork()
    if not child:
        fine = answer(tmp_path, "return {'dW1': X[0, 0]}") == 1 and starting._KEPT._process is not process
        starting._KEPT.drop()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert process.poll() is None
    assert answer(tmp_path, "return {'dW1': X[0, 0]}") == 1
