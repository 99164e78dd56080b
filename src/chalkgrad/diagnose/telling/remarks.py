"""What is worth saying beside: digits lost, inputs changed, a convention at a kink, saturation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad._roles import role_of
from chalkgrad.diagnose.findings import Remark
from chalkgrad.diagnose.mistakes.statement import named, output_error
from chalkgrad.diagnose.probes.points import Point, point_of
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.answer.rounding import is_float32, relative_error
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.syntax.source import line_of

_VISIBLE = 1e-4


def remarks(
    usual: Sequence[Observation], hard: Sequence[Observation], reading: Reading
) -> tuple[Remark, ...]:
    """Everything worth saying about code, seen at ordinary probes and, if it is right there, at hard ones."""
    return (*_penalty(reading), *_plain(usual), *_hard(hard))


def left_out(line: int, source: str) -> tuple[Remark, ...]:
    """A line at the top of the file that raised, so that it and what depends on it is missing."""
    text = line_of(source, line)
    if not text:
        return ()
    return (Remark("exception", (f"Line {line} at the top of the file raised and was left out: {text}",)),)


_PENALTIES = {
    "2c": ("½λ ΣW²", "2c"),
    "2cm": ("λ/(2m) ΣW²", "2cm"),
}


def _penalty(reading: Reading) -> list[Remark]:
    if reading.penalty not in _PENALTIES:
        return []
    written, value = _PENALTIES[reading.penalty]
    text = (
        f"Its λ is that of a penalty {written}: it was given λ = {value}, so that it is c ΣW². "
        "Were it meant as λ ΣW², its gradient would need 2λW."
    )
    return [Remark("penalty", (text,))]


def _plain(usual: Sequence[Observation]) -> list[Remark]:
    told = []
    first = usual[0]
    changed = sorted({name for each in usual for name in each.changed})
    kind = first.kind
    changed = [name for name in changed if not (kind == "updated" and role_of(name))]
    if changed:
        words = " in place: whoever called it finds other numbers there."
        told.append(Remark("inputs-changed", ("It changes ", *named(changed), words)))
    if any(is_float32(array) for array in first.gradients.values()):
        text = "It computes in float32, so about 7 digits agree; that is no mistake."
        told.append(Remark("float32", (text,)))
    if kind == "updated":
        if first.learning_rate is None:
            text = "It changes the parameters; the step itself was taken as the gradient."
        else:
            where = "" if first.eta_from in ("", "argument") else f", from {first.eta_from}"
            text = (
                f"It changes the parameters; the gradient is the step divided by the learning rate "
                f"{first.learning_rate:g}{where}."
            )
        told.append(Remark("updated", (text,)))
    return told


def _hard(there: Sequence[Observation]) -> list[Remark]:
    told = []
    for seen in there:
        point = point_of(seen)
        if seen.error is not None:
            continue
        lost = _worst(point)
        if lost == np.inf:
            told.append(_unstable("gives NaN or infinity", point))
        elif lost > _VISIBLE and not _has_kinks(point):
            told.append(_unstable(f"loses all but {_digits(lost)} digits", point))
        elif lost > _VISIBLE:
            text = (
                "At a kink (z exactly 0) it takes another one-sided derivative than relu′(0) = 0; "
                "both are allowed."
            )
            told.append(Remark("kink", (text,)))
    return list(dict.fromkeys(told))


def _unstable(what: str, point: Point) -> Remark:
    advice = output_error(point.derivation.network)
    said = (
        f"Right, but at saturated outputs it {what}: ",
        *advice,
        ", where the loss and the activation cancel.",
    )
    return Remark("unstable", said)


def _digits(lost: float) -> int:
    return max(0, -int(np.floor(np.log10(lost))) - 1)


def _has_kinks(point: Point) -> bool:
    layers = point.derivation.network.layers
    return any(not layer.is_softmax and layer.function.kinks for layer in layers) and any(
        (np.asarray(point.everything[step.symbol]) == 0).any()
        for step in point.derivation.forward
        if step.symbol.kind == "pre"
    )


def _worst(point: Point) -> float:
    worst = 0.0
    for step in point.derivation.gradients:
        claimed = point.claimed.get(step.name)
        truth = point.right(step.symbol)
        if claimed is None or not np.isfinite(truth).all():
            continue
        worst = max(worst, relative_error(claimed, truth) if np.isfinite(claimed).all() else np.inf)
    return worst
