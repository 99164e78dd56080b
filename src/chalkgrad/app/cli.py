"""The command ``chalkgrad``: finds the command, runs it, and turns every ending into an exit status.

Exit status 0: done, and what was checked is right; 1: done, and something that was checked is wrong;
2: the input is wrong, each fault on a line of its own on stderr; 130, 143 and 129: stopped by Ctrl-C, SIGTERM
and SIGHUP; 141: nobody reads on.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence

from chalkgrad._errors import ChalkgradError, Fault, InputError, did_you_mean
from chalkgrad.app.shell.notes import as_notes
from chalkgrad.app.shell.signals import Stop

COMMANDS = {
    "derive": "the gradients of a network, step by step, in your course's notation",
    "trace": "the same with numbers: forward, loss, backward, update",
    "check": "are the gradients right?  Ours, or those of a function of yours",
    "diagnose": "what is wrong with your backward pass: the mistake, its line, its fix",
    "grade": "a folder of students' code: points with follow-through, and the class's mistakes",
    "verify-key": "are the printed answers in a problem file right?",
    "train": "train a network on a table, and keep it as a model file",
    "predict": "what a model answers to the rows of a table",
    "evaluate": "how good a model's answers are: loss, confusion matrix, errors",
    "inspect": "what is in a model file, and the curves of its training",
    "graph": "the computational graph, as text or SVG",
    "program": "what the machine does in one training step, beside the equations",
    "notations": "the notations that come along, one line and one formula each",
    "functions": "the activations and losses, their names, and how to write your own",
    "new": "a problem file for a network, commented, to put your numbers in",
    "examples": "write the problem files and programs of these examples into a folder",
    "completion": "what makes your shell complete all this: bash, zsh or fish",
}
EXAMPLES = (
    "chalkgrad derive 4-3:relu-2:relu-1:sigmoid --notation transposed",
    "chalkgrad derive 4-3:relu-1 --batch --transposes -o homework.tex",
    'chalkgrad derive 2-2:tanh-2:tanh-1 --path "W1[2,2]"',
    "chalkgrad trace examples/quiz.toml",
    "chalkgrad check examples/xor.toml",
    "chalkgrad diagnose examples/mine.py:backward --network 4-3:relu-1:sigmoid",
    "chalkgrad train examples/flats.csv --target price -o flats.cg",
)
_USAGE = """\
usage: chalkgrad COMMAND [options]

{about}

commands:
{commands}

examples:
{examples}

more:
{more}"""
_ABOUT = (
    "Backpropagation derived from one description of a network.  A network is widths joined by '-', each "
    "layer WIDTH[:ACTIVATION][:nobias][:skip]; or a problem file."
)
_MORE = {
    "chalkgrad COMMAND --help": "the options of a command",
    "chalkgrad examples": "writes the files that the examples name into a folder",
    "chalkgrad --version": "the version",
}
OK, WRONG_INPUT, UNREAD = 0, 2, 141


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Parameters
    ----------
    argv
        The arguments after the program's name; those of the process if left out.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    stop = Stop()
    try:
        with stop:
            return stop.over(_ending(arguments))
    except KeyboardInterrupt:
        stop.tell(at_the_end=argv is None)
        _leave_stdout()
        return stop.status


def _ending(arguments: Sequence[str]) -> int:
    """Run a command and tell its errors; return the exit status."""
    try:
        for stream in (sys.stdout, sys.stderr):
            _speak_unicode(stream)
        with as_notes():
            status = _run(arguments)
        sys.stdout.flush()
        return status
    except ChalkgradError as error:
        _tell(error)
        return WRONG_INPUT
    except MemoryError:
        _tell(InputError(Fault("network", "fit into memory", "too many numbers", "Make it narrower.")))
        return WRONG_INPUT
    except BrokenPipeError:
        _leave_stdout()
        return UNREAD
    except OSError as error:
        if error.filename is not None:
            raise
        _leave_stdout()
        reason = error.strerror or str(error)
        _tell(InputError(Fault("stdout", "take what is written", reason, "Choose another place with -o.")))
        return WRONG_INPUT


def _run(arguments: Sequence[str]) -> int:
    if not arguments:  # nothing was asked: help for who types it, a failure for the script that lost a word
        print(usage())
        return WRONG_INPUT
    name, *rest = arguments
    if name in ("-h", "--help", "help"):
        if rest and rest[0] in COMMANDS:
            return _run([rest[0], "--help"])
        print(usage())
        return OK
    if name in ("-V", "--version"):
        from chalkgrad import __version__

        print(f"chalkgrad {__version__}")
        return OK
    if name not in COMMANDS:
        raise InputError(_unknown(name))
    module = importlib.import_module(f"chalkgrad.app.commands.{name.replace('-', '_')}")
    try:
        status: int = module.run(rest)
    except SystemExit as stop:  # argparse, after it has printed the help
        status = stop.code if isinstance(stop.code, int) else OK
    return status


def usage() -> str:
    """Return the overview of the commands, with examples."""
    from chalkgrad.app.shell.help_text import entries, filled, help_width, typed

    width = help_width()
    return _USAGE.format(
        about=filled(_ABOUT, width),
        commands=entries(COMMANDS, width),
        examples=typed(EXAMPLES, width),
        more=entries(_MORE, width),
    )


def _unknown(name: str) -> Fault:
    if name[0].isdigit() or name.endswith((".toml", ".json")):
        fix = f"Put a command before it, such as chalkgrad derive {name}."
    else:
        fix = did_you_mean(name, list(COMMANDS)) or "See chalkgrad --help."
    return Fault("command", f"be one of {', '.join(COMMANDS)}", repr(name), fix)


def _tell(error: ChalkgradError) -> None:
    """Print an error to stderr; nothing from a file or an argument may move the cursor."""
    text = str(error) or type(error).__name__
    clean = "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        print(clean, file=sys.stderr, flush=True)


def _speak_unicode(stream: object) -> None:
    """Let a stream take every character: UTF-8 into a file or pipe, substitutes where a terminal has none."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    encoding = str(getattr(stream, "encoding", "") or "").lower().replace("-", "")
    if encoding != "utf8" and not getattr(stream, "isatty", lambda: False)():
        reconfigure(encoding="utf-8")
    reconfigure(errors="backslashreplace")


def _leave_stdout() -> None:
    """Throw away what is still to be written, so that nothing complains when Python ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
