"""Worked examples that others have published: their numbers, to the digits that they print.

Each test names its source.  A published number is compared within half a unit of its last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from chalkgrad import Network, gradients, predict, trace
from chalkgrad.check import check
from chalkgrad.evaluate import TraceStep


def same(found: object, published: str, slack: float = 0.5) -> None:
    """Hold numbers against printed ones, ``slack`` units of the last printed digit at most apart."""
    words = published.split()
    numbers = np.asarray(found, dtype=float).reshape(-1)
    assert len(numbers) == len(words)
    for number, word in zip(numbers, words, strict=True):
        mantissa, _, exponent = word.partition("e")
        unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        assert abs(number - float(word)) <= slack * unit * 1.000001, (number, word)


def first(
    network: Network, parameters: Mapping[str, object], x: object, t: object, rate: object
) -> TraceStep:
    return trace(network, parameters, x, t, learning_rate=rate).steps[0]


def test_mazur_two_two_two() -> None:
    """M. Mazur, A Step by Step Backpropagation Example (2015); its biases are shared and never updated."""
    network = Network("2-2:sigmoid-2:sigmoid", loss="half_squared_error")
    parameters = {
        "W1": [[0.15, 0.20], [0.25, 0.30]],
        "b1": [0.35, 0.35],
        "W2": [[0.40, 0.45], [0.50, 0.55]],
        "b2": [0.60, 0.60],
    }
    run = trace(
        network, parameters, [0.05, 0.10], [0.01, 0.99], learning_rate=0.5, steps=2, frozen=["b1", "b2"]
    )
    step = run.steps[0]
    same(step.values["Z1"][0, 0], "0.3775")
    same(step.values["A1"], "0.593269992 0.596884378")
    same(step.values["Z2"][0, 0], "1.105905967")
    same(step.values["Y"], "0.75136507 0.772928465")
    same(step.loss, "0.298371109")
    same(step.errors["dY"][0, 0], "0.74136507")
    same(step.deltas["2"], "0.138498562 -0.038098236", 1)
    same(step.errors["dA1"][0, 0], "0.036350306", 1)
    same(step.gradients["W2"][0, 0], "0.082167041")
    same(step.gradients["W1"][0, 0], "0.000438568")
    same(step.updated["W2"], "0.35891648 0.408666186 0.511301270 0.561370121")
    same(step.updated["W1"], "0.149780716 0.19956143 0.24975114 0.29950229")
    assert (step.updated["b1"].tolist(), step.updated["b2"].tolist()) == ([0.35, 0.35], [0.6, 0.6])
    same(run.steps[1].loss, "0.29103")  # the page prints 0.291027924; without rounding it is …774


def test_cs231n_two_layer_net() -> None:
    """Stanford CS231n, assignment 1, two_layer_net: the toy model's scores and loss, penalty 0.05 ΣW².

    Its weights are n_in × n_out; its numbers are drawn from seeds.
    """
    drawn = np.random.RandomState(0)
    W1, W2 = 0.1 * drawn.randn(4, 10), 0.1 * drawn.randn(10, 3)
    X = 10 * np.random.RandomState(1).randn(5, 4)
    parameters = {"W1": W1.T, "b1": np.zeros(10), "W2": W2.T, "b2": np.zeros(3)}
    step = first(Network("4-10:relu-3:softmax", l2=0.05), parameters, X, [0, 1, 2, 2, 1], 1)
    same(
        step.values["Z2"],
        "-0.81233741 -1.27654624 -0.70335995 -0.17129677 -1.18803311 -0.47310444 -0.51590475 -1.01354314"
        " -0.8504215 -0.15419291 -0.48629638 -0.52901952 -0.00618733 -0.12435261 -0.15226949",
        1,
    )
    same(step.loss, "1.30378789133")


def test_cs231n_sigmoid_neuron() -> None:
    """Stanford CS231n, notes on backpropagation: f = σ(w₀x₀ + w₁x₁ + w₂), its circuit's rounded values."""
    step = first(Network("2-1:sigmoid", loss="formula:y"), {"W1": [[2, -3]], "b1": [-3]}, [-1, -2], 0, 1)
    same(step.values["Z1"], "1.00")
    same(step.values["Y"], "0.73")
    same(step.gradients["W1"], "-0.20 -0.39")
    same(step.gradients["b1"], "0.20")


def test_micrograd_tanh_neuron() -> None:
    """A. Karpathy, the spelled-out introduction to neural networks and backpropagation (micrograd, 2022)."""
    parameters = {"W1": [[-3, 1]], "b1": [6.8813735870195432]}
    step = first(Network("2-1:tanh", loss="formula:y"), parameters, [2, 0], 0, 1)
    same(step.values["Z1"], "0.8814")
    same(step.values["Y"], "0.7071")
    same(step.deltas["1"], "0.5000")
    same(step.gradients["W1"], "1.0000 0.0000")


