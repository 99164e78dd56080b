"""Grading: whose work it is, what it is worth, what is kept, and what nobody's file name or text can do."""

from __future__ import annotations

import _thread
import csv
import io
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from chalkgrad._errors import InputError
from chalkgrad.diagnose.findings import Fix, GradientVerdict, Mistake, Verdict
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.grade import ClassGrades, Submission, find_submissions, grade, read_grading
from chalkgrad.grade.pages.summary import grade_page
from chalkgrad.grade.processes.worker import record
from chalkgrad.grade.processes.workers import StoppedError
from chalkgrad.grade.records import Records
from chalkgrad.grade.score import score
from chalkgrad.grade.write import grades_csv, write_folder
from chalkgrad.network import Network
from chalkgrad.notation import render
from chalkgrad.problem import Problem
from tests.faults.told import assert_told

NETWORK = Network("3-2:relu-1:sigmoid")
TABLE: dict[str, object] = {"function": "backward"}
ALL = ["dW2", "db2", "dW1", "db1"]
HOSTILE = "<script>alert(1)</script> | `=x` [a](javascript:b) \x1b[31m"


def diagnosis(
    rule: str = "",
    sites: Sequence[str] = (),
    wrong: Mapping[str, Verdict] | None = None,
    follows: Sequence[str] = (),
    outcome: str = "explained",
    **more: Any,
) -> Diagnosis:
    """Return a diagnosis in which all gradients are right but these."""
    verdicts = dict.fromkeys(ALL, "right") | dict.fromkeys(follows, "wrong") | dict(wrong or {})
    gradients = tuple(GradientVerdict(n, v, follows=n in follows) for n, v in verdicts.items())  # type: ignore[arg-type]
    explains = tuple(name for name, verdict in verdicts.items() if verdict != "right")
    mistakes = (Mistake(rule, tuple(sites), explains, (f"{rule}.",), **more),) if rule else ()
    outcome = outcome if mistakes or wrong else "right"
    return Diagnosis(NETWORK, "mine.py:backward", outcome, gradients, mistakes)  # type: ignore[arg-type]


def points(found: Diagnosis, **table: Any) -> dict[str, Fraction]:
    marks = score(found.to_dict(), read_grading(TABLE | table, NETWORK))
    return {mark.row: mark.points for mark in marks}


# ---- points ----------------------------------------------------------------------------------------


def test_everything_right_has_all_points() -> None:
    assert points(diagnosis()) == dict.fromkeys(["dZ2", "dW2", "db2", "dZ1", "dW1", "db1"], 1)


def test_a_mistake_in_an_error_costs_that_error_alone() -> None:
    found = points(diagnosis("derivative-missing", ["dZ1"], follows=["dW1", "db1"]))
    assert {row for row, worth in found.items() if worth == 0} == {"dZ1"}


def test_a_mistake_in_the_first_error_is_followed_through_to_the_inputs() -> None:
    found = points(diagnosis("batch-mean-missing", ["dZ2"], follows=ALL), follow_through=0.5)
    half = Fraction(1, 2)
    assert found == {"dZ2": 0, "dW2": half, "db2": half, "dZ1": half, "dW1": half, "db1": half}


def test_a_mistake_in_a_gradient_costs_that_gradient_and_not_its_error() -> None:
    found = points(diagnosis("bias-from-weights", ["db1"], {"db1": "wrong"}))
    assert {row for row, worth in found.items() if worth == 0} == {"db1"}


def test_an_error_that_comes_by_its_activation_counts_as_its_own() -> None:
    found = points(diagnosis("wrong-weights", ["dA1"], follows=["dW1", "db1"]))
    assert {row for row, worth in found.items() if worth == 0} == {"dZ1"}


def test_what_stands_in_no_row_is_not_forgiven() -> None:
    """A mistake that costs no row of its own would be free of charge."""
    found = points(diagnosis("accumulator", [], follows=["dW1", "db1"]))
    assert {row for row, worth in found.items() if worth == 0} == {"dZ1", "dW1", "db1"}
    only = points(diagnosis("derivative-missing", ["dZ1"], follows=["dW1", "db1"]), gradients=["dW1", "db1"])
    assert only == {"dW1": 0, "db1": 0}


def test_what_nobody_can_explain_has_no_points() -> None:
    found = points(diagnosis(wrong={"dW1": "wrong", "db1": "not finite"}, outcome="unexplained"))
    assert {row for row, worth in found.items() if worth == 0} == {"dZ1", "dW1", "db1"}


def test_no_answer_has_no_points() -> None:
    failed = Diagnosis(
        NETWORK, "mine.py:backward", "failed", mistakes=(Mistake("no-answer", (), (), ("no.",)),)
    )
    assert set(points(failed).values()) == {0}


