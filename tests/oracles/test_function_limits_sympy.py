"""Limits and extremes of the activations and their derivatives against SymPy's."""

from __future__ import annotations

import pytest
import sympy

from chalkgrad import derive_function
from chalkgrad.formula.precise import value_at
from tests.oracles.test_formula_sympy import to_sympy

SMOOTH = ("sigmoid", "tanh", "softplus", "silu", "gelu", "formula:exp(-z^2)", "formula:z/(1+z^2)")


@pytest.mark.parametrize("name", SMOOTH)
def test_sympy_finds_the_same_limits(name: str) -> None:
    for course in derive_function(name).courses:
        formula = to_sympy(course.formula)
        z = next(iter(formula.free_symbols))
        for found, end in zip(course.limits, (-sympy.oo, sympy.oo), strict=True):
            if found is None:
                continue
            theirs = sympy.limit(sympy.simplify(formula), z, end)  # as it stands, SiLU′ gets 0 at ∞
            ours = to_sympy(found.value) if found.value is not None else found.sign * sympy.oo
            assert sympy.simplify(ours - theirs) == 0 if found.value is not None else ours == theirs


@pytest.mark.parametrize("name", SMOOTH)
def test_sympy_agrees_that_the_derivative_is_zero_there(name: str) -> None:
    for course in derive_function(name).courses:
        formula = to_sympy(course.formula)
        z = next(iter(formula.free_symbols))
        for extreme in course.extremes:
            place = sympy.Rational(extreme.place.numerator, extreme.place.denominator)
            slope, bend = (sympy.N(formula.diff(z, k).subs(z, place), 40) for k in (1, 2))
            assert abs(slope) < 1e-35
            assert (bend < 0) == (extreme.kind == "maximum")
            if extreme.exact_value is not None:
                assert abs(value_at(extreme.exact_value, {}, 40) - extreme.value) < 1e-38
