"""Numbers, words and flags as a person gave them, read within limits; every fault is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import exact, shown, whole

T = TypeVar("T")


def attempt(faults: list[Fault], action: Callable[[], T]) -> T | None:
    """Return what an action gives, or ``None`` after adding its faults."""
    try:
        return action()
    except InputError as error:
        faults.extend(fault for fault in error.faults if fault not in faults)
        return None


def read_number(
    path: str,
    value: object,
    faults: list[Fault],
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    fix: str = "",
) -> float:
    """Return a number within its limits, or 1.0 after adding a fault.

    >>> faults = []
    >>> read_number("momentum", 1.5, faults, least=0, below=1), str(faults[0])
    (1.0, 'momentum: must be a number of at least 0 and below 1; got 1.5.')
    """
    number = exact(value) if not isinstance(value, str) else None
    inside = number is not None and (
        (above is None or number > above)
        and (least is None or number >= least)
        and (below is None or number < below)
        and (most is None or number <= most)
    )
    if number is not None and inside:
        return float(number)
    words = (("above", above), ("of at least", least), ("below", below), ("of at most", most))
    bounds = " and ".join(f"{word} {limit:g}" for word, limit in words if limit is not None)
    faults.append(Fault(path, f"be a number {bounds}".rstrip(), shown(value), fix))
    return 1.0


def read_choice(path: str, value: object, options: Sequence[str], faults: list[Fault]) -> str:
    """Return one of the words, or the first after adding a fault."""
    if isinstance(value, str) and value in options:
        return value
    near = did_you_mean(value, options) if isinstance(value, str) else ""
    condition = f"be {options[0]!r}" if len(options) == 1 else f"be one of {', '.join(map(repr, options))}"
    faults.append(Fault(path, condition, shown(value), near or f"Write {options[0]!r}."))
    return options[0]


def read_flag(path: str, value: object, faults: list[Fault]) -> bool:
    """Return True or False, or False after adding a fault."""
    if not isinstance(value, bool):
        faults.append(Fault(path, "be True or False", shown(value)))
    return value is True


def read_whole(name: str, value: object, least: int, faults: list[Fault]) -> int:
    """Return a whole number of at least ``least``."""
    number = whole(value)
    if number is None or number < least:
        faults.append(
            Fault(name, f"be a whole number of at least {least}", shown(value), f"Write {least}, say.")
        )
        return least
    return number


def read_seed(value: object) -> int:
    """Return a seed; raises ``InputError``."""
    faults: list[Fault] = []
    seed = read_whole("seed", value, 0, faults)
    if faults:
        raise InputError(faults)
    return seed
