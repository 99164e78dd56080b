"""The corpus of faulty functions: singles and pairs, drawn with a fixed seed over networks and styles."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from tests.faults.backward.all_styles import STYLES
from tests.faults.backward.lines import NotWritable
from tests.faults.backward.mistakes import Planted, Rules, factors, penalties
from tests.faults.backward.mistakes_code import program
from tests.faults.backward.mistakes_matrices import products, sums
from tests.faults.backward.mistakes_slopes import hidden_slopes, output_error
from tests.faults.backward.plan import Plan, right_plan
from tests.faults.backward.setups import SETUPS, Arrays, Setup
from tests.faults.backward.written import Written, answer

SEEDS = (1, 2, 3)
SEPARATE = {"accumulator", "not-deterministic"}  # seen only in a second call
RAISES = "exception"
UPDATES = ("update_function", "step_dict", "in_place", "trained")


@dataclass(frozen=True)
class Case:
    """One faulty function with what a diagnosis should say.

    ``accepted`` are the sets of rules that are right: first the planted one, then what
    gives the same numbers.  ``right`` is the function without the mistakes, line for line.
    """

    name: str
    setup: Setup
    style: str
    written: Written
    labels: tuple[str, ...]
    planted: Rules
    accepted: tuple[Rules, ...]
    where: Rules
    right: Written
    raises: bool = False
    runs: bool = True

    @property
    def key(self) -> str:
        return " + ".join(sorted(self.planted))

    def __str__(self) -> str:
        return f"{self.name}: {self.key} ({'; '.join(self.labels)}) in {self.setup}, {self.style}"


def planted(plan: Plan) -> list[Planted]:
    """All mistakes that somebody could make in this backward pass."""
    sources = (factors, penalties, hidden_slopes, output_error, products, sums, program)
    return [mistake for source in sources for mistake in source(plan)]


def plans(setup: Setup) -> Iterator[Plan]:
    """The right backward passes of a network, in different algebraic forms."""
    seen: list[Plan] = []
    for mean in ("head", "grads"):
        for chain in (False, True):
            for form in range(3):
                plan = right_plan(setup, mean, chain=chain, form=form)
                if plan not in seen:
                    seen.append(plan)
                    yield plan


class Bench:
    """Runs written functions and says whether the planted mistake shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    def run(self, written: Written, setup: Setup, calls: int = 1) -> list[list[Arrays]] | None:
        """The gradients at each draw and call, or None where it raises."""
        self.number += 1
        path = written.save(self.folder, f"f{self.number}").rsplit(":", 1)[0]
        try:
            return [answer(written, setup, setup.draw(seed), path, calls) for seed in SEEDS]
        except Exception:  # the user's code may raise whatever it wants
            return None


def same(first: Arrays, second: Arrays) -> bool:
    """Whether two answers agree in names, shapes and numbers."""
    if set(first) != set(second):
        return False
    for name, value in first.items():
        other = second[name]
        if value.shape != other.shape or not np.isfinite(value).all() or not np.isfinite(other).all():
            return False
        if np.abs(value - other).max() > 1e-6 * max(1e-3, np.abs(other).max()):
            return False
    return True


@cache
def _truths(setup: Setup) -> tuple[Arrays, ...]:
    return tuple(setup.truth(*setup.draw(seed)) for seed in SEEDS)


def shows(bench: Bench, written: Written, setup: Setup, rules: Rules, runs: bool = True) -> str:
    """How a mistake shows: ``wrong``, ``raises``, or not at all (an empty text)."""
    if not runs:
        return "no answer"
    with np.errstate(all="ignore"):
        separate = bool(SEPARATE & rules)
        found = bench.run(written, setup, 2 if separate else 1)
        if found is None:
            return "raises"
        truths = _truths(setup)
        if separate:
            return "wrong" if any(not same(calls[1], calls[0]) for calls in found) else ""
        return (
            "wrong"
            if any(not same(calls[0], truth) for calls, truth in zip(found, truths, strict=True))
            else ""
        )


def writable(setup: Setup, style: str, plan: Plan) -> Written | None:
    """The text in a style, or None where the style has no such line."""
    try:
        return STYLES[style](plan)
    except NotWritable:
        return None


