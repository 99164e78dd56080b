"""What people type by mistake or on purpose: one clear error or a right result, soon."""

from __future__ import annotations

import random
from collections.abc import Hashable
from pathlib import Path

import pytest

from chalkgrad._errors import InputError
from chalkgrad.app.cli import main
from chalkgrad.formula import format_formula, parse_formula, simplify
from chalkgrad.network import Network
from chalkgrad.notation import profiles

QUIZ = (Path(__file__).parents[2] / "examples" / "quiz.toml").read_text(encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command whose input is wrong; return its one line on stderr."""
    assert main(list(arguments)) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1
    return errors.rstrip("\n")


@pytest.mark.parametrize("formula", ["1/(8 + 1/(-1 - z))", "(-2 - z)^-3", "z/(-1 - z)^-1", "1/(-z - t)^2"])
def test_a_negative_power_of_a_negative_sum_is_exact(formula: str) -> None:
    from chalkgrad.formula.precise import value_at

    node = parse_formula(formula, ("z", "t"))
    simple = simplify(node)
    for z in (0.5, 3.0):
        values: dict[Hashable, float] = {"z": z, "t": 2.0}
        assert float(value_at(simple, values, 30)) == float(value_at(node, values, 30))
    assert "." not in format_formula(simple), "its numbers are whole"


@pytest.mark.parametrize("width", ["++3", "+-3", "--3", "-+3", "+", "²"])
def test_a_width_has_one_sign(width: str) -> None:
    with pytest.raises(InputError, match=r"layers\[1\].*must "):
        Network(f"1-{width}")


def key_of(tmp_path: Path, *, bias: str = "-1", **answers: str) -> str:
    """A problem file of the quiz's network with other answers and another b2."""
    head = QUIZ[: QUIZ.index("[key]")].replace("b2 = [-1]", f"b2 = [{bias}]")
    lines = [f'"{name}" = "{answer}"' for name, answer in answers.items()]
    file = tmp_path / "quiz.toml"
    file.write_text("\n".join([head, "[key]", *lines, ""]), encoding="utf-8")
    return str(file)


def test_the_slope_of_the_loss_by_itself_is_no_quantity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = key_of(tmp_path, **{"(partialC)/(partialC)": "1"})
    assert "must name a value or ∂C/∂…" in told(capsys, "verify-key", file)


def test_a_question_about_a_layer_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = key_of(tmp_path, **{"partialC/partialb_j^0": "5"})
    assert told(capsys, "verify-key", file).endswith("Here there is no layer 0 for b.")


@pytest.mark.parametrize("bias", ["1e8", "1e9", "-1e9", "1e20"])
def test_a_value_beyond_all_digits_is_judged_at_once(
    bias: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At a sigmoid so saturated the slope is exp(−10⁹)."""
    file = key_of(tmp_path, bias=bias, dW1="2.080", dW2="0.000")
    assert main(["verify-key", file]) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "dW1: 2.080 is wrong, it should be 0.000: the value is nearer to 0 than 1e-5000" in output
    assert "dW2: 0.000 is wrong" not in output


def test_letters_of_indices_are_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('based_on = "nielsen"\n[letters]\nindex = [["a"]]\n', encoding="utf-8")
    assert ".letters.index: must be a table; got" in told(capsys, "derive", "2-1", "--notation", str(file))


# ---- mutations of what is right --------------------------------------------------------------------------

SPECS = ("4-3:relu-1:sigmoid", "2-3:leaky_relu(0.1)-2:softmax", "1-1:nobias:skip", "1-2:formula:1/(-1-z)-1")
FORMULAS = ("z*sigmoid(z)", "where(z>0,z,0.1*z)", "(z-1)**-2/(z+3)^-1", "-(-z)^3/(-2-z)^2", "log(1+exp(z))")
PIECES = (
    *("z", "t", "y", "-1", "0", "2", "1e400", "1e9", "**", "where(", "exp(", "log(", "relu(", "max(", "erf("),
    *'+-*/^(),>²₁σ._[]{}=:"\\',
)
VALUES = ('""', "0", "-1", "1e400", "nan", "inf", "true", "[]", "[[]]", "{}", '[1,"a"]', '"1-++3"', '"²"')
NOTATION = (Path(profiles.__file__).parent / "builtin" / "nielsen.toml").read_text(encoding="utf-8")


def mutated(draw: random.Random, text: str) -> str:
    """A text with pieces left out, doubled, or put in the place of others."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(text) + 1)
        end = at + draw.choice((0, 0, 1, 2, 6))
        text = text[:at] + draw.choice((draw.choice(PIECES), text[at:end] * 2, "")) + text[end:]
    return text


def mutated_table(draw: random.Random, text: str) -> str:
    """A TOML file with values of another kind, or of the same kind and mutated."""
    lines = text.splitlines()
    for _ in range(draw.choice((1, 2, 3))):
        at = draw.randrange(len(lines))
        name, equals, value = lines[at].partition("=")
        if equals:
            lines[at] = name + "= " + (draw.choice(VALUES) if draw.random() < 0.5 else mutated(draw, value))
    return "\n".join(lines)


def commands(draw: random.Random, folder: Path) -> list[list[str]]:
    problem, own = folder / "problem.toml", folder / "own.toml"
    problem.write_text(mutated_table(draw, QUIZ), encoding="utf-8")
    own.write_text(mutated_table(draw, NOTATION), encoding="utf-8")
    return [
        ["derive", mutated(draw, draw.choice(SPECS))],
        ["derive", f"1-1:formula:{mutated(draw, draw.choice(FORMULAS))}"],
        ["derive", "2-1", "--loss", f"formula:{mutated(draw, '-t*log(y)-(1-t)*log(1-y)')}"],
        ["derive", "2-2:relu-1", "--notation", str(own)],
        [draw.choice(("verify-key", "trace", "check")), str(problem)],
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_mutated_text_is_answered_or_refused_in_words(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(seed)
    for arguments in commands(draw, tmp_path):
        assert main(arguments) in (0, 1, 2)
        errors = [
            line for line in capsys.readouterr().err.splitlines() if not line.startswith(("note:", " "))
        ]
        assert not errors or any(": must " in line for line in errors), arguments
