"""What is told of a training on its way."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from chalkgrad.network import Network
from chalkgrad.train import fit
from chalkgrad.train.run.progress import Progress

X = np.random.default_rng(0).normal(size=(60, 3))
Y = X[:, :1]
PAUSE = 0.05


@pytest.mark.parametrize("resumed", [False, True])
def test_the_time_left_is_that_of_the_steps_left_at_the_speed_so_far(resumed: bool) -> None:
    network, told = Network("3-2:tanh-1"), list[tuple[float, Progress]]()
    more: dict[str, Any] = {}
    if resumed:
        more["resume"] = fit(network, X, Y, epochs=5, batch_size=10)
    first = more["resume"].history.steps if resumed else 0

    def tell(at: Progress) -> None:
        told.append((time.perf_counter(), at))
        time.sleep(PAUSE)

    began = time.perf_counter()
    fit(network, X, Y, epochs=12, batch_size=10, progress=tell, **more)
    assert [at.steps for _, at in told] == [72] * len(told)
    assert told[-1][1].seconds_left == 0
    assert all(first // 6 < at.epoch <= 12 for _, at in told)
    under_way = [(k, *seen) for k, seen in enumerate(told) if first < seen[1].step < seen[1].steps]
    assert under_way[1:]
    for before, now, at in under_way:
        spent = at.seconds_left * (at.step - first) / (at.steps - at.step)
        assert before * PAUSE <= spent <= now - began
    assert all(at.validation_loss is None for _, at in told)
    assert all(np.isfinite(at.loss) for _, at in told)
