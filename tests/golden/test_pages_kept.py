"""Whole pages of every format, as they were read; ``python -m tests.golden.test_pages_kept`` rewrites."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.evaluate import Trace, initialise, trace
from chalkgrad.network import Network
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.pages.trace import trace_page

KEPT = Path(__file__).parent / "pages"
RICH = Network("2-3:formula:f=z*tanh(z)-3:leaky_relu(0.1):skip-2:softmax", l2=0.1)
DEEP = Network("3-4:relu-4:relu-4:relu-1:sigmoid:nobias", "half_squared_error", reduction="sum")
LARGE = Network("9-10:gelu-1", "mean_squared_error")


def numbers(network: Network, rows: int, **settings: object) -> Trace:
    """A step from simple inputs and the weights of seed 0, or more."""
    x = np.linspace(-1, 1, rows * network.input_width).reshape(rows, -1)
    t = np.arange(rows * network.widths[-1]).reshape(rows, -1) % 2
    table = {name: np.round(value, 2) for name, value in initialise(network).items()}
    return trace(network, table, x, t, learning_rate=0.5, **settings)  # type: ignore[arg-type]


PAGES: dict[str, Callable[[], str]] = {
    "rich.txt": lambda: render(derivation_page(RICH, "matrix", transposes=True), "text", width=72),
    "rich.tex": lambda: render(derivation_page(RICH, "bishop", batch=True), "latex", width=60),
    "rich.html": lambda: render(derivation_page(RICH, "chain"), "html"),
    "rich.md": lambda: render(derivation_page(RICH, "deeplearning", batch=True), "markdown"),
    "rich.typ": lambda: render(derivation_page(RICH, "transposed"), "typst"),
    "deep.txt": lambda: render(derivation_page(DEEP, "nielsen"), "text", width=60),
    "deep.tex": lambda: render(derivation_page(DEEP, "matrix", zoom="index"), "latex"),
    "large.txt": lambda: render(trace_page(numbers(LARGE, 1), "matrix", digits=3), "text", width=80),
    "numbers.txt": lambda: render(trace_page(numbers(DEEP, 2, steps=2), "pytorch"), "text"),
    "numbers.typ": lambda: render(trace_page(numbers(LARGE, 2), "bishop", digits=3), "typst"),
}


def body(text: str) -> str:
    """A page without the style sheets and macros that every page has."""
    text = re.sub(r"(?s)<style>.*?</style>", "<style/>", text).replace("><", ">\n<")
    _, start, rest = text.partition("\\begin{document}")
    return start + rest or text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_one_that_was_read(name: str) -> None:
    assert body(PAGES[name]()) == (KEPT / name).read_text("utf-8")


if __name__ == "__main__":
    for name, write in PAGES.items():
        (KEPT / name).write_text(body(write()), "utf-8")
