"""Every field of every setting is read: what cannot be meant is refused, by the field's name."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from chalkgrad import (
    SGD,
    Adam,
    AdamW,
    Cosine,
    EarlyStopping,
    InputError,
    Network,
    OneCycle,
    ReduceOnPlateau,
    RMSprop,
    StepDecay,
    WarmUp,
    fit,
)

KINDS = (SGD, Adam, AdamW, RMSprop, Cosine, OneCycle, ReduceOnPlateau, EarlyStopping, StepDecay, WarmUp)
GIVEN: dict[type[Any], dict[str, Any]] = {kind: {} for kind in KINDS} | {StepDecay: {"every": 5}}
"""What must be given, by class."""
FIELDS = [(kind, field.name) for kind in GIVEN for field in fields(kind) if field.init]
NONSENSE = ["text", [1, 2], math.nan, math.inf, -7.5, object(), {"a": 1}, b"x"]


def use(kind: type[Any], given: dict[str, Any]) -> None:
    """Make a setting, and train with it: an optimiser is read only then."""
    fit(Network("1-1"), [[0.0], [1.0]], [0.0, 1.0], optimiser=kind(**given), epochs=1)


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: str(value)[:8])
@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_nonsense_is_refused_by_the_name_of_its_field(kind: type[Any], name: str, value: object) -> None:
    if (name, value) == ("on", "text"):
        return  # the name of a metric, which only a run knows
    with pytest.raises(InputError, match=rf"\b{name}\b"):
        use(kind, GIVEN[kind] | {name: value})


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.0, 1.0)])
def test_the_ends_of_a_rise_are_no_rise(low: float, high: float) -> None:
    for end in (low, high):
        with pytest.raises(InputError, match="rise"):
            OneCycle(rise=end)
