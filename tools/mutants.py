"""How many planted mistakes does the suite notice?  ``make mutants`` samples a hundred, says which survive.

Once, the suite runs under coverage with a context a test (a child's lines count for the test that started
it), so that it is known which tests pass through a line.  Then single places of ``src`` are changed, each in
a copy: a comparison, a connective, an operation, a number, a condition, a returned value, a call that is left
out.  The tests that pass through the line run until one fails; a change that none notices is printed with its
line, to be judged: either it means the same, or a law is missing.

    python tools/mutants.py --collect           # which tests pass through which line (minutes; kept)
    python tools/mutants.py --sample 100 --seed 0
    python tools/mutants.py --file src/chalkgrad/check/agreement.py --sample 20
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "chalkgrad"
KEPT = ROOT / "build" / "mutants"  # what --collect found
CONFIG = """\
[run]
source_pkgs = chalkgrad
parallel = true
patch = _exit
context = ${PYTEST_CURRENT_TEST-}
data_file = %s
"""
SECONDS = 60  # of tests a mutant, the quickest of every file first

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the characters of one node, and what stands there instead."""

    file: Path
    line: int
    start: int  # offset in the file's bytes
    end: int
    old: str
    new: str

    def source(self) -> bytes:
        """The file with the change in it."""
        text = self.file.read_bytes()
        return text[: self.start] + self.new.encode() + text[self.end :]

    def __str__(self) -> str:
        """Where it is and what it changes, on a line."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file.relative_to(ROOT)}:{self.line}: {old}  →  {new}"


@dataclass(frozen=True)
class Judged:
    """A mutant, and whether a test noticed."""

    mutant: Mutant
    killed: bool
    tests: int
    seconds: float


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Each way to change one node."""
    match node:
        case ast.Compare(ops=[op]) | ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPPED:
            other = copy.deepcopy(node)
            swapped = SWAPPED[type(op)]()
            setattr(other, *(("ops", [swapped]) if isinstance(other, ast.Compare) else ("op", swapped)))
            yield other
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(2 * value + 1)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)


def statements(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each way to change one statement: the node that is replaced, and by what."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return  # for readers of types alone
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, ast.Constant):
            yield test, ast.UnaryOp(ast.Not(), test)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield value, ast.Constant(None)
        case ast.Expr(value=ast.Call()):
            yield node, ast.Pass()


