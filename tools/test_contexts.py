"""A pytest plugin: what coverage counts during a test carries that test's name as its context."""

from __future__ import annotations

from collections.abc import Iterator

import coverage
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count for this test until it ends."""
    counting = coverage.Coverage.current()
    if counting is not None:
        counting.switch_context(item.nodeid)
    yield
    if counting is not None:
        counting.switch_context("")
