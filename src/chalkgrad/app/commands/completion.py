"""``chalkgrad completion``: what makes a shell complete commands, options, their choices and files."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import FORMAT_NAMES, SOURCES, Parser, read_choice

SHELLS = ("bash", "zsh", "fish")
FILES = ("FILE", "PLACE", "MODEL", "FOLDER", "FILE.py:FUNCTION")
NO_FILES = ("SPEC", "SHELL")


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Print what makes your shell complete chalkgrad's commands, options and files with the Tab key.  "
        "Put it where your shell looks for such things, and open a new shell."
    )
    examples = (
        "completion bash > ~/.local/share/bash-completion/completions/chalkgrad",
        "completion zsh > ~/.zfunc/_chalkgrad",
        "completion fish > ~/.config/fish/completions/chalkgrad.fish",
    )
    return Parser("completion", "SHELL", about, examples)


def run(arguments: Sequence[str]) -> int:
    """Print the script; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    shell = read_choice("SHELL", options.shell, SHELLS, faults)
    if shell is None:
        raise InputError(faults)
    import shtab

    print(shtab.complete(whole_parser(), shell=shell))
    return 0


def whole_parser() -> argparse.ArgumentParser:
    """Return all commands with their options as one parser, which says what can follow each."""
    from chalkgrad.app.cli import COMMANDS

    whole = argparse.ArgumentParser("chalkgrad")
    whole.add_argument("--version", action="store_true", help="the version")
    commands = whole.add_subparsers()
    for name, meaning in COMMANDS.items():
        module = importlib.import_module(f"chalkgrad.app.commands.{name.replace('-', '_')}")
        own = module.parser()
        for action in own._actions:
            _say_what_follows(action)
        commands.add_parser(name, parents=[own], add_help=False, help=meaning)
    return whole


def _say_what_follows(action: argparse.Action) -> None:
    """Give an option its choices, or files, as what may stand after it."""
    import shtab

    choices = _choices().get(action.option_strings[-1] if action.option_strings else action.dest)
    if choices is not None:
        action.choices = choices
    elif action.metavar in (*FILES, *SOURCES) and action.metavar not in NO_FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]


def _choices() -> dict[str, tuple[str, ...]]:
    from chalkgrad.app.commands.derive import ZOOMS
    from chalkgrad.app.commands.diagnose import LAYOUTS
    from chalkgrad.app.training.options import MISSING, SCHEDULES, TASKS
    from chalkgrad.derive.optimisers import OPTIMISERS
    from chalkgrad.formula import LOSSES
    from chalkgrad.network.parts import REDUCTIONS
    from chalkgrad.notation.profiles.find import builtin_names

    layouts = {f"--{name}": choices for name, (choices, _) in LAYOUTS.items() if name != "target"}
    return {
        **layouts,
        "shell": SHELLS,
        "--format": FORMAT_NAMES,
        "--loss": tuple(LOSSES),
        "--notation": tuple(builtin_names()),
        "--beside": tuple(builtin_names()),
        "--reduction": REDUCTIONS,
        "--zoom": ZOOMS,
        "--task": TASKS,
        "--missing": MISSING,
        "--optimiser": tuple(OPTIMISERS),
        "--schedule": SCHEDULES,
    }
