"""The page of a diagnosis, as it is read: the verdict, the changed factor, the changed line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalkgrad.diagnose.findings import Fix
from chalkgrad.diagnose.mistakes.statement import code, named, plain, quantities, retold
from chalkgrad.diagnose.mistakes.wording import Wording
from chalkgrad.diagnose.page import diagnosis_page
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.expr import Hadamard, MatMul, Transpose
from chalkgrad.network import Network
from chalkgrad.notation import WRITERS, render
from chalkgrad.notation.boxes import Box, Coloured, Fence, Frac, Numeral, Op, Row, Script, Sym
from chalkgrad.notation.boxes.changed import marked
from chalkgrad.notation.equations.retelling import Retelling
from chalkgrad.notation.profiles.find import builtin_names
from chalkgrad.notation.writers import markdown
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.text import boxes as text
from tests.golden import diagnoses
from tests.golden.diagnoses import (
    ALL,
    AMBIGUOUS,
    EXPLAINED,
    FAILED,
    MISSING,
    NETWORK,
    RIGHT,
    TWO,
    UNEXPLAINED,
)

PAGE = """\
Diagnosis of homework/mine.py:backward, 4–3–2–1
═══════════════════════════════════════════════

One mistake found: the activation's derivative is missing (4 of 6 gradients
right).

   gradient   verdict  error  why
─  ─────────  ───────  ─────  ─────────────────
✗  ∂E/∂W⁽¹⁾   wrong     0.83  follows from Δ⁽¹⁾
✗  ∂E/∂w₀⁽¹⁾  wrong      1.2  follows from Δ⁽¹⁾
✓  ∂E/∂W⁽²⁾   right
✓  ∂E/∂w₀⁽²⁾  right
✓  ∂E/∂W⁽³⁾   right
✓  ∂E/∂w₀⁽³⁾  right

The error is the largest difference, in units of the right gradient's largest
entry.

The mistake
───────────

∂E/∂W⁽¹⁾, ∂E/∂w₀⁽¹⁾ wrong: Δ⁽¹⁾ was formed without ⊙ ReLU′(A⁽¹⁾).

  Δ⁽¹⁾ = Δ⁽²⁾ W⁽²⁾                   you computed
  Δ⁽¹⁾ = (Δ⁽²⁾ W⁽²⁾) ⊙ ReLU′(A⁽¹⁾)   it should be

In line 14 of mine.py:

  - dZ1 = W2.T @ dZ2
  + dZ1 = (W2.T @ dZ2) * (Z1 > 0)

Tried: with this line all 6 gradients are right.

Why: With a = f(z), the chain rule gives δ = ∂L/∂z as ∂L/∂a times f′(z), entry
by entry and once.

What was tried
──────────────

Read with samples as columns, W as n_out × n_in, b as a column. Tried on 4
networks of other widths, with 5 samples each; saturated inputs, and inputs at
the kink of relu.

What the function printed
─────────────────────────

