"""The innocent: functions whose gradients are right, in many forms and styles.  None may be accused."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from tests.faults.backward.all_styles import STYLES
from tests.faults.backward.cases import plans, writable
from tests.faults.backward.controls_equations import EQUATIONS
from tests.faults.backward.controls_programs import PROGRAMS
from tests.faults.backward.controls_structures import STRUCTURES
from tests.faults.backward.plan import Plan
from tests.faults.backward.setups import SETUPS, Setup
from tests.faults.backward.written import Written


@dataclass(frozen=True)
class Control:
    """One right function."""

    name: str
    setup: Setup
    what: str
    written: Written

    def __str__(self) -> str:
        return f"{self.name}: {self.what} in {self.setup}"

    @property
    def tolerance(self) -> float:
        """How far it may be from exact: its arithmetic, not its formula, decides."""
        if "float32" in self.written.text:
            return 1e-5
        return 1e-6


def by_hand() -> list[Control]:
    table = EQUATIONS | STRUCTURES | PROGRAMS
    return [
        Control(f"h{n:03d}", setup, what, written) for n, (what, (setup, written)) in enumerate(table.items())
    ]


def generated(count: int = 170, seed: int = 4) -> list[Control]:
    """Draw right plans in all styles and forms, networks and styles spread evenly, no text twice."""
    random_ = random.Random(f"controls {seed}")
    pool: list[tuple[Setup, Plan, str]] = [
        (s, p, style) for s in SETUPS for p in plans(s) for style in STYLES
    ]
    random_.shuffle(pool)
    used: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    found: list[Control] = []
    while pool and len(found) < count:
        best = min(pool[:200], key=lambda one: used[str(one[0])] + used[one[2]])
        pool.remove(best)
        setup, plan, style = best
        written = writable(setup, style, plan)
        if written is None or (str(setup), written.text) in seen:
            continue
        seen.add((str(setup), written.text))
        used.update([str(setup), style])
        found.append(Control(f"g{len(found):03d}", setup, style, written))
    return found


def controls(count: int = 170, seed: int = 4) -> list[Control]:
    """All that are written by hand, and ``count`` generated ones."""
    return [*by_hand(), *generated(count, seed)]
