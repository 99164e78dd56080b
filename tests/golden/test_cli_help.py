"""The first words of the command line: help in every width, examples that run as typed, completion."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chalkgrad.app.cli import COMMANDS, EXAMPLES, main
from chalkgrad.app.commands.completion import SHELLS

TYPED = re.compile(r"^  (chalkgrad .*)$", re.MULTILINE)

SLOW = ("grade", "diagnose")
"""Half a minute together: here their files are there; other tests run them."""


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main([*arguments, "--help"])
    return capsys.readouterr().out


def commands_in(text: str) -> list[str]:
    """The commands below ``examples:``, their broken lines joined as a shell does."""
    examples = text.partition("examples:")[2].partition("\nmore:")[0].replace("\\\n", " ")
    return TYPED.findall(examples)


def test_the_command_alone_is_help_and_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    alone = capsys.readouterr()
    assert main(["--help"]) == 0
    assert alone.out == capsys.readouterr().out
    assert alone.err == ""
    assert all(f"\n  {name} " in alone.out for name in COMMANDS)


def test_python_runs_the_package() -> None:
    done = subprocess.run([sys.executable, "-m", "chalkgrad", "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("chalkgrad ")


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_keeps_the_width(
    command: str, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    wide = commands_in(helped(capsys, *filter(None, [command])))
    monkeypatch.setenv("COLUMNS", str(width))
    text = helped(capsys, *filter(None, [command]))
    assert [line for line in text.splitlines() if len(line) > width and " " in line.strip()[:width]] == []
    assert [shlex.split(c) for c in commands_in(text)] == [shlex.split(c) for c in wide]


def test_every_example_of_the_help_runs_as_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder, after ``chalkgrad examples``; models come from the examples of train."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    assert main(["examples"]) == 0
    told = []
    order = sorted(COMMANDS, key=lambda name: (name != "train", name))
    for command in [*order, ""]:
        examples = commands_in(helped(capsys, *filter(None, [command])))
        assert examples
        for example in examples:
            arguments = shlex.split(example)[1:]
            if arguments[0] in SLOW:
                named = [word.partition(":")[0] for word in arguments if word.startswith("examples/")]
                told += [(example, "not there") for name in named if not Path(name).exists()]
            elif arguments[0] != "completion":
                status = main(arguments)
                errors = capsys.readouterr().err
                told += [(example, errors)] if status == 2 else []
    assert told == []


def test_examples_are_written_and_never_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["trace", "examples/quiz.toml"]) == 2
    assert "chalkgrad examples" in capsys.readouterr().err
    assert main(["examples", "--list"]) == 0
    assert list(tmp_path.iterdir()) == []
    listed = capsys.readouterr().out
    assert main(["examples"]) == 0
    written = capsys.readouterr()
    assert written.out == listed
    assert {line.split()[0] for line in listed.splitlines()} == {
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    }
    assert main(["trace", "examples/quiz.toml"]) == 0
    mine = tmp_path / "examples" / "quiz.toml"
    mine.write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert main(["examples"]) == 0
    assert "examples/quiz.toml is kept" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert main(["examples", "--overwrite"]) == 0
    assert "1 of" in capsys.readouterr().err
    assert "quiz" in mine.read_text(encoding="utf-8").lower()


def test_the_examples_do_not_become_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "there").write_text("x", encoding="utf-8")
    assert main(["examples", "-o", str(tmp_path / "there")]) == 2
    assert "must name a folder" in capsys.readouterr().err


COMPLETED = {
    "bash": (
        "source {script}; cd {folder}; for words in 'tra' 'derive 4-1 --notat' 'derive 4-1 --notation bi' "
        "'trace exam'; do COMP_WORDS=(chalkgrad $words); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        "COMPREPLY=(); _shtab_chalkgrad; echo ${{COMPREPLY[@]}}; done"
    ),
    "fish": (
        "source {script}; cd {folder}; for words in 'tra' 'derive 4-1 --notat' 'derive 4-1 --notation bi' "
        "'trace exam'; complete -C \"chalkgrad $words\" | string split -f1 \\t | string join ' '; end; true"
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    script = tmp_path / f"chalkgrad.{shell}"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    subprocess.run([shell, "-n", str(script)], check=True)
    if shell not in COMPLETED:
        return
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "quiz.toml").touch()
    code = COMPLETED[shell].format(script=script, folder=tmp_path)
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([shell, "-c", code], capture_output=True, text=True, check=True, env=home)
    lines = [line.rstrip("/") for line in done.stdout.splitlines()]
    assert lines == ["trace train", "--notation", "bishop", "examples"], done.stderr


def test_completion_of_another_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "bash, zsh, fish" in capsys.readouterr().err


def test_the_overview_names_real_commands() -> None:
    assert {example.split()[1] for example in EXAMPLES} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_on_a_command_is_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = helped(capsys, command)
    assert main(["help", command]) == 0
    assert capsys.readouterr().out == asked


@pytest.mark.parametrize("words", [["help"], ["-h"], ["help", "nothing"], ["--help", "3-2"]])
def test_help_on_anything_else_is_the_whole(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    whole = helped(capsys)
    assert main(words) == 0
    assert capsys.readouterr().out == whole


@pytest.mark.parametrize("words", [["--version"], ["functions"]])
def test_nobody_listens(words: list[str]) -> None:
    """What is written to a closed pipe, little enough to wait in a buffer, is no error to be told."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "chalkgrad", *words]
    try:
        ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert ended.stderr == ""
    assert ended.returncode not in (1, 120)
