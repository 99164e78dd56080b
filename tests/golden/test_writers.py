"""The exact characters that each writer makes of known formulas and of a small page."""

from __future__ import annotations

import pytest

from chalkgrad.notation.boxes import (
    Code,
    Columns,
    Display,
    Document,
    Heading,
    Line,
    Op,
    Paragraph,
    Sym,
    TableBlock,
)
from chalkgrad.notation.writers import markdown
from chalkgrad.notation.writers.html import mathml
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.latex import boxes as latex_boxes
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import boxes as text
from chalkgrad.notation.writers.text import page as text_page
from chalkgrad.notation.writers.typst import page as typst
from tests.golden.written_boxes import FORMULAS, MINUS, TIMES, Y_HAT, T, derivative, row, sub

TEXT: dict[str, str] = {
    "hidden error": "(Δ₂W₂) ⊙ f′(Z₁)",
    "output derivative": "∂L/∂ŷ = (y − t)/(y(1 − y))",
    "recurrence": "δⱼˡ = h′(aⱼ) Σₖ wₖⱼ δₖ",
    "limits": "Σᵢ₌₁ᵐ (y − t)²",
    "bracketed layer": "A^[l−1]ᵀ",
    "layers in brackets": "wⱼᵢ⁽²⁾",
    "prime and layer": "z′₁⁽²⁾",
    "prediction": "y*ₖ",
    "bold": "Wδᵀ1",
    "alphabets": "𝒵 ∈ ℝᵐˣ⁴",
    "names": "log ŷ + softmax(z) + 2 ReLU(z)",
    "mean": "(1/m) Δ₁ᵀ x",
    "half": "½(y − t)²",
    "chain": "∂L/∂z · ∂z/∂x",
    "fraction of fractions": "(a/b)/(cd)",
    "power of a fraction": "(a/b)²",
    "numbers": "0.25 · (−3) · 2.08e−05 · 3/7",
    "infinite": "−∞ < x",
    "typed operators": "w − η · g ← x",
    "code": "dZ2.T @ A_1 * 2",
    "path": "w₁x [path 1] + w₂ [red]",
    "matrix": "[0.5 −3; 12.25 1/2]ᵀ",
    "column": "(a; ⋮; b)",
    "cases": "f(z) = { z if z > 0; 0 otherwise",
    "unusual operators": "a := b ∗ c, …",
    "second derivative": "∂²L/∂w²",
}  # fmt: skip

LATEX: dict[str, str] = {
    "hidden error": r"(\Delta_2 W_2) \odot f'(Z_1)",
    "output derivative": r"\frac{\partial L}{\partial\hat{y}} = \frac{y - t}{y(1 - y)}",
    "recurrence": r"\delta_j^l = h'(a_j) \sum_k w_{kj} \delta_k",
    "limits": r"\sum_{i=1}^m (y - t)^2",
    "bracketed layer": r"A^{[l-1]\top}",
    "layers in brackets": "w_{ji}^{(2)}",
    "prime and layer": r"z_1^{\prime(2)}",
    "prediction": "y_k^*",
    "bold": r"\mathbf{W}\boldsymbol{\delta}^\top \mathbf{1}",
    "alphabets": r"\mathcal{Z} \in \mathbb{R}^{m\times4}",
    "names": r"\log\hat{y} + \operatorname{softmax}(z) + 2\operatorname{ReLU}(z)",
    "mean": r"\frac{1}{m} \Delta_1^\top x",
    "half": r"\frac{1}{2} (y - t)^2",
    "chain": r"\frac{\partial L}{\partial z} \frac{\partial z}{\partial x}",
    "fraction of fractions": r"\frac{\frac{a}{b}}{cd}",
    "power of a fraction": r"\left(\frac{a}{b}\right)^2",
    "numbers": r"0.25 \cdot (-3) \cdot 2.08\cdot 10^{-5} \cdot \frac{3}{7}",
    "infinite": r"-\infty < x",
    "typed operators": r"w - \eta \cdot g \leftarrow x",
    "code": r"\texttt{dZ2.T} \mathbin{\texttt{@}} \texttt{A{\char95}1} \mathbin{\texttt{*}} \texttt{2}",
    "path": r"\textcolor{cgblue}{\underbrace{w_1 x}_{\text{path 1}}} + \textcolor{cgred}{w_2}",
    "matrix": r"\left[\begin{array}{@{}rr@{}} 0.5 & -3 \\ 12.25 & \frac{1}{2} \end{array}\right]^\top",
    "column": r"\begin{pmatrix} a \\ \vdots \\ b \end{pmatrix}",
    "cases": r"f(z) = \begin{cases} z & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
    "unusual operators": r"a := b * c, {\ldots}",
    "second derivative": r"\frac{\partial^2 L}{\partial w^2}",
}  # fmt: skip

