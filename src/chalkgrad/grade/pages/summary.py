"""A class's grades as a page: who has how many points, which mistakes were made, what a person should see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from chalkgrad._roles import layer_of
from chalkgrad.diagnose.mistakes.rules import title, why_in
from chalkgrad.diagnose.mistakes.statement import retold
from chalkgrad.grade.grading import Grading
from chalkgrad.grade.pages.histogram import histogram_svg, histogram_text
from chalkgrad.grade.result import ClassGrades, Graded
from chalkgrad.grade.score import Mark
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.network_names import short_widths
from chalkgrad.notation.equations.retelling import Retelling
from chalkgrad.notation.profiles.find import Notation

SIGNS = {"right": "✓", "follows": "→", "wrong": "✗", "missing": "–"}
MEANINGS = {
    "right": "right",
    "follows": "wrong only because of an earlier mistake",
    "wrong": "wrong",
    "missing": "nothing there to judge",
}
MOST_NAMES = 12
NAMED_BY_SYMBOL = ("pre-activation-for-activation", "error-of-activation")
"""Rules whose names begin with a symbol, which has no capital letter."""


def grade_page(grades: ClassGrades, notation: Notation | str = "matrix", links: str = "") -> b.Document:
    """The page of a class.

    Parameters
    ----------
    grades
        From ``grade``.
    notation
        How the gradients are named.
    links
        The suffix of the students' own pages (``.html``), which lie in ``students``; empty for no links.
    """
    page = _Page(grades, Retelling(grades.network, notation), links)
    blocks: list[b.Block] = [b.Paragraph((page.overview(),)), page.histogram()]
    blocks += [b.Heading("Students"), page.students(), b.Paragraph(page.legend())]
    blocks += page.to_look_at() + page.mistakes() + page.rows() + page.remarks()
    blocks += [b.Heading("How points are given"), b.Bullets(points_rule(grades.grading, page.told))]
    title = grades.title or f"ClassGrades, {short_widths(grades.network)}"
    return b.Document(title, tuple(blocks))


def points_table(marks: Sequence[Mark], told: Retelling) -> b.TableBlock:
    """What each row of one student's work is worth."""
    rows: list[tuple[b.Inline, ...]] = []
    for mark in marks:
        worth = (points_text(mark.points),), (points_text(mark.of),)
        rows.append(((SIGNS[mark.verdict],), (told.symbol(mark.row),), (MEANINGS[mark.verdict],), *worth))
    return b.TableBlock((("",), ("gradient",), ("verdict",), ("points",), ("of",)), tuple(rows))


def points_rule(grading: Grading, told: Retelling) -> tuple[b.Inline, ...]:
    """How points are given, for those who get them."""
    worth: dict[Fraction, list[str]] = {}
    for row in grading.rows:
        worth.setdefault(grading.worth(row), []).append(row)
    items: list[b.Inline] = []
    for points, rows in worth.items():
        each = " each" if len(rows) > 1 else ""
        of: list[str | b.Box] = [part for row in rows for part in (told.symbol(row), ", ")][:-1]
        items.append((f"{points_text(points)} {_counted('point', points)}{each} for ", *of, "."))
    share = grading.follow_through
    kept = {Fraction(0): "none", Fraction(1): "all"}.get(share, f"{float(share):.0%}")
    text = (
        "Follow-through: what is wrong only because of an earlier mistake, and right given the student’s own "
        f"earlier values, has {kept} of its points."
    )
    items.append((text,))
    if any(row[1] == "Z" for row in grading.rows):
        first = next(row for row in grading.rows if row[1] == "Z")
        text = (
            " and its like are judged by the mistakes that stand in them and by the gradients made of them."
        )
        items.append((told.symbol(first), text))
    return tuple(items)


def points_text(points: Fraction | float | None) -> str:
    """Points for reading: at most two decimals.

    >>> points_text(Fraction(7)), points_text(Fraction(20, 3)), points_text(7.5), points_text(None)
    ('7', '6.67', '7.5', '–')
    """
    if points is None:
        return "–"
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


