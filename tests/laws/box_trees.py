"""Random boxes and pages for the laws that every writer keeps."""

from __future__ import annotations

from hypothesis import strategies as st

from chalkgrad.notation.boxes import (
    PALETTE,
    BigOp,
    Block,
    Box,
    Bullets,
    Cases,
    Code,
    Coloured,
    Columns,
    Display,
    Document,
    Fence,
    Figure,
    Frac,
    Grid,
    Heading,
    Line,
    Numeral,
    Op,
    Paragraph,
    Row,
    Script,
    Sym,
    TableBlock,
    Under,
    Words,
)

LETTERS = st.sampled_from(
    ["x", "W", "δ", "Δ", "σ", "ℓ", "1", "12", "𝒵", "⋯", "T", "⊤", "db", "ReLU", "log", "x₁", "é", ""]
)
HOSTILE = st.text(
    st.sampled_from(list("ab <>&\"'\\{}[]()#$%_^~`|*@-=+./;:,!?\n\t\x00\x1b\u202eσ½∑é漢🙂\ud800")),
    max_size=12,
)
WORDS = st.one_of(st.sampled_from(["if ", "otherwise", "for l = 2, …, 49"]), HOSTILE)
STYLES = st.sampled_from(["italic", "bold", "upright", "script", "double"])
ACCENTS = st.sampled_from(["", "", "hat", "star", "bar", "tilde", "prime"])
COLOURS = st.sampled_from([*PALETTE, "mauve"])
OPERATORS = st.sampled_from(
    ["+", "−", "-", "⊙", "·", "*", "×", "=", "←", ":=", "∈", "≈", "<", "∂", ",", ";", "@", "/", "mod"]
)

symbols = st.builds(Sym, st.one_of(LETTERS, HOSTILE), STYLES, ACCENTS)
numbers = st.builds(
    Numeral,
    st.sampled_from(
        ["0", "0.25", "−3", "-3", "2.08e-05", "-1e+30", "3/7", "−1/2", "inf", "-inf", "nan", "1e5"]
    ),
)
leaves: st.SearchStrategy[Box] = st.one_of(
    symbols,
    numbers,
    st.builds(Op, OPERATORS, st.sampled_from(["binary", "relation", "prefix", "punct"])),
    st.builds(Words, WORDS),
)
BRACKETS = st.sampled_from(
    [("(", ")"), ("[", "]"), ("{", "}"), ("|", "|"), ("⟨", "⟩"), ("", ")"), ("(", ""), ("", "")]
)


def _larger(inner: st.SearchStrategy[Box]) -> st.SearchStrategy[Box]:
    rows = st.lists(inner, max_size=5).map(lambda items: Row(tuple(items)))
    part = st.one_of(inner, rows)
    maybe = st.one_of(st.none(), part)
    cells = st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(*[part] * n), min_size=1, max_size=3))
    grids = st.builds(lambda c, b: Grid(tuple(c), *b), cells, BRACKETS)
    large = st.builds(BigOp, st.sampled_from(["Σ", "Π", "max", "argmin", "⊕"]), maybe, maybe)
    cases = st.lists(st.tuples(part, part), max_size=3).map(lambda pairs: Cases(tuple(pairs)))
    return st.one_of(
        rows,
        st.builds(Script, part, maybe, maybe),
        st.builds(Frac, part, part),
        st.builds(lambda body, b: Fence(body, *b), part, BRACKETS),
        large,
        st.builds(Under, part, part),
        st.builds(Coloured, part, COLOURS),
        grids,
        cases,
    )


boxes: st.SearchStrategy[Box] = st.recursive(leaves, _larger, max_leaves=12)
code_boxes: st.SearchStrategy[Box] = boxes.map(lambda b: Row((Sym("dW1.T_0", "code"), b)))
inlines = st.lists(st.one_of(HOSTILE, boxes), max_size=3).map(tuple)
lines = st.builds(
    Line,
    st.one_of(st.none(), boxes),
    st.sampled_from(["=", "←", ":=", "≈", ""]),
    st.one_of(boxes, code_boxes),
    inlines,
    st.sampled_from(["", "m × 3", "n₁ × batch", "1"]),
)
_rows = st.lists(st.lists(inlines, max_size=3).map(tuple), max_size=3).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, HOSTILE, st.integers(1, 4)),
    st.builds(Paragraph, inlines),
    st.builds(Bullets, st.lists(inlines, max_size=3).map(tuple)),
    st.builds(TableBlock, st.lists(inlines, min_size=1, max_size=3).map(tuple), _rows),
    st.builds(Code, HOSTILE, st.sampled_from(["", "python", "`` x"])),
    st.builds(Figure, st.one_of(st.just("<svg><text>x</text></svg>"), HOSTILE), HOSTILE, HOSTILE),
    st.builds(Display, st.lists(lines, max_size=3).map(tuple)),
)
documents: st.SearchStrategy[Document] = st.builds(Document, HOSTILE, st.lists(blocks, max_size=3).map(tuple))
pages: st.SearchStrategy[Document] = st.one_of(
    documents,
    st.builds(lambda t, a, b: Document(t, (Columns(a, b),)), HOSTILE, documents, documents),
)
