"""Learning-rate schedules against torch.optim.lr_scheduler."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.schedule import Clock, Cosine, OneCycle, ReduceOnPlateau, Schedule, StepDecay

pytestmark = pytest.mark.oracle("torch")
RATE, PER_EPOCH, EPOCHS = 0.5, 6, 12
CLOCK = Clock(RATE, PER_EPOCH, PER_EPOCH * EPOCHS)


def rates_of_torch(make: Callable[[Any, Any], Any], *, every_step: bool) -> list[float]:
    import torch

    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule = make(torch.optim.lr_scheduler, optimiser)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(EPOCHS):
            for _ in range(PER_EPOCH):
                found.append(optimiser.param_groups[0]["lr"])
                optimiser.step()
                if every_step:
                    schedule.step()
            if not every_step:
                schedule.step()
    return [float(rate) for rate in found]


@pytest.mark.parametrize(
    ("ours", "theirs", "every_step"),
    [
        (StepDecay(5, 0.3), lambda all_, o: all_.StepLR(o, 5, 0.3), False),
        (Cosine(0.01), lambda all_, o: all_.CosineAnnealingLR(o, CLOCK.steps, 0.01), True),
        (
            OneCycle(0.25, 20, 500, peak=1),
            lambda all_, o: all_.OneCycleLR(
                o,
                RATE,
                total_steps=CLOCK.steps + 1,
                pct_start=0.25,
                div_factor=20,
                final_div_factor=500,
            ),
            True,
        ),
    ],
)
def test_as_torch(ours: Schedule, theirs: Callable[[Any, Any], Any], every_step: bool) -> None:
    clock = Clock(RATE, PER_EPOCH, CLOCK.steps + isinstance(ours, OneCycle))
    found = Pace(ours, clock).rates(0, CLOCK.steps)
    np.testing.assert_allclose(found, rates_of_torch(theirs, every_step=every_step), rtol=1e-10)


def test_a_plateau_as_torch() -> None:
    import torch

    losses = np.abs(np.random.default_rng(3).normal(1, 0.05, 60)).tolist()
    for patience, cooldown, lowest in ((0, 0, 0.0), (2, 1, 0.0), (1, 3, 0.01)):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
        theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser, factor=0.5, patience=patience, cooldown=cooldown, min_lr=lowest, eps=0
        )
        ours = Pace(ReduceOnPlateau(0.5, patience, cooldown=cooldown, lowest=lowest), CLOCK)
        for epoch, loss in enumerate(losses, start=1):
            assert ours.rates(epoch, 1)[0] == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-6)
            theirs.step(loss)
            ours.end_epoch(loss, None, epoch + 1)
