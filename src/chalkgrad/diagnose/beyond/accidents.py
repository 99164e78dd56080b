"""Accidents of arrays that the trace shows: m × m where a column met a row, integers, what is not finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad._roles import BIAS, layer_of, role_of_gradient
from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.statement import code, named, output_error
from chalkgrad.usercode.answer.observation import Assigned, Observation
from chalkgrad.usercode.syntax.source import line_of


def broadcast(there: Sequence[Observation], source: str, wrong: Sequence[str] = ()) -> Mistake | None:
    """The first assignment of an m × m matrix, where m is no width of the network."""
    found = [each for each in map(_square, there) if each is not None]
    sizes = {len(seen.data.x) for seen in there if len(seen.data.x) > 1}
    if not found or len({len(each.value) for each in found}) < min(2, len(sizes)):
        return None
    first = found[0]
    m = len(first.value)
    said = (
        code(first.name),
        f" has shape ({m}, {m}) for {m} samples: a column (m, 1) met a row (m,), "
        "and every sample was paired with every other.",
    )
    advice = (
        "give both the same shape, such as ", code("y.reshape(-1, 1)"), ", before ", code(first.name),
        " is formed",
    )  # fmt: skip
    return Mistake(
        "broadcasting", (), tuple(wrong), said, remedy=Fix(advice=advice), line=first.line,
        source=line_of(source, first.line),
    )  # fmt: skip


def _square(seen: Observation) -> Assigned | None:
    m = len(seen.data.x)
    if m < 2 or m in seen.network.widths:
        return None
    return next((each for each in seen.assigned if each.value.shape == (m, m)), None)


def has_integers(there: Sequence[Observation], name: str) -> bool:
    """Whether the code kept a gradient of this name, or anything of its size, as integers."""
    for seen in there:
        truth = seen.data.parameters.get(name[1:])
        for each in seen.assigned:
            is_whole = each.value.dtype.kind in "iu" and each.value.size > 1
            if is_whole and truth is not None and each.value.size == truth.size:
                return True
    return False


def not_finite(there: Sequence[Observation], names: Sequence[str], source: str) -> Mistake:
    """Where the first number that is not finite was made."""
    for seen in there:
        for each in seen.assigned:
            if each.value.dtype.kind == "f" and not np.isfinite(each.value).all():
                said = (code(each.name), " is not finite: log of 0, 0/0, or an overflow.")
                advice = (*output_error(seen.network), ", and keep exp of large numbers away")
                return Mistake(
                    "unstable", (), tuple(names), said, remedy=Fix(advice=advice), line=each.line,
                    source=line_of(source, each.line),
                )  # fmt: skip
    return Mistake("unstable", (), tuple(names), ("Not finite.",))


def not_returned(names: Sequence[str]) -> Mistake:
    """Gradients that did not come back."""
    said = (*named(names), f" {'was' if len(names) == 1 else 'were'} not returned.")
    line = f"return {', '.join(names)}"
    layers = ", ".join(str(layer_of(name)) for name in names)
    only_biases = all(role_of_gradient(name) is BIAS for name in names)
    fix = Fix(advice=(f"{line}, or describe layer {layers} with :nobias",)) if only_biases else Fix(line)
    return Mistake("no-answer", (), (), said, remedy=fix)