def test_weights_share_the_points() -> None:
    found = points(diagnosis(), points=10, weights={"dZ1": 3}, gradients=["dZ1", "dW1", "db1"])
    assert found == {"dZ1": 6, "dW1": 2, "db1": 2}
    assert sum(points(diagnosis(), points="1/3").values()) == Fraction(1, 3)


def test_every_fault_of_the_grading_is_told() -> None:
    table: dict[str, object] = {
        "functon": "f", "function": "a b", "points": -1, "follow_through": 2, "gradients": ["dW9"],
        "weights": {"dW1": "x"}, "with": "a.py",
        "reading": {"samples": "diagonal", "weight": "x"},
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_grading(table, NETWORK)
    assert_told(
        caught.value,
        [
            "grading.functon: must be one of function, file, points",
            "grading.function: must be the name of a function",
            "grading.gradients: must name gradients of the network; got 'dW9'. There are dZ2, dW2",
            "grading.points: must be a number of at least 0",
            "grading.follow_through: must be a number from 0 to 1; got 2",
            "grading.with: must be a list of names",
            "grading.reading.weight: must be one of samples, weights, bias, target, mode",
            "grading.reading.samples: must be one of rows, columns; got 'diagonal'",
        ],
    )


def test_a_problem_keeps_its_grading() -> None:
    table = {
        "network": {"layers": "2-1"},
        "grading": {"points": 4, "weights": {"dW1": 2.5}, "anything": ["x"]},
    }
    problem = Problem.from_dict(table)
    assert problem.grading == table["grading"]
    assert Problem.from_dict(problem.to_dict()) == problem
    with pytest.raises(InputError, match="grading: must be a table"):
        Problem.from_dict({"network": {"layers": "2-1"}, "grading": 3})


# ---- whose work ------------------------------------------------------------------------------------


def handed_in(folder: Path, **table: object) -> dict[str, Submission]:
    found, _ = find_submissions(folder, read_grading(TABLE | table, NETWORK))
    return {submission.place: submission for submission in found}


def test_files_folders_and_downloads_tell_the_student(tmp_path: Path) -> None:
    for place in (
        "ada.py",
        "Noether Emmy_12345_assignsubmission_file_/solution.py",
        "gausscarl_LATE_12345_6789_backprop-2.py",
        "gausscarl_LATE_12345_6789_backprop-1.py",
        "kurt/deep/er/backprop.py",
        "kurt/layers.py",
        "__MACOSX/x.py",
        ".hidden.py",
        "report.pdf",
    ):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("def backward(): pass\n" if "layers" not in place else "x = 1\n", encoding="utf-8")
    found, ignored = find_submissions(tmp_path, read_grading(TABLE, NETWORK))
    assert {s.student: s.place for s in found} == {
        "ada": "ada.py",
        "Noether Emmy": "Noether Emmy_12345_assignsubmission_file_/solution.py",
        "gausscarl": "gausscarl_LATE_12345_6789_backprop-2.py",
        "kurt": "kurt/deep/er/backprop.py",
    }
    assert ignored == ["report.pdf"]
    assert not any(s.fault for s in found)


def test_what_cannot_be_run_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "folder.py").mkdir()
    with (tmp_path / "large.py").open("wb") as file:
        file.truncate(100_000_000)
    (tmp_path / "two").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "two" / name).write_text("x = 1", encoding="utf-8")
    faults = {place: submission.fault for place, submission in handed_in(tmp_path).items()}
    assert faults == {
        "empty.py": "it is empty",
        "link.py": "it is a link to another file, which is not followed",
        "folder.py": "there is no .py or .ipynb file in this folder",
        "large.py": "it is larger than 1 MB",
        "two": "no file that defines backward among a.py, b.py; which of them is meant?",
    }


def test_the_folder_itself_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SUBMISSIONS: must have"):
        handed_in(tmp_path)
    with pytest.raises(InputError, match="SUBMISSIONS: must be an existing folder"):
        handed_in(tmp_path / "absent")


# ---- the class -------------------------------------------------------------------------------------

FOUND = {
    "right": diagnosis(),
    "relu": diagnosis("derivative-missing", ["dZ1"], follows=["dW1", "db1"], source="dZ1 = dA1",
                      remedy=Fix("dZ1 = dA1 * (Z1 > 0)"), line=7),
    "mean": diagnosis("batch-mean-missing", ["dZ2"], follows=ALL),
    "puzzle": diagnosis(wrong={"dW1": "wrong"}, outcome="unexplained"),
    "silent": diagnosis(wrong=dict.fromkeys(ALL, "not returned"), outcome="failed"),
}  # fmt: skip


