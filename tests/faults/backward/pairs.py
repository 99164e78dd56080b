"""Two mistakes in one function, at independent places."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.faults.backward.all_styles import STYLES
from tests.faults.backward.cases import Bench, Case, as_case, fits, plans, planted, same, writable
from tests.faults.backward.mistakes import Planted, Rules
from tests.faults.backward.setups import SETUPS, Arrays

PAIRABLE = ("factor", "penalty", "slope", "matrix", "error", "shape")
ALONE = {
    "zero",
    "exception",
    "no-answer",
    "unstable",
    "integers",
    "accumulator",
    "not-deterministic",
    "forward-differs",
}


def pairs(count: int = 300, seed: int = 4, each: int = 4) -> list[Case]:
    """Draw pairs of mistakes at independent places; both must show, each beside the other."""
    random_ = random.Random(f"pairs {seed}")
    cases: list[Case] = []
    drawn: Counter[Rules] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        every = [(setup, plan) for setup in SETUPS for plan in plans(setup)]
        for _ in range(60 * count):
            if len(cases) >= count:
                break
            setup, plan = random_.choice(every)
            usable = [m for m in planted(plan) if m.kind in PAIRABLE and m.rule not in ALONE]
            # A rule first, then a place for it: else the mistakes with many places would crowd out the rest.
            rules = sorted({m.rule for m in usable})
            first, second = (
                random_.choice([m for m in usable if m.rule == random_.choice(rules)] or usable) for _ in "12"
            )
            style = random_.choice(list(STYLES))
            pair = frozenset({first.rule, second.rule})
            if not (fits(style, first) and fits(style, second)):
                continue
            if not independent(first, second) or drawn[pair] >= each:
                continue
            texts = [
                writable(setup, style, p)
                for p in (plan, first.change(plan), second.change(plan), second.change(first.change(plan)))
            ]
            if any(text is None for text in texts):
                continue
            answers = [bench.run(text, setup) for text in texts if text is not None]
            if any(a is None for a in answers) or not _all_differ([a for a in answers if a is not None]):
                continue
            right, *_, written = texts
            assert right is not None
            assert written is not None
            drawn[pair] += 1
            cases.append(as_case(setup, style, written, right, [first, second], "wrong"))
    return [replace(case, name=f"p{number:04d}") for number, case in enumerate(cases)]


def independent(first: Planted, second: Planted) -> bool:
    """Whether two mistakes are of different rules and stand in different lines."""
    if first.rule == second.rule or first.step == second.step:
        return False
    wide = {"all", "all W", "all Z", "all b", "update"}
    if first.step in wide or second.step in wide:
        return first.kind != second.kind and not {first.step, second.step} <= wide
    return True


def _all_differ(answers: Sequence[list[list[Arrays]]]) -> bool:
    """Whether right, first, second and both give four answers, finite and of the right shapes."""
    shapes = {name: value.shape for name, value in answers[0][0][0].items()}
    for found in answers:
        if any({n: v.shape for n, v in calls[0].items()} != shapes for calls in found):
            return False
        if not all(np.isfinite(v).all() for calls in found for v in calls[0].values()):
            return False
    for j, one in enumerate(answers):
        for other in answers[:j]:
            if all(same(a[0], b[0]) for a, b in zip(one, other, strict=True)):
                return False
    return True
