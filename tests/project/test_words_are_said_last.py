"""Words are for people: no decision asks what a sentence says, or a change of words would change it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "chalkgrad"
ROOMS = ("check", "diagnose", "grade", "usercode")
PROSE = {
    "advice", "ambiguity", "evidence", "message", "note", "problem", "reason", "said", "sentence", "side",
    "stopped", "summary", "text", "title", "told", "why", "words",
}  # fmt: skip
"""What sentences are called in these rooms."""
TYPED = ("check/key", "usercode/syntax", "usercode/vocabulary")
"""Where a text is what somebody typed, which has to be read."""
ASKED = {"startswith", "endswith", "find", "index", "count"}


def readings(source: str) -> Iterator[int]:
    """Yield the lines in which a phrase is looked for in a sentence."""
    expressions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.expr))
    for node in expressions:
        match node:
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
                found = _is_phrase(left) and _is_prose(right)
            case ast.Call(func=ast.Attribute(value=ast.Name("re")), args=[pattern, *texts]):
                found = _is_phrase(pattern) and any(map(_is_prose, texts))
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=[first, *_]) if name in ASKED:
                found = _is_phrase(first) and _is_prose(value)
            case _:
                found = False
        if found:
            yield node.lineno


def _is_phrase(node: ast.expr) -> bool:
    """Whether a constant has words in it; a name in capitals stands for one."""
    if isinstance(node, ast.Name):
        return node.id.isupper()
    inner = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return any(isinstance(value, str) and sum(map(str.isalpha, value)) > 2 for value in inner)


def _is_prose(node: ast.expr) -> bool:
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name in PROSE
        case ast.Call(func=ast.Attribute(value=value)) | ast.Subscript(value=value):
            return _is_prose(value)
        case ast.Call(func=ast.Name("str"), args=[value]):
            return True
    return False


def sources() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            place = str(path.relative_to(PACKAGE))
            if not place.startswith(TYPED):
                yield place, path.read_text(encoding="utf-8")


def test_no_decision_reads_a_sentence() -> None:
    found = [f"{place}:{line}" for place, source in sources() for line in readings(source)]
    assert found == [], "keep what is asked for beside the text: a kind, a flag, a record"


@pytest.mark.parametrize(
    "line",
    [
        '"digits" in side', '"transposed" in first.problem', "AVERAGED in note", '"loop" not in seen.stopped',
        'found.summary.startswith("no gradients")', 're.search("was (formed|cut)", mistake.sentence)',
        '"stands in" in str(error)', 'text.lower().endswith("wrong.")',
    ],
)  # fmt: skip
def test_a_planted_reading_is_found(line: str) -> None:
    assert list(readings(line)) == [1]


@pytest.mark.parametrize(
    "line",
    ['"loss" in notes', '"=" in text', 'name.startswith("dW")', 'text.endswith(".")', '"right" in verdicts'],
)
def test_what_is_no_sentence_is_not_accused(line: str) -> None:
    assert list(readings(line)) == []
