"""Errors: located, complete, and with the fix.

Every fault reads ``<path>: must be <condition>; got <value>. <one fix>``.  All faults of one
description are collected and raised together, in reading order.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input: where, what must hold, what was found, how to fix it.

    >>> print(Fault("layers[2].activation", "be one of relu, tanh", "'rleu'", "Did you mean 'relu'?"))
    layers[2].activation: must be one of relu, tanh; got 'rleu'. Did you mean 'relu'?
    """

    path: str
    condition: str
    got: str = ""
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.path}: must {self.condition}"
        if self.got:
            text += f"; got {self.got}"
        return f"{text}. {self.fix}".rstrip()


class ChalkgradError(Exception):
    """Base of everything that chalkgrad raises on purpose."""


class InputError(ChalkgradError, ValueError):
    """A description or its data is wrong; ``faults`` lists every fault found."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ShapeError(InputError):
    """Shapes do not fit."""


class FormulaError(InputError):
    """A formula typed by a person cannot be read or is not allowed."""


class MissingFileError(InputError, FileNotFoundError):
    """A file that was named is not there."""

    def __str__(self) -> str:  # FileNotFoundError would print errno
        return "\n".join(str(fault) for fault in self.faults)


class UnsupportedError(ChalkgradError, NotImplementedError):
    """The request is meaningful but not available for this network, with the reason."""


class ChalkgradWarning(RuntimeWarning):
    """What was asked for is done, but more slowly than it could be; the text says why."""


def did_you_mean(word: str, options: Sequence[str]) -> str:
    """Return ``Did you mean 'relu'?`` for the nearest option, or an empty string."""
    near = difflib.get_close_matches(word.lower(), options, n=1, cutoff=0.55)
    return f"Did you mean {near[0]!r}?" if near else ""
