"""Formulas typed with bad intent or by mistake: each a located FormulaError, and soon."""

from __future__ import annotations

import time

import pytest

from chalkgrad._errors import FormulaError
from chalkgrad.formula import Float64, differentiate, parse_formula
from chalkgrad.formula.caps import MAX_DECIMAL_EXPONENT, MAX_DEPTH, MAX_EXPONENT, MAX_LENGTH

HOSTILE = [
    "__import__('os')",
    "__import__",
    "z.__class__",
    "z.real",
    "().__class__",
    "lambda: 1",
    "lambda z: z",
    "[z for z in z]",
    "{z}",
    "z; z",
    "z = 1",
    "z == 1",
    "z := 1",
    "'z'",
    '"z"',
    "f(z)",
    "eval(z)",
    "exec(z)",
    "open(z)",
    "exp",
    "exp()",
    "exp(z, z)",
    "max(z)",
    "leaky_relu(z)",
    "9**9**9**9",
    "9^9^9",
    "z^65",
    "z^-65",
    "(z^9)^9",
    "((z^4)^4)^5",
    "z^1e300",
    "z^(2^64)",
    "2^1.000000000001",
    "1e999999999",
    "1e-999999999",
    "1e99999999999999999999",
    "(" * 10_000 + "z" + ")" * 10_000,
    "(" * 200 + "z" + ")" * 200,
    "-" * 200 + "z",
    "z^" * 200 + "z",
    "exp(" * 80 + "z" + ")" * 80,
    "z+" * 5000 + "z",
    "ｚ",  # fullwidth z
    "z²",
    "z\u200b",
    "\u202ez",
    "е^z",  # Cyrillic letter that looks like e
    "1\u0661",  # Arabic digit
    "z\x00",
    "z\n;",
    "σ(z)",
    "yhat",
    "Z",
    "x",
    "true",
    "None",
    "inf",
    "nan",
    "",
    "   ",
    "sin(z",
    "sin z",
    "z)",
    "(z",
    "()",
    "2z",
    "z z",
    "(z)(z)",
    "z*",
    "*z",
    "z**",
    "z + + ",
    "/",
    ",",
    "z, z",
    "z > 0",
    "where(z, 1, 2)",
    "where(z > 0, 1)",
    "where(z > 0 > 1, 1, 2)",
    "where(z > 0, 1, 2, 3)",
    "where",
    "1/0",
    "z/0",
    "z/(1*0)",
    "0x10",
    "1_000",
    "1..2",
    "z if z else z",
    "z & z",
    "z % 2",
    "z // 2",
    "~z",
    "z!",
    "%s",
    "{0.__class__}",
    "$z",
    "`z`",
    "\\sigma(z)",
]

HANGS = 30.0
"""Seconds of the processor's time after which a formula counts as one that never ends."""


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_hostile_text_is_a_located_fault_and_quick(text: str) -> None:
    start = time.process_time()
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, path="layers[1].activation")
    assert time.process_time() - start < HANGS
    message = str(caught.value)
    assert message.startswith("layers[1].activation: must ")
    assert message.isascii()
    assert len(message) < 600


@pytest.mark.parametrize("value", [None, 3, b"z", ["z"], {"z": 1}])
def test_not_text(value: object) -> None:
    with pytest.raises(FormulaError):
        parse_formula(value)  # type: ignore[arg-type]


def test_caret_points_at_the_fault() -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula("exp(z) + sinn(z)")
    lines = str(caught.value).splitlines()
    assert "Did you mean 'sin'?" in lines[0]
    assert lines[2].index("^") == lines[1].index("sinn")


def test_unknown_name_offers_the_near_one() -> None:
    with pytest.raises(FormulaError, match="Did you mean 'y'"):
        parse_formula("(yhat - t)^2", ("y", "t"))


