"""One gradient against the loss: random directions judged by rate, then entries one by one.

A random direction is wrong with probability one if any entry is wrong, so two of them cover every entry at
once; the entries are then measured to say which one is worst.  Small arrays are covered completely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.differences import EPSILON, HALF_DECADES, extrapolate, rounding_noise, sweep
from chalkgrad.check.forward import Forward
from chalkgrad.check.report import ComparedEntry, Finding, largest
from chalkgrad.check.taylor import ABOVE_NOISE, Taylor, gradient_rounding, taylor
from chalkgrad.evaluate.data import validate_data
from chalkgrad.evaluate.magnitude import magnitude
from chalkgrad.evaluate.trace import trace
from chalkgrad.formula import Precise

DIRECTIONS = 2
MAX_ENTRIES = 400
_LADDERS = ((1e-1, 1e-2, 1e-3), (1e-3, 1e-4, 1e-5), (1e-5, 1e-6, 1e-7))
_DIGITS = 50
NOTHING = 100 * EPSILON
"""So much of its terms may be left of a gradient that is 0."""
_DIGITS_COST = 4000


@dataclass(frozen=True)
class Setting:
    """The loss as it is, and held on its branches from the left and from the right."""

    plain: Forward
    left: Forward
    right: Forward

    @property
    def kinked(self) -> bool:
        """Whether any unit stands exactly at a kink."""
        return bool(self.plain.at_kinks())


def setting(forward: Forward) -> Setting:
    """Prepare the loss for judging gradients at one point."""
    args = forward.network, forward.data, forward.arithmetic
    if not forward.has_kinks:
        return Setting(forward, forward, forward)
    return Setting(forward, Forward(*args, frozen="left"), Forward(*args, frozen="right"))


def judge(place: Setting, name: str, kind: str, claimed: Array, seed: int = 0) -> Finding:
    """Judge one claimed gradient.

    Parameters
    ----------
    place
        The loss.
    name
        The quantity: W1, b1, Z1, A1 or Y; the finding is named dW1 and so on.
    kind
        ``parameter`` or ``intermediate``.
    claimed
        ∂L/∂quantity in the canonical layout.
    seed
        Of the directions.
    """
    blank = Finding(f"d{name}", kind, "wrong", claimed=claimed)
    if not math.isfinite(place.plain.loss):
        message = f"the loss itself is {place.plain.loss} here"
        return replace(blank, verdict="inconclusive", message=message)
    bad = ~np.isfinite(claimed)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        entry = ComparedEntry(index, float(claimed[index]), math.nan)
        return replace(blank, message=f"not finite: {int(bad.sum())} of {bad.size} entries", worst=entry)
    random = np.random.default_rng((seed, sum(map(ord, name))))
    scale = np.broadcast_to(place.plain.scale(name), claimed.shape)
    results = []
    for _ in range(DIRECTIONS if kind == "parameter" else 1):
        results.append(direction(place, name, claimed, random.normal(size=claimed.shape) * scale))
    test, side = min(results, key=lambda pair: _URGENCY[pair[0].verdict])
    by_digits = test.verdict == "inconclusive" and place.plain.cost <= _DIGITS_COST and not place.kinked
    if by_digits:
        test = many_digits(place.plain, name, claimed, random.normal(size=claimed.shape) * scale)
        side = f"decided with {_DIGITS} digits"
    found = _resolved(replace(blank, verdict=test.verdict), test)
    if by_digits or test.verdict not in ("right", "wrong"):
        return replace(found, message=_message(found, test, side))
    found, test = _with_entries(place, name, found, test, scale, random)
    return replace(found, message=_message(found, test, side))


def _resolved(found: Finding, test: Taylor) -> Finding:
    """With the rate of a test, and the relative error that it could have seen."""
    relative = test.resolution / abs(test.claimed) if test.claimed else math.inf
    return replace(found, rate=test.rate, resolution=relative, points=test.points)


_URGENCY = {"wrong": 0, "inconclusive": 1, "at-a-kink": 2, "right": 3, "vacuous": 4}


def direction(place: Setting, name: str, claimed: Array, v: Array) -> tuple[Taylor, str]:
    """Judge the slope along one direction; at or near a kink on the branches that hold there."""
    test = along(place.plain, name, claimed, v)
    if place.left is place.plain or test.verdict not in ("inconclusive",):
        return test, ""
    left = along(place.left, name, claimed, v)
    if not place.kinked:
        return left, "kinks are close by, so every unit was held on its branch"
    right = along(place.right, name, claimed, v)
    for test, side in ((left, "left"), (right, "right")):
        if test.verdict == "right":
            return replace(test, verdict="at-a-kink"), f"equal to the derivative on the {side} of the kinks"
    low, high = sorted((left.measured.value, right.measured.value))
    slack = left.measured.error + right.measured.error
    if low - slack <= left.claimed <= high + slack and high - low > slack:
        return replace(left, verdict="at-a-kink", rate=None), "between the one-sided derivatives at the kinks"
    return left, "held on the left of the kinks"


def along(forward: Forward, name: str, claimed: Array, v: Array) -> Taylor:
    """Judge the slope ⟨claimed, v⟩ along one line of one loss."""
    line = forward.line(name, v)
    products = claimed * v
    noise = rounding_noise(line)
    return taylor(
        sweep(line, HALF_DECADES),
        float(products.sum()),
        noise,
        gradient_rounding(float(np.abs(products).sum())),
    )


def many_digits(forward: Forward, name: str, claimed: Array, v: Array) -> Taylor:
    """The same with a loss of 50 digits, for slopes that float64 cannot see."""
    arithmetic = Precise(_DIGITS)
    data = forward.data
    values = validate_data(forward.network, data.x, data.t, data.parameters, arithmetic=arithmetic)
    precise = Forward(forward.network, values, arithmetic)
    line = precise.line(name, arithmetic.array(v))
    products = claimed * v
    noise = abs(float(precise.loss)) * 10.0 ** (5 - _DIGITS)
    samples = sweep(line, HALF_DECADES[1::2], arithmetic.context.mpf)
    terms = float((terms_of(forward, name) * np.abs(v)).sum())  # a gradient of 0 is the sum of such terms
    rounding = 1e-11 * float(np.abs(products).sum()) + NOTHING * terms
    return taylor(samples, float(products.sum()), noise, rounding)


def terms_of(forward: Forward, name: str) -> Array:
    """How large the terms of the derived gradient of a quantity are, in float64."""
    data = forward.data
    parameters = {key: np.asarray(value, dtype=np.float64) for key, value in data.parameters.items()}
    return magnitude(trace(forward.network, parameters, data.x, data.t), f"d{name}")


# -- entries ------------------------------------------------------------------------------------------------


def _with_entries(
    place: Setting, name: str, found: Finding, test: Taylor, scale: Array, random: np.random.Generator
) -> tuple[Finding, Taylor]:
    """Compare entries one by one, and believe the worst of them if the directions did not see it."""
    claimed = found.claimed
    assert claimed is not None
    forward = place.left
    work = forward.network.depth**2 * (1 + forward.cost / 3e4)
    places = _places(claimed, int(np.clip(6000 / work, 4, MAX_ENTRIES)), random)
    if found.verdict == "wrong" and len(places) < claimed.size:
        places = sorted({*places, *_suspects(forward, name, claimed, scale, test.noise)})
    entries = [_measure(forward, name, claimed, scale, index, test.noise) for index in places]
    covered = "every entry" if len(entries) == claimed.size else f"{len(entries)} of {claimed.size} entries"
    worst, bound = max(entries, key=lambda each: each[0].gap - each[1])
    if found.verdict == "right" and worst.gap > ABOVE_NOISE * bound:
        unit = np.zeros(claimed.shape)
        unit[worst.index] = scale[worst.index]
        test = along(forward, name, claimed, unit)
        if test.verdict == "wrong":
            found = _resolved(replace(found, verdict="wrong"), test)
    size = max(largest(claimed), *(abs(e.measured) for e, _ in entries)) or 1.0
    error = max(max(e.gap - b, 0.0) for e, b in entries) / size
    visible = [e for e, b in entries if abs(e.measured) > 100 * b]
    ratio = _common_ratio(visible) if found.verdict == "wrong" else None
    return replace(found, covered=covered, worst=worst, relative_error=error, ratio=ratio), test


def _places(claimed: Array, limit: int, random: np.random.Generator) -> list[tuple[int, ...]]:
    if claimed.size <= limit:
        chosen = np.arange(claimed.size)
    else:
        chosen = np.sort(random.choice(claimed.size, limit, replace=False))
    return [tuple(int(i) for i in np.unravel_index(int(k), claimed.shape)) for k in chosen]


def _suspects(
    forward: Forward, name: str, claimed: Array, scale: Array, noise: float
) -> list[tuple[int, ...]]:
    """Find a wrong entry of a large array: the worst row by a line through each row, then the worst in it."""
    index: tuple[int, ...] = ()
    for axis in range(claimed.ndim):
        gaps = []
        random = np.random.default_rng(axis)
        for i in range(claimed.shape[axis]):
            v = np.zeros(claimed.shape)
            v[(*index, i)] = random.choice((-1.0, 1.0), size=v[(*index, i)].shape) * scale[(*index, i)]
            slope = _slope(forward, name, v, noise)
            gaps.append(abs(slope[0] - float((claimed * v).sum())) - slope[1])
        index = (*index, int(np.argmax(gaps)))
    return [index]


def _slope(forward: Forward, name: str, v: Array, noise: float) -> tuple[float, float]:
    line = forward.line(name, v)
    best = extrapolate(sweep(line, _LADDERS[0]), noise)
    for ladder in _LADDERS[1:]:
        if best.used < 2 or not math.isfinite(best.value):
            best = extrapolate(sweep(line, ladder), noise)
    return best.value, best.error


def _measure(
    forward: Forward, name: str, claimed: Array, scale: Array, index: tuple[int, ...], noise: float
) -> tuple[ComparedEntry, float]:
    unit = np.zeros(claimed.shape)
    unit[index] = size = float(scale[index])
    value, error = _slope(forward, name, unit, noise)
    bound = error / size + 4 * EPSILON * abs(float(claimed[index]))
    return ComparedEntry(index, float(claimed[index]), value / size), bound


def _common_ratio(entries: list[ComparedEntry]) -> float | None:
    ratios = [entry.claimed / entry.measured for entry in entries]
    if not ratios or max(ratios) - min(ratios) > 1e-6 * max(map(abs, ratios)):
        return None
    return float(np.median(ratios))


def _message(found: Finding, test: Taylor, side: str) -> str:
    rate = "remainder zero to rounding" if found.rate is None else f"remainder falls as h^{found.rate:.2f}"
    if found.verdict == "vacuous":
        text = "zero on both sides: nothing was tested"
    elif found.verdict == "inconclusive":
        text = "its slope is too small to be seen above rounding, or kinks leave no step to measure it"
    elif found.verdict == "wrong":
        entry = found.worst
        text = f"{rate} where a gradient has {'3' if test.symmetric else '2'}"
        if entry is not None:
            text += f"; entry {entry.place} is {entry.claimed:.6g}, should be {entry.measured:.6g}"
    else:
        text = rate + (f"; {found.covered} compared" if found.covered else "")
    return f"{text} ({side})" if side else text
