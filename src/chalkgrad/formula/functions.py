"""The table of known scalar functions: one entry carries everything symbolic about a function.

Derivatives are texts in the argument names, read by ``differentiate``.  The numeric kernels stand in
``kernels`` (float64), ``precise`` (mpmath) and here as ``exact`` (rational); a test holds the tables
complete.  Where a derivative does not exist, the convention stands in the entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class ScalarFunction:
    """What is known about one function of numbers.

    Attributes
    ----------
    name : str
        As people type it.
    arguments : tuple of str
        Argument names used in the texts below.
    derivatives : tuple of str
        The partial derivative for each argument.
    meaning : str
        The defining formula, for functions that have one in terms of others.
    value_derivative : str
        The derivative through the value ``a``, e.g. ``a*(1 - a)``; empty if there is none.
    exact : callable or None
        Rational values of rational arguments; ``None`` if there are none in general.
    switch : str
        The formula whose sign switches the branch; its zeros are kinks.
    convention : str
        What is used where the derivative does not exist.
    carries_power : bool
        Whether a power is written at the name: ``tanh²(u)``.

    """

    name: str
    arguments: tuple[str, ...]
    derivatives: tuple[str, ...]
    meaning: str = ""
    value_derivative: str = ""
    exact: Callable[..., Fraction] | None = None
    switch: str = ""
    convention: str = ""
    carries_power: bool = False


def _sign(u: Fraction) -> Fraction:
    return Fraction((u > 0) - (u < 0))


def _relu(u: Fraction) -> Fraction:
    return max(u, Fraction(0))


_U = ("u",)
_UV = ("u", "v")

_ENTRIES = (
    ScalarFunction("exp", _U, ("exp(u)",), value_derivative="a"),
    ScalarFunction("log", _U, ("1/u",)),
    ScalarFunction("sqrt", _U, ("1/(2*sqrt(u))",), value_derivative="1/(2*a)"),
    ScalarFunction("expm1", _U, ("exp(u)",), meaning="exp(u) - 1", value_derivative="1 + a"),
    ScalarFunction("log1p", _U, ("1/(1 + u)",), meaning="log(1 + u)"),
    ScalarFunction(
        "sigmoid",
        _U,
        ("sigmoid(u)*(1 - sigmoid(u))",),
        meaning="1/(1 + exp(-u))",
        value_derivative="a*(1 - a)",
    ),
    ScalarFunction(
        "tanh",
        _U,
        ("1 - tanh(u)^2",),
        meaning="(exp(u) - exp(-u))/(exp(u) + exp(-u))",
        value_derivative="1 - a^2",
        carries_power=True,
    ),
    ScalarFunction(
        "softplus", _U, ("sigmoid(u)",), meaning="log(1 + exp(u))", value_derivative="1 - exp(-a)"
    ),
    ScalarFunction("erf", _U, ("2*exp(-u^2)/sqrt(pi)",)),
    ScalarFunction("erfc", _U, ("-2*exp(-u^2)/sqrt(pi)",), meaning="1 - erf(u)"),
    ScalarFunction("sin", _U, ("cos(u)",), carries_power=True),
    ScalarFunction("cos", _U, ("-sin(u)",), carries_power=True),
    ScalarFunction("tan", _U, ("1 + tan(u)^2",), meaning="sin(u)/cos(u)", value_derivative="1 + a^2"),
    ScalarFunction("atan", _U, ("1/(1 + u^2)",)),
    ScalarFunction("sinh", _U, ("cosh(u)",), meaning="(exp(u) - exp(-u))/2"),
    ScalarFunction("cosh", _U, ("sinh(u)",), meaning="(exp(u) + exp(-u))/2"),
    ScalarFunction(
        "relu",
        _U,
        ("where(u > 0, 1, 0)",),
        meaning="max(0, u)",
        value_derivative="where(a > 0, 1, 0)",
        exact=_relu,
        switch="u",
        convention="relu'(0) = 0",
    ),
    ScalarFunction("abs", _U, ("sign(u)",), exact=abs, switch="u", convention="abs'(0) = 0"),
    ScalarFunction("sign", _U, ("0",), exact=_sign, switch="u", convention="sign'(0) = 0"),
    ScalarFunction(
        "max",
        _UV,
        ("where(u > v, 1, 0)", "where(v > u, 1, 0)"),
        exact=max,
        switch="u - v",
        convention="at a tie both derivatives are 0",
    ),
    ScalarFunction(
        "min",
        _UV,
        ("where(u < v, 1, 0)", "where(v < u, 1, 0)"),
        exact=min,
        switch="u - v",
        convention="at a tie both derivatives are 0",
    ),
)

FUNCTIONS: dict[str, ScalarFunction] = {entry.name: entry for entry in _ENTRIES}
"""Every function a formula may call."""

ABBREVIATIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "silu": (_U, "u*sigmoid(u)"),
    "gelu": (_U, "u*(1 + erf(u/sqrt(2)))/2"),
    "leaky_relu": (_UV, "where(u > 0, u, v*u)"),
    "elu": (_UV, "where(u > 0, u, v*(exp(u) - 1))"),
}
"""Names that the parser writes out at once, so nothing after it has to know them."""
