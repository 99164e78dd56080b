"""LaTeX: a page as an article that compiles on its own with pdflatex, amsmath and amssymb."""

from __future__ import annotations

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.display import arrange, inline_ems, left_ems
from chalkgrad.notation.boxes.grammar import numeric_columns, parts_of, unknown
from chalkgrad.notation.writers.latex.boxes import LatexWriter, cell
from chalkgrad.notation.writers.latex.letters import escape, mono

LINE = 40.0
"""Width of the text block in ems."""

_PREAMBLE = r"""\documentclass[11pt,fleqn]{article}
\usepackage[a4paper,margin=2.4cm]{geometry}
\usepackage{amsmath,amssymb}
\usepackage{xcolor}
%COLOURS%
\definecolor{cgreason}{HTML}{5F6368}
\newcommand{\reason}[1]{\text{\small\color{cgreason}#1}}
\newcommand{\cgcell}[1]{\makebox[0.525em][c]{#1}}
\setlength{\mathindent}{1.2em}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.55em plus 0.2em}
\renewcommand{\arraystretch}{1.15}
\renewcommand{\labelitemi}{$\bullet$}
\setlength{\jot}{5pt}
\allowdisplaybreaks
\begin{document}
\setlength{\abovedisplayskip}{-0.5\baselineskip}
\setlength{\abovedisplayshortskip}{-0.5\baselineskip}
"""

_WRITER = LatexWriter()


def box(node: b.Box) -> str:
    r"""Return the formula for LaTeX's math mode.

    >>> from chalkgrad.notation.boxes import Fence, Frac, Op, Row, Script, Sym
    >>> box(Row((Frac(Sym("a"), Sym("b")), Op("⊙"), Script(Sym("σ"), sup=Op("′")), Fence(Sym("z")))))
    "\\frac{a}{b} \\odot \\sigma'(z)"
    """
    return _WRITER.box(node)


def document(d: b.Document) -> str:
    """Return the page as a complete article."""
    colours = "\n".join(
        rf"\definecolor{{cg{name}}}{{HTML}}{{{value[1:]}}}" for name, value in b.PALETTE.items()
    )
    title = f"{{\\LARGE\\bfseries {escape(d.title)}\\par}}\n\\medskip\n\n" if d.title else ""
    body = "\n\n".join(_block(block, LINE) for block in d.blocks)
    return _PREAMBLE.replace("%COLOURS%", colours) + title + body + "\n\\end{document}\n"


def inline(content: b.Inline) -> str:
    """Return running text with its formulas between dollars."""
    return "".join(escape(part) if isinstance(part, str) else f"${box(part)}$" for part in parts_of(content))


def _block(block: b.Block, line: float) -> str:
    match block:
        case b.Heading(text, level):
            command = {1: "section", 2: "section", 3: "subsection"}.get(level, "subsubsection")
            return rf"\{command}*{{{escape(text)}}}"
        case b.Paragraph(content):
            return inline(content)
        case b.Bullets(items):
            if not items:
                return ""
            lines = "\n".join(rf"\item {{}}{inline(item)}" for item in items)
            return f"\\begin{{itemize}}\n{lines}\n\\end{{itemize}}"
        case b.TableBlock():
            return _table(block, line)
        case b.Code(text):
            return verbatim(text)
        case b.Figure(_, text, caption):
            under = rf"\par{{\small {escape(caption)}\par}}" if caption else ""
            return verbatim(text.rstrip("\n")) + under
        case b.Display(lines):
            return display(lines, line) if lines else ""
        case b.Columns(left, right):
            return _columns(left, right, line)
    raise unknown(block)


def display(lines: tuple[b.Line, ...], limit: float) -> str:
    """Return aligned lines; what is too long for the page breaks before an operator."""
    shape = max((0.42 * len(line.shape) + 1.3 for line in lines if line.shape), default=0.0)
    written: list[str] = []
    for item in arrange(lines, limit):
        line = item.line
        left = box(line.left) if line.left is not None else ""
        sign = _WRITER.box(b.Op(line.relation, "relation")).strip() if line.relation else ""
        for n, part in enumerate(item.parts):
            formula = (r"\quad " if n else "") + _WRITER.box(part, item.code)
            if not item.beside:
                formula = rf"\rlap{{$\displaystyle {formula}$}}"  # too wide to push the reasons' column
            head = "& " if n else f"{left} &{sign} "
            note = rf" &&\quad {_note(line, shape)}" if item.beside and item.noted and not n else ""
            written.append(cell((head + formula + note).strip()))
        if item.noted and not item.beside:
            width = max(0.3, 1 - (left_ems(lines, limit) + 3) / (limit + 2))
            note = rf"\small\color{{cgreason}}\raggedright {_shape(line.shape)}{inline(line.reason)}"
            written.append(rf"& \rlap{{\quad\parbox[t]{{{width:.2f}\linewidth}}{{{note}}}}}")
    return "\\begin{alignat*}{2}\n" + " \\\\\n".join(written) + "\n\\end{alignat*}"


