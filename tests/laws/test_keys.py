"""Keys: what is derived is always right, in every notation; digits decide as they should."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.check.key import Verdict, verify_key
from chalkgrad.check.key.judging.printed import read_printed
from chalkgrad.check.key.judging.scene import GENERAL_LAYER, general_network
from chalkgrad.check.key.judging.stage import Stage
from chalkgrad.check.key.judging.typed import Typist, typed_step
from chalkgrad.check.key.reading.letters import alphabet
from chalkgrad.derive import SINGLE, derive
from chalkgrad.derive.index import Entry
from chalkgrad.formula import ACTIVATIONS
from chalkgrad.network import Network
from chalkgrad.notation.profiles.find import builtin_names, find_notation
from chalkgrad.problem import Problem

STEPS = ("Z2", "A2", "dA2", "dZ2", "dW2", "db2", "W2_new", "b2_new", "dZ7")
NETWORK = Network("1-1:tanh:nobias-1:sigmoid", loss="half_squared_error")
PROBLEM = {"parameters": {"W1": [[0.7]], "W2": [[-1.3]], "b2": [0.4]}, "x": [1.5], "t": [0.2]}


def stage(notation: str) -> Stage:
    return Stage(general_network(False), alphabet(find_notation(notation)), GENERAL_LAYER)


def asked(notation: str, step: str) -> str:
    """Return the left side of a derived step, ``δ_j^l`` for dZ2; of an update the parameter, ``w_jk^l``."""
    typist = Typist(stage(notation), {})
    symbol = derive(typist.stage.network, convention=SINGLE).step(step).symbol
    return typist.name(Entry(symbol, *map(typist.place, symbol.shape)))


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("step", STEPS)
def test_a_derived_equation_is_right_in_every_notation(notation: str, step: str) -> None:
    question = asked(notation, step)
    of = f"update_{question}" if step.endswith("new") else question
    answer = typed_step(stage(notation), step, {})
    key = {"q": {"answer": answer, "of": of}}
    finding = verify_key(Problem(NETWORK, **PROBLEM, key=key), notation).findings[0]  # type: ignore[arg-type]
    assert finding.verdict is Verdict.RIGHT, (of, answer, finding)


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("step", ["L", "Y", "Z1", "Z2", "dZ1", "dW1", "dW2", "db2", "W1_new"])
def test_an_equation_of_a_network_is_right_in_every_notation(notation: str, step: str) -> None:
    own = Stage(NETWORK, alphabet(find_notation(notation)))
    key = {step: typed_step(own, step, {})}
    finding = verify_key(Problem(NETWORK, **PROBLEM, key=key), notation).findings[0]  # type: ignore[arg-type]
    assert finding.verdict is Verdict.RIGHT, (key, finding)


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("step", ["Z2", "dA2", "dZ2", "dW2", "W2_new"])
def test_a_changed_sign_or_factor_is_found_in_every_notation(notation: str, step: str) -> None:
    question = asked(notation, step)
    of = f"update_{question}" if step.endswith("new") else question
    right = typed_step(stage(notation), step, {})
    problem = Problem(
        NETWORK,
        **PROBLEM,  # type: ignore[arg-type]
        key={
            "minus": {"answer": f"-({right})", "of": of},
            "twice": {"answer": f"2*({right})", "of": of},
            "squared": {"answer": f"({right})^2", "of": of},
            "more": {"answer": f"{right} + 1", "of": of},
        },
    )
    findings = verify_key(problem, notation).findings
    assert [finding.verdict for finding in findings] == [Verdict.WRONG] * 4
    assert all(finding.expected == right for finding in findings)


@pytest.mark.parametrize("name", [name for name, known in ACTIVATIONS.items() if not known.is_identity])
def test_an_activation_is_read_by_all_its_names(name: str) -> None:
    network, known = Network(f"1-1:{name}:nobias-1:sigmoid", loss="half_squared_error"), ACTIVATIONS[name]
    typed = typed_step(Stage(network, alphabet(find_notation("nielsen"))), "A1", {})
    words = (name, known.symbol or name, name.title(), *known.also)
    for word in (word for word in words if "_" not in word):
        key = {"A1": word + typed[typed.index("(") :]}
        finding = verify_key(Problem(network, **PROBLEM, key=key), "nielsen").findings[0]  # type: ignore[arg-type]
        assert finding.verdict is Verdict.RIGHT, (key, finding)


numbers = st.decimals(min_value=-1000, max_value=1000, allow_nan=False, allow_infinity=False, places=9)


@given(numbers, st.integers(0, 6))
def test_rounding_and_cutting_are_accepted(value: object, places: int) -> None:
    true = Fraction(str(value))
    unit = Fraction(1, 10**places)
    cut = abs(true) // unit * unit
    sign = "-" if true < 0 else ""
    rounded = read_printed(f"{sign}{float(round(abs(true) / unit) * unit):.{places}f}")
    printed = read_printed(f"{sign}{float(cut):.{places}f}")
    assert rounded is not None
    assert printed is not None
    assert rounded.judge(true) is Verdict.RIGHT
    assert printed.judge(true) in (Verdict.CUT, Verdict.RIGHT)


@given(numbers, st.integers(0, 6), st.sampled_from([-2, 2, 3, -5]))
def test_two_units_away_is_wrong(value: object, places: int, off: int) -> None:
    true = Fraction(str(value))
    unit = Fraction(1, 10**places)
    moved = round(true / unit) * unit + off * unit
    printed = read_printed(f"{float(moved):.{places}f}")
    assert printed is not None
    assert printed.judge(true) is Verdict.WRONG


@given(numbers, st.integers(0, 6))
def test_what_it_should_be_is_right(value: object, places: int) -> None:
    true = Fraction(str(value))
    printed = read_printed(f"{12345.0:.{places}f}")
    assert printed is not None
    corrected = read_printed(printed.like(true))
    assert corrected is not None
    assert corrected.judge(true) is Verdict.RIGHT


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for of in ("dW1", "delta_j^l", "sigmoid_prime", text):
        key = {"q": {"answer": text, "of": of}}
        with contextlib.suppress(InputError):  # the only way to refuse
            verify_key(Problem(NETWORK, **PROBLEM, key=key))  # type: ignore[arg-type]


@given(st.text(alphabet="ajkzwlL^_()+-*/'eσδ∂Σ1 2\\{}fC,=>", max_size=40))
def test_any_formula_like_text_is_read_or_refused(text: str) -> None:
    test_any_text_is_read_or_refused.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("true", "text"), [(10**6 - 1, "1/999999"), (10**6, "1e-06"), (3, "1/3"), (1, "1/1")]
)
def test_a_fraction_is_corrected_by_a_fraction_while_that_is_short(true: int, text: str) -> None:
    printed = read_printed("3/7")
    assert printed is not None
    assert printed.like(Fraction(1, true)) == text


@given(st.integers(-(10**7), 10**7), st.integers(0, 4))
def test_a_number_is_corrected_with_its_own_places_where_they_say_it_whole(value: int, places: int) -> None:
    true = Fraction(value, 10**places)
    printed = read_printed(f"{1.0:.{places}f}")
    assert printed is not None
    assert printed.like(true) == f"{value / 10**places:.{places}f}"


@pytest.mark.parametrize(("text", "true", "like"), [("2.1", "2.25", "2.25"), ("2", "0.125", "0.125")])
def test_a_short_number_that_its_places_cannot_say_is_written_whole(text: str, true: str, like: str) -> None:
    printed = read_printed(text)
    assert printed is not None
    assert printed.like(Fraction(true)) == like
