"""``chalkgrad grade``: how good is a whole class's code?"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import read_table
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_number, read_whole
from chalkgrad.app.shell.output import Output, check_place, columns_of_terminal, say
from chalkgrad.app.shell.source import is_file, notation_name, read_notation

if TYPE_CHECKING:
    from chalkgrad.grade import ClassGrades, Grading
    from chalkgrad.grade.run import Tell
    from chalkgrad.problem import Problem

SUFFIXES = (".csv", ".md", ".html")
MOST_JOBS = 256
INTERRUPTED = 130


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Diagnose every submission of a folder, give points with follow-through, and sum up the class: a\n"
        "table, a summary, and a page a student.  What is done is kept: a second run does what is new."
    )
    examples = (
        "grade examples/submissions --problem examples/assignment.toml",
        "grade examples/submissions --problem examples/assignment.toml --jobs 4 -o grades",
    )
    options = Parser("grade", "SUBMISSIONS", about, examples)
    options.value("--problem", metavar="FILE", help="the problem file: network, numbers and [grading]")
    options.value(
        "--function", metavar="NAME", help="what each file must define; [grading] function if left out"
    )
    options.value("--notation", metavar="NAME", help="how gradients are written; the problem's, or matrix")
    options.value("--jobs", metavar="N", help="how many at once; as many as there are processors")
    options.value("--time-limit", metavar="S", help="seconds for one run of a submission's code; 10")
    options.value("-o", "--output", metavar="PLACE", help="a folder, or one .csv, .md or .html file")
    options.flag("--fresh", help="grade everything anew, also what was done before")
    return options


def run(arguments: Sequence[str]) -> int:
    """Grade and write; return 0, or 130 after Ctrl-C with what was done until then kept."""
    options = parser().read(arguments)
    from chalkgrad import __version__
    from chalkgrad.grade.processes.descendants import adopt_orphans, end_descendants
    from chalkgrad.grade.processes.workers import Workers
    from chalkgrad.grade.records import Records
    from chalkgrad.grade.run import grade, with_ignored
    from chalkgrad.grade.submissions import existing_folder, find_submissions

    faults: list[Fault] = []
    problem, grading, support = _read_problem(options, faults)
    jobs = read_whole("--jobs", options.jobs, faults, least=1, most=MOST_JOBS, example=4)
    limit = read_number("--time-limit", options.time_limit, faults, example="10")
    place = _place(options, faults)
    folder = attempt(faults, lambda: existing_folder(options.submissions))
    found = None
    if folder is not None and grading is not None:
        found = attempt(faults, lambda: find_submissions(folder, grading))
    if faults or problem is None or grading is None or found is None:
        raise InputError(faults)
    submissions, ignored = found
    seconds = float(limit) if limit is not None else 10.0
    workers = Workers(problem, grading, support, seconds)
    basis = [problem.to_dict(), grading.to_dict(), sorted((n, t.hex()) for n, t in support.items()), seconds]
    records = Records(_records(place), [*basis, __version__], fresh=options.fresh)
    adopt_orphans()
    try:
        with _bar() as tell:
            grades = grade(submissions, problem, grading, records, workers, jobs=jobs, tell=tell)
    finally:
        end_descendants()
    return _finish(with_ignored(grades, ignored), place, problem.notation, len(submissions))


def _read_problem(
    options: argparse.Namespace, faults: list[Fault]
) -> tuple[Problem | None, Grading | None, dict[str, bytes]]:
    from chalkgrad.grade.grading import read_grading
    from chalkgrad.problem import Problem

    if options.problem is None:
        fix = "Write --problem assignment.toml, say."
        faults.append(Fault("--problem", "be given", "nothing", fix))
        return None, None, {}
    if not is_file(options.problem):
        fix = "Write network and points in a file, as examples/assignment.toml (chalkgrad examples) does."
        faults.append(Fault("--problem", "be a problem file, .toml or .json", shown(options.problem), fix))
        return None, None, {}
    table = attempt(faults, lambda: read_table(options.problem))
    name, place = notation_name(options.notation, options.problem, table)
    read_notation(name, place, faults)
    if table is None:
        return None, None, {}
    absolute = os.path.abspath(name) if name.endswith(".toml") else name  # read elsewhere too
    problem = attempt(faults, lambda: Problem.from_dict({**table, "notation": absolute}))
    if problem is None:
        return None, None, {}
    grading = attempt(faults, lambda: read_grading(problem.grading, problem.network, options.function))
    support = _support(Path(options.problem).parent, grading, faults)
    return problem, grading, support


def _support(folder: Path, grading: Grading | None, faults: list[Fault]) -> dict[str, bytes]:
    """Read the files that are laid beside every submission."""
    read = {}
    for name in grading.support if grading is not None else ():
        try:
            read[Path(name).name] = (folder / name).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            got, fix = f"{shown(name)}: {reason}", "Name it from where the problem file lies."
            faults.append(Fault("grading.with", "name files that can be read", got, fix))
    return read


def _place(options: argparse.Namespace, faults: list[Fault]) -> Path:
    """Return where the answer goes: a folder, or a file with one of the suffixes."""
    if options.output is None:
        folder = Path(os.path.abspath(options.submissions))
        return folder.with_name(f"{folder.name}-grades")
    place = Path(options.output)
    if place.is_dir():
        return place
    if place.suffix.lower() in SUFFIXES:
        check_place(str(place), None, faults, example="grades.csv")
    elif place.suffix or place.exists():
        fix = "Name a folder, or a file that ends so."
        faults.append(Fault("-o", f"be a folder or end in {', '.join(SUFFIXES)}", shown(str(place)), fix))
    return place


def _records(place: Path) -> Path:
    if place.suffix.lower() in SUFFIXES and not place.is_dir():
        return place.with_name(f".{place.name}.records")
    return place / "records"


def _finish(grades: ClassGrades, place: Path, notation: str, count: int) -> int:
    from chalkgrad.grade.pages.summary import grade_page
    from chalkgrad.grade.write import write_file, write_folder

    single = place.suffix.lower() in SUFFIXES and not place.is_dir()
    try:
        if single:
            write_file(grades, place, notation)
        else:
            write_folder(grades, place, notation)
    except OSError as error:
        got = f"{shown(str(place))}: {error.strerror or error}"
        raise InputError(Fault("-o", "be a place that can be written", got, "Choose another.")) from None
    Output("text", None, columns_of_terminal()).page(grade_page(grades, notation))
    written = f"{place / 'summary.html'}, summary.md, grades.csv and a page a student"
    say(f"written: {place if single else written}")
    if grades.complete:
        return 0
    say(f"interrupted after {len(grades.students)} of {count}; the same command goes on from there")
    return INTERRUPTED


@contextlib.contextmanager
def _bar() -> Iterator[Tell | None]:
    """Show how far it is, where errors go to a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("grading"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[student]}", markup=False, style="dim"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=8) as bar:
        task = bar.add_task("grading", total=None, student="")

        def tell(done: int, of: int, student: str) -> None:
            bar.update(task, completed=done, total=of, student=student[:40])

        yield tell
