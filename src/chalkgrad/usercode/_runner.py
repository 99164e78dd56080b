"""The child process: load a user's file, call the function on each set of arrays, write down what happened.

``python -m chalkgrad.usercode._runner FOLDER`` reads ``request.json`` and ``request.npz`` there and writes
``response.json`` and ``response.npz``.  An audit hook refuses to delete, write or start anything outside the
folder: it guards against accidents, it is no prison.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from chalkgrad.usercode.calling import call, describe

_REFUSED = {
    "os.remove": "delete a file",
    "os.rmdir": "delete a folder",
    "shutil.rmtree": "delete a folder",
    "os.rename": "move a file",
    "os.truncate": "cut a file",
    "subprocess.Popen": "start a program",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.posix_spawn": "start a program",
    "os.fork": "start a process",
    "os.kill": "stop a process",
    "socket.connect": "open a connection",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main(folder: Path) -> None:
    """Serve one request."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    with np.load(folder / "request.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    limit(request["memory"])
    arrays_out: dict[str, Any] = {}
    answers: list[dict[str, Any]] = []
    response: dict[str, Any] = {"answers": answers}
    watch(folder)
    path = Path(request["path"])
    try:
        function = load(path, request["function"])
    except BaseException as error:
        response["load"] = describe(error, path)
    else:
        if isinstance(function, list):
            response["missing"] = function
        else:
            for number, supplied in enumerate(request["calls"]):
                supply = {name: arrays[key] for name, key in supplied["arrays"].items()} | supplied["numbers"]
                answers += [
                    _written(call(function, supply, request["depth"], str(path)), f"{number}", arrays_out)
                ]
                if supplied["twice"] and "parts" in answers[-1]:
                    again = call(function, supply, request["depth"], str(path))
                    answers[-1]["again"] = _written(again, f"{number}again", arrays_out)
    np.savez(folder / "response.npz", **arrays_out)
    (folder / "response.json").write_text(json.dumps(response), encoding="utf-8")


def _written(answer: dict[str, Any], prefix: str, arrays: dict[str, Any]) -> dict[str, Any]:
    labels = []
    for place, (label, array) in enumerate(answer.get("parts", ())):
        arrays[f"{prefix}_{place}"] = array
        labels.append([label, f"{prefix}_{place}"])
    return answer | ({"parts": labels} if "parts" in answer else {})


def load(path: Path, name: str) -> Any:
    """Import a file by its path and return its function, or the names of the functions it has."""
    sys.path.insert(0, str(path.parent))
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if callable(function):
        return function
    return [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]


def limit(memory: int) -> None:
    """Bound memory and file sizes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000_000, 100_000_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def watch(folder: Path) -> None:
    """Refuse deletions, writes, programs and connections outside the folder."""
    home = str(folder.resolve())

    def inside(place: Any) -> bool:
        if isinstance(place, int):
            return True
        try:
            text = os.fsdecode(place)
        except TypeError:
            return False
        return os.path.abspath(text).startswith(home) or text == os.devnull

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in _REFUSED and not (
            args and event in ("os.remove", "os.rmdir", "os.rename") and inside(args[0])
        ):
            raise PermissionError(f"refused: the function tried to {_REFUSED[event]}")
        if event == "open":
            place, mode, flags = args
            writes = set(mode or "") & set("wax+") or (
                mode is None and isinstance(flags, int) and flags & _WRITING
            )
            if writes and not inside(place):
                raise PermissionError(f"refused: the function tried to write {place!r}")

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
