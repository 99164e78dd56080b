"""Learning-rate schedules: their formulas, any slice of them, and what a plateau does."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.schedule import (
    NAMED,
    Clock,
    Constant,
    Cosine,
    OneCycle,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
    WarmUp,
)

CLOCK = Clock(0.5, 7, 70)
ALL: list[Schedule] = [*NAMED.values(), WarmUp(steps=9, then=Cosine()), WarmUp(epochs=1.5)]


def rates(schedule: Schedule, clock: Clock = CLOCK) -> list[float]:
    return [float(rate) for rate in Pace(schedule, clock).rates(0, clock.steps)]


@given(st.sampled_from(ALL), st.integers(0, 60), st.integers(1, 10))
def test_a_slice_has_the_rates_of_the_whole(schedule: Schedule, first: int, count: int) -> None:
    pace = Pace(schedule, CLOCK, cuts=[(20, 0.5), (41, 0.1)])
    assert pace.rates(first, count).tolist() == pace.rates(0, 70)[first : first + count].tolist()


def test_step_decay_counts_epochs() -> None:
    found = rates(StepDecay(every=3, factor=0.1))
    assert found[:21] == [0.5] * 21
    assert found[21:42] == pytest.approx([0.05] * 21, rel=1e-15)
    assert found[69] == pytest.approx(0.0005, rel=1e-14)


def test_cosine_begins_at_the_rate_and_is_half_way_in_the_middle() -> None:
    found = rates(Cosine(end=0.1))
    assert found[0] == 0.5
    assert found[35] == pytest.approx(0.3)
    assert all(later < earlier for earlier, later in itertools.pairwise(found))
    assert found[69] == pytest.approx(0.1 + 0.2 * (1 + math.cos(math.pi * 69 / 70)))


def test_one_cycle_rises_to_its_peak_and_ends_near_nothing() -> None:
    found = rates(OneCycle(rise=0.3, divide=10, final=100, peak=1))
    assert found[0] == pytest.approx(0.05)
    assert max(found) == pytest.approx(0.5)
    assert found.index(max(found)) == 20
    assert found[69] == pytest.approx(0.05 / 100)
    higher = rates(OneCycle(rise=0.3, divide=10, final=100, peak=3))
    assert higher == pytest.approx([3 * rate for rate in found])


def test_one_cycle_has_the_optimisers_rate_on_average() -> None:
    mean = np.mean(rates(OneCycle(), Clock(0.5, 100, 10_000)))
    assert mean == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_one_cycle_of_hardly_any_steps(steps: int) -> None:
    found = rates(OneCycle(), Clock(0.5, steps, steps))
    assert all(0 < rate <= 1 for rate in found)


def test_warm_up_raises_another_schedule() -> None:
    found, plain = rates(WarmUp(steps=10, then=Cosine())), rates(Cosine())
    assert found[:10] == pytest.approx([plain[k] * (k + 1) / 10 for k in range(10)])
    assert found[10:] == plain[10:]
    assert rates(WarmUp(epochs=2)) == rates(WarmUp(steps=14))


def test_a_plateau_lowers_the_rate_down_to_the_lowest() -> None:
    schedule = WarmUp(steps=2, then=ReduceOnPlateau(factor=0.1, patience=1, lowest=0.02))
    pace = Pace(schedule, CLOCK)
    for epoch in range(1, 8):
        pace.end_epoch(1.0, None, 7 * epoch)
    assert [step for step, _ in pace.cuts] == [21, 35, 49]
    assert pace.rates(20, 2).tolist() == pytest.approx([0.5, 0.05])
    assert pace.rates(36, 1).tolist() == [0.02]
    assert pace.rates(0, 2).tolist() == [0.25, 0.5]


def test_a_plateau_looks_at_the_validation_loss_where_there_is_one() -> None:
    for on, cut in (("loss", False), (None, True), ("validation loss", True)):
        pace = Pace(ReduceOnPlateau(patience=0, on=on), CLOCK)
        pace.end_epoch(1.0, 1.0, 7)
        pace.end_epoch(0.5, 2.0, 14)
        assert bool(pace.cuts) is cut


def test_the_notes_of_a_plateau_are_taken_up_again() -> None:
    losses = [1.0, 1.0, math.nan, 0.5, 0.5, 0.5, 0.5]
    whole = Pace(ReduceOnPlateau(patience=1, cooldown=1), CLOCK)
    for epoch, loss in enumerate(losses, start=1):
        whole.end_epoch(loss, None, 7 * epoch)
    first = Pace(ReduceOnPlateau(patience=1, cooldown=1), CLOCK)
    for epoch, loss in enumerate(losses, start=1):
        again = Pace(first.schedule, CLOCK)
        again.restore(first.to_dict())
        again.end_epoch(loss, None, 7 * epoch)
        first = again
    assert first == whole
    assert whole.cuts


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (StepDecay, {"every": 0, "factor": 2}, "every: must be a whole number of at least 1; got 0"),
        (StepDecay, {"factor": 0}, "factor: must be a number above 0 and of at most 1; got 0"),
        (Cosine, {"end": -1}, "end: must be a number of at least 0; got -1"),
        (OneCycle, {"rise": 1, "divide": 0.5}, "divide: must be a number of at least 1; got 0.5"),
        (WarmUp, {}, "have either steps or epochs"),
        (WarmUp, {"steps": 3, "then": Constant}, "then: must be a schedule"),
        (ReduceOnPlateau, {"on": "accuracy"}, "on: must be 'loss' or 'validation loss'; got 'accuracy'"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(kind: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as told:
        kind(**wrong)
    assert said in str(told.value)


def test_rates_are_float64() -> None:
    for schedule in ALL:
        assert Pace(schedule, CLOCK).rates(3, 4).dtype == np.float64