@pytest.mark.parametrize(
    ("weight", "bias", "at_first", "after"), [(0.6, 0.9, "0.82", "0.09"), (2, 2, "0.98", "0.20")]
)
def test_nielsen_neuron_learns_to_output_zero(weight: float, bias: float, at_first: str, after: str) -> None:
    """M. Nielsen, Neural Networks and Deep Learning, chapter 3: 300 epochs with η = 0.15, quadratic cost."""
    network = Network("1-1:sigmoid", loss="half_squared_error")
    run = trace(network, {"W1": [[weight]], "b1": [bias]}, 1, 0, learning_rate="0.15", steps=301)
    same(run.steps[0].values["Y"], at_first)
    same(run.steps[300].values["Y"], after)


def test_deeplearning_planar_data() -> None:
    """deeplearning.ai, Neural Networks and Deep Learning, week 3: backward_propagation's expected output.

    Its samples are columns; X is drawn from seed 1.
    """
    drawn = np.random.RandomState(1)
    X = drawn.randn(2, 3)
    Y = (drawn.randn(1, 3) > 0).astype(float)
    parameters = {
        "W1": [
            [-0.00416758, -0.00056267],
            [-0.02136196, 0.01640271],
            [-0.01793436, -0.00841747],
            [0.00502881, -0.01245288],
        ],
        "b1": np.zeros(4),
        "W2": [[-0.01057952, -0.00909008, 0.00551454, 0.02292208]],
        "b2": [0.0],
    }
    step = first(Network("2-4:tanh-1:sigmoid"), parameters, X.T, Y.T, 1)
    same(step.values["A1"].T[0], "-0.00616578 0.0020626 0.00349619")
    same(step.values["Y"], "0.5002307 0.49985831 0.50023963")
    same(
        step.gradients["W1"],
        "0.00301023 -0.00747267 0.00257968 -0.00641288 -0.00156892 0.003893 -0.00652037 0.01618243",
    )
    same(step.gradients["b1"], "0.00176201 0.00150995 -0.00091736 -0.00381422")
    same(step.gradients["W2"], "0.00078841 0.01765429 -0.00084166 -0.01022527")
    same(step.gradients["b2"], "-0.16655712")


def test_deeplearning_logistic_regression() -> None:
    """deeplearning.ai, the same course, week 2: propagate's and optimize's expected output, w a column."""
    X = np.array([[1.0, 2.0, -1.0], [3.0, 4.0, -3.2]])
    run = trace(
        Network("2-1:sigmoid"), {"W1": [[1, 2]], "b1": [2]}, X.T, [1, 0, 1], learning_rate="0.009", steps=100
    )
    same(run.steps[0].loss, "5.80154531939")
    same(run.steps[0].gradients["W1"], "0.99845601 2.39507239")
    same(run.steps[0].gradients["b1"], "0.00145557813678")
    last = run.steps[-1]
    same(last.updated["W1"], "0.19033591 0.12259159")
    same(last.updated["b1"], "1.92535983008")
    same(last.gradients["W1"], "0.67752042 1.41625495")
    same(last.gradients["b1"], "0.219194504541")


def test_ng_check_nn_gradients() -> None:
    """A. Ng, Machine Learning (Coursera), exercise 4, checkNNGradients: a 3-5-3 network from sines.

    Its biases are the first columns of Θ, its lists run down the columns, its classes count from 1.
    """

    def sines(rows: int, columns: int) -> np.ndarray:
        return np.sin(np.arange(1, rows * columns + 1)).reshape((rows, columns), order="F") / 10

    theta1, theta2, X = sines(5, 4), sines(3, 6), sines(5, 3)
    T = np.eye(3)[np.arange(1, 6) % 3]
    parameters = {"W1": theta1[:, 1:], "b1": theta1[:, 0], "W2": theta2[:, 1:], "b2": theta2[:, 0]}
    network = Network("3-5:sigmoid-3:sigmoid", loss="binary_cross_entropy")
    _, found = gradients(network, parameters, X, T)
    same(found["b1"], "-9.2783e-03 8.8991e-03 -8.3601e-03 7.6281e-03 -6.7480e-03")
    same(
        found["W1"].T,
        "-3.0498e-06 1.4287e-05 -2.5938e-05 3.6988e-05 -4.6876e-05"
        " -1.7506e-04 2.3315e-04 -2.8747e-04 3.3532e-04 -3.7622e-04"
        " -9.6266e-05 1.1798e-04 -1.3715e-04 1.5325e-04 -1.6656e-04",
    )
    same(found["b2"], "3.1454e-01 1.1106e-01 9.7401e-02")
    same(found["W2"].T[0], "1.6409e-01 5.7574e-02 5.0458e-02")