class Told:
    """A diagnoser that is told what it finds, and counts."""

    def __init__(self, found: Mapping[str, str], problem: Problem) -> None:
        self.found, self.problem, self.asked = found, problem, list[str]()

    def __call__(self, submission: Submission, stop: threading.Event) -> dict[str, Any]:
        self.asked.append(submission.student)
        if self.found[submission.student] == "interrupt":
            _thread.interrupt_main()
            stop.wait(20)
            raise StoppedError
        text = submission.code.decode()
        grading = read_grading(TABLE, self.problem.network)
        made = FOUND[self.found[submission.student]]
        return record(made, submission.student, self.problem, grading, digest=text, shown=made.subject)


def graded(
    folder: Path, found: Mapping[str, str], problem: Problem | None = None
) -> tuple[ClassGrades, list[str]]:
    """Grade made-up students whose diagnoses are given."""
    problem = problem or Problem(NETWORK, title="Week 3")
    grading = read_grading(TABLE, NETWORK)
    students = [Submission(name, f"{name}.py", f"{name}.py", b"x = 1") for name in found]
    told = Told(found, problem)
    grades = grade(students, problem, grading, Records(folder / "records", problem.to_dict()), told, jobs=1)
    return grades, told.asked


def test_the_class_is_summed_up(tmp_path: Path) -> None:
    grades, _ = graded(tmp_path, {"ada": "right", "bo": "relu", "cy": "relu", "di": "mean", "ed": "puzzle"})
    assert [float(s.points) for s in grades.students] == [6, 5, 5, 5, 5]
    assert [(m.rule, [s.student for s in m.by]) for m in grades.mistakes()] == [
        ("derivative-missing", ["bo", "cy"]),
        ("batch-mean-missing", ["di"]),
    ]
    assert grades.histogram() == ([0, 0, 0, 0, 0, 4, 1], ["0", "1", "2", "3", "4", "5", "6"])
    assert grades.right("dZ1") == 2
    page = render(grade_page(grades))
    for words in (
        "5 submissions",
        "1 entirely right",
        "dZ1 = dA1 * (Z1 > 0)",
        "no known mistake explains it",
    ):
        assert words in page


def test_who_gave_no_answer_is_not_in_the_mean(tmp_path: Path) -> None:
    class_of = {"ada": "right", "bo": "relu", "cy": "silent", "di": "relu"}
    grades, _ = graded(tmp_path, class_of)
    assert [float(s.points) for s in grades.students] == [6, 5, 0, 5]
    assert (grades.mean, grades.median) == (16 / 3, 5)
    assert sum(grades.histogram()[0]) == 3
    page = " ".join(render(grade_page(grades)).split())
    assert "mean 5.33, median 5 of 6 points; 1 entirely right, 1 gave no answer and is not counted in" in page
    everybody, _ = graded(tmp_path / "all", dict.fromkeys(class_of, "silent"))
    assert (everybody.mean, everybody.median) == (None, None)
    page = " ".join(render(grade_page(everybody)).split())
    assert "mean –, median – of 6 points; 0 entirely right, 4 gave no answer and are not counted in" in page


def test_the_table_reads_back(tmp_path: Path) -> None:
    grades, _ = graded(tmp_path, {"ada": "right", "bo": "relu"})
    text = grades_csv(grades)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1]["student"] == "bo"
    assert rows[1]["points"] == "5"
    assert rows[1]["dZ1"] == "0"
    assert rows[1]["mistakes"] == "derivative-missing"
    assert rows[0]["same_code_as"] == "bo.py"


@pytest.mark.parametrize("separator", [";", "\t", "|", "; ", ';"'])
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@A1", "＝1"])
def test_no_part_of_a_cell_is_a_formula_whatever_separates_columns(
    tmp_path: Path, separator: str, formula: str
) -> None:
    grades, _ = graded(tmp_path, {"ada": "right"})
    (student,) = grades.students
    student = replace(student, student=f"ada{separator}{formula}")
    text = grades_csv(replace(grades, students=(student,)))
    for line in text.splitlines():
        for part in re.split(r"[;\t|]", line):
            assert not part.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))


def test_the_pages_of_who_withdrew_go(tmp_path: Path) -> None:
    """Only pages that a grading has written, and only when all are graded."""
    both, _ = graded(tmp_path, {"ada": "right", "bo": "relu"})
    one, _ = graded(tmp_path, {"ada": "right"})
    out = tmp_path / "out"
    write_folder(both, out)
    (out / "students" / "notes.md").write_text("the teacher's own", encoding="utf-8")

    def pages() -> set[str]:
        return {path.stem for path in (out / "students").iterdir()}

    assert pages() == {"ada", "bo", "notes"}
    write_folder(replace(one, complete=False), out)
    assert pages() == {"ada", "bo", "notes"}
    write_folder(one, out)
    assert pages() == {"ada", "notes"}


