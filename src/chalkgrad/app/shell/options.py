"""Options: read by argparse as texts, then checked here, so that all faults are told together."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn, TypeVar

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import exact_text, shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.help_text import filled, help_width, typed
from chalkgrad.notation.writers.formats import WRITERS

T = TypeVar("T")
FORMAT_NAMES = (*WRITERS, "json", "svg")
MISSING = ""  # what an option has for a value when none follows it
SOURCES: dict[str, tuple[str, str, str]] = {  # what it is called: its name here, what it is, how to write it
    "SPEC|FILE": (
        "source",
        "a network such as 4-3:relu-1:sigmoid, or a problem file (.toml, .json)",
        "Write 4-3:relu-1:sigmoid, say.",
    ),
    "SPEC|FILE|FUNCTION": (
        "source",
        "a network such as 4-3:relu-1:sigmoid, a problem file (.toml, .json), or an activation or loss: "
        "sigmoid, cross_entropy, formula:z*sigmoid(z)",
        "Write 4-3:relu-1:sigmoid, say.",
    ),
    "SPEC": ("source", "a network such as 4-3:relu-1:sigmoid", "Write 4-3:relu-1:sigmoid, say."),
    "FILE": ("source", "a problem file (.toml, .json)", "Name a .toml or .json file."),
    "SUBMISSIONS": (
        "submissions",
        "a folder of .py or .ipynb files, or of folders with one",
        "Name a folder.",
    ),
    "FILE.py:FUNCTION": (
        "function",
        "your backward pass: a file and the function or class in it",
        "Write mine.py:backward, say.",
    ),
    "DATA": ("data", "a table: .csv, .csv.gz, .parquet, .npz; or digits", "Name a .csv file, say."),
    "SHELL": ("shell", "bash, zsh or fish", "Write bash, say."),
    "MODEL": ("model", "a model file (.cg) that chalkgrad train has written", "Name a .cg file."),
}


class _Help(argparse.RawDescriptionHelpFormatter):
    """Shows ``--loss NAME``, not ``--loss [NAME]``: that a value is missing is told by ``Parser.read``."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=help_width())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraphs are filled; lines that are indented stay as they are."""
        return text if "\n  " in text else filled(text, width)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return filled(text, width).splitlines()

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        return str(action.metavar or default_metavar)


class Parser(argparse.ArgumentParser):
    """The options of one command; every value is a text, flags are true or false.

    Parameters
    ----------
    command
        Its name.
    source
        What its arguments are called in the usage, such as ``MODEL DATA``; an empty string if it takes none.
    about
        One sentence.
    examples
        What can be typed, without the program's name.
    """

    def __init__(self, command: str, source: str, about: str, examples: Sequence[str]) -> None:
        shown_examples = typed((f"chalkgrad {example}" for example in examples), help_width())
        super().__init__(
            prog=f"chalkgrad {command}",
            usage=f"chalkgrad {command} {source + ' ' if source else ''}[options]",
            description=about,
            epilog=f"examples:\n{shown_examples}",
            formatter_class=_Help,
            allow_abbrev=False,
        )
        self.sources = source.split()
        for word in self.sources:
            name, meaning, _ = SOURCES[word]
            self.add_argument(name, nargs="?", metavar=word, help=meaning)

    def value(self, *names: str, metavar: str, help: str) -> None:
        """Add an option that takes a value."""
        self.add_argument(*names, nargs="?", const=MISSING, metavar=metavar, help=help)

    def flag(self, *names: str, help: str) -> None:
        """Add an option without a value."""
        self.add_argument(*names, action="store_true", help=help)

    def error(self, message: str) -> NoReturn:
        """Turn what argparse itself finds wrong into our error."""
        path, _, rest = message.removeprefix("argument ").partition(": ")
        fix = f"See {self.prog} --help."
        if rest.startswith("ignored explicit argument"):
            raise InputError(Fault(path, "stand alone, without a value", rest.rpartition(" ")[2], fix))
        raise InputError(Fault("options", "be readable", message, fix))

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Return the options; raises ``InputError`` with every unknown or empty one."""
        options, rest = self.parse_known_intermixed_args(list(arguments))
        known = [name for action in self._actions for name in action.option_strings if name[:2] == "--"]
        unknown = [word for word in rest if word.startswith("-") and word != "-"]
        faults = []
        for word in unknown:
            name = word.partition("=")[0]
            near = f"Did you mean '--format {name[2:]}'?" if name[2:] in FORMAT_NAMES else ""
            fix = near or did_you_mean(name, known) or f"See {self.prog} --help."
            faults.append(Fault(name, f"be an option of {self.prog}", "an unknown name", fix))
        given = [getattr(options, SOURCES[word][0]) for word in self.sources]
        if rest and not unknown:
            fix = "Put quotes around it if it has spaces." if self.sources else "Remove it."
            words = " and ".join(repr(word) for word in [*given, *rest])
            faults.append(Fault("arguments", self._wanted(), words, fix))
        for action in self._actions:
            if action.option_strings and getattr(options, action.dest, None) == MISSING:
                fix = f"Write {action.option_strings[-1]} {action.metavar}."
                faults.append(Fault(action.option_strings[-1], "have a value after it", "nothing", fix))
        if not faults:
            for word, value in zip(self.sources, given, strict=True):
                if not value:
                    faults.append(Fault(word, "be given", "nothing", SOURCES[word][2]))
        if faults:
            raise InputError(faults)
        return options

    def _wanted(self) -> str:
        """How many arguments there must be, and which."""
        count = {0: "be absent", 1: "be one argument, "}.get(len(self.sources), "be two arguments, ")
        return count + " and ".join(self.sources)


def renamed(faults: list[Fault], path: str, option: str, action: Callable[[], T]) -> T | None:
    """Do as ``attempt``, and call a fault at ``path`` by the option that it came from."""
    found: list[Fault] = []
    value = attempt(found, action)
    faults.extend(replace(fault, path=option) if fault.path == path else fault for fault in found)
    return value


def read_choice(name: str, text: str | None, choices: Sequence[str], faults: list[Fault]) -> str | None:
    """Return one of the choices, or ``None``."""
    if text is None or text in choices:
        return text
    fix = did_you_mean(text, choices) or f"Leave {name} out for {choices[0]}."
    faults.append(Fault(name, f"be one of {', '.join(choices)}", shown(text), fix))
    return None


def read_number(
    name: str, text: str | None, faults: list[Fault], *, example: str, zero: bool = False
) -> Fraction | None:
    """Return a positive number (or, with ``zero``, one of at least 0), or ``None``."""
    if text is None:
        return None
    number = exact_text(text)
    if number is None or number < 0 or (number == 0 and not zero):
        condition = "be a number of at least 0" if zero else "be a positive number"
        faults.append(Fault(name, condition, shown(text), f"Write {name} {example}, say."))
        return None
    return number


def read_seed(text: str | None, faults: list[Fault], example: int = 7) -> int | None:
    """Return a seed, or ``None``."""
    return read_whole("--seed", text, faults, least=0, most=2**32, example=example)


def read_whole(
    name: str, text: str | None, faults: list[Fault], *, least: int, most: int, example: int
) -> int | None:
    """Return a whole number between two bounds, or ``None``."""
    if text is None:
        return None
    number = int(text) if text.strip().isdecimal() and len(text) < 20 else None
    if number is None or not least <= number <= most:
        condition = f"be a whole number from {least} to {most:,}"
        faults.append(Fault(name, condition, shown(text), f"Write {name} {example}, say."))
        return None
    return number