def mutable(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that is carried out: no annotation, no text."""

    def below(node: ast.AST) -> Iterator[ast.AST]:
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.JoinedStr):
                    continue
                if isinstance(child, ast.AST):
                    yield from below(child)

    yield from below(tree)


def mutants(file: Path) -> list[Mutant]:
    """Every change of a file."""
    text = file.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in mutable(ast.parse(text)):
        pairs = [(node, other) for other in changed(node)] + list(statements(node))
        for old, new in pairs:
            place = old
            assert isinstance(place, ast.expr | ast.stmt)
            assert place.end_lineno is not None
            assert place.end_col_offset is not None
            start = starts[place.lineno - 1] + place.col_offset
            end = starts[place.end_lineno - 1] + place.end_col_offset
            written = ast.unparse(ast.fix_missing_locations(new))
            written = written if isinstance(old, ast.stmt) else f"({written})"
            found.append(Mutant(file, place.lineno, start, end, text[start:end].decode(), written))
    return found


def collect(*, quick: bool, workers: int) -> None:
    """Run the suite under coverage and keep which tests pass through which line, and how long each takes."""
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    config = KEPT / "coveragerc"
    config.write_text(CONFIG % (KEPT / "lines"))
    # Every Python that is started from here on counts (coverage's .pth file sees to it), the tests' own too.
    env = os.environ | {"COVERAGE_PROCESS_START": str(config)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-p", "tools.test_contexts"]
    command += [f"--junitxml={KEPT / 'times.xml'}", *tests_wanted()]
    command += ["--dist", "worksteal", *(["--quick"] if quick else [])]
    if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
        print("not every test passed; a mutant that only these would notice counts as survived")
    combine = [sys.executable, "-m", "coverage", "combine", f"--rcfile={config}", "-q"]
    subprocess.run(combine, cwd=KEPT, check=True)


def tests_wanted() -> list[str]:
    """The rooms of tests whose subject is the code; the project's own files are no subject."""
    return [f"tests/{room}" for room in ("laws", "faults", "golden", "data", "native", "oracles")]


class Passing:
    """Which tests pass through a line, the quickest first."""

    def __init__(self) -> None:
        """Read what ``collect`` kept."""
        self.seconds: dict[str, float] = {}
        for case in ElementTree.parse(KEPT / "times.xml").iter("testcase"):  # our own file
            path = case.attrib["classname"].replace(".", "/") + ".py"
            self.seconds[f"{path}::{case.attrib['name']}"] = float(case.attrib["time"])
        self.data = sqlite3.connect(KEPT / "lines", check_same_thread=False)

    def through(self, file: Path, line: int) -> list[str]:
        """The tests that pass through the line; for a table, which none passes, those that use its file."""
        contexts: dict[str, bool] = {}
        query = "select context.context, numbits from line_bits join context on context_id = context.id"
        query += " join file on file_id = file.id where path = ?"
        for context, bits in self.data.execute(query, (str(file),)):
            test = context.removesuffix(" (call)").removesuffix(" (setup)")
            if test in self.seconds:
                here = line // 8 < len(bits) and bool(bits[line // 8] >> line % 8 & 1)
                contexts[test] = contexts.get(test, False) or here
        exact = [test for test, here in contexts.items() if here]
        kept: list[str] = []
        total = 0.0
        for test in self._spread(exact or list(contexts)):
            total += self.seconds[test]
            if kept and total > SECONDS:
                break
            kept.append(test)
        return kept

    def _spread(self, tests: list[str]) -> list[str]:
        """The quickest of every file, then the second of every file, and so on."""
        seen: Counter[str] = Counter()
        ranked = []
        for test in sorted(tests, key=lambda test: self.seconds[test]):
            file = test.partition("::")[0]
            ranked.append((seen[file], self.seconds[test], test))
            seen[file] += 1
        return [test for _, _, test in sorted(ranked)]


def copied(place: Path) -> Path:
    """A copy of what the tests need."""
    for name in ("src", "tests", "examples", "docs", "benchmarks", "tools", "native"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, place)
    return place


def judge(mutant: Mutant, tests: list[str], place: Path) -> Judged:
    """Run the tests against the change in the copy at ``place``."""
    began = time.monotonic()
    if not tests:
        return Judged(mutant, False, 0, 0.0)
    target = place / mutant.file.relative_to(ROOT)
    whole = target.read_bytes()
    target.write_bytes(mutant.source())
    names = place / "tests-to-run.txt"
    names.write_text("\n".join(tests))
    env = os.environ | {"PYTHONPATH": str(place / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    process = subprocess.Popen(
        [*command, f"@{names}"],
        cwd=place,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        killed = process.wait(timeout=4 * SECONDS) != 0
    except subprocess.TimeoutExpired:
        killed = True  # it hangs, which is noticed
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()
        target.write_bytes(whole)
    return Judged(mutant, killed, len(tests), time.monotonic() - began)


def sampled(files: list[Path], count: int, seed: int) -> list[Mutant]:
    """So many changes, every place of the files as likely as another."""
    everything = [mutant for file in files for mutant in mutants(file)]
    return random.Random(seed).sample(everything, min(count, len(everything)))


def judged(chosen: list[Mutant], workers: int) -> Iterator[Judged]:
    """Judge them, some at a time, each worker in a copy of its own."""
    passing = Passing()
    planned = [(mutant, passing.through(mutant.file, mutant.line)) for mutant in chosen]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        free: Queue[Path] = Queue()
        for number in range(workers):
            free.put(copied(Path(folder) / str(number)))

        def one(plan: tuple[Mutant, list[str]]) -> Judged:
            place = free.get()
            try:
                return judge(*plan, place)
            finally:
                free.put(place)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(one, planned)


def main() -> int:
    """Collect if need be, sample, judge, and print the survivors."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--collect", action="store_true", help="run the suite under coverage, and end")
    parser.add_argument("--quick", action="store_true", help="by the tests of make test-quick alone")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="how many changes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--file", type=Path, action="append", help="of this file alone; may be repeated")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.collect or not (KEPT / "times.xml").exists():
        collect(quick=asked.quick, workers=asked.workers)
        if asked.collect:
            return 0
    files = [file.resolve() for file in asked.file] if asked.file else sorted(SOURCE.rglob("*.py"))
    survivors, count = [], 0
    for one in judged(sampled(files, asked.sample, asked.seed), asked.workers):
        count += 1
        said = "killed  " if one.killed else "SURVIVED"
        print(f"{count:3} {said} {one.tests:4} tests {one.seconds:5.1f} s  {one.mutant}", flush=True)
        if not one.killed:
            survivors.append(one)
    print(f"\n{count - len(survivors)} of {count} noticed ({1 - len(survivors) / max(count, 1):.0%})")
    for one in survivors:
        print(f"  {one.mutant}" + ("" if one.tests else "   (no test passes here)"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
