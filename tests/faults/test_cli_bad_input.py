"""Bad input on the command line: located messages with a fix, exit status 2, no traceback, no file left."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalkgrad.app.cli import main

# <path>: must <condition>[; got <value>]. <one fix>
MESSAGE = re.compile(r"^(?P<path>[^:\n]\S*(?:\[\d+\])*): must (?P<rest>.+\.( .+[.?])?)$")

QUIZ = """
[network]
layers = "1-1:relu:nobias-1:sigmoid"
loss = "half_squared_error"
[parameters]
W1 = [[0.01]]
W2 = [[-5]]
b2 = [-1]
[sample]
x = [3]
t = [1]
[update]
learning_rate = 0.1
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Run a command that must be refused; return its messages (not the lines that show a place)."""
    assert main(list(arguments)) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert "Traceback" not in errors
    lines = [line for line in errors.splitlines() if not line.startswith("    ")]
    assert lines
    for line in lines:
        assert MESSAGE.match(line), line
    return lines


def paths(lines: list[str]) -> list[str]:
    return [line.partition(": must ")[0] for line in lines]


def problem(folder: Path, *changes: tuple[str, str]) -> str:
    """Write the quiz's problem with some of its text replaced."""
    text = QUIZ
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "problem.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


# arguments -> the path of the only message, and words in it
REFUSED: dict[str, tuple[list[str], str, str]] = {
    "misspelt activation": (["derive", "4-3:rleu-1"], "layers[1].activation", "Did you mean 'relu'?"),
    "misspelt loss": (["derive", "4-1", "--loss", "sqared_error"], "--loss", "Did you mean 'squared_error'?"),
    "loss of the wrong end": (["derive", "4-1", "--loss", "BCE"], "--loss", "sigmoid"),
    "loss that does not fit": (
        ["derive", "4-1", "--loss", "cross_entropy"], "--loss", "End with softmax"),
    "misspelt notation": (["derive", "4-1", "--notation", "bischop"], "--notation", "Did you mean 'bishop'?"),
    "misspelt second notation": (["derive", "4-1", "--beside", "nilsen"], "--beside", "'nielsen'?"),
    "missing notation file": (["derive", "4-1", "--notation", "no.toml"], "--notation", "'no.toml'"),
    "misspelt format": (["derive", "4-1", "--format", "latx"], "--format", "Did you mean 'latex'?"),
    "format by its suffix": (["derive", "4-1", "--format", "tex"], "--format", "Did you mean 'latex'?"),
    "misspelt zoom": (["derive", "4-1", "--zoom", "indx"], "--zoom", "Did you mean 'index'?"),
    "misspelt command": (["drive", "4-1"], "command", "Did you mean 'derive'?"),
    "network without a command": (["4-3:relu-1"], "command", "chalkgrad derive 4-3:relu-1"),
    "unknown option": (["derive", "4-1", "--notaton", "bishop"], "--notaton", "Did you mean '--notation'?"),
    "format as an option": (["trace", "x.toml", "--json"], "--json", "Did you mean '--format json'?"),
    "option without its value": (["derive", "4-1", "--loss"], "--loss", "--loss NAME"),
    "flag with a value": (["derive", "4-1", "--batch=3"], "--batch", "'3'"),
    "nothing to derive": (["derive"], "SPEC|FILE|FUNCTION", "Write 4-3:relu-1:sigmoid"),
    "a batch of a function": (["derive", "sigmoid", "--batch"], "--batch", "where one function is derived"),
    "parameters of a function": (["derive", "sigmoid(3)"], "activation", "have no parameters in sigmoid"),
    "a function that cannot be read": (["derive", "formula:z+"], "activation.formula", "missing"),
    "two networks": (["derive", "4-1", "5-1"], "arguments", "'4-1' and '5-1'"),
    "missing file": (["trace", "nowhere.toml"], "nowhere.toml", "must be an existing file"),
    "network instead of a file": (["verify-key", "4-1"], "FILE", "chalkgrad new"),
    "file instead of a network": (["new", "quiz.toml"], "SPEC", "chalkgrad trace quiz.toml"),
    "new file of another kind": (["new", "2-1", "-o", "mine.json"], "-o", "mine.toml"),
    "too many samples": (["new", "2-1", "--samples", "9999"], "--samples", "from 1 to 1,000"),
    "typed words for numbers": (["trace", "2-1", "--x", "1 b"], "--x", "'b' in '1 b'"),
    "typed inputs too long": (["trace", "2-1", "--x", "1 2 3"], "--x", "rows of 2"),
    "typed targets outside": (["trace", "2-1:sigmoid", "--t", "3"], "--t", "in [0, 1]"),
    "typed weight without a name": (["trace", "2-1", "--w", "1 2"], "--w", "W1=1 2; 3 4, b1=0 0"),
    "typed weight transposed": (["trace", "2-1", "--w", "W1=1; 2"], "--w.W1", "transposed"),
    "unknown shell": (["completion", "tcsh"], "SHELL", "bash, zsh, fish"),
    "absent examples": (["trace", "examples/quiz.toml"], "examples/quiz.toml", "chalkgrad examples"),
    "one number": (["derive", "4"], "layers", "an input and at least one layer"),
    "empty layer": (["derive", "4-:relu-1"], "layers[1].width", "got nothing"),
    "softmax in the middle": (["derive", "4-3:softmax-1"], "layers[1].activation", "softmax"),
    "unequal residual": (["derive", "4-3:relu-2:relu:skip-1"], "layers[2].skip", "equal width"),
    "hostile formula": (
        ["derive", "2-2:formula:__import__('os').system(z)-1"], "layers[1].activation.formula", "formula"),
    "deep formula": (
        ["derive", f"2-2:formula:{'(' * 80}z{')' * 80}-1"], "layers[1].activation.formula", "deep"),
    "long formula": (["derive", "2-1", "--loss", "formula:" + "y+" * 400 + "t"], "--loss.formula", "500"),
    "power too high": (["derive", "2-1", "--loss", "formula:(y-t)^999"], "--loss.formula", "64"),
    "too many layers": (["derive", "-".join(["2"] * 1500)], "layers", "1,000"),
    "negative penalty": (["derive", "2-1", "--l2", "-1"], "--l2", "at least 0"),
    "factor in words": (["derive", "2-1", "--factor", "half"], "--factor", "'half'"),
    "factor not finite": (["derive", "2-1", "--factor", "1e999"], "--factor", "'1e999'"),
    "misspelt reduction": (["derive", "2-1", "--reduction", "avg"], "--reduction", "mean or sum"),
    "path outside": (["derive", "2-2-1", "--path", "W1[7,1]"], "--path", "Its last is W1[2,2]."),
    "formula left out": (["derive", "2-2:formula:-1"], "layers[1].activation.formula", "got nothing"),
    "path at another zoom": (["derive", "2-1", "--path", "W1[1,1]", "--zoom", "index"], "--path", "paths"),
    "too narrow": (["derive", "2-1", "--width", "3"], "--width", "from 40"),
    "pdf to the terminal": (["notations", "--format", "pdf", "-o", "-"], "-o", "page.pdf"),
    "output in no folder": (["derive", "2-1", "-o", "no/such/page.tex"], "-o", "existing folder"),
    "unknown suffix": (["derive", "2-1", "-o", "page.docx"], "-o", "end in one of"),
    "seed in words": (["check", "2-1", "--seed", "luck"], "--seed", "'luck'"),
    "function without a file": (["check", "2-1", "--against", "g"], "--against", "module.py:function"),
    "argument where none belongs": (["notations", "bishop"], "arguments", "be absent"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_fix(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, path, words = REFUSED[name]
    lines = [line for line in told(capsys, *arguments) if "extra pdf" not in line]
    assert paths(lines) == [path]
    assert words in lines[0]
    assert list(tmp_path.iterdir()) == []


# what is changed in the problem file -> the path of the only message, and words in it
FILES: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "misspelt activation": ([(":relu", ":rleu")], "network.layers[1].activation", "Did you mean 'relu'?"),
    "weight that does not fit": ([("[[-5]]", "[[-5, 1]]")], "parameters.W2", "shape (1, 1)"),
    "unknown weight": ([("W2 =", "W4 =")], "parameters.W4", "2 layers"),
    "input that does not fit": ([("x = [3]", "x = [[3, 4]]")], "sample.x", "rows of 1"),
    "ragged input": ([("x = [3]", "x = [[3], [4, 5]]")], "sample.x[1]", "1"),
    "nan in the data": ([("x = [3]", "x = [nan]")], "sample.x[0]", "NaN"),
    "infinity in the data": ([("W1 = [[0.01]]", "W1 = [[inf]]")], "parameters.W1[0][0]", "Infinity"),
    "target outside [0, 1]": (
        [("half_squared_error", "binary_cross_entropy"), ("t = [1]", "t = [2]")], "sample.t[0]", "[0, 1]"),
    "no sample": ([("[sample]\nx = [3]\nt = [1]\n", "")], "sample", "Add [sample]"),
    "learning rate in words": ([("= 0.1", '= "fast"')], "update.learning_rate", "'fast'"),
    "misspelt notation": ([("\n[network]", 'notation = "neilsen"\n[network]')], "notation", "'nielsen'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_refused_with_a_fix(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    changes, path, words = FILES[name]
    lines = told(capsys, "trace", problem(tmp_path, *changes))
    assert paths(lines) == [path]
    assert words in lines[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("broken.toml", "[network\nlayers = 3", "line 1"),
        ("words.txt", "this is no table", "TOML"),
        ("broken.json", '{"network": }', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read(
    name: str, text: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    (line,) = told(capsys, "derive", str(file))
    assert line.startswith(f"{file}: must be ")
    assert words in line


def test_a_folder_is_no_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (line,) = told(capsys, "trace", str(tmp_path))
    assert "a directory" in line


def test_a_near_file_is_offered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    problem(tmp_path)
    (line,) = told(capsys, "trace", str(tmp_path / "problm.toml"))
    assert "Did you mean" in line
    assert "problem.toml" in line


def test_all_faults_are_told_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = ["4-3:rleu-2:sofmax-0", "--l2=-1", "--notation", "matix", "--format", "latx", "-o", "no/page.tex"]
    lines = told(capsys, "derive", *wrong)
    layers = {"layers[1].activation", "layers[2].activation", "layers[3].width"}
    assert set(paths(lines)) == {"--l2", "--notation", *layers, "--format", "-o"}
    file = problem(
        tmp_path, (":relu", ":rleu"), ("[[-5]]", '"five"'), ("= 0.1", '= "fast"'), ("x = [3]", "y = [3]")
    )
    lines = told(capsys, "trace", file, "--learning-rate", "fast", "--steps", "0", "--digits", "1.5")
    assert paths(lines) == [
        "network.layers[1].activation", "sample.y", "parameters.W2", "sample.x", "update.learning_rate",
        "--digits", "--steps", "--learning-rate",
    ]  # fmt: skip


def test_exact_needs_functions_with_exact_values(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (line,) = told(capsys, "trace", problem(tmp_path), "--exact")
    assert line.startswith("--exact: must be left out")
    assert "--digits 50" in line


def test_the_problem_itself_is_not_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = Path(problem(tmp_path))
    before = file.read_bytes()
    (line,) = told(capsys, "trace", str(file), "--format", "json", "-o", str(file))
    assert "another file" in line
    assert file.read_bytes() == before


def test_output_that_cannot_be_written_is_told_before_the_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        pytest.fail("worked although nothing could be written")

    monkeypatch.setattr("chalkgrad.notation.pages.derivation.derivation_page", work)
    (tmp_path / "page.tex").mkdir()
    (line,) = told(capsys, "derive", "2-1", "-o", str(tmp_path / "page.tex"))
    assert "a directory" in line
    monkeypatch.setattr(os, "access", lambda *_: False)
    (line,) = told(capsys, "derive", "2-1", "-o", str(tmp_path / "page.html"))
    assert "no permission" in line


def test_nothing_is_left_when_writing_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "page.tex"
    target.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    (line,) = told(capsys, "derive", "2-1", "--loss", "squared_error", "-o", str(target))
    assert "No space left on device" in line
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_in_a_message_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "2-1", "--\x1b[2J"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chalkgrad.app.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_as_a_process() -> None:
    done = run("derive", "4-3:rleu-1")
    assert (done.returncode, done.stdout) == (2, "")
    assert MESSAGE.match(done.stderr.strip())


def test_a_reader_that_leaves_early() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "chalkgrad.app.cli", "derive", "4-3-1", "--loss", "squared_error"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_an_interrupt_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chalkgrad.notation.pages.derivation.derivation_page", interrupted)
    monkeypatch.setattr("chalkgrad.app.cli._leave_stdout", lambda: None)
    assert main(["derive", "2-1"]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_device() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "chalkgrad.app.cli", "notations"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert MESSAGE.match(done.stderr.strip())


@pytest.mark.parametrize("command", ["trace", "check", "derive", "verify-key", "graph"])
def test_a_wrong_notation_is_told_with_the_other_faults_of_the_file(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(problem(tmp_path, ("0.1", '"fast"')))
    file.write_text('notation = "bishp"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert paths(told(capsys, command, str(file))) == ["update.learning_rate", "notation"]


EXAMPLE = str(Path(__file__).parents[2] / "examples" / "quiz.toml")
WRITING = [
    ["derive", "2-1", "--loss", "squared_error"], ["trace", EXAMPLE], ["check", EXAMPLE],
    ["verify-key", EXAMPLE],
    ["graph", "2-1"], ["program", "2-1", "--loss", "squared_error"], ["notations"],
]  # fmt: skip


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize("arguments", WRITING, ids=lambda arguments: arguments[0])
def test_an_answer_that_could_not_be_written_is_no_success(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "-o", "/dev/full"]) == 2
    assert "-o: must be a file that can be written; got '/dev/full': No space left" in capsys.readouterr().err


def test_a_disk_that_takes_nothing_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    page = str(tmp_path / "page.txt")
    assert main(["derive", "2-1", "-o", page]) == 2
    assert ": no permission. " in capsys.readouterr().err
    locked = os.statvfs_result([*os.statvfs(tmp_path)[:8], os.ST_RDONLY, 255])
    monkeypatch.setattr("os.statvfs", lambda path: locked)
    assert main(["derive", "2-1", "-o", page]) == 2
    assert ": Read-only file system. " in capsys.readouterr().err
