"""What the command line loads before it knows what to do: nothing that the asked-for thing does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

import chalkgrad.notation
from chalkgrad.app.cli import COMMANDS

HEAVY = {"rich", "mpmath", "sympy", "typst", "importlib.metadata", "asyncio"}
ROOM = "chalkgrad.app.commands."
WRITERS = {writer.module for writer in chalkgrad.notation.WRITERS.values()}


def loaded(*arguments: str) -> set[str]:
    """Run the command line and list the modules that are loaded at its end."""
    code = (
        "import sys; from chalkgrad.app.cli import main; status = main(sys.argv[1:])\n"
        "print('modules', *sys.modules, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split("modules ")[1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_loads_no_command(arguments: list[str]) -> None:
    modules = loaded(*arguments)
    assert modules & (HEAVY | WRITERS | {"argparse"}) == set()
    assert {name for name in modules if name.startswith(ROOM)} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_no_other(command: str) -> None:
    modules = loaded(command, "--help")
    assert modules & (HEAVY | WRITERS) == set()
    commands = {name.removeprefix(ROOM) for name in modules if name.startswith(ROOM)}
    assert commands == {command.replace("-", "_")}


def test_text_into_a_pipe_needs_no_colours() -> None:
    modules = loaded("derive", "4-3:relu-1:sigmoid")
    assert modules & HEAVY == set()
    assert modules & WRITERS == {"chalkgrad.notation.writers.text.page"}


def test_a_planted_import_is_seen() -> None:
    assert "chalkgrad.notation.writers.latex.page" in loaded("derive", "2-1", "--format", "latex")
