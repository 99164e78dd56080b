"""Make the pictures that README and documentation show, with the product itself.

python -m tools.pictures
"""

from __future__ import annotations

from pathlib import Path

from chalkgrad import load_problem, trace
from chalkgrad.notation.graph.page import graph_svg

ROOT = Path(__file__).resolve().parents[1]


def graph() -> str:
    """The computational graph of the quiz's network with all its numbers."""
    problem = load_problem(ROOT / "examples" / "quiz.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t).steps[0]
    return graph_svg(problem.network, "nielsen", step=step)


PICTURES = {"docs/_static/graph.svg": graph}
"""File to what draws it."""

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (ROOT / name).write_text(draw(), encoding="utf-8")