def test_jurafsky_logistic_regression() -> None:
    """D. Jurafsky and J. Martin, Speech and Language Processing, logistic regression: one step of descent."""
    step = first(Network("2-1:sigmoid"), {"W1": [[0, 0]], "b1": [0]}, [3, 2], 1, "0.1")
    same(step.gradients["W1"], "-1.5 -1.0")
    same(step.gradients["b1"], "-0.5")
    same(step.updated["W1"], "0.15 0.1")
    same(step.updated["b1"], "0.05")


def test_han_kamber_multilayer_network() -> None:
    """J. Han and M. Kamber, Data Mining: Concepts and Techniques, backpropagation; Err_j is −δ_j, l = 0.9."""
    network = Network("3-2:sigmoid-1:sigmoid", loss="half_squared_error")
    parameters = {
        "W1": [[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]],
        "b1": [-0.4, 0.2],
        "W2": [[-0.3, -0.2]],
        "b2": [0.1],
    }
    step = first(network, parameters, [1, 0, 1], 1, 0.9)
    same(step.values["Z1"], "-0.7 0.1")
    same(step.values["A1"], "0.332 0.525")
    same(step.values["Y"], "0.474")
    same(-step.deltas["2"], "0.1311", 1)  # the book rounds as it goes on
    same(-step.deltas["1"], "-0.0087 -0.0065")
    same(step.updated["W2"], "-0.261 -0.138")
    same(step.updated["W1"], "0.192 0.400 -0.508 -0.306 0.100 0.194")
    same(step.updated["b1"], "-0.408 0.194")
    same(step.updated["b2"], "0.218")


def test_negnevitsky_exclusive_or() -> None:
    """M. Negnevitsky, Artificial Intelligence, backpropagation on XOR; thresholds are subtracted: b = −θ."""
    network = Network("2-2:sigmoid-1:sigmoid", loss="half_squared_error")
    parameters = {
        "W1": [[0.5, 0.4], [0.9, 1.0]],
        "b1": [-0.8, 0.1],
        "W2": [[-1.2, 1.1]],
        "b2": [-0.3],
    }
    step = first(network, parameters, [1, 1], 0, 0.1)
    same(step.values["A1"], "0.5250 0.8808")
    same(step.values["Y"], "0.5097")
    same(-step.deltas["2"], "-0.1274")
    same(-step.deltas["1"], "0.0381 -0.0147")
    same(step.updated["W1"], "0.5038 0.4038 0.8985 0.9985")
    same(step.updated["W2"], "-1.2067 1.0888")
    same(-step.updated["b1"], "0.7962 -0.0985")
    same(-step.updated["b2"], "0.3127")


def test_goodfellow_exclusive_or_exactly() -> None:
    """I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, section 6.1: a ReLU network that is XOR.

    Its error is 0, so every gradient is, and a check of them shows nothing: it must not be called right.
    """
    network = Network("2-2:relu-1", loss="mean_squared_error")
    parameters = {"W1": [[1, 1], [1, 1]], "b1": [0, -1], "W2": [[1, -2]], "b2": [0]}
    x, t = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    step = trace(network, parameters, x, t, exact=True).steps[0]
    assert step.values["Z1"].tolist() == [[0, -1], [1, 0], [1, 0], [2, 1]]
    assert step.values["A1"].tolist() == [[0, 0], [1, 0], [1, 0], [2, 1]]
    assert step.values["Y"].tolist() == [[0], [1], [1], [0]]
    assert step.loss == 0
    assert all((gradient == Fraction(0)).all() for gradient in step.gradients.values())
    report = check(network, parameters, x, t)
    assert not report.ok


def test_pytorch_autograd_tutorial() -> None:
    """PyTorch's 60-minute tutorial: out = mean of 3(x + 2)² at ones is 27, ∂out/∂x is 4.5 everywhere."""
    network = Network("4-4", loss="formula:3*y^2", factor=0.25)
    step = first(network, {"W1": np.eye(4), "b1": [2] * 4}, [1] * 4, [0] * 4, 1)
    assert (step.loss, step.gradients["b1"].tolist()) == (27, [4.5] * 4)


def test_bendersky_softmax() -> None:
    """E. Bendersky, The Softmax Function and Its Derivative; ∂xent/∂W_ij = (S_i − δ_iy) x_j."""
    network = Network("3-3:softmax")
    parameters = {"W1": np.eye(3), "b1": np.zeros(3)}
    same(predict(network, parameters, [1, 2, 3]), "0.09003057 0.24472847 0.66524096")
    assert predict(network, parameters, [1000, 2000, 3000]).tolist() == [[0, 0, 1]]
    _, found = gradients(network, parameters, [1, 2, 3], 1)
    S = predict(network, parameters, [1, 2, 3])[0]
    np.testing.assert_allclose(found["W1"], np.outer(S - [0, 1, 0], [1, 2, 3]), rtol=1e-14)