TYPST: dict[str, str] = {
    "hidden error": r"\( Δ_(2) W_(2) \) ⊙ f^(prime) \( Z_(1) \)",
    "output derivative": r"frac(∂ L, ∂ hat(y)) = frac(y − t, y \( 1 − y \))",
    "recurrence": r"δ_(j)^(l) = h^(prime) \( a_(j) \) ∑_(k) w_(k j) δ_(k)",
    "limits": r"∑_(i = 1)^(m) \( y − t \)^(2)",
    "bracketed layer": r"A^(\[ l − 1 \] upright(⊤))",
    "layers in brackets": r"w_(j i)^(\( 2 \))",
    "prime and layer": r"z_(1)^(prime \( 2 \))",
    "prediction": r"y_(k)^(\*)",
    "bold": "bold(upright(W)) bold(upright(δ))^(upright(⊤)) bold(upright(1))",
    "alphabets": "cal(Z) ∈ bb(R)^(m × 4)",
    "names": r'op("log") hat(y) + op("softmax") \( z \) + 2 op("ReLU") \( z \)',
    "mean": "frac(1, m) thin Δ_(1)^(upright(⊤)) x",
    "half": r"frac(1, 2) thin \( y − t \)^(2)",
    "chain": "frac(∂ L, ∂ z) thin frac(∂ z, ∂ x)",
    "fraction of fractions": "frac(frac(a, b), c d)",
    "power of a fraction": r"cgkeep(lr(\( frac(a, b) \)))^(2)",
    "numbers": r'0.25 · \( −3 \) · 2.08 dot.op 10^("−5") · frac(3, "7")',
    "infinite": r'− "∞" class("relation", \<) x',
    "typed operators": "w − η · g ← x",
    "code": (
        'cgmono("dZ2.T") class("binary", cgmono("@")) cgmono("A_1") class("binary", cgmono("*")) cgmono("2")'
    ),
    "path": 'cgtint(#rgb("#0072B2"), underbrace(w_(1) x, "path 1")) + cgtint(#rgb("#C8202A"), w_(2))',
    "matrix": r'cgkeep(lr(\[ mat(delim: #none, 0.5 &, −3 &; 12.25 &, frac(1, "2") &) \]))^(upright(⊤))',
    "column": r"lr(\( mat(delim: #none, a; ⋮; b) \))",
    "cases": r'f \( z \) = cases(z quad & "if" z class("relation", \>) 0, 0 quad & "otherwise")',
    "unusual operators": (
        r'a class("relation", ":=") b class("binary", ∗) c class("punctuation", \,) class("normal", …)'
    ),
    "second derivative": "frac(cgkeep(∂)^(2) L, ∂ w^(2))",
}

GITHUB: dict[str, str] = {  # where it differs from LaTeX
    "names": r"\log\hat{y} + \mathrm{softmax}(z) + 2\mathrm{ReLU}(z)",
    "infinite": r"-\infty \lt x",
    "code": r"\mathtt{dZ2.T} \mathbin{\mathtt{@}} \mathtt{A\_1} \mathbin{\mathtt{*}} \mathtt{2}",
    "path": r"{\color{#0072B2}{\underbrace{w_1 x}_{\text{path 1}}}} + {\color{#C8202A}{w_2}}",
    "cases": r"f(z) = \begin{cases} z & \text{if } z \gt 0 \\ 0 & \text{otherwise} \end{cases}",
}  # fmt: skip