@pytest.mark.parametrize(
    "text",
    [
        "exp(" * 40 + "z" + ")" * 40,
        "sin(exp(exp(exp(exp(z)))))",
        "z^z^z^z^z^z",
        "cosh(cosh(cosh(cosh(z))))",
        "1/exp(exp(exp(z^64)))",
        "*".join(["(1+z)"] * 80),
        "+".join(f"(z+{k})^60" for k in range(40)),
        "*".join(f"(z+{k})^8" for k in range(50)),
        "9^64^1*9^64*9^64*9^64*9^64*9^64*9^64*9^64*9^64*9^64*9^64*9^64",
        "(1+exp(z)+sin(z)+cos(z)+z)^64",
        "log(" * 45 + "z" + ")" * 45,
        "where(z > 0, " * 20 + "z" + ", z^2)" * 20,
    ],
)
def test_legal_but_unpleasant_formulas_do_not_hang(text: str) -> None:
    start = time.process_time()
    node = parse_formula(text)
    derivative = differentiate(node, "z")
    for value in (-1e30, -1.0, 0.0, 0.5, 3.0, 1e30):
        Float64().evaluate(node, {"z": value})
        Float64().evaluate(derivative, {"z": value})
    assert time.process_time() - start < HANGS


MARKED = {
    "z + ": ("be a complete formula", 4),
    "sin(": ("be a complete formula", 4),
    "(z": ("close every parenthesis", 2),
    "max(z, 1": ("close every parenthesis", 8),
    "z > 0": ("compare only inside where", 2),
    "where(z, 1, 2)": ("compare in where", 7),
    "where(z + 1, 2, 3)": ("compare in where", 11),
    "where(z > 0)": ("give where three parts", 11),
    "where(z > 0, 1)": ("give where three parts", 14),
    "where(z > 0, 1, 2": ("close every parenthesis", 17),
    "2 z": ("join its parts by an operator", 2),
    "z 2": ("join its parts by an operator", 2),
    "2 (z)": ("join its parts by an operator", 2),
    "* z": ("not have '*' here", 0),
    "(z * )": ("not have ')' here", 5),
    "z, 1": ("not have ',' here", 1),
    "1 + z / 0": ("not divide by zero", 6),
    "1 + exp": ("give exp its argument", 4),
    "1 + exp(z, z)": ("give exp one argument", 4),
    "1 + leaky_relu(z)": ("give leaky_relu 2 arguments", 4),
    "1 + where": ("give where its argument", 4),
    "z + foo(z)": ("call only known functions", 4),
    "z + foo": ("use only the names z, pi, e", 4),
    "z + # 1": ("not contain '#'", 4),
    f"1 + z^{MAX_EXPONENT + 1}": (f"raise to numbers of size at most {MAX_EXPONENT}", 5),
    f"1 + z^-{MAX_EXPONENT + 1}": (f"raise to numbers of size at most {MAX_EXPONENT}", 5),
    "1 + z^(1/1000000001)": ("raise to numbers with at most nine digits", 5),
    f"1 + 1e{MAX_DECIMAL_EXPONENT + 1}": (f"use numbers up to 1e{MAX_DECIMAL_EXPONENT}", 4),
    "+" * MAX_DEPTH + "z": (f"nest at most {MAX_DEPTH} deep", MAX_DEPTH),
}
"""Text → what it must be, and the place that is marked."""


@pytest.mark.parametrize("text", MARKED, ids=lambda text: text[:20])
def test_what_is_wrong_is_said_and_its_place_is_marked(text: str) -> None:
    condition, place = MARKED[text]
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    first, shown, mark = str(caught.value).splitlines()
    assert first.startswith(f"formula: must {condition};")
    assert text[place : place + 30] == shown[mark.index("^") :]


def test_a_limit_is_the_largest_that_is_allowed() -> None:
    for text in (
        f"z^{MAX_EXPONENT}",
        f"z^-{MAX_EXPONENT}",
        "z^(1/1000000000)",
        f"1e{MAX_DECIMAL_EXPONENT} + 1e-{MAX_DECIMAL_EXPONENT}",
        "+" * (MAX_DEPTH - 1) + "z",
        "z".ljust(MAX_LENGTH),
    ):
        parse_formula(text)
    with pytest.raises(FormulaError, match=f"have at most {MAX_LENGTH} characters"):
        parse_formula("z".ljust(MAX_LENGTH + 1))
