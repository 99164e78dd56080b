"""Wrong files and wrong data: every fault with its place and a fix, all together, never a traceback."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError, MissingFileError
from chalkgrad.evaluate.data import validate_data
from chalkgrad.evaluate.parameters import initialise
from chalkgrad.network import Network
from chalkgrad.problem import Problem, dump_problem, load_problem
from tests.faults.told import assert_told

WRONG = """
titel = "x"
seed = -1
learning_rate = 0.1
[network]
layers = "4-3:rleu-2:softmax-1:sigmoid"
loss = "bicross_entropy"
l2 = -0.5
[parameters]
W1 = [[1,2,3,4],[1,2],[nan,inf,3,4]]
b1 = ["0.5", 1, true]
[sample]
x = [1, 2, "a", 4]
t = [[[1]]]
[update]
learning_rate = "fast"
steps = 1.5
frozen = "b1"
[key]
loss = ""
q = {answer = 1, off = "dW1"}
"""

MISFIT = """
[network]
layers = "4-3:relu:nobias-2:relu-1:sigmoid"
[parameters]
W1 = [[1,2,3],[1,2,3],[1,2,3],[1,2,3]]
b1 = [1,2,3]
W4 = 3
w2 = [[1,2,3],[1,2,3]]
W3 = [1, 2]
gain = 1
[sample]
x = [[1,2,3,4],[1,2,3,4]]
t = [0, 1.5, 1]
[update]
steps = 3
frozen = ["b1", "W9", 3, "wieght1"]
"""


def faults_of(tmp_path: Path, text: str | bytes, name: str = "p.toml") -> InputError:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        load_problem(path)
    return caught.value


def test_everything_wrong_is_told_in_reading_order(tmp_path: Path) -> None:
    assert_told(
        faults_of(tmp_path, WRONG),
        [
            "titel: must be one of title, notation, seed, network, parameters, sample, update, key, "
            "grading; got an",
            "learning_rate: must be one of title, notation, seed, network, parameters, sample, update, "
            "key, grading; got an unknown name. Put it below [update].",
            "seed: must be a whole number of at least 0; got -1.",
            "network.layers[1].activation: must be one of",
            "network.layers[2].activation: must not be softmax before the last layer",
            "network.loss: must be one of",
            "network.l2: must be a number of at least 0; got -0.5.",
            "parameters.W1[1]: must have 4 numbers like row 0; got 2. Make all rows equally long.",
            "parameters.W1[2][0]: must be a finite number; got NaN. Replace it. So with 1 more after it.",
            "parameters.b1[0]: must be a finite number; got '0.5'. Write 0.5 without quotes.",
            "sample.x[2]: must be a finite number; got 'a'.",
            "sample.t: must be a number, a list or a list of rows; got an array of 3 axes.",
            "update.learning_rate: must be a positive number; got 'fast'. Write 0.1, say.",
            "update.steps: must be a whole number of at least 1; got 1.5.",
            "update.frozen: must be a list of parameter names; got 'b1'. Write ['b1'].",
            "key.loss: must be an answer: a number or a text; got ''.",
            "key.q.off: must be one of answer, of; got an unknown name. Did you mean 'of'?",
        ],
    )


def test_what_does_not_fit_the_network_is_told(tmp_path: Path) -> None:
    unknown = "must be a parameter of the network; got"
    assert_told(
        faults_of(tmp_path, MISFIT),
        [
            f"parameters.b1: {unknown} an unknown name. Layer 1 has no bias; remove b1.",
            f"parameters.W4: {unknown} an unknown name. The network has 3 layers, so",
            f"parameters.w2: {unknown} an unknown name. Did you mean 'W2'?",
            f"parameters.gain: {unknown} an unknown name. Its parameters are W1, W2, b2, W3, b3.",
            "parameters.W1: must have shape (3, 4); got shape (4, 3). It looks transposed: a weight is",
            "parameters.W3: must have shape (1, 2); got shape (2,). Write W3 = [[…]], one row.",
            "sample.t: must have 2 rows, as x has; got 3.",
            "sample.t[1]: must be in [0, 1] for binary_cross_entropy; got 1.5.",
            "update.learning_rate: must be given for 3 steps; got nothing.",
            f"update.frozen[0]: {unknown} 'b1'. Layer 1 has no bias; remove b1.",
            f"update.frozen[1]: {unknown} 'W9'. The network has 3 layers",
            "update.frozen[2]: must be a parameter's name; got 3.",
            f"update.frozen[3]: {unknown} 'wieght1'. Did you mean 'W1'?",
        ],
    )


FILES: dict[str, tuple[str | bytes, str]] = {
    "two equals.toml": ("[network]\nlayers = = 2\n", "must be TOML; got line 2, column 10: 'layers = = 2'."),
    "comma.json": ('{"network": {"layers": "4-3", }}', "must be JSON; got line 1, column 31:"),
    "twice.json": ('{"seed": 1, "seed": 2}', "must have each name once in a table; got 'seed' twice."),
    "twice.toml": ("seed = 1\nseed = 2\n", "must be TOML; got line 2"),
    "binary.toml": (b"\x89PNG\r\n\x1a\n", "must be text in UTF-8; got byte 0x89 at position 0."),
    "zero.toml": (b"a\0b", "must be text in UTF-8; got a zero byte at position 1."),
    "deep.toml": ("x = " + "[" * 100_000, "must be nested less deeply"),
    "deep.json": ('{"a":' + "[" * 100_000, "must be nested less deeply"),
    "list.json": ("[1, 2]", "must be a table; got [1, 2]."),
    "digits.toml": ("seed = " + "9" * 5000, "must have numbers of at most 1000 digits"),
    "exponent.toml": ("seed = 1e99999999999999999999", "must have numbers within 1e±308"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    content, told = FILES[name]
    assert_told(faults_of(tmp_path, content, name), [f"{tmp_path / name}: {told}"])


NETWORK = '[network]\nlayers = "2-1"\n'
CONTENTS = {
    "": "network: must be given; got no network.",
    "network = 3": "network: must be a table; got 3. Write [network] on a line of its own.",
    "[network]": "network.layers: must be given; got no layers.",
    "[network]\nlayers = 2000-01-01": "network.layers: must be a text or a list",
    NETWORK + "l2 = 1e999": "network.l2: must be a number of at least 0; got 1E+999.",
    NETWORK + "[update]\nsteps = 0": "update.steps: must be a whole number of at least 1; got 0.",
    NETWORK + "[update]\nsteps = true": "update.steps: must be a whole number of at least 1; got True.",
    NETWORK + "[update]\nlearning_rate = -1": "update.learning_rate: must be a positive number; got -1",
    NETWORK + '[update]\nlearning_rate = "0.1"': "update.learning_rate: must be a positive number; "
    "got '0.1'. Write 0.1 without quotes.",
    NETWORK + "[sample]\nx = [1, 2]": "sample.t: must be given; got nothing.",
    NETWORK + "[sample]\nx = []\nt = 1": "sample.x: must have at least one number; got an empty list.",
    NETWORK + "[sample]\nx = [[1, 2], 3]\nt = 1": "sample.x[1]: must be a list like row 0; got 3.",
    NETWORK + "[sample]\nx = [1, true]\nt = 1": "sample.x[1]: must be a finite number; got True. Write 1",
    NETWORK + "[sample]\nx = [1, 2, 3]\nt = 1": "sample.x: must have rows of 2, the network's input",
    'title = 3\n[network]\nlayers = "2-1"': "title: must be a text; got 3. Put it in quotes.",
    NETWORK + "[key]\nloss = true": "key.loss: must be an answer: a number or a text; got True.",
    NETWORK + '[key]\nq = {of = "dW1"}': "key.q.answer: must be given; got nothing.",
}


@pytest.mark.parametrize("text", CONTENTS, ids=lambda text: text.splitlines()[-1] if text else "empty")
def test_a_wrong_content(text: str, tmp_path: Path) -> None:
    assert_told(faults_of(tmp_path, text), [CONTENTS[text]])


def test_a_place_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "quiz.toml").write_text("")
    with pytest.raises(
        MissingFileError, match=r"must be an existing file; got no such file\. Did you mean '.*quiz"
    ):
        load_problem(tmp_path / "quizz.toml")
    with pytest.raises(FileNotFoundError):
        load_problem(tmp_path / "quiz.toml" / "inside")
    with pytest.raises(InputError, match=r"must be a file; got a directory\. Name a file in it\."):
        load_problem(tmp_path)
    with pytest.raises(InputError, match="must be a file that can be read"):
        load_problem("a\0b")
    with pytest.raises(InputError, match="must be a file that can be read"):
        load_problem("x" * 5000)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="must be a file; got a device or pipe"):
        load_problem(tmp_path / "pipe")
    with pytest.raises(InputError, match="must be a file that can be written"):
        dump_problem(Problem(Network("2-1")), tmp_path / "no" / "p.toml")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with open(path, "wb") as file:
        file.truncate(70 * 2**20)
    with pytest.raises(InputError, match="must have at most 64 MB; got more than 64 MB"):
        load_problem(path)


def test_thousands_of_faults_are_summed_up(tmp_path: Path) -> None:
    names = "".join(f"a{i} = 1\n" for i in range(3000))
    error = faults_of(tmp_path, f'{names}[network]\nlayers = "2-1"\n[parameters]\n{names}')
    assert len(error.faults) < 50
    assert "2,980 more unknown names" in str(error)
    rows = [[1, 2]] + [[1]] * 2000
    with pytest.raises(InputError, match="1,990 more rows that are wrong"):
        Problem(Network("2-1"), x=rows, t=1)


SOFTMAX, SIGMOID = Network("2-3:softmax"), Network("2-2:sigmoid")
X = [[1, 2], [3, 4]]
DATA: list[tuple[Network, Any, Any, str]] = [
    (SOFTMAX, X, [0, 3], "t[1]: must be a class from 0 to 2; got 3. Classes are counted from 0 to 2"),
    (SOFTMAX, X, [0, -1], "t[1]: must be a class from 0 to 2; got -1."),
    (SOFTMAX, X, [0.5, 1], "t[0]: must be a class from 0 to 2; got 0.5."),
    (SOFTMAX, X, [0, 1, 2], "t: must have 2 classes, one for each row of x; got 3."),
    (SOFTMAX, X, [[1, 0, 0], [0.5, 0.5, 0.5]], "t[1]: must sum to 1 for cross_entropy; got 1.5. Divide"),
    (SOFTMAX, X, [[1, 0, 0], [2, -1, 0]], "t[1][0]: must be in [0, 1] for cross_entropy; got 2.0."),
    (SOFTMAX, X, [[1, 0], [0, 1]], "t: must have rows of 3, the network's output; got 2 numbers in a row."),
    (SIGMOID, X, [[0, 1], [0, 1.01]], "t[1][1]: must be in [0, 1] for binary_cross_entropy; got 1.01."),
    (SIGMOID, X, [[0, 1]], "t: must have 2 rows, as x has; got 1."),
    (
        SIGMOID,
        np.ones((3, 2, 2)),
        [[0, 1]] * 3,
        "x: must be a number, a list or a list of rows; got an array of 3 axes",
    ),
    (SIGMOID, np.ones((0, 2)), X, "x: must have at least one row; got shape (0, 2)."),
    (SIGMOID, [[1, 2], [float("nan"), 1]], [[0, 1]] * 2, "x[1][0]: must be a finite number; got nan."),
    (
        SIGMOID,
        np.array([[np.inf, 2], [3, -np.inf]]),
        [[0, 1]] * 2,
        "x[0][0]: must be a finite number; got inf",
    ),
    (SIGMOID, np.array([["a", "b"]]), [[0, 1]], "x: must be an array of numbers; got dtype <U1."),
    (
        SIGMOID,
        np.ones((2, 2), complex),
        [[0, 1]] * 2,
        "x: must be an array of numbers; got dtype complex128.",
    ),
    (SIGMOID, np.array([[1, None]]), [[0, 1]], "x[0][1]: must be a finite number; got None."),
    (SIGMOID, "1 2", [[0, 1]], "x: must be a finite number; got '1 2'."),
    (SIGMOID, None, [[0, 1]], "x: must be given; got nothing. Write one row of 2, or many."),
    (Network("3-2:sigmoid"), np.ones((3, 5)), np.ones((5, 2)), "x: must have rows of 3"),
]


@pytest.mark.parametrize(("network", "x", "t", "told"), DATA, ids=[told[:50] for *_, told in DATA])
def test_wrong_data(network: Network, x: Any, t: Any, told: str) -> None:
    parameters = initialise(network)
    with pytest.raises(InputError) as caught:
        validate_data(network, x, t, parameters)
    assert str(caught.value.faults[0]).startswith(told), caught.value


def test_all_of_the_data_is_told_together() -> None:
    with pytest.raises(InputError) as caught:
        validate_data(SIGMOID, [1, 2, 3], [[0, 2]], {"W1": [[1, 2], [3]], "weight2": 1}, prefix="sample.")
    assert_told(
        caught.value,
        [
            "parameters.weight2: must be a parameter of the network; got an unknown name. The network has 1",
            "parameters.W1[1]: must have 2 numbers like row 0; got 1.",
            "parameters.b1: must be given, of shape (2,); got nothing.",
            "sample.x: must have rows of 2, the network's input; got 3 numbers in a row.",
            "sample.t[0][1]: must be in [0, 1] for binary_cross_entropy; got 2.0.",
        ],
    )


def test_parameters_that_are_no_table() -> None:
    with pytest.raises(InputError, match="parameters: must be a table of names and arrays; got 3"):
        validate_data(SIGMOID, X, X, 3)


def test_too_many_parameters_are_not_drawn() -> None:
    with pytest.raises(InputError, match="must have at most 500,000,000 parameters"):
        initialise(Network("1000000-1000000"))


def test_a_problem_without_a_sample_has_no_numbers() -> None:
    with pytest.raises(InputError, match="sample: must be given to compute numbers"):
        Problem(Network("2-1")).arrays()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
sections = st.sampled_from(["network", "parameters", "sample", "update", "key", "seed", "title"])
names = st.sampled_from(
    ["layers", "loss", "W1", "b1", "x", "t", "learning_rate", "steps", "frozen", "answer", "l2"]
)


@given(st.dictionaries(sections, anything | st.dictionaries(names, anything, max_size=4), max_size=6))
def test_any_table_is_a_problem_or_refused(table: dict[str, Any]) -> None:
    with contextlib.suppress(InputError):
        Problem.from_dict({"network": {"layers": "2-1"}, **table})


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_problem_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "problem"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        load_problem(path)


@given(anything, anything, anything | st.dictionaries(names, anything))
def test_any_data_fits_or_is_refused(x: Any, t: Any, parameters: Any) -> None:
    for network in (SIGMOID, SOFTMAX, Network("1-1")):
        with contextlib.suppress(InputError):
            validate_data(network, x, t, parameters)