class _Page:
    def __init__(self, grades: ClassGrades, told: Retelling, links: str) -> None:
        self.grades, self.told, self.links = grades, told, links

    def overview(self) -> str:
        grades, count = self.grades, len(self.grades.students)
        right = sum(student.outcome == "right" for student in grades.students)
        most = points_text(grades.grading.points)
        text = (
            f"{count} {_counted('submission', count)} for {short_widths(grades.network)}: "
            f"mean {points_text(grades.mean)}, median {points_text(grades.median)} of {most} points; "
            f"{right} entirely right."
        )
        silent = count - len(grades.judged)
        if silent:
            counted = "is not counted in mean, median and the picture"
            counted = counted if silent == 1 else counted.replace("is", "are", 1)
            text = f"{text[:-1]}, {silent} gave no answer and {counted}."
        looks = sum(bool(student.look) for student in grades.students)
        text = f"{text[:-1]}, {looks} to look at." if looks else text
        return text if grades.complete else f"{text} The grading was interrupted: others are still to come."

    def histogram(self) -> b.Block:
        counts, labels = self.grades.histogram()
        return b.Figure(histogram_svg(counts, labels), histogram_text(counts, labels), "Students by points")

    def students(self) -> b.Block:
        rows: list[tuple[b.Inline, ...]] = []
        for student in self.grades.students:
            where: b.Inline = (self.told.symbol(student.first_wrong),) if student.first_wrong else ()
            mistakes = "; ".join(dict.fromkeys(m["title"] for m in student.diagnosis["mistakes"]))
            found = mistakes or ("" if student.outcome == "right" else student.look)
            points = (points_text(student.points),)
            rows.append((self.name(student), points, *_signs(student.marks), where, (found,)))
        layers = [(f"layer\u00a0{layer_of(group[0])}",) for group in _layers(self.grades.grading.rows)]
        header: tuple[b.Inline, ...] = (("student",), ("points",), *layers, ("first wrong",), ("mistakes",))
        return b.TableBlock(header, tuple(rows))

    def legend(self) -> b.Inline:
        used = [v for v in SIGNS if any(m.verdict == v for s in self.grades.students for m in s.marks)]
        layers = _layers(self.grades.grading.rows)
        named: list[str | b.Box] = []
        for rows in layers:
            named += [part for row in rows for part in (self.told.symbol(row), " ")]
            named[-1] = " · "
        meanings = "; ".join(f"{SIGNS[verdict]} {MEANINGS[verdict]}" for verdict in used)
        return (f"{meanings}. In this order: ", *named[:-1], ".")

    def to_look_at(self) -> list[b.Block]:
        items: list[b.Inline] = []
        for student in self.grades.students:
            if student.look:
                mistakes = student.diagnosis["mistakes"]
                told = student.diagnosis["ambiguity"] or (mistakes[0]["sentence"] if mistakes else "")
                why: b.Inline = (student.look,)
                if told and student.outcome in ("ambiguous", "failed"):
                    why = (told,)
                items.append((*self.name(student), ": ", *why))
        return [b.Heading("To look at"), b.Bullets(tuple(items))] if items else []

    def mistakes(self) -> list[b.Block]:
        blocks: list[b.Block] = []
        for mistake in self.grades.mistakes():
            count = len(mistake.by)
            name = title(mistake.rule)
            name = name if mistake.rule in NAMED_BY_SYMBOL else name[:1].upper() + name[1:]
            blocks += [b.Heading(f"{name} · {count} {_counted('student', count)}", 3)]
            blocks += [b.Paragraph(self.listed(mistake.by))]
            example = mistake.example
            why = retold(why_in(mistake.rule, self.grades.network), self.told)
            blocks += [b.Paragraph(why)] if why else []
            if example["fix"]:
                source = f"{example['source'].strip()}\n" if example["source"] else ""
                before = "".join(f"- {line}\n" for line in source.splitlines())
                fix = f"{before}+ {example['fix']}" if before else example["fix"]
                blocks.append(b.Code(fix, "diff" if before else "python"))
        return [b.Heading("Mistakes of the class"), *blocks] if blocks else []

    def rows(self) -> list[b.Block]:
        count = len(self.grades.students)
        rows: list[tuple[b.Inline, ...]] = []
        for row in self.grades.grading.rows:
            right = self.grades.right(row)
            share = f"{right / count:.0%}" if count else "–"
            rows.append(((self.told.symbol(row),), (f"{right}",), (share,)))
        return [b.Heading("Gradients"), b.TableBlock((("gradient",), ("right",), ("of all",)), tuple(rows))]

    def remarks(self) -> list[b.Block]:
        items: list[b.Inline] = []
        told: set[str] = set()
        by_place = {student.place: student for student in self.grades.students}
        for student in self.grades.students:
            items += [(*self.name(student), f": {note}.") for note in student.notes]
            if student.same_as and student.place not in told:
                told |= {student.place, *student.same_as}
                others = [by_place[place] for place in student.same_as if place in by_place]
                text = " have the same code, comments and spaces aside. That may have good reasons."
                items.append((*self.listed([student, *others]), text))
        if self.grades.ignored:
            names = ", ".join(self.grades.ignored[:MOST_NAMES])
            more = len(self.grades.ignored) - MOST_NAMES
            items.append((f"Not looked at: {names}{f' and {more} more' if more > 0 else ''}.",))
        return [b.Heading("Remarks"), b.Bullets(tuple(items))] if items else []

    def name(self, student: Graded) -> b.Inline:
        if not self.links:
            return (student.student,)
        return (b.Link(student.student, f"students/{student.page}{self.links}"),)

    def listed(self, students: Iterable[Graded]) -> b.Inline:
        parts = [part for student in students for part in (*self.name(student), ", ")]
        return tuple(parts[:-1])


def _signs(marks: Sequence[Mark]) -> list[b.Inline]:
    """The marks of a student, a group a layer."""
    verdicts = {mark.row: mark.verdict for mark in marks}
    return [("".join(SIGNS[verdicts[row]] for row in rows),) for rows in _layers(verdicts)]


def _layers(rows: Iterable[str]) -> list[list[str]]:
    layers: dict[int, list[str]] = {}
    for row in rows:
        layers.setdefault(layer_of(row), []).append(row)
    return list(layers.values())


def _counted(word: str, count: Fraction | int) -> str:
    return word if count == 1 else f"{word}s"