MATHML: dict[str, str] = {
    "hidden error": (
        '<mrow><mrow><mo fence="true" stretchy="false" lspace="0" rspace="0">(</mo><mrow><msub>'
        '<mi mathvariant="normal">Δ</mi><mn>2</mn></msub><msub><mi>W</mi><mn>2</mn></msub></mrow>'
        '<mo fence="true" stretchy="false" lspace="0" rspace="0">)</mo></mrow>'
        '<mo form="infix" stretchy="false" lspace="0.222em" rspace="0.222em">⊙</mo><msup><mi>f</mi>'
        '<mrow><mo lspace="0" rspace="0" style="font-size:125%">′</mo></mrow></msup><mrow>'
        '<mo fence="true" stretchy="false" lspace="0" rspace="0">(</mo><msub><mi>Z</mi><mn>1</mn>'
        '</msub><mo fence="true" stretchy="false" lspace="0" rspace="0">)</mo></mrow></mrow>'
    ),
    "output derivative": (
        '<mrow><mfrac><mrow><mo form="prefix" stretchy="false" lspace="0" rspace="0">∂</mo><mi>L</mi>'
        '</mrow><mrow><mo form="prefix" stretchy="false" lspace="0" rspace="0">∂</mo>'
        '<mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover></mrow></mfrac>'
        '<mo form="infix" stretchy="false" lspace="0.278em" rspace="0.278em">=</mo><mfrac><mrow><mi>y'
        '</mi><mo form="infix" stretchy="false" lspace="0.222em" rspace="0.222em">−</mo><mi>t</mi>'
        '</mrow><mrow><mi>y</mi><mrow><mo fence="true" stretchy="false" lspace="0" rspace="0">(</mo>'
        '<mrow><mn>1</mn><mo form="infix" stretchy="false" lspace="0.222em" rspace="0.222em">−</mo>'
        '<mi>y</mi></mrow><mo fence="true" stretchy="false" lspace="0" rspace="0">)</mo></mrow>'
        "</mrow></mfrac></mrow>"
    ),
    "prediction": (
        '<msubsup><mi>y</mi><mi>k</mi><mo lspace="0" rspace="0">*</mo></msubsup>'
    ),
    "alphabets": (
        '<mrow><mi mathvariant="normal">𝒵</mi>'
        '<mo form="infix" stretchy="false" lspace="0.278em" rspace="0.278em">∈</mo><msup>'
        '<mi mathvariant="normal">ℝ</mi><mrow><mi>m</mi>'
        '<mo form="infix" stretchy="false" lspace="0" rspace="0">×</mo><mn>4</mn></mrow></msup>'
        "</mrow>"
    ),
    "matrix": (
        '<msup><mrow><mo fence="true" stretchy="true" lspace="0" rspace="0">[</mo><mtable><mtr>'
        '<mtd columnalign="right" style="text-align:-webkit-right"><mn>0.5</mn></mtd>'
        '<mtd columnalign="right" style="text-align:-webkit-right"><mrow>'
        '<mo form="prefix" lspace="0" rspace="0">−</mo><mn>3</mn></mrow></mtd></mtr><mtr>'
        '<mtd columnalign="right" style="text-align:-webkit-right"><mn>12.25</mn></mtd>'
        '<mtd columnalign="right" style="text-align:-webkit-right"><mrow><mfrac><mn>1</mn><mn>2</mn>'
        '</mfrac></mrow></mtd></mtr></mtable><mo fence="true" stretchy="true" lspace="0" rspace="0">]'
        '</mo></mrow><mi mathvariant="normal">⊤</mi></msup>'
    ),
    "path": (
        '<mrow><mrow style="color:var(--cg-blue,#0072B2)"><munder><munder><mrow><msub><mi>w</mi><mn>1'
        '</mn></msub><mi>x</mi></mrow><mo stretchy="true">⏟</mo></munder><mtext>path 1</mtext>'
        '</munder></mrow><mo form="infix" stretchy="false" lspace="0.222em" rspace="0.222em">+</mo>'
        '<mrow style="color:var(--cg-red,#C8202A)"><msub><mi>w</mi><mn>2</mn></msub></mrow></mrow>'
    ),
    "code": (
        '<mrow><mtext style="font-family:monospace">dZ2.T</mtext>'
        '<mtext style="font-family:monospace"> @ </mtext><mtext style="font-family:monospace">A_1'
        '</mtext><mtext style="font-family:monospace"> * </mtext>'
        '<mtext style="font-family:monospace">2</mtext></mrow>'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_in_text(name: str) -> None:
    assert text.box(FORMULAS[name]) == TEXT[name]


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_in_latex(name: str) -> None:
    assert latex.box(FORMULAS[name]) == LATEX[name]


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_for_github(name: str) -> None:
    assert markdown.box(FORMULAS[name]) == GITHUB.get(name, LATEX[name])


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_in_typst(name: str) -> None:
    assert typst.box(FORMULAS[name]) == TYPST[name]


@pytest.mark.parametrize("name", MATHML)
def test_formula_in_mathml(name: str) -> None:
    namespace = 'xmlns="http://www.w3.org/1998/Math/MathML"'
    assert mathml.box(FORMULAS[name]) == f"<math {namespace}>{MATHML[name]}</math>"


PAGE = Document(
    "Backward",
    (
        Paragraph(("The error of layer 2 is ", sub("Δ", Sym("l")), ", with <1> $ sign.")),
        Heading("Hidden layer"),
        Display(
            (
                Line(derivative(Sym("L"), Y_HAT), "=", row(Y_HAT, MINUS, T), ("canonical link",), "m × 1"),
                Line(sub("Δ", Sym("l")), "=", row(derivative(Sym("L"), Y_HAT), TIMES, sub("Z", Sym("l")))),
                Line(None, "=", FORMULAS["matrix"], ("in numbers, from ", sub("Z", Sym("l")))),
            )
        ),
        TableBlock((("Letter",), ("Value",)), (((sub("W", Sym("k")),), ("0.5",)), (("b",), ("−12",)))),
        Code("dW = dZ.T @ A", "python"),
        Columns(Document("left", (Paragraph(("one",)),)), Document("right", (Paragraph(("two",)),))),
    ),
)

TEXT_PAGE = """\
Backward
════════

The error of layer 2 is Δₗ, with <1> $ sign.

Hidden layer
────────────

  ∂L/∂ŷ = ŷ − t             m × 1  canonical link
     Δₗ = ∂L/∂ŷ ⊙ Zₗ

        = ⎡  0.5    −3 ⎤ᵀ          in numbers, from Zₗ
          ⎣ 12.25  1/2 ⎦

Letter  Value
──────  ─────
Wₖ        0.5
b         −12

  dW = dZ.T @ A

left                               │ right
────                               │ ─────
                                   │
one                                │ two
"""

GITHUB_PAGE = r"""# Backward

The error of layer 2 is $`\Delta_l`$, with &lt;1&gt; <span>$</span> sign.

## Hidden layer

```math
\begin{aligned}
\frac{\partial L}{\partial\hat{y}} &= \hat{y} - t &&\quad m \times 1\quad \text{canonical link} \\
\Delta_l &= \frac{\partial L}{\partial\hat{y}} \odot Z_l \\
&= \left[\begin{array}{@{}rr@{}} 0.5 & -3 \\ 12.25 & \frac{1}{2} \end{array}\right]^\top &&\quad \text{in numbers, from }Z_l
\end{aligned}
```

| Letter | Value |
| --- | ---: |
| $`W_k`$ | 0.5 |
| b | −12 |

```python
dW = dZ.T @ A
```

*left:*

one

*right:*

two
"""  # noqa: E501


def test_page_in_text() -> None:
    assert text_page.document(PAGE, 72) == TEXT_PAGE


def test_page_for_github() -> None:
    assert markdown.document(PAGE) == GITHUB_PAGE


def test_display_in_latex() -> None:
    assert DISPLAY_LATEX in latex.document(PAGE)


DISPLAY_LATEX = r"""\begin{alignat*}{2}
\frac{\partial L}{\partial\hat{y}} &= \hat{y} - t &&\quad \reason{\makebox[3.4em][l]{$m \times 1$\quad{}}canonical link} \\
\Delta_l &= \frac{\partial L}{\partial\hat{y}} \odot Z_l \\
&= \left[\begin{array}{@{}rr@{}} 0.5 & -3 \\ 12.25 & \frac{1}{2} \end{array}\right]^\top &&\quad \reason{\makebox[3.4em][l]{}in numbers, from $Z_l$}
"""  # noqa: E501


def test_page_in_html_is_whole_and_needs_nothing_else() -> None:
    page = html.document(PAGE)
    assert page.startswith("<!DOCTYPE html>")
    assert "<h2>Hidden layer</h2>" in page
    assert '<span class="cg-shape">m × 1</span>canonical link' in page
    assert "with &lt;1&gt; $ sign." in page
    assert "http://www.w3.org" not in page.replace("http://www.w3.org/1998/Math/MathML", "")
    assert "src=" not in page
    assert "@import" not in page


def test_continuation_of_a_path_sum_has_a_line_per_path() -> None:
    path = FORMULAS["path"]
    terms = row(path, Op("+"), path, Op("+"), path)
    display = Document("", (Display((Line(sub("g", Sym("k")), "=", terms),)),))
    lines = text_page.document(display, 40).splitlines()
    assert [line.strip() for line in lines if "₁x" in line] == ["gₖ =  w₁x", "+  w₁x", "+  w₁x"]
    assert sum("path 1" in line for line in lines) == 3


@pytest.mark.parametrize("text", ["[", "[a]", "*", "*x", " [a]", " *"])
def test_a_latex_line_that_begins_like_an_argument_is_protected(text: str) -> None:
    assert latex_boxes.cell(text) == "{}" + text
    assert latex_boxes.cell(f"x {text}") == f"x {text}"