def fits(style: str, mistake: Planted) -> bool:
    """Whether the style gives its mistake the meaning that the rule has."""
    own_forward = style not in ("flat_rows", "ng", "video", "dicts", "deltas", "stored")
    if mistake.label == "mean over all entries":
        return style not in ("over_samples", "nielsen")  # there y is one sample, and its size no m·n
    if mistake.rule == "updated-weights":
        return style in UPDATES
    if mistake.rule == "inputs-changed" and mistake.label != "X centred":
        return not own_forward and style != "stored"  # there the activations are its own
    if mistake.rule == "forward-differs":
        return own_forward or style == "stored"
    if mistake.rule == "no-answer" and mistake.label not in ("exit", "endless"):
        return style not in ("stored", "trained")  # their answer is in the attributes
    return True


@cache
def _pool() -> dict[tuple[str, str], list[tuple[Setup, Plan, Planted]]]:
    """Every place for every mistake, by rule and label."""
    pool: dict[tuple[str, str], list[tuple[Setup, Plan, Planted]]] = {}
    for setup in SETUPS:
        for plan in plans(setup):
            for mistake in planted(plan):
                pool.setdefault((mistake.rule, mistake.label), []).append((setup, plan, mistake))
    return pool


def singles(each: int = 9, seed: int = 4, only: str = "") -> list[Case]:
    """Draw up to ``each`` cases for every mistake and label, spread over networks and styles."""
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for (rule, label), places in sorted(_pool().items(), key=lambda item: item[0]):
            if only in ("", rule):
                random_ = random.Random(f"{seed} {rule} {label}")
                cases += _spread(bench, places, each if rule != "no-answer" else min(each, 3), random_)
    return [replace(case, name=f"s{number:04d}") for number, case in enumerate(cases)]


def _spread(
    bench: Bench, places: Sequence[tuple[Setup, Plan, Planted]], each: int, random_: random.Random
) -> list[Case]:
    """Choose places so that networks, styles and steps repeat as late as possible."""
    used: Counter[str] = Counter()
    found: list[Case] = []
    tries = [(place, style) for place in places for style in STYLES]
    random_.shuffle(tries)
    tries = tries[:4000]
    attempts = 0
    while tries and len(found) < each and attempts < 12 * each + 30:
        attempts += 1
        window = tries[:150]
        best = min(window, key=lambda one: used[str(one[0][0])] + used[one[1]] + 0.5 * used[one[0][2].step])
        tries.remove(best)
        (setup, plan, mistake), style = best
        if not fits(style, mistake):
            continue
        written, right = writable(setup, style, mistake.change(plan)), writable(setup, style, plan)
        if written is None or right is None or written.text == right.text:
            continue
        rules = frozenset({mistake.rule})
        how = shows(bench, written, setup, rules, mistake.runs)
        if not how:
            continue
        used.update([str(setup), style, mistake.step])
        found.append(as_case(setup, style, written, right, [mistake], how))
    return found


def _told_by_shape(mistake: Planted) -> Planted:
    """A mistake without what only a step of descent cannot tell from it."""
    if mistake.rule not in ("batch-sum-everything", "zero"):
        return mistake
    return replace(mistake, also=())


def as_case(
    setup: Setup, style: str, written: Written, right: Written, mistakes: Sequence[Planted], how: str
) -> Case:
    rules = frozenset(mistake.rule for mistake in mistakes)
    if (
        style not in UPDATES
    ):  # a step subtracts a total, which is one number, from every bias: else its shape tells
        mistakes = [_told_by_shape(mistake) for mistake in mistakes]
    accepted = [rules]
    if len(mistakes) == 1:
        accepted += mistakes[0].also
    else:
        for k, mistake in enumerate(mistakes):
            rest = frozenset(other.rule for j, other in enumerate(mistakes) if j != k)
            accepted += [rest | other for other in mistake.also]
    if how == "raises":  # what it raises is seen first; that it is this mistake may be seen too
        accepted.insert(0, frozenset({RAISES}))
    labels = tuple(f"{mistake.step} {mistake.label}" for mistake in mistakes)
    runs = all(mistake.runs for mistake in mistakes)
    where = mistakes[0].where if len(mistakes) == 1 else frozenset().union(*(m.where for m in mistakes))
    return Case(
        "", setup, style, written, labels, rules, tuple(accepted), where, right, how == "raises", runs
    )