def _note(line: b.Line, shape: float) -> str:
    lead = rf"\makebox[{shape:.1f}em][l]{{{_shape(line.shape)}}}" if shape else ""
    return rf"\reason{{{lead}{inline(line.reason)}}}"


def _shape(text: str) -> str:
    return f"${_WRITER.shape(text)}$\\quad{{}}" if text else ""


def verbatim(text: str) -> str:
    """Return lines in a typewriter font as they are, in a size at which the longest fits."""
    text = clean(text, lines=True)
    lines = text.split("\n")
    longest = max(map(len, lines))
    sizes = ((92, "small"), (104, "footnotesize"), (118, "scriptsize"))
    size = next((name for room, name in sizes if longest <= room), "tiny")
    if text.isascii() and r"\end{verbatim}" not in text:
        body = "\n".join(lines)
        return f"{{\\{size}\n\\begin{{verbatim}}\n{body}\n\\end{{verbatim}}\n}}"
    body = "\n".join(cell("".join(map(_cell, line))) + r"~\\" for line in lines)
    return f"{{\\{size}\\ttfamily\\raggedright\n{body}\n\\par}}"


_DRAWN = {
    sign: ascii_sign
    for signs, ascii_sign in (
        ("─━═╌┄", "-"), ("│┃║", "|"), ("┌┐└┘├┤┬┴┼╭╮╯╰", "+"), ("⎡⎢⎣", "["), ("⎤⎥⎦", "]"), ("⎛⎜⎝", "("),
        ("⎞⎟⎠", ")"), ("⎧⎨⎩⎪", "{"), ("⎫⎬⎭", "}"), ("▶▸►", ">"), ("◀◂◄", "<"),
    )
    for sign in signs
}  # fmt: skip
"""What drawings are made of in a terminal, and what stands for it in a typewriter font."""


def _cell(c: str) -> str:
    if c == " ":
        return "~"
    c = _DRAWN.get(c, c)
    return mono(c) if c.isascii() else rf"\cgcell{{{'?' if '[U+' in escape(c) else escape(c)}}}"


def _table(t: b.TableBlock, line: float) -> str:
    numeric = numeric_columns(t)
    if not numeric:
        return ""
    rows = [[*row, *((),) * (len(numeric) - len(row))] for row in (t.header, *t.rows)]
    natural = [max(1.12 * inline_ems(row[c]) for row in rows) + 0.2 for c in range(len(numeric))]
    room = line - 1.1 * len(natural)
    spec = ["r" if right else "l" for right in numeric]
    if sum(natural) > room:
        narrow = [width for width in natural if width <= room / len(natural)]
        share = (room - sum(narrow)) / (len(natural) - len(narrow))
        for c, width in enumerate(natural):
            if width > room / len(natural):
                spec[c] = rf"p{{{share:.1f}em}}"
    lines = [cell(" & ".join(inline(item) for item in row)) for row in rows]
    head = " & ".join(rf"{{\bfseries {inline(item)}}}" for item in rows[0])
    body = " \\\\\n".join([head + r" \\ \hline", *lines[1:]]).replace(r"\hline \\", r"\hline")
    return f"\\begin{{tabular}}{{@{{}}{''.join(spec)}@{{}}}}\n{body} \\\\\n\\end{{tabular}}"


def _columns(left: b.Document, right: b.Document, line: float) -> str:
    half = line / 2 - 1.5
    both = []
    for d in (left, right):
        title = [rf"\textbf{{{escape(d.title)}}}"] if d.title else [""]
        both.append([*title, *(_block(block, half) for block in d.blocks)])
    if len(both[0]) != len(both[1]):
        both = [["\n\n".join(column)] for column in both]
    rows = []
    for pair in zip(*both, strict=True):
        pages = (f"\\begin{{minipage}}[t]{{0.48\\linewidth}}\n{text}\n\\end{{minipage}}" for text in pair)
        rows.append("\\noindent" + "\\hfill\n".join(pages) + r"\par")
    return "\n".join(rows)
