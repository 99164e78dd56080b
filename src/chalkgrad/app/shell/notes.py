"""Warnings of this package as notes of the command line: one line each, once, on stderr."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from chalkgrad._errors import ChalkgradWarning


@contextmanager
def as_notes() -> Iterator[None]:
    """Tell what the package warns of as ``note: …``; what others warn of stays as it is."""
    told: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", ChalkgradWarning)
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
            text = " ".join(str(message).split())
            if not issubclass(category, ChalkgradWarning):
                others(message, category, *where, **more)  # type: ignore[arg-type]
            elif text not in told:
                told.add(text)
                sys.stdout.flush()
                print(f"note: {text}", file=sys.stderr, flush=True)

        warnings.showwarning = show
        yield
