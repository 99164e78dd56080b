"""Run the blocks of the pages and rewrite what they print; tests/project/test_readme.py compares.

Two kinds of blocks are run, in a folder of their own that has the project's examples:

- ``console``: a line ``$ command`` is run by the shell, the lines after it are its output;
- ``python``: ``>>>`` lines are run in order, all blocks in one session, the lines after them are printed.

Other blocks (``sh``, ``toml``) are shown only.

    python tools/refresh_readme.py            # rewrite README.md and the pages of the documentation
    python tools/refresh_readme.py --check    # exit status 1 if it would change
"""

from __future__ import annotations

import code
import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(?P<kind>console|python)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("training-commands", "diagnose", "problem-files")),
)
WIDTH = "100"
SECONDS = 120


class Session(code.InteractiveInterpreter):
    """A Python session whose errors read as in a doctest: the last line only."""

    def showtraceback(self) -> None:
        kind, error = sys.exc_info()[:2]
        last = "".join(traceback.format_exception_only(kind, error))
        print(f"Traceback (most recent call last):\n    ...\n{last}", end="")


def run_console(body: str, folder: Path) -> str:
    """Return the block with the output its commands really have."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "COLUMNS": WIDTH,
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    lines = []
    for line in body.splitlines():
        if line.startswith("$ "):
            command = line[2:]
            ran = subprocess.run(
                command,
                shell=True,  # the README's own lines, pipes included
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=SECONDS,
                check=False,
            )
            lines += [line, *(printed.rstrip() for printed in ran.stdout.splitlines())]
    return "".join(f"{line}\n" for line in lines)


def run_python(body: str, session: Session) -> str:
    """Return the block with what its lines really print, prompts and blank lines kept."""
    result = ""
    for piece in doctest.DocTestParser().parse(body):
        if isinstance(piece, str):
            result += piece
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            session.runsource(piece.source, "<README.md>", "single")
        first, *rest = piece.source.splitlines()
        result += "".join([f">>> {first}\n", *(f"... {line}\n" for line in rest), printed.getvalue()])
    return result


def refreshed(text: str) -> str:
    """Return the text with the real output in every block that is run."""
    session = Session({"__name__": "__readme__"})

    def run(block: re.Match[str]) -> str:
        body = block["body"]
        if block["kind"] == "console":
            body = run_console(body, folder)
        elif ">>> " in body:
            body = run_python(body, session)
        return f"```{block['kind']}\n{body}```"

    old = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "examples").symlink_to(ROOT / "examples")
        os.chdir(folder)
        try:
            return BLOCK.sub(run, text)
        finally:
            os.chdir(old)


def main() -> int:
    """Rewrite the pages, or with --check say whether they are as printed."""
    status = 0
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = refreshed(before)
        if "--check" in sys.argv[1:]:
            print(
                f"{page.name} is as printed" if after == before else f"{page.name} differs from what it runs"
            )
            status |= after != before
        else:
            page.write_text(after, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
