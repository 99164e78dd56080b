"""LaTeX and Typst themselves read what the writers make of random pages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalkgrad.notation.boxes import Document
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.typst import page as typst
from tests.laws.box_trees import pages


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@given(st.lists(pages, min_size=15, max_size=25))
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_pdflatex_compiles_random_pages(
    tmp_path_factory: pytest.TempPathFactory, many: list[Document]
) -> None:
    folder: Path = tmp_path_factory.mktemp("latex")
    page = Document("random", tuple(block for page in many for block in page.blocks))
    (folder / "page.tex").write_text(latex.document(page), encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    errors = [line for line in run.stdout.decode("latin-1").splitlines() if line.startswith(("!", "l."))]
    assert run.returncode == 0, "\n".join(errors)


@given(pages)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_typst_compiles_random_pages(d: Document) -> None:
    compiler = pytest.importorskip("typst")
    data = compiler.compile(typst.document(d).encode(), format="pdf")
    assert data.startswith(b"%PDF")
