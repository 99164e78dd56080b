"""Text that would break out of its format does not, and a PDF is written whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chalkgrad._errors import InputError
from chalkgrad.notation.boxes import (
    Bullets,
    Code,
    Coloured,
    Display,
    Document,
    Figure,
    Heading,
    Line,
    Op,
    Paragraph,
    Row,
    Sym,
    TableBlock,
    Words,
)
from chalkgrad.notation.writers import markdown
from chalkgrad.notation.writers.html import mathml
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.html.svg import safe_svg
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import page as text_page
from chalkgrad.notation.writers.typst import page as typst

HOSTILE = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    r"\input{/etc/passwd}",
    r"\end{document}",
    r"\end{verbatim}\end{alignat*}",
    "}}}{{{",
    "$$ \\immediate\\write18{ls} $$",
    "100 % # of _this_ ^ & ~",
    "```\n# heading\n```",
    "`$`|`$`",
    '#read("secret") #import "x.typ"',
    '"; #panic("x") "',
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnitirw\u2066",
    "a\nb\tc\r\nd",
    "\ud800 half",
    "*/ --> ]]> &lt;",
]


def page(hostile: str) -> Document:
    """Put the text wherever text can stand."""
    words = Row(
        (Sym(hostile), Op("="), Words(hostile), Sym(hostile, "code"), Sym(hostile, "bold"), Op(hostile))
    )
    return Document(
        hostile,
        (
            Heading(hostile, 2),
            Paragraph((hostile, Coloured(Words(hostile), hostile), hostile)),
            Bullets(((hostile,),)),
            TableBlock(((hostile,),), (((hostile,),), ((words,),))),
            Display((Line(Words(hostile), hostile, words, (hostile,), hostile),)),
            Code(hostile, hostile),
            Figure(hostile, hostile, hostile),
        ),
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_html_stays_html(hostile: str) -> None:
    source = html.document(page(hostile))
    root = ElementTree.fromstring(source[source.index("<body") : source.index("</html>")])
    assert not {element.tag.lower() for element in root.iter()} & {"script", "img", "style"}
    assert source.count("</style>") == 1
    source.encode("utf-8")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_mathml_stays_xml(hostile: str) -> None:
    ElementTree.fromstring(mathml.box(Row((Sym(hostile), Words(hostile), Op(hostile)))))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_terminal_gets_no_control_characters(hostile: str) -> None:
    source = text_page.document(page(hostile), 80)
    assert all(c == "\n" or c.isprintable() for c in source)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_latex_runs_nothing(hostile: str) -> None:
    source = latex.document(page(hostile))
    assert source.isascii()
    for command in (r"\input", r"\write18", r"\immediate"):
        inside = source.replace(r"\char92", "")
        assert command not in inside or command in _verbatim(source)
    assert source.count(r"\end{document}") - _verbatim(source).count(r"\end{document}") == 1


def _verbatim(source: str) -> str:
    """Return what stands between verbatim fences: it is not executed."""
    parts = source.split("\\begin{verbatim}\n")[1:]
    return "\n".join(part.split("\n\\end{verbatim}\n}")[0] for part in parts)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pdflatex_survives_all_of_it(tmp_path: Path) -> None:
    everything = Document("all", tuple(block for hostile in HOSTILE for block in page(hostile).blocks))
    (tmp_path / "page.tex").write_text(latex.document(everything), encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout[-2000:]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_typst_compiles_it(hostile: str) -> None:
    compiler = pytest.importorskip("typst")
    assert compiler.compile(typst.document(page(hostile)).encode("utf-8"), format="pdf").startswith(b"%PDF")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markdown_fences_hold(hostile: str) -> None:
    source = markdown.document(page(hostile))
    assert "<script" not in source.split("```")[0]
    assert "<img" not in source.split("```")[0]
    fence = next(line for line in source.splitlines()[::-1] if line.startswith("```"))
    assert len(fence) > 3 or "```" not in hostile
    source.encode("utf-8")


@pytest.mark.parametrize(
    "start", ["- a", "+ a", "1. a", "12) a", "# a", "> a", "=== ", "--- ", "    code", "| a |"]
)
def test_markdown_paragraph_does_not_become_something_else(start: str) -> None:
    source = markdown.document(Document("", (Paragraph((start,)),)))
    assert not source.startswith(("- ", "+ ", "1.", "12)", "# ", ">", "=", "---", " ", "|"))


def test_drawing_keeps_its_shapes_and_loses_its_script() -> None:
    kept = safe_svg(
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1">'
        '<defs><marker id="m"/></defs><path d="M0 0" marker-end="url(#m)" onclick="x()"/>'
        '<image xlink:href="http://a/b.png"/><use xlink:href="#m"/>'
        '<a href="javascript:x()"><text>t</text></a>'
        '<foreignObject><b xmlns="http://www.w3.org/1999/xhtml">b</b></foreignObject>'
        '<text style="fill:url(http://a)">1 &lt; 2</text><style>@import url(http://a)</style></svg>'
    )
    assert kept == (
        '<svg viewBox="0 0 1 1"><defs><marker id="m"/></defs><path d="M0 0" marker-end="url(#m)"/>'
        '<use href="#m"/><text>1 &lt; 2</text></svg>'
    )


@pytest.mark.parametrize(
    "source", ["", "no", "<svg>", "<html/>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>']
)
def test_what_is_no_drawing_is_shown_as_its_text(source: str) -> None:
    assert safe_svg(source) is None
    assert "the twin" in html.document(Document("", (Figure(source, "the twin"),)))


def test_pdf_without_typst_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"pip install 'chalkgrad\[pdf\]'"):
        Document("x").save(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


def test_pdf_is_written_whole(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    target = tmp_path / "page.pdf"
    target.write_bytes(b"old")
    page("a & b").save(target)
    assert target.read_bytes().startswith(b"%PDF")
    assert list(tmp_path.iterdir()) == [target]


def test_pdf_leaves_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst")
    target = tmp_path / "page.pdf"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("chalkgrad._files.os.replace", fail)
    with pytest.raises(InputError, match="disk full"):
        Document("x").save(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_pdf_into_a_missing_folder_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    with pytest.raises(InputError, match="No such file"):
        Document("x").save(tmp_path / "none" / "x.pdf")
