"""Run a user's file in a process of its own, with limits of time and memory and its prints kept apart."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError, MissingFileError, did_you_mean

Array = NDArray[Any]
MAX_OUTPUT = 4000
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Answer:
    """What one call gave: parts by label, or an error; ``again`` is a second call on the same arrays."""

    parts: tuple[tuple[str, Array], ...] = ()
    error: dict[str, Any] | None = None
    unknown: tuple[str, ...] = ()
    refused: tuple[dict[str, str], ...] = ()
    changed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    again: tuple[tuple[str, Array], ...] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a run gave: an answer a call; ``stopped`` says why there are none."""

    answers: tuple[Answer, ...] = ()
    stopped: str = ""
    output: str = field(default="", repr=False)


def split_target(target: str) -> tuple[Path, str]:
    """Split ``module.py:function``.

    Raises
    ------
    InputError
        If there is no function after a colon, or no such file.
    """
    file, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier() or not file:
        raise InputError(
            Fault("against", "be written module.py:function", repr(target), "Write my_code.py:backward, say.")
        )
    path = Path(file)
    if not path.is_file():
        raise MissingFileError(Fault("against", "name a file that exists", repr(file), "Check the path."))
    return path.resolve(), name


def run_file(
    target: str,
    calls: Sequence[dict[str, Any]],
    depth: int,
    time_limit: float = 10.0,
    memory_limit: int = 4_000_000_000,
) -> Outcome:
    """Call ``module.py:function`` on each supply of arrays in one child process.

    Raises
    ------
    InputError
        If the file or the function does not exist.
    """
    path, name = split_target(target)
    with tempfile.TemporaryDirectory(prefix="chalkgrad-") as temporary:
        folder = Path(temporary).resolve()
        _write_request(folder, path, name, calls, depth, memory_limit)
        stopped = _run(folder, time_limit)
        output = _output(folder)
        if not (folder / "response.json").is_file():
            return Outcome(stopped=stopped or "the process ended without an answer", output=output)
        return _read_response(folder, name, output)


def _write_request(
    folder: Path, path: Path, name: str, calls: Sequence[dict[str, Any]], depth: int, memory: int
) -> None:
    arrays: dict[str, Array] = {}
    listed = []
    for number, supply in enumerate(calls):
        keys = {}
        for key, value in supply.items():
            if isinstance(value, np.ndarray):
                arrays[f"{number}_{key}"] = value
                keys[key] = f"{number}_{key}"
        numbers = {k: v for k, v in supply.items() if not isinstance(v, np.ndarray)}
        listed.append({"arrays": keys, "numbers": numbers, "twice": number == 0})
    request = {"path": str(path), "function": name, "depth": depth, "memory": memory, "calls": listed}
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    stored: dict[str, Any] = arrays
    np.savez(folder / "request.npz", **stored)


def _run(folder: Path, time_limit: float) -> str:
    source = str(Path(__file__).resolve().parents[2])
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = {"PYTHONPATH": os.pathsep.join(paths), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder)}
    environment = os.environ | settings | dict.fromkeys(_ONE_THREAD, "1")
    work = folder / "work"
    work.mkdir()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "chalkgrad.usercode._runner", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=work,
            env=environment,
            start_new_session=True,
        )
        try:
            status = process.wait(time_limit)
        except subprocess.TimeoutExpired:
            return f"no answer within {time_limit:g} seconds: an endless loop?"
        finally:
            _end(process)
    if status == 0:
        return ""
    if status < 0:
        return f"the process was ended by {signal.Signals(-status).name}"
    return f"the process left with status {status} before it answered"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()
    process.wait()


def _output(folder: Path) -> str:
    with (folder / "output").open("rb") as stream:
        text = stream.read(MAX_OUTPUT + 1).decode("utf-8", "replace")
    return text if len(text) <= MAX_OUTPUT else text[:MAX_OUTPUT] + "…"


def _read_response(folder: Path, name: str, output: str) -> Outcome:
    try:
        response = json.loads((folder / "response.json").read_text(encoding="utf-8"))
        with np.load(folder / "response.npz") as stored:
            arrays = {key: stored[key] for key in stored.files}
        if "missing" in response:
            options = [str(option) for option in response["missing"]]
            fix = did_you_mean(name, options) or f"It has {', '.join(options[:8]) or 'no function'}."
            raise InputError(Fault("against", "name a function of the file", repr(name), fix))
        if "load" in response:
            return Outcome((Answer(error=response["load"]),), output=output)
        return Outcome(tuple(_answer(table, arrays) for table in response["answers"]), output=output)
    except InputError:
        raise
    except Exception as error:  # whatever the user's code did to the answer is a finding
        return Outcome(stopped=f"the answer could not be read ({type(error).__name__})", output=output)


def _answer(table: dict[str, Any], arrays: dict[str, Array]) -> Answer:
    def parts(of: dict[str, Any]) -> tuple[tuple[str, Array], ...]:
        return tuple((label, arrays[key]) for label, key in of.get("parts", ()))

    again = table.get("again")
    return Answer(
        parts(table),
        table.get("error"),
        tuple(table.get("unknown", ())),
        tuple(table.get("refused", ())),
        tuple(table.get("changed", ())),
        tuple(table.get("names", ())),
        None if again is None else parts(again),
    )