epoch 1
"""


def page(diagnosis: Diagnosis, notation: str = "matrix", form: str = "text", width: int = 80) -> str:
    return render(diagnosis_page(diagnosis, notation), form, width=width)


def test_the_whole_page_in_the_lecture_s_notation() -> None:
    assert page(EXPLAINED, "bishop") == PAGE


def test_a_right_function_has_a_short_page() -> None:
    written = page(RIGHT)
    assert "Right: 6 of 6 parameters' gradients." in written
    assert "✗" not in written
    assert len(written.splitlines()) < 20


def test_two_mistakes_are_told_one_after_the_other() -> None:
    written = page(TWO, "nielsen")
    assert written.index("δ³ = y − t ") < written.index("δ³ = (1/m) (y − t)") < written.index("Δ¹ = Δ²w²")
    assert "All 6 gradients wrong: δ³ was formed without 1/m" in written
    assert "follows from δ³ and Δ¹" in written
    assert written.count("Tried: ") == 1  # with both lines


def test_what_cannot_be_told_apart_is_said() -> None:
    written = page(AMBIGUOUS, width=100)
    assert "or another that cannot be told from it" in written
    assert "The network has one output, so all of them give the same numbers" in written
    assert "• ∂L/∂z₍₃₎ was formed without 1/m" in written
    assert "dZ3 = (A3 - Y) / m" in written
    assert "Fix: set grads to zeros at the beginning of the function" in " ".join(written.split())
    assert "  δ₃ = y 1ᵀ − 1 tᵀ   you computed" in written  # no writer has a box for it


def test_without_a_rule_there_is_evidence_and_no_accusation() -> None:
    written = page(UNEXPLAINED, width=100)
    assert "Wrong, and no known mistake reproduces it" in written
    assert "∂L/∂Z₍₁₎ is the first wrong quantity; ∂L/∂Z₍₂₎ and what it is formed from are right" in written
    assert "shape (3, 2), should be (2,)" in written
    assert "The mistake" not in written


def test_no_answer_has_its_line() -> None:
    written = page(FAILED)
    assert written.count("ValueError") == 1
    assert "In line 11 of mine.py:\n\n  - dW2 = dZ2 @ A1\n  + dW2 = dZ2 @ A1.T" in written


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("form", [form for form in WRITERS if form != "pdf"])
def test_every_format_and_notation_can_hold_it(form: str, notation: str, name: str) -> None:
    written = page(ALL[name], notation, form)
    assert "mine" in written
    assert "[red]" not in written
    assert "[green]" not in written


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("name", ALL)
def test_it_fits_the_terminal(name: str, width: int) -> None:
    assert max(map(len, page(ALL[name], width=width).splitlines())) <= width


def test_the_changed_factor_and_line_are_in_colour() -> None:
    written = page(EXPLAINED, form="html")
    assert '<span class="cg-old">- dZ1 = W2.T @ dZ2</span>' in written
    assert '<span class="cg-new">+ dZ1 = (W2.T @ dZ2) * (Z1 &gt; 0)</span>' in written
    assert '<span class="cg-wrong-mark">✗</span>' in written
    assert "```diff\n- dZ1 = W2.T @ dZ2\n" in page(EXPLAINED, form="markdown")
    assert re.search(r"color\{#007A56\}\{\\mathrm\{ReLU\}", page(EXPLAINED, form="markdown"))


def test_a_notebook_shows_the_page() -> None:
    shown = EXPLAINED._repr_html_()
    assert shown is not None
    assert shown.startswith('<div class="chalkgrad')
    assert "you computed" in shown


def test_code_in_a_sentence_is_code() -> None:
    assert "<code>y - t</code>" in page(AMBIGUOUS, form="html")
    assert "`y - t`" in page(AMBIGUOUS, form="markdown")
    assert markdown.inline((Sym("a | b", "code"),)) == r"`a \| b`"
    assert html.inline((Sym("a < b", "code"),)) == "<code>a &lt; b</code>"


def test_hostile_words_are_only_words() -> None:
    evil = replace(
        MISSING,
        said=("<script>alert(1)</script> ", code("</code><b>"), " $x$ | a_b"),
        remedy=Fix("x = '</pre>'"),
        source="<i>",
    )
    found = replace(EXPLAINED, mistakes=(evil,), output="\x1b[31m</pre><script>", subject="<b>.py:f")
    written = page(found, form="html")
    assert not re.search(r"<(script|b|i)>", written)
    assert "\x1b" not in page(found)
    assert "<script>" not in page(found, form="markdown").split("## What the function printed")[0]


# ---- retelling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "left", "right"),
    [
        ("matrix", "∂L/∂Z₍₁₎", "∂L/∂A₍₁₎ ⊙ ReLU′(Z₍₁₎)"),
        ("transposed", "δ⁽¹⁾", "(δ⁽²⁾ (w⁽²⁾)ᵀ) ⊙ ReLU′((I⁽¹⁾)ᵀ)"),
        ("deeplearning", "dZ^[1]", "dA^[1] ⊙ ReLU′(Z^[1])"),
        ("pytorch", "z1.grad", "a1.grad * (z1 > 0)"),
    ],
)
def test_an_equation_in_other_layouts(notation: str, left: str, right: str) -> None:
    told = Retelling(NETWORK, notation)
    written = told.equation("dZ1", diagnoses.correct("dZ1"))
    assert written is not None
    assert (text.box(told.symbol("dZ1")), text.box(written)) == (left, right)


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize(
    "spec", ["3-2:relu-2:softmax", "4-3:relu-2:tanh-2:sigmoid", "2-2:tanh-2:relu:skip-2"]
)
def test_what_is_right_is_retold_as_the_notation_derives_it(notation: str, spec: str) -> None:
    from chalkgrad.derive import derive

    network = Network(spec)
    told = Retelling(network, notation)
    for step in derive(network).gradients:
        written = told.equation(step.name, step.expr)
        own = told.writer.derivation.step(step.name)
        assert written == told.writer.expr(own.expr, own.symbol)


@pytest.mark.parametrize(
    ("notation", "template", "expected"),
    [
        ("nielsen", "{dZ1} has {W2.T} where {W2} belongs", "Δ¹ has (w²)ᵀ where w² belongs"),
        ("nielsen", "{tanh′:Z1}, not {f′:Z1}, at {A1}", "tanh′(Z¹), not ReLU′(Z¹), at A¹"),
        ("nielsen", "{dA1} and {W2.T} at {Z1}, {A2}", "∂C/∂A¹ and (w²)ᵀ at Z¹, A²"),
        ("nielsen", "{σ′:Z3} and {relu′:A1}, not x or y", "σ′(z³) and ReLU′(A¹), not x or y"),
        ("matrix", "{dZ3} is {Y} − {T}, times {Y}(1 − {Y})", "∂L/∂z₍₃₎ is ŷ − y, times ŷ(1 − ŷ)"),
        ("matrix", "your dZ1, x.W1 and a T-shirt", "your dZ1, x.W1 and a T-shirt"),
        ("matrix", "", ""),
    ],
)
def test_symbols_in_sentences(notation: str, template: str, expected: str) -> None:
    said = retold(Wording(NETWORK).fill(template), Retelling(NETWORK, notation))
    assert "".join(part if isinstance(part, str) else text.box(part) for part in said) == expected


def test_a_name_is_text_in_text_and_a_symbol_on_a_page() -> None:
    told = (*named(["dW1"]), " of ", quantities(NETWORK)["dW1"], ", ", code("dW1"))
    assert plain(told) == "dW1 of ∂L/∂W₁, `dW1`"
    said = retold(told, Retelling(NETWORK, "nielsen"))
    assert (
        "".join(part if isinstance(part, str) else text.box(part) for part in said) == "∂C/∂w¹ of ∂C/∂w¹, dW1"
    )


def test_what_no_writer_knows_is_left_to_its_text() -> None:
    class Odd(Transpose):
        pass

    z = diagnoses.STEPS.step("dZ1").symbol
    assert Retelling(NETWORK, "matrix").equation("dZ9", z) is None
    assert Retelling(NETWORK, "deeplearning").equation("dW1", MatMul(Transpose(z), z)) is not None


# ---- what differs ------------------------------------------------------------------------------------

X, Y, W = Sym("x"), Sym("y"), Sym("W", "bold")
F = Script(Sym("f", "upright"), None, Op("′", "prefix"))
HALF = Frac(Numeral("1"), Sym("m"))
TIMES = Op("⊙")


def colours(box: Box) -> list[str]:
    match box:
        case Coloured(body, colour):
            return [f"{colour} {text.box(body)}"]
        case Row(items):
            return [found for item in items for found in colours(item)]
        case Fence(body):
            return colours(body)
    return []


@pytest.mark.parametrize(
    ("computed", "correct", "told"),
    [
        (Row((X, W)), Row((Fence(Row((X, W))), TIMES, Row((F, Fence(Y))))), ["green f′(y)"]),
        (Row((X, TIMES, Y, TIMES, W)), Row((X, TIMES, Y)), ["red W"]),
        (Fence(Row((X, Op("−"), Y))), Row((HALF, Fence(Row((X, Op("−"), Y))))), ["green 1/m"]),
        (Row((F, Fence(X))), Row((F, Fence(Y))), ["red x", "green y"]),
        (Row((W, TIMES, Row((F, Fence(X))))), Row((W, TIMES, Row((Y, Fence(X))))),
         ["red f′(x)", "green y(x)"]),
        (X, Y, []),
        (Sym("a * b", "code"), Sym("a", "code"), []),
    ],
    ids=["missing", "extra", "factor", "argument", "function", "nothing in common", "code"],
)  # fmt: skip
def test_only_what_differs_is_coloured(computed: Box, correct: Box, told: list[str]) -> None:
    one, two = marked(computed, correct)
    assert [*colours(one), *colours(two)] == told


def test_hadamard_is_what_the_example_has() -> None:
    assert isinstance(diagnoses.correct("dZ1"), Hadamard)
