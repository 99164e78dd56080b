"""Code that is right at every probe, but not at the user's own data: a kink, saturation, an overflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chalkgrad.check.forward import Forward
from chalkgrad.check.judge import judge, setting
from chalkgrad.check.report import PARAMETER
from chalkgrad.diagnose.beyond.accidents import not_finite
from chalkgrad.diagnose.findings import Fix, GradientVerdict, Mistake
from chalkgrad.diagnose.mistakes.statement import output_error
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.search.explanation import Explained
from chalkgrad.usercode.answer.observation import Observation


def allowed(verdicts: Sequence[GradientVerdict], point: Point) -> tuple[GradientVerdict, ...]:
    """The verdicts with every gradient right that is one of the one-sided ones at a kink of the data."""
    place = setting(Forward(point.derivation.network, point.data))
    return tuple(v if v.verdict != "wrong" else _held(v, place, point) for v in verdicts)


def _held(verdict: GradientVerdict, place: object, point: Point) -> GradientVerdict:
    array = point.claimed[verdict.name]
    name = verdict.name[1:]
    shaped = array.reshape(point.data.parameters[name].shape)
    found = judge(place, name, PARAMETER, shaped)  # type: ignore[arg-type]
    if found.verdict == "at-a-kink":
        said = "right: one of the one-sided derivatives, at a kink of your data"
        return replace(verdict, verdict="right", message=said)
    return verdict


def only_there(wrong: Sequence[str], seen: Observation, source: str) -> Explained:
    """What is wrong with code that is right at every random probe."""
    broken = [n for n in wrong if n in seen.gradients and not np.isfinite(seen.gradients[n]).all()]
    if broken:
        return Explained("explained", (not_finite([seen], broken, source),), cost=1.0)
    said = (
        "right at every random probe, but not at your data: digits are lost there, in a logarithm, an "
        "exponential or a quotient near 0."
    )
    advice = (*output_error(seen.network), ", where the loss and the activation cancel")
    mistake = Mistake("unstable", (), tuple(wrong), (said,), remedy=Fix(advice=advice))
    return Explained("explained", (mistake,), cost=1.0)
