"""What an error must tell: every fault, in order, each with a place, a condition and a fix."""

from __future__ import annotations

from chalkgrad._errors import InputError


def assert_told(error: InputError, expected: list[str]) -> None:
    """Hold the faults of an error to the beginnings of their texts."""
    told = [str(fault) for fault in error.faults]
    assert len(told) == len(expected), told
    for text, start in zip(told, expected, strict=True):
        assert text.startswith(start), (text, start)
    for fault in error.faults:
        assert all((fault.path, fault.condition, fault.fix)), fault
