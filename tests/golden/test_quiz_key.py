"""The quiz's printed key: its wrong σ′ is found, and nothing else is accused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalkgrad.app.cli import main
from chalkgrad.check.key import KeyReport, Verdict, verify_key
from chalkgrad.network import Network
from chalkgrad.problem import Problem, load_problem

QUIZ = Path(__file__).parents[2] / "examples" / "quiz.toml"


@pytest.fixture(scope="module")
def report() -> KeyReport:
    return verify_key(load_problem(QUIZ))


def test_only_the_sigmoid_is_wrong(report: KeyReport) -> None:
    assert not report.ok
    assert [finding.name for finding in report.wrong] == ["sigmoid_prime"]


def test_the_wrong_one_comes_with_the_right_one_and_evidence(report: KeyReport) -> None:
    (wrong,) = report.wrong
    assert wrong.printed == "1-(1/(1+e^(-z)))"
    assert wrong.expected == "e^(-z)/(1 + e^(-z))^2"
    assert wrong.evidence == "at z = 0 the key gives 0.5, it is 0.25"


def test_the_cut_number_is_said_to_be_cut(report: KeyReport) -> None:
    (cut,) = [finding for finding in report.findings if finding.verdict is Verdict.CUT]
    assert (cut.name, cut.printed, cut.expected) == ("dW1", "2.080", "2.081")
    assert cut.evidence == "the value is 2.080917, rounded 2.081"


def test_the_garbled_product_is_read_as_one(report: KeyReport) -> None:
    (product,) = [finding for finding in report.findings if "**" in finding.printed]
    assert (product.verdict, product.remark) == (Verdict.RIGHT, "** read as a product")


def test_prose_is_neither_right_nor_wrong(report: KeyReport) -> None:
    (prose,) = [finding for finding in report.findings if finding.verdict is Verdict.UNCHECKED]
    assert prose.printed == "Its magnitude becomes small."


def test_everything_else_is_right(report: KeyReport) -> None:
    named = {"sigmoid_prime", "dW1", "sigmoid_prime_limit"}
    others = {finding.name: finding.verdict for finding in report.findings if finding.name not in named}
    assert len(others) == 9
    assert set(others.values()) == {Verdict.RIGHT}


def test_the_summary(report: KeyReport) -> None:
    assert report.summary == "10 right (1 of them cut, not rounded), 1 wrong, 1 not checked"
    assert report.to_dict()["ok"] is False


# Worked by hand: y = 2·3 = 6, C = ½(6 − 4)² = 2, ∂C/∂w = (6 − 4)·3 = 6, w − η·6 = 2 − 6/10 = 1.4.
LINE = Problem(Network("1-1:nobias"), {"W1": [[2]]}, x=[3], t=[4], learning_rate="1/10")


@pytest.mark.parametrize(
    ("of", "answer", "verdict"),
    [
        ("Y", "6", Verdict.RIGHT),
        ("loss", "2.0", Verdict.RIGHT),
        ("dW1", "6", Verdict.RIGHT),
        ("dW1", "12/2", Verdict.RIGHT),
        ("W1_new", "1.4", Verdict.RIGHT),
        ("W1_new", "7/5", Verdict.RIGHT),
        ("W1_new", "2.6", Verdict.WRONG),
        ("dW1", "-6", Verdict.WRONG),
        ("dW1", "12", Verdict.WRONG),
        ("dZ1", "2", Verdict.RIGHT),
        ("delta1", "1", Verdict.WRONG),
    ],
)
def test_a_line_worked_by_hand(of: str, answer: str, verdict: Verdict) -> None:
    problem = Problem(
        LINE.network,
        {"W1": [[2]]},
        x=[3],
        t=[4],
        learning_rate="1/10",
        key={"answer": {"answer": answer, "of": of}},
    )
    assert verify_key(problem).findings[0].verdict is verdict


# z = (1·1 + 2·2, 3·1 + 4·2) = (5, 11); with t = (4, 9) and half the squared error δ = (1, 2),
# ∂C/∂W = δ xᵀ = ((1, 2), (2, 4)) with the receiver first.
SQUARE = {"parameters": {"W1": [[1, 2], [3, 4]]}, "x": [1, 2], "t": [4, 9]}


@pytest.mark.parametrize(
    ("of", "answer", "notation", "verdict"),
    [
        ("Z1", ["5", "11"], "nielsen", Verdict.RIGHT),
        ("Z1", "[5, 11]", "nielsen", Verdict.RIGHT),
        ("Z1", "(5; 11)", "nielsen", Verdict.RIGHT),
        ("Z1", [["5"], ["11"]], "nielsen", Verdict.RIGHT),
        ("Z1", ["11", "5"], "nielsen", Verdict.WRONG),
        ("dW1", [["1", "2"], ["2", "4"]], "nielsen", Verdict.RIGHT),
        ("dW1", "[[1, 2], [2, 4]]", "nielsen", Verdict.RIGHT),
        ("dW1", [["1", "2"], ["3", "4"]], "nielsen", Verdict.WRONG),
        ("W1", [["1", "3"], ["2", "4"]], "nielsen", Verdict.WRONG),
        ("W1", [["1", "3"], ["2", "4"]], "transposed", Verdict.RIGHT),
        ("W1", [["1", "2"], ["3", "4"]], "transposed", Verdict.RIGHT),
        ("dW1[2,1]", "2", "nielsen", Verdict.RIGHT),
        ("Z1[2]", "11", "nielsen", Verdict.RIGHT),
        ("W1[1,2]", "2", "nielsen", Verdict.RIGHT),
        ("w_12^(1)", "2", "nielsen", Verdict.RIGHT),
        ("w_12^(1)", "3", "nielsen", Verdict.WRONG),
        ("w_12^(1)", "3", "transposed", Verdict.RIGHT),
        ("∂C/∂w_21", "2", "nielsen", Verdict.RIGHT),
        ("dW1[1,2]", "delta_1^(1) x_2", "nielsen", Verdict.RIGHT),
        ("dW1[1,2]", "delta_2^(1) x_1", "nielsen", Verdict.WRONG),
        ("dW1", [["(y_1-t_1) x_1", "2"], ["2", "4"]], "nielsen", Verdict.RIGHT),
        ("Z1", ["w_11 x_1 + w_12 x_2", "sum_k w_2k^(1) x_k"], "nielsen", Verdict.RIGHT),
    ],
)
def test_matrices_worked_by_hand(of: str, answer: object, notation: str, verdict: Verdict) -> None:
    key = {"answer": {"answer": answer, "of": of}}
    problem = Problem(Network("2-2:nobias"), **SQUARE, key=key)  # type: ignore[arg-type]
    finding = verify_key(problem, notation).findings[0]
    assert finding.verdict is verdict, finding


def test_the_first_wrong_entry_is_named() -> None:
    key = {"dW1": [["1", "2"], ["3", "4"]]}
    problem = Problem(Network("2-2:nobias"), **SQUARE, key=key)  # type: ignore[arg-type]
    finding = verify_key(problem).findings[0]
    assert (finding.expected, finding.evidence) == ("2", "at [2,1] the value is 2")


@pytest.mark.parametrize("named", ["", 'notation = "nielsen"', 'notation = "bishop"'])
def test_whose_letters_an_answer_has(named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the notation that is asked for, else the file's; without any, of whichever fits."""
    text = QUIZ.read_text("utf-8")
    assert 'notation = "nielsen"' in text
    file = tmp_path / "key.toml"
    file.write_text(text.replace('notation = "nielsen"', named), "utf-8")

    def wrong(*options: str) -> list[str]:
        assert main(["verify-key", str(file), "--format", "json", *options]) == 1
        found = json.loads(capsys.readouterr().out)
        return [each["name"] for each in found["findings"] if each["verdict"] == "wrong"]

    fitting, others = ["sigmoid_prime"], ["delta_l", "dW_jk", "sigmoid_prime"]
    assert wrong() == (others if "bishop" in named else fitting)
    assert wrong("--notation", "nielsen") == fitting
    assert wrong("--notation", "bishop") == others
