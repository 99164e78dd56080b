"""What each class counts in the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import shown, whole
from chalkgrad._reading import read_number
from chalkgrad.data.tables.labels import class_numbers
from chalkgrad.network import Network
from chalkgrad.train.setup.metrics import has_classes


def read_class_weight(
    value: Any, network: Network, t: Array | None, dtype: str, faults: list[Fault]
) -> Array | None:
    """Return what each class counts; balanced: m/(C·m_c), so that every class counts the same in all."""
    if value is None:
        return None
    if not has_classes(network):
        fix = "Use sample_weight."
        faults.append(Fault("class_weight", "be left out where there are no classes", shown(value), fix))
        return None
    width = max(network.widths[-1], 2)
    if value == "balanced":
        counts = np.bincount(class_numbers(t), minlength=width) if t is not None else np.ones(width)
        present = np.count_nonzero(counts)
        return np.asarray(counts.sum() / (present * np.maximum(counts, 1)), dtype=dtype)
    if not isinstance(value, Mapping):
        condition = "be 'balanced' or a table of class numbers and weights"
        faults.append(Fault("class_weight", condition, shown(value), "Write {0: 1.0, 1: 2.5}, say."))
        return None
    weights = np.ones(width, dtype=dtype)
    for label, weight in value.items():
        number = whole(label)
        if number is None or not 0 <= number < width:
            fix = f"The classes are 0 to {width - 1}."
            faults.append(Fault(f"class_weight[{shown(label)}]", "be a class", shown(label), fix))
        else:
            weights[number] = read_number(f"class_weight[{number}]", weight, faults, least=0)
    if not weights.any():
        faults.append(Fault("class_weight", "be above 0 for some class", "0 for all", "Leave it out for 1."))
    return weights
