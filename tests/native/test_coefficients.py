"""The polynomials' numbers are those that the tool computes."""

from __future__ import annotations

from tools.native_coefficients import HEADER, header


def test_the_header_is_what_the_tool_writes() -> None:
    assert HEADER.read_text(encoding="utf-8") == header()
