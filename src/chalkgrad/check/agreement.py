"""Somebody's gradient beside the derived one: the same up to rounding, off by a factor, or wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.forward import Forward
from chalkgrad.check.judge import NOTHING, Setting, terms_of
from chalkgrad.check.report import ComparedEntry, Finding, largest
from chalkgrad.check.taylor import Verdict
from chalkgrad.usercode.answer.rounding import agree, is_float32, relative_error

_DIGITS_WORTH_SAYING = 1e-10


def settle(found: Finding, truth: Array, place: Setting) -> Finding:
    """Combine the verdict by rate with the derived gradient.

    Rounding is no mistake, and a factor that is the same for all entries has a name.
    """
    array = found.claimed
    assert array is not None
    if not np.isfinite(array).all():
        return found
    error = relative_error(array, truth)
    if agree(array, truth):
        verdict: Verdict = (
            "vacuous" if not truth.any() else "at-a-kink" if found.verdict == "at-a-kink" else "right"
        )
        message = (
            found.message
            if found.verdict in ("right", "vacuous", "at-a-kink")
            else "equal to the derived gradient"
        )
        if error > _DIGITS_WORTH_SAYING:
            why = "float32" if is_float32(array) else "an added constant such as 1e-8, or float32 on the way"
            message = f"right to {-int(np.floor(np.log10(error)))} digits: {why}"
        return replace(found, verdict=verdict, message=message, relative_error=error, worst=None, ratio=None)
    if found.verdict == "at-a-kink":
        return replace(found, relative_error=error)
    if found.verdict == "vacuous":
        terms = terms_of(place.plain, found.name.removeprefix("d"))
        if largest(truth) <= NOTHING * largest(terms):  # rounding on both sides
            return replace(found, relative_error=0.0)
    if found.verdict != "wrong":
        return replace(
            found,
            verdict="inconclusive",
            relative_error=error,
            message="differs from the derived gradient by too little to be seen in the loss",
        )
    index = tuple(int(i) for i in np.unravel_index(int(np.abs(array - truth).argmax()), truth.shape))
    worst = ComparedEntry(index, float(array[index]), float(truth[index]))
    ratio = common_ratio(array, truth)
    message = (
        in_ratio(ratio, place.plain)
        if ratio is not None
        else f"entry {worst.place} is {worst.claimed:.6g}, should be {worst.measured:.6g}"
    )
    rate = "" if found.rate is None else f" (rate {found.rate:.2f})"
    return replace(found, worst=worst, ratio=ratio, relative_error=error, message=message + rate)


def common_ratio(array: Array, truth: Array) -> Fraction | float | None:
    """claimed/expected where it is one number for all entries; a simple fraction as such.

    >>> common_ratio(np.array([4.0, -8.0]), np.array([1.0, -2.0]))
    Fraction(4, 1)
    """
    if not array.any():
        return Fraction(0)
    shown = np.abs(truth) > 1e-9 * largest(truth)
    if not shown.any() or largest(np.where(shown, 0, array)) > 1e-7 * largest(array):
        return None
    ratios = array[shown] / truth[shown]
    middle = float(np.median(ratios))
    if largest(ratios - middle) > 1e-6 * abs(middle):
        return None
    simple = Fraction(middle).limit_denominator(1000)
    return simple if simple and abs(float(simple) - middle) <= 1e-8 * abs(middle) else middle


def in_ratio(ratio: Fraction | float, forward: Forward) -> str:
    """Say a ratio in words: ``exactly 4 times too large (m is 4)``."""
    if ratio == 0:
        return "zero everywhere"
    if ratio == -1:
        return "the sign is the opposite"
    sign = ", and of the opposite sign" if ratio < 0 else ""
    sizes = {"m": len(forward.data.x)}
    sizes |= {f"n{l}": width for l, width in enumerate(forward.network.widths)}
    if isinstance(ratio, float):
        size = abs(ratio)
        return f"{size:.6g} times {'too large' if size > 1 else 'what it should be'}{sign}"
    number = max(abs(ratio), 1 / abs(ratio))
    known = [f"{name} is {value}" for name, value in sizes.items() if number == value and value > 1]
    way = "too large" if abs(ratio) > 1 else "too small"
    return f"exactly {number} times {way}{sign}" + (f" ({', '.join(known)})" if known else "")
