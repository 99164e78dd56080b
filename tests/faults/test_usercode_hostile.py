"""Hostile code is a finding with its line; nothing of ours is harmed, and the answer comes in time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chalkgrad._errors import InputError, MissingFileError
from chalkgrad.check.probe import complete
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.session import Session

NETWORK = Network("3-2:tanh-1:sigmoid")
HEAD = "import os, sys\nimport numpy as np\ndef backward(X, y, W1, b1, W2, b2):\n    Z1 = X @ W1.T + b1\n"

# what the function does in line 5: what is told of it
ENDS: dict[str, tuple[str, str]] = {
    "endless": ("while True: pass", "endless loop? It was in line 5"),
    "catches all": (
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "endless loop? It was in line 7",
    ),
    "sleeps": ("import time; time.sleep(60)", "endless loop? It was in line 5"),
    "leaves for good": ("os._exit(0)", "the process ended without an answer"),
    "leaves with 3": ("os._exit(3)", "status 3"),
    "aborts": ("os.abort()", "SIGABRT"),
}
RAISES: dict[str, tuple[str, str]] = {
    "leaves": ("sys.exit(3)", "sys.exit(3)"),
    "raises": ("raise ValueError('no')", "no"),
    "interrupts": ("raise KeyboardInterrupt", ""),
    "recursion": ("return backward(X, y, W1, b1, W2, b2)", "recursion"),
    "memory": ("return np.ones((10**6, 10**6))", "allocate"),
    "deletes": ("os.remove(__file__)", "tried to delete a file"),
    "deletes a folder": (
        "import shutil; shutil.rmtree(os.path.dirname(__file__))",
        "tried to delete a folder",
    ),
    "moves": ("os.rename(__file__, 'x')", "tried to move a file"),
    "writes": ("open(__file__, 'w')", "tried to write"),
    "starts": ("import subprocess; subprocess.run(['true'])", "tried to start a program"),
    "forks": ("os.fork()", "tried to start a process"),
    "kills": ("os.kill(os.getppid(), 9)", "tried to stop a process"),
    "connects": ("import socket; socket.socket().connect(('127.0.0.1', 9))", "tried to open a connection"),
    "ctypes": ("import ctypes; ctypes.CDLL(None).abort", "ctypes"),
    "signals": ("import signal; signal.alarm(0)", "tried to handle signals"),
    "limits": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "tried to change its limits",
    ),
    "reads": ("input()", "EOF"),
}
ODD: dict[str, str] = {
    "an evil array": "class A:\n        def __array__(self, *a): raise ValueError\n    return {'dW1': A()}",
    "objects": "return {'dW1': np.array([object()])}",
    "a generator": "return (w for w in (W1, b1))",
    "a text": "return 'dW1'",
    "nothing": "pass",
    "itself": "r = {}; r['dW1'] = r; return r",
    "a great many": "return [[0.0, None]] * 10**5",
    "a type": "return {'dW1': np.float64}",
}


def observed(body: str, folder: Path, seconds: float = 20.0) -> Observed:
    path = folder / "hostile.py"
    path.write_text(f"{HEAD}    {body}\n", encoding="utf-8")
    data, _ = complete(NETWORK, None, None, None, labels=True)
    found = Session(f"{path}:backward", NETWORK, time_limit=seconds).choose(data)[0]
    assert path.read_text(encoding="utf-8").startswith("import os")
    return found


@pytest.mark.parametrize("kind", ENDS)
def test_an_end_by_force_is_told(kind: str, tmp_path: Path) -> None:
    body, words = ENDS[kind]
    began = time.monotonic()
    found = observed(body, tmp_path, 1.5 if "endless" in words else 20.0)
    assert words in found.stopped
    assert found.observations[0].error is not None
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", RAISES)
def test_an_exception_is_told_with_its_line(kind: str, tmp_path: Path) -> None:
    body, words = RAISES[kind]
    [seen] = observed(body, tmp_path).observations
    assert seen.error is not None
    assert words in seen.error["message"]
    assert seen.error["line"] in ((3, 5) if kind == "recursion" else (5,))  # entered or called once too often


def test_what_was_assigned_before_an_exception_is_kept(tmp_path: Path) -> None:
    [seen] = observed("D = Z1 * 2; raise ValueError", tmp_path).observations
    assert {row.name for row in seen.assigned} >= {"Z1", "D"}
    assert any(row.key == "X at line 5" for row in seen.assigned)


@pytest.mark.parametrize("kind", ODD)
def test_odd_answers_are_no_gradients(kind: str, tmp_path: Path) -> None:
    [seen] = observed(ODD[kind], tmp_path).observations
    assert not seen.gradients


def test_a_hundred_megabytes_of_print_are_cut(tmp_path: Path) -> None:
    found = observed("print('x' * 10**8); return {'dW1': np.full(W1.shape, np.nan)}", tmp_path)
    assert 1000 < len(found.output) < 10_000
    assert "dW1" in found.observations[0].gradients


def test_a_forged_answer_is_not_read(tmp_path: Path) -> None:
    body = "[os.write(fd, b'{}' * 100) for fd in range(3, 20) if os.path.exists(f'/proc/self/fd/{fd}')]"
    found = observed(f"\n    try: {body}\n    except OSError: pass\n    return {{'dW1': W1}}", tmp_path)
    assert not found.observations[0].gradients or set(found.observations[0].gradients) == {"dW1"}


def test_a_loop_at_the_top_of_the_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    text = HEAD + "    return {'dW1': W1}\nk = 0\nwhile True: k += 1\n"
    path.write_text(text, encoding="utf-8")
    data, _ = complete(NETWORK, None, None, None, labels=True)
    session = Session(f"{path}:backward", NETWORK, time_limit=3)
    [best] = session.choose(data)
    assert best.observations[0].error is None
    assert session.skipped == 7


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("backwrd", "Did you mean 'backward'?"),
        ("zzz", "It has backward, Net."),
        ("Net.bakward", "Did you mean 'Net.backward'?"),
        ("Empty", "name a class with a backward method"),
    ],
)
def test_a_missing_name_lists_what_there_is(target: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    text = "def backward(X): pass\nclass Net:\n    def backward(self, X): pass\n"
    text += "class Empty:\n    def hello(self): pass\n" if target == "Empty" else ""
    path.write_text(text, encoding="utf-8")
    data, _ = complete(NETWORK, None, None, None, labels=True)
    with pytest.raises(InputError, match="must") as told:
        Session(f"{path}:{target}", NETWORK).choose(data)
    assert words in str(told.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="name a file that exists"):
        Session(f"{tmp_path}/none.py:backward", NETWORK)


def test_a_parameter_that_nothing_matches_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("def backward(X, y, frobnicate): pass\n", encoding="utf-8")
    data, _ = complete(NETWORK, None, None, None, labels=True)
    with pytest.raises(InputError, match="parameter frobnicate of backward"):
        Session(f"{path}:backward", NETWORK).choose(data)
