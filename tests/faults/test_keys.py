"""Typed answers: right ones are never accused however spelled, wrong ones are, hostile ones are refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chalkgrad._errors import FormulaError, InputError
from chalkgrad.check.key import KeyFinding, Verdict, verify_key
from chalkgrad.network import Network
from chalkgrad.problem import Problem, load_problem

QUIZ = load_problem(Path(__file__).parents[2] / "examples" / "quiz.toml")


def verified(of: str, answer: object, problem: Problem = QUIZ, notation: str | None = None) -> KeyFinding:
    with_key = Problem(
        problem.network,
        problem.parameters,
        problem.x,
        problem.t,
        learning_rate=problem.learning_rate,
        key={"question": {"answer": answer, "of": of}},
        notation=problem.notation,
    )
    return verify_key(with_key, notation).findings[0]


RIGHT = {
    "dC/dw_jk^l": [
        "a_k^(l-1)*delta_j^l",
        "delta_j^l*a_k^(l-1)",
        "a_k^(l-1) delta_j^l",
        "a_k^(l-1)**delta_j^l",
        "a_k^l-1 * delta_j^l",
        "δ_j^l·a_k^{l-1}",
        r"a_k^{l-1}\delta_j^l",
        r"$\delta^{l}_{j} \, a^{l-1}_{k}$",
        r"\frac{\partial z_j^l}{\partial w_{jk}^l}\cdot\frac{\partial C}{\partial z_j^l}",
        "∂C/∂w_jk^l = a_k^(l-1) delta_j^l",
        "aₖ⁽ˡ⁻¹⁾δⱼˡ",
        "𝑎_𝑘^(𝑙−1) 𝛿_𝑗^𝑙",
        "a_k delta_j",
        "a_k^(l-1) * (partialC)/(partialz_j^l)",
        "a_k^(l-1) dC/da_j^l f'(z_j^l)",
        "f(z_k^(l-1)) delta_j^l",
        "a_k^(l-1)*sum_i w_ij^(l+1) delta_i^(l+1) f'(z_j^l)",
        "dz_j^l/dw_jk^l da_j^l/dz_j^l dC/da_j^l",
        "dC/db_j^l a_k^(l-1)",
        "a_k^(l-1)*delta_j^l.",
        r"{a_k}^{l-1}{\delta_j}^l",
        r"a_{k}^{l - 1} \delta_{j}^{l}",
        "a_k^[l-1]*delta_j^[l]",
        r"\mathbf{\delta}_j^l a_k^{(l-1)}",
    ],
    "delta_j^l": [
        "sum_k w_kj^(l+1) delta_k^(l+1) f'(z_j^l)",
        "f'(z_j^l)*sum_k w_kj^(l+1)*delta_k^(l+1)",
        "f'(z_j^l)*(sum_(k) (w_kj^(l+1)*delta_k^(l+1)))",
        r"\sum_{k=1}^{n} w^{l+1}_{kj}\delta^{l+1}_k f^{\prime}\left(z^l_j\right)",
        "Σ_i w_ij^(l+1) δ_i^(l+1) f′(z_j^l)",
        "dC/da_j^l f'(z_j^l)",
        "f'(z_j^l) ∑_{k=1}^{n_{l+1}} w_kj^(l+1) δ_k^(l+1)",
        "sum_k(w_kj^(l+1)*delta_k^(l+1))*f'(z_j^l)",
        "Σₖ wₖⱼˡ⁺¹ δₖˡ⁺¹ f′(zⱼˡ)",
        "f'(z_j^l) sum_k w_{k,j}^{l+1} delta_k^{l+1}",
        "∂C/∂z_j^l",
        "∂C/∂b_j^l",
        "sum_k dz_k^(l+1)/dz_j^l delta_k^(l+1)",
        "sum_k ∂z_k^(l+1)/∂a_j^l * δ_k^(l+1) f'(z_j^l)",
        "sum_k w_kj^(l+1) delta_k^(l+1) relu'(z_j^l)",  # the problem's own activation
    ],
    "delta_j^L": [
        "(partialC)/(partiala_j^L)*f'(z_j^L)",
        "(a_j^L - t_j) f'(z_j^L)",
        "(y_j-t_j)*a_j^L*(1-a_j^L)",
    ],
    "dC/db_j^l": [
        "delta_j^l",
        "delta^l_j",
        "δ_j^{(l)}",
        r"\delta^{(l)}_j",
        "1*delta_j^l",
        "delta_j^l + dz_j^l/dz_1^(l+1) + dz_j^l/da_j^l",
    ],
    "W1_new": [
        "w_1-eta*(partialC)/(partialw_1)",
        "w_1 - η ∂C/∂w_1",
        r"w_1-\eta\frac{\partial C}{\partial w_1}",
        "w_1 := w_1 - eta dC/dw_1",
        "w1 - eta*dC/dw1",
        "w_1 ← w_1 − η·δ_1·x",
        "w_1 -= eta*dC/dw_1",
        "w_1-eta*partialC/partialw_1",
        "-(eta*(partialC)/(partialw_1) - w_1)",
    ],
    "sigmoid_prime": [
        "e^(-z)/(1+e^(-z))^2",
        "exp(-z)/(1+exp(-z))**2",
        r"\frac{e^{-z}}{(1+e^{-z})^{2}}",
        "e^z/(1+e^z)^2",
        "1/(2+e^z+e^-z)",
        "(1/(1+e^(-z)))(1-1/(1+e^(-z)))",
        "σ(z)(1−σ(z))",
        "σ(1-σ)",
        "sigma(z)*(1-sigma(z))",
        "a*(1-a)",
        "y(1-y)",
        "a - a²",
        "sech^2(z/2)/4",
        "e^(-x)/(1+e^(-x))^2",
    ],
    "tanh_prime": ["1-tanh(z)^2", "1-tanh^2(z)", "1-a^2", "4/(e^z+e^-z)^2", "1/cosh(z)^2"],
    "relu_prime": ["where(z>0, 1, 0)", "z > 0", "max(0,z)/z", "1 if z > 0 else 0"],
    "relu_prime_positive": ["1", "1.0", "z/z"],
    "relu'(z<0)": ["0", "0.0"],
    "sigmoid_prime_limit": ["0"],
    "sigmoid_prime(0)": ["0.25", "1/4"],
    "loss": [
        "0.288",
        "0.2884",
        "0.29",
        "2.88e-1",
        "2.884×10^-1",
        "0,288",
        "≈ 0.288",
        "0.288...",
        "(1/2)(y-t)^2",
        "C = 1/2*(y-t)**2",
        "½(y−t)²",
        r"\frac12 (y-t)^2",
        "0.288.",
        "0.5*(a_2-1)^2",
    ],
    "dW1": ["2.081", "2.08", "2", "[[2.081]]", "(y-t) y (1-y) w_2 x", "δ_1·x", "delta_1^1 x_1"],
    "∂C/∂b": ["-0.1387", "−0.1387", "-1.387*10^(-1)", "y(1-y)(y-t)"],
}

WRONG = {
    "dC/dw_jk^l": [
        "a_j^(l-1)*delta_k^l",
        "a_k^l*delta_j^l",
        "a_k^(l-1)*delta_j^(l+1)",
        "delta_j^l",
        "a_k^(l-1)+delta_j^l",
        "-a_k^(l-1)*delta_j^l",
        "a_k^(l-1) delta_j^l f'(z_j^l)",
        "z_k^(l-1)*delta_j^l",
    ],
    "delta_j^l": [
        "sum_k w_kj^(l+1) delta_k^(l+1)",
        "sum_k w_jk^(l+1) delta_k^(l+1) f'(z_j^l)",
        "sum_k w_kj^l delta_k^(l+1) f'(z_j^l)",
        "sum_k w_kj^(l+1) delta_k^l f'(z_j^l)",
        "sum_k w_kj^(l+1) delta_k^(l+1) f'(z_k^l)",
        "sum_k w_kj^(l+1) delta_k^(l+1) f'(z_k^(l+1))",
        "w_kj^(l+1) delta_k^(l+1) f'(z_j^l)",
        "sum_k w_kj^(l+1) delta_k^(l+1) f(z_j^l)",
        "sum_k w_kj^(l+1) delta_k^(l+1) f'(a_j^l)",
        "sum_k w_kj^L delta_k^L f'(z_j^l)",
        "sum_{k=1}^{2} w_kj^(l+1) delta_k^(l+1) f'(z_j^l)",
        "∂C/∂a_j^l",
    ],
    "delta_j^L": ["a_j^L - t_j", "∂C/∂a_j^L", "(partialC)/(partiala_j^L)*f(z_j^L)"],
    "dC/db_j^l": ["delta_k^l", "delta_j^(l+1)", "a_j^l delta_j^l", "1"],
    "W1_new": [
        "w_1+eta*(partialC)/(partialw_1)",
        "w_1-(partialC)/(partialw_1)",
        "w_1-eta*(partialC)/(partialw_2)",
        "-eta*(partialC)/(partialw_1)",
    ],
    "sigmoid_prime": [
        "1-(1/(1+e^(-z)))",
        "e^(-z)/(1+e^(-z))",
        "-e^(-z)/(1+e^(-z))^2",
        "sigma(z)",
        "a(1+a)",
        "1/4",
    ],
    "tanh_prime": ["1-tanh(z)", "1+tanh(z)^2", "1/cosh(z)"],
    "relu_prime": ["1", "max(0,z)", "where(z<0,1,0)"],
    "relu_prime_positive": ["0", "z"],
    "sigmoid_prime_limit": ["1"],
    "sigmoid_prime(0)": ["0.5", "1"],
    "loss": ["0.289", "0.2885", "-0.288", "0.577", "(y-t)^2", "1/2(t-x)^2"],
    "dW1": ["2.082", "2.0810", "-2.081", "(y-t)*w_2*x", "[[0]]"],
}


@pytest.mark.parametrize(("of", "answer"), [(of, answer) for of, many in RIGHT.items() for answer in many])
def test_a_right_answer_is_not_accused(of: str, answer: str) -> None:
    finding = verified(of, answer)
    assert finding.verdict is Verdict.RIGHT, finding


@pytest.mark.parametrize(("of", "answer"), [(of, answer) for of, many in WRONG.items() for answer in many])
def test_a_wrong_answer_is_found(of: str, answer: str) -> None:
    finding = verified(of, answer)
    assert finding.verdict is Verdict.WRONG, finding
    assert finding.expected
    assert finding.evidence
    assert verified(of, finding.expected).verdict in (Verdict.RIGHT, Verdict.UNCHECKED), finding


@pytest.mark.parametrize(
    ("of", "answer"),
    [
        ("sigmoid_prime_limit", "Its magnitude becomes small."),
        ("question 7", "It does not change."),
        ("loss", "about a third"),
        ("delta_j^l", "delta_j^l"),
        ("dW1", "dC/dw_1"),
        ("sigmoid_prime", "sigma'(z)"),
        ("relu_prime_limit", "1"),  # 0 on one side, 1 on the other
        ("relu_prime(0)", "1"),  # a convention
    ],
)
def test_what_cannot_be_judged_is_neither_right_nor_wrong(of: str, answer: str) -> None:
    finding = verified(of, answer)
    assert finding.verdict is Verdict.UNCHECKED
    assert finding.remark


LECTURE = Problem(Network("2-3:tanh-2"), x=[0.5, -1], t=[1, 0], notation="bishop")


@pytest.mark.parametrize(
    ("of", "answer", "verdict"),
    [
        ("delta_j", "h'(a_j) sum_k w_kj delta_k", Verdict.RIGHT),
        ("delta_j", "(1 - z_j^2) sum_k w_kj delta_k", Verdict.RIGHT),
        ("delta_j", "(1 - a_j^2) sum_k w_kj delta_k", Verdict.WRONG),
        ("delta_j", "sum_k w_kj delta_k", Verdict.WRONG),
        ("delta_j", "h'(z_j) sum_k w_kj delta_k", Verdict.WRONG),
        ("delta_k", "y_k - t_k", Verdict.RIGHT),
        ("delta_k", "t_k - y_k", Verdict.WRONG),
        ("∂E/∂w_ji", "delta_j z_i", Verdict.RIGHT),
        ("∂E/∂w_ji", "delta_i z_j", Verdict.WRONG),
        ("∂E/∂w_j0", "delta_j", Verdict.RIGHT),
        ("w_ji_new", "w_ji - eta delta_j z_i", Verdict.RIGHT),
        ("tanh_prime", "1 - z^2", Verdict.RIGHT),
    ],
)
def test_the_lecture_s_letters(of: str, answer: str, verdict: Verdict) -> None:
    assert verified(of, answer, LECTURE).verdict is verdict


SLIDES = Problem(
    Network("2-3:sigmoid:nobias-1:sigmoid:nobias"),
    x=[0.5, -1],
    t=[1],
    learning_rate=0.1,
    notation="transposed",
)


@pytest.mark.parametrize(
    ("of", "answer", "verdict"),
    [
        ("dW2[1,2]", "(y* - y) z_2^(1)", Verdict.RIGHT),
        ("dW2[1,2]", "(y - y*) z_2^(1)", Verdict.WRONG),
        ("w_12^(1)_new", "w_12^(1) - ξ δ_2^(1) x_1", Verdict.RIGHT),
        ("w_12^(1)_new", "w_12^(1) - ξ δ_1^(1) x_2", Verdict.WRONG),
        ("∂L/∂w_12^(1)", "z_2^(1)(1-z_2^(1)) w_21^(2) (y*-y) x_1", Verdict.RIGHT),
        ("∂L/∂w_12^(1)", "z_2^(1)(1-z_2^(1)) w_12^(2) (y*-y) x_1", Verdict.WRONG),
        ("dW2[1,2]", "(y* - y) * z_2^(1) * 1", Verdict.RIGHT),
    ],
)
def test_the_slides_letters(of: str, answer: str, verdict: Verdict) -> None:
    assert verified(of, answer, SLIDES).verdict is verdict


TUTORIAL = Problem(Network("1-1:sigmoid-1:sigmoid", "squared_error"), x=[0.5], t=[1], notation="chain")


@pytest.mark.parametrize(
    ("of", "answer", "verdict"),
    [
        ("∂C/∂w^L", "∂z^L/∂w^L ∂a^L/∂z^L ∂C/∂a^L", Verdict.RIGHT),
        ("∂C/∂w^L", "a^(L-1) σ'(z^L) 2(a^L - y)", Verdict.RIGHT),
        ("∂C/∂w^L", "a^(L-1) σ'(z^L) (a^L - y)", Verdict.WRONG),
        ("∂C/∂w^L", "∂z^L/∂w^L ∂C/∂a^L", Verdict.WRONG),
        ("∂C/∂b^L", "σ'(z^L) 2 (a^L - y)", Verdict.RIGHT),
        ("∂C/∂a^{L-1}", "w^L σ'(z^L) 2 (a^L - y)", Verdict.RIGHT),
        ("∂C/∂a_k^(L-1)", "sum_j ∂z_j^L/∂a_k^(L-1) ∂a_j^L/∂z_j^L ∂C/∂a_j^L", Verdict.RIGHT),
        ("∂C/∂a_k^(L-1)", "sum_j w_jk^L ∂C/∂a_j^L", Verdict.WRONG),
    ],
)
def test_the_tutorial_s_letters(of: str, answer: str, verdict: Verdict) -> None:
    assert verified(of, answer, TUTORIAL).verdict is verdict


@pytest.mark.parametrize(
    "answer",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "lambda: 1",
        "a_k^(l-1",
        "a_k^(l-1))",
        "sum w delta",
        "(w^(l+1))^T delta^(l+1)",
        "frac",
        "1 if z > 0",
        "f'(",
        "∂C",
        "1/0",
        "28.8%",
        "dleta_j^l",
        "a_{k",
        "w_(jk",
        "^",
        "_",
        "\\",
        "e^",
        "(" * 200,
        "-" * 400 + "1",
        "sigmoid(" * 60 + "z" + ")" * 60,
        "9" * 600,
        "1e999999",
        "f''(z_j^l)",
        "max(1)",
        "δ_j^l é",
        "sum_i sum_j sum_k sum_p sum_q sum_r sum_s sum_u w_ij^l w_jk^l",
    ],
)
@pytest.mark.parametrize("of", ["dC/dw_jk^l", "sigmoid_prime", "dW1"])
def test_an_unreadable_answer_is_refused_with_its_place(answer: str, of: str) -> None:
    start = time.process_time()
    try:
        finding = verified(of, answer)
    except FormulaError as error:
        (fault,) = error.faults
        assert fault.path.startswith("key.question")
        assert fault.condition
        assert fault.fix
    else:
        assert finding.verdict is not Verdict.RIGHT
    assert time.process_time() - start < 30  # it does not hang


@pytest.mark.parametrize(
    "answer", ["9^9^9^9", "e^(e^(e^(e^z)))", "z^z^z", "1e400*1e400", "(0-1)^0.5", "log(0-1)"]
)
def test_a_huge_or_impossible_value_is_wrong(answer: str) -> None:
    assert verified("sigmoid_prime", answer).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("of", "word"),
    [
        ("dW3", "There are"),
        ("sigmod_prime", "sigmoid_prime"),
        ("dW1[2,1]", "Count from 1"),
        ("W", "layer"),
        ("", "of"),
    ],
)
def test_an_unknown_quantity_is_refused(of: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        verified(of, "1")
    assert word in str(caught.value)


def test_the_caret_stands_below_the_place() -> None:
    with pytest.raises(FormulaError) as caught:
        verified("dC/dw_jk^l", "a_k^(l-1)*dleta_j^l")
    *_, text, caret = str(caught.value).splitlines()
    assert text[caret.index("^") :].startswith("dleta")
    assert "Did you mean 'delta'?" in str(caught.value)


def test_all_faults_come_together() -> None:
    problem = Problem(
        QUIZ.network, QUIZ.parameters, QUIZ.x, QUIZ.t, key={"dW1": "2+", "dW9": "1", "dW2": "1/0"}
    )
    with pytest.raises(FormulaError) as caught:
        verify_key(problem)
    assert [fault.path for fault in caught.value.faults] == ["key.dW1", "key.dW9", "key.dW2"]


def test_a_key_is_needed() -> None:
    with pytest.raises(InputError, match="key: must have at least one answer"):
        verify_key(Problem(QUIZ.network))


def test_numbers_need_a_sample() -> None:
    with pytest.raises(InputError, match="sample: must be given"):
        verify_key(Problem(QUIZ.network, key={"dW1": "1"}))


def test_an_update_in_numbers_needs_a_learning_rate() -> None:
    with pytest.raises(InputError, match="learning_rate: must be given for W1_new"):
        verify_key(Problem(QUIZ.network, QUIZ.parameters, QUIZ.x, QUIZ.t, key={"W1_new": "1"}))


def test_a_number_above_a_letter_that_is_asked_for_is_its_layer() -> None:
    """Also in a notation that writes layers in brackets, where it would be a power in a formula."""
    problem = Problem(Network("2-3:tanh-1:sigmoid"), x=[1, 2], t=1, notation="bishop")
    right = "(1 - (z_j^(1))^2) sum_k w_kj^(2) delta_k^(2)"
    for name in ("delta_j^1", "delta_j^(1)"):
        assert verified(name, right, problem).verdict is Verdict.RIGHT
        assert verified(name, right.replace("1 -", "1 +"), problem).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("of", "answer", "told"),
    [
        (
            "dW2",
            "dz2.T @ a1",
            r"one formula, 'dz2.T @ a1'. A formula is about one entry: name dW2\[1,1\], say",
        ),
        ("db1", "3", r"shape \(3,\); got one number. Write \[…\]"),
        ("dW1", "[[1, 2], [3, 4]]", "got 4 entries. Write"),
    ],
)
def test_answers_of_another_shape_are_told_apart(of: str, answer: str, told: str) -> None:
    problem = Problem(Network("2-3:tanh-1:sigmoid"), x=[1, 2], t=1, key={of: answer})
    with pytest.raises(InputError, match=told):
        verify_key(problem)


ONE = Problem(
    Network("1-1:sigmoid", loss="half_squared_error"),
    {"W1": [[0.7]], "b1": [0.1]},
    x=[1.5],
    t=[0.2],
)
"""One layer of one neuron: a_0 is the input, and there is no layer 2."""


@pytest.mark.parametrize(
    ("of", "answer", "verdict"),
    [
        ("dL/dw_1", "delta_1*a_0", Verdict.RIGHT),
        ("dL/dw_1", "delta_1*x", Verdict.RIGHT),
        ("dL/dw", "delta*x", Verdict.RIGHT),
        ("z_1", "w_1*a_0 + b_1", Verdict.RIGHT),
        ("dL/dw_1", "delta_1*a_1", Verdict.WRONG),
        ("dL/dw_1", "delta_2*a_0", Verdict.WRONG),
        ("z_1", "w_1*a_1 + b_1", Verdict.WRONG),
    ],
)
def test_the_indices_of_a_single_neuron_are_layers(of: str, answer: str, verdict: Verdict) -> None:
    assert verified(of, answer, ONE).verdict is verdict


def test_a_single_neuron_has_no_second_layer() -> None:
    with pytest.raises(InputError, match="no layer 2"):
        verified("dL/dw_2", "delta_1*x", ONE)
