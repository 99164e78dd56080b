"""Compute the polynomials of native/math.hpp and write them to native/coefficients.hpp.

Each is the interpolation of a function at the Chebyshev nodes of its interval, which is within a small
factor of the best polynomial of that degree; degrees are chosen so that the error, printed beside each, is
far below the rounding of the number type.  Run it as ``python tools/native_coefficients.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

Real = Any
HEADER = Path(__file__).parents[1] / "native" / "coefficients.hpp"


@dataclass(frozen=True)
class Polynomial:
    """One function on one interval, with its degree for float and for double."""

    name: str
    meaning: str
    function: Callable[[Real], Real]
    low: Callable[[], Real]
    high: Callable[[], Real]
    degrees: tuple[int, int]
    matters: Callable[[Real], Real]
    """How much a relative error of the function counts at x (1: fully)."""


def expm1_tail(r: Real) -> Real:
    """(eʳ − 1 − r)/r²."""
    return (mp.expm1(r) - r) / r**2 if abs(r) > mpf("1e-12") else mpf(1) / 2 + r / 6


def log_tail(z: Real) -> Real:
    """(log((1 + s)/(1 − s)) − 2s)/(s·z), z = s²."""
    s = mp.sqrt(z)
    return (mp.log1p(s) - mp.log1p(-s) - 2 * s) / (s * z) if z else mpf(2) / 3


def erf_core(z: Real) -> Real:
    """erf(x)/x, z = x²."""
    x = mp.sqrt(z)
    return mp.erf(x) / x if z else 2 / mp.sqrt(mp.pi)


def erfc_core(y: Real) -> Real:
    """(1 + 2x)·exp(x²)·erfc(x), y = (x − 2)/(x + 2)."""
    x = 2 * (1 + y) / (1 - y)
    return (1 + 2 * x) * mp.exp(x**2) * mp.erfc(x)


POLYNOMIALS = (
    Polynomial(
        "expm1_tail", "(exp(r) - 1 - r)/r^2 on |r| <= log(2)/2", expm1_tail,
        lambda: -mp.log(2) / 2 * mpf("1.001"), lambda: mp.log(2) / 2 * mpf("1.001"), (5, 10),
        lambda r: abs(r) * expm1_tail(r),
    ),
    Polynomial(
        "log_tail", "(log((1 + s)/(1 - s)) - 2s)/s^3 in s^2, |s| <= 3 - 2 sqrt(2)", log_tail,
        lambda: mpf(0), lambda: (3 - 2 * mp.sqrt(2)) ** 2 * mpf("1.001"), (3, 7),
        lambda z: z / 3,
    ),
    Polynomial(
        "erf_core", "erf(x)/x in x^2, |x| <= 1/2", erf_core,
        lambda: mpf(0), lambda: mpf(1) / 4, (4, 9),
        lambda z: mpf(1),
    ),
    Polynomial(
        "erfc_core", "(1 + 2x) exp(x^2) erfc(x) in (x - 2)/(x + 2), x from 1/2 to 10.2 (float), 28 (double)",
        erfc_core, lambda: mpf("-0.6"), lambda: mpf("0"), (10, 22),
        lambda y: mpf(1),
    ),
)  # fmt: skip
FURTHEST = {"erfc_core": (mpf("10.2"), mpf("28"))}


def interpolate(polynomial: Polynomial, degree: int, high: Real) -> list[Real]:
    """Coefficients, lowest power first, through the Chebyshev nodes."""
    low, n = polynomial.low(), degree + 1
    middle, half = (high + low) / 2, (high - low) / 2
    nodes = [middle + half * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    matrix = mp.matrix(n, n)
    for row, x in enumerate(nodes):
        for column in range(n):
            matrix[row, column] = x**column
    return list(mp.lu_solve(matrix, mp.matrix([polynomial.function(x) for x in nodes])))


def error(polynomial: Polynomial, coefficients: list[Real], high: Real) -> Real:
    """The largest error that counts, relative to the function."""
    low, points = polynomial.low(), 400
    worst = mpf(0)
    for k in range(points + 1):
        x = low + (high - low) * k / points
        true = polynomial.function(x)
        worst = max(worst, abs((mp.polyval(coefficients[::-1], x) - true) / true) * polynomial.matters(x))
    return worst


def table(polynomial: Polynomial, number: str, place: int) -> str:
    """The C++ array of one polynomial in one type."""
    high = polynomial.high()
    if polynomial.name in FURTHEST:
        x = FURTHEST[polynomial.name][place]
        high = (x - 2) / (x + 2)
    coefficients = interpolate(polynomial, polynomial.degrees[place], high)
    digits, end = (10, "f") if number == "float" else (18, "")
    numbers = ", ".join(mp.nstr(c, digits, strip_zeros=False) + end for c in coefficients)
    lines = wrapped(numbers)
    worst = mp.nstr(error(polynomial, coefficients, high), 2)
    body = "\n".join(f"      {line}" for line in lines)
    return f"  // error {worst}\n  static constexpr {number} {polynomial.name}[] = {{\n{body}}};\n"


def wrapped(text: str, width: int = 100) -> list[str]:
    """Break at commas."""
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def header() -> str:
    """The text of native/coefficients.hpp."""
    with mp.workdps(50):
        meanings = "".join(f"//   {p.name:<11} {p.meaning}\n" for p in POLYNOMIALS)
        parts = [
            "// Written by tools/native_coefficients.py; lowest power first.  Beside each the largest\n"
            "// relative error of the function in exact arithmetic, weighted by how much it counts.\n"
            f"{meanings}"
            "#pragma once\n\nnamespace chalkgrad::CHALKGRAD_ISA {\n\n"
            "template <class T> struct Coefficients;\n"
        ]
        for place, number in enumerate(("float", "double")):
            tables = "".join(table(polynomial, number, place) for polynomial in POLYNOMIALS)
            parts.append(f"\ntemplate <> struct Coefficients<{number}> {{\n{tables}}};\n")
        return "".join(parts) + "\n}  // namespace chalkgrad::CHALKGRAD_ISA\n"


if __name__ == "__main__":
    HEADER.write_text(header(), encoding="utf-8")