def test_a_second_run_does_only_what_is_new(tmp_path: Path) -> None:
    first, asked = graded(tmp_path, {"ada": "right", "bo": "relu"})
    assert asked == ["ada", "bo"]
    second, asked = graded(tmp_path, {"ada": "right", "bo": "relu", "cy": "mean"})
    assert asked == ["cy"]
    assert [s.marks for s in second.students[:2]] == [s.marks for s in first.students]
    _, asked = graded(tmp_path, {"ada": "right"}, Problem(NETWORK, title="Week 4"))
    assert asked == ["ada"]


def test_a_damaged_record_is_made_again(tmp_path: Path) -> None:
    graded(tmp_path, {"ada": "right"})
    (path,) = (tmp_path / "records").iterdir()
    path.write_text(path.read_text(encoding="utf-8")[:50], encoding="utf-8")
    _, asked = graded(tmp_path, {"ada": "right"})
    assert asked == ["ada"]
    assert json.loads(path.read_text(encoding="utf-8"))


def test_an_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    grades, _ = graded(tmp_path, {"ada": "right", "bo": "interrupt", "cy": "mean"})
    assert [s.student for s in grades.students] == ["ada"]
    assert not grades.complete
    assert "others are still to come" in render(grade_page(grades))
    grades, asked = graded(tmp_path, {"ada": "right", "bo": "relu", "cy": "mean"})
    assert asked == ["bo", "cy"]
    assert grades.complete


@pytest.mark.parametrize(
    "name", ["../../../evil", HOSTILE, "=cmd|' /C calc'!A0", "con", "ü", "", "a" * 300, "."]
)
def test_a_hostile_name_harms_nobody(tmp_path: Path, name: str) -> None:
    problem = Problem(NETWORK, title=HOSTILE)
    grading = read_grading(TABLE, NETWORK)
    made = record(FOUND["relu"], name, problem, grading, notes=[name], shown=name)
    submission = Submission(name, f"{name}.py", name, b"x = 1")
    folder = tmp_path / "out"
    grades = grade([submission], problem, grading, Records(folder / "records", 1), lambda s, stop: dict(made))
    write_folder(grades, folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    assert sorted(p.name for p in folder.iterdir()) == [
        "grades.csv",
        "records",
        "students",
        "summary.html",
        "summary.md",
    ]
    assert len(list((folder / "students").iterdir())) == 2
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert 'href="javascript' not in text
        assert "\x1b" not in text
    for path in folder.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "\x1b" not in text
    for row in csv.reader(io.StringIO((folder / "grades.csv").read_text(encoding="utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError(5, "Input/output error"), "Input/output error"), (OSError("no medium"), "no medium")],
)
def test_a_folder_that_cannot_be_listed_is_a_fault(
    error: OSError, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: object) -> None:
        raise error

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(InputError, match="SUBMISSIONS: must be a folder that can be read") as caught:
        find_submissions(tmp_path, read_grading(TABLE, NETWORK))
    assert caught.value.faults[0].got == reason


def test_names_are_in_the_order_of_a_class_list_whatever_their_case(tmp_path: Path) -> None:
    for name in ("bob", "Carla", "Ana", "ana", "dora"):
        (tmp_path / f"{name}.py").write_text("def backward(): pass\n")
    found, _ = find_submissions(tmp_path, read_grading(TABLE, NETWORK))
    assert [each.student for each in found] == ["Ana", "ana", "bob", "Carla", "dora"]


def test_of_what_was_handed_in_twice_the_last_counts(tmp_path: Path) -> None:
    """A platform numbers them; files of one student's own naming are all there is."""
    for place in (
        *("ada_1_2_back.py", "ada_1_3_back-9.py", "ada_1_4_back-10.py", "ada_1_5_other.py"),
        *("emmy_1_2_back (3).py", "emmy_1_3_back-2.py", "carl_1_2_back-10.py"),
        *("kurt.py", "kurt-2.py", "kurt.ipynb"),
    ):
        (tmp_path / place).write_text("def backward(): pass\n", encoding="utf-8")
    assert set(handed_in(tmp_path)) == {
        *("ada_1_4_back-10.py", "ada_1_5_other.py", "emmy_1_2_back (3).py", "carl_1_2_back-10.py"),
        *("kurt.py", "kurt-2.py", "kurt.ipynb"),
    }
