"""A problem file with its comments: what stands in it, in which shape, and what else could."""

from __future__ import annotations

from collections.abc import Mapping

from chalkgrad.problem.model import Problem
from chalkgrad.problem.toml import write_toml

_HEAD = """\
# A problem: a network and its numbers.  Change them, then type, with this file's name for FILE:
#   chalkgrad derive FILE      its gradients, step by step
#   chalkgrad trace FILE       the same with these numbers: forward, loss, backward, update
#   chalkgrad check FILE       are the gradients right?
"""
_NOTATION = '# notation = "matrix" # whose letters: matrix, nielsen, bishop, … (chalkgrad notations)'
_SEED = "where parameters that are not given are drawn from"
_NETWORK = (
    "joined by -: the inputs, then WIDTH[:ACTIVATION][:nobias][:skip] a layer (chalkgrad functions)",
    (
        "# factor = 0.5 # a constant in front of the loss",
        '# reduction = "mean" # or "sum": over the samples',
        "# l2 = 0.01 # adds l2 · ΣW², over weights only",
    ),
)
_KEY = """
# [key] # printed answers, for chalkgrad verify-key FILE
# loss = "0.288"
"""


def commented(problem: Problem) -> str:
    """Return the file of a problem without a key as TOML with comments; it reads back as the same problem."""
    table = problem.to_dict()
    parts = [_HEAD, _top(problem), _network(table), _parameters(problem, table)]
    parts += [_section("sample", table, "[sample] # a row of x and a row of t for each sample")]
    parts += [_update(table), _KEY]
    return "\n".join(parts).replace("\n\n\n", "\n\n")


def _top(problem: Problem) -> str:
    title = write_toml({"title": problem.title or f"The network {problem.network}"})
    notation = write_toml({"notation": problem.notation}) if problem.notation else f"{_NOTATION}\n"
    return f"{title}{notation}seed = {problem.seed} # {_SEED}\n"


def _section(name: str, table: Mapping[str, object], header: str) -> str:
    return write_toml({name: table[name]}).replace(f"[{name}]", header, 1) if name in table else ""


def _network(table: Mapping[str, object]) -> str:
    note, others = _NETWORK
    text = _section("network", table, f"[network]\n# {note}").rstrip("\n")
    given = table["network"]
    assert isinstance(given, Mapping), "as to_dict has it"
    left = [line for line in others if line.split()[1] not in given]
    return "\n".join([text, *left, ""])


def _parameters(problem: Problem, table: Mapping[str, object]) -> str:
    shapes = problem.network.parameter_shapes()
    note = "W: a row for each neuron, in it a number for each of its inputs; b: a number for each neuron"
    if "parameters" in table:
        return _section("parameters", table, f"[parameters] # {note}")
    shown = ", ".join(f"{name} {' × '.join(map(str, shape))}" for name, shape in list(shapes.items())[:6])
    rest = ", …" if len(shapes) > 6 else ""
    return f"# [parameters] # {note}; all are drawn from the seed\n# {shown}{rest}\n"


def _update(table: Mapping[str, object]) -> str:
    text = _section("update", table, "[update] # a step of gradient descent").rstrip("\n")
    given = table.get("update", {})
    assert isinstance(given, Mapping), "as to_dict has it"
    left = {"steps": "steps = 1", "frozen": '# frozen = ["b1"] # parameters that an update leaves alone'}
    lines = [line for name, line in left.items() if name not in given]
    return "\n".join([text or "[update]", *lines, ""])
