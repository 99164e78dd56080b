"""Nothing that does not belong: dangerous calls, paths of one machine, vague modules, large files."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DANGEROUS = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "parse_latex"}
RUNS_USERCODE = "chalkgrad/usercode/call/loading.py"
"""The one file that may run a person's code: that is what it is asked for, in a child with limits."""
DANGEROUS_MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib", "sympy"}
# Absolute paths of somebody's machine: a home, a mounted disk, a workplace, a temporary folder.
MACHINE_PATH = re.compile(r"(?<![\w.~/:<])/(?:work|root|home|mnt|Users|tmp|opt|srv)/\w|[A-Z]:\\Users\\")
LARGEST = 400_000  # bytes; the digits are 166 kB
VAGUE = {"utils", "util", "misc", "helpers", "helper", "common", "tools"}


def tracked() -> list[Path]:
    """All files of the project: those git knows or would add; outside a clone, none."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def dangerous(source: str) -> list[str]:
    """List the calls and imports of a module that could run what a file or a person says."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in DANGEROUS:
                found.append(name)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in DANGEROUS:
                of_a_model = name == "eval" and not node.args  # torch.nn.Module.eval()
                if not of_a_model and not (isinstance(owner, ast.Name) and owner.id in ("re", "typst")):
                    found.append(name)
            case ast.Call(keywords=keywords):
                found += ["allow_pickle" for keyword in keywords if keyword.arg == "allow_pickle"]
            case ast.Import(names=names):
                found += [alias.name for alias in names if alias.name.split(".")[0] in DANGEROUS_MODULES]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in DANGEROUS_MODULES:
                found.append(module)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_dangerous_call(path: Path) -> None:
    allowed = {"exec", "compile"} if path.relative_to(ROOT / "src").as_posix() == RUNS_USERCODE else set()
    assert set(dangerous(path.read_text(encoding="utf-8"))) - allowed == set()


@pytest.mark.parametrize(
    "planted",
    [
        "eval('1')",
        "exec('x = 1')",
        "import pickle",
        "from pickle import loads",
        "np.load(f, allow_pickle=True)",
        "builtins.eval(s)",
        "def f():\n    import sympy",
        "parser.sympify(s)",
    ],
)
def test_a_planted_danger_is_found(planted: str) -> None:
    assert dangerous(planted)


def test_harmless_code_is_not_accused() -> None:
    assert dangerous("import re\nre.compile('a')\nevaluate(x)\nmodel.evaluate(x)\nmodel.eval()") == []


def test_no_path_of_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        lines = enumerate(text.splitlines(), start=1)
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line.strip()}" for n, line in lines if MACHINE_PATH.search(line)
        ]
    assert found == []


def test_a_planted_path_is_found() -> None:
    assert MACHINE_PATH.search('open("' + "/ho" + 'me/ada/x.csv")')
    assert MACHINE_PATH.search("see " + "/wo" + "rk/data")
    assert not MACHINE_PATH.search("https://example.org/home/page and ./srv/x and docs/home/x")


def test_no_vague_module() -> None:
    assert [path.name for path in SOURCES if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_no_large_file() -> None:
    assert [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > LARGEST] == []
