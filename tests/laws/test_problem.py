"""A problem, its table and its file are the same thing, to the last digit."""

from __future__ import annotations

import json
import math
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad._numbers import exact, exact_text, number_text, plain_number
from chalkgrad.evaluate.data import validate_data
from chalkgrad.evaluate.parameters import initialise
from chalkgrad.formula import Exact, Float64
from chalkgrad.network import Network
from chalkgrad.problem import KeyEntry, Problem, dump_problem, load_problem
from chalkgrad.problem.toml import write_toml

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
SPECS = ("2-3:relu:nobias-1:sigmoid", "1-1", "3-2:tanh-2:skip", "2-4:elu(0.3)-3:softmax", "2-2:formula:(z-1)")
values = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals("-1e30", "1e30", allow_nan=False),
    st.fractions(max_denominator=1000),
)


def nested(shape: tuple[int, ...]) -> st.SearchStrategy[object]:
    if not shape:
        return values
    return st.lists(nested(shape[1:]), min_size=shape[0], max_size=shape[0])


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    rate: Any
    network = Network(draw(st.sampled_from(SPECS)))
    shapes = network.parameter_shapes()
    names = draw(st.lists(st.sampled_from(list(shapes)), unique=True))
    x = t = None
    if draw(st.booleans()):
        rows = draw(st.integers(1, 3))
        x = draw(nested((rows, network.input_width)))
        t = draw(nested((rows, network.widths[-1])))
        if network.loss.name == "binary_cross_entropy":
            t = [[draw(st.sampled_from([0, 1, 0.25, Fraction(1, 3)]))] for _ in range(rows)]
        elif network.loss.name == "cross_entropy":
            t = [[draw(st.integers(0, network.widths[-1] - 1))] for _ in range(rows)]
    rate = draw(st.none() | st.sampled_from([0.1, 1, Fraction(2, 3), Decimal("1e-9")]))
    text = st.text(st.characters(codec="utf-8"), max_size=12)
    answers = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9).map(lambda s: s + "1")
    return Problem(
        network,
        {name: draw(nested(shapes[name])) for name in names},
        x,
        t,
        rate,
        1 if rate is None else draw(st.integers(1, 9)),
        draw(st.lists(st.sampled_from(list(shapes)), unique=True)),
        draw(st.integers(0, 2**31)),
        draw(
            st.dictionaries(text, answers | st.fixed_dictionaries({"answer": answers, "of": st.just("dW1")}))
        ),
        draw(text),
        draw(text),
    )


@given(problems())
def test_table_reads_back(problem: Problem) -> None:
    assert Problem.from_dict(problem.to_dict()) == problem


@settings(deadline=None)
@given(problems(), st.sampled_from([".toml", ".json"]))
def test_file_reads_back(tmp_path_factory: pytest.TempPathFactory, problem: Problem, suffix: str) -> None:
    path = tmp_path_factory.mktemp("problem") / f"problem{suffix}"
    dump_problem(problem, path)
    again = load_problem(path)
    assert again == problem
    assert again.key == problem.key
    dump_problem(again, path)
    assert load_problem(path) == problem
    assert list(path.parent.iterdir()) == [path]


scalars = (
    st.text()
    | st.integers(-(2**62), 2**62)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
)
plain = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_written_toml_reads_back(table: dict[str, object]) -> None:
    assert tomllib.loads(write_toml(table)) == table


@given(values)
def test_numbers_read_back(value: object) -> None:
    number = exact(value)
    assert number is not None
    assert exact(plain_number(number)) == number
    assert exact_text(number_text(number)) == number
    assert exact(json.loads(json.dumps(plain_number(number)), parse_float=Decimal)) == number


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_read_back(path: Path, tmp_path: Path) -> None:
    problem = load_problem(path)
    assert problem.title
    assert problem.notation or path.stem == "xor"
    for name in ("copy.toml", "copy.json"):
        dump_problem(problem, tmp_path / name)
        assert load_problem(tmp_path / name) == problem
    assert problem.arrays().x.dtype == np.float64


def test_exact_arithmetic_sees_the_decimals_that_were_typed(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        '[network]\nlayers = "1-1"\n[parameters]\nW1 = 0.1\nb1 = "1/3"\n[sample]\nx = 2.50\nt = 1e-3\n'
    )
    data = load_problem(path).arrays(Exact())
    assert data.parameters["W1"][0, 0] == Fraction(1, 10)
    assert data.parameters["b1"][0] == Fraction(1, 3)
    assert (data.x[0, 0], data.t[0, 0]) == (Fraction(5, 2), Fraction(1, 1000))
    assert load_problem(path).arrays(Float64()).parameters["W1"].dtype == np.float64


def test_a_file_without_suffix_is_known_by_its_content(tmp_path: Path) -> None:
    for text in ('[network]\nlayers = "2-1"\n', ' {"network": {"layers": "2-1"}}'):
        (tmp_path / "problem").write_text(text)
        assert load_problem(tmp_path / "problem").network == Network("2-1")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("old")
    problem = Problem(Network("2-1"), title="\ud800")
    with pytest.raises(ValueError, match="must be a file that can be written"):
        dump_problem(problem, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_keeps_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[network]\nlayers = "1-1"\n[key]\na = 2.080\nq = {answer = [["1.0", 2]], of = "dW1"}\n')
    first, second = load_problem(path).key
    assert first == KeyEntry("a", "2.080", "a")
    assert second == KeyEntry("q", (("1.0", "2"),), "dW1")


def test_what_a_problem_holds_is_its_own() -> None:
    weights = np.ones((1, 2))
    problem = Problem(Network("2-1"), {"W1": weights})
    weights[:] = 5
    assert (problem.parameters["W1"] == 1).all()
    with pytest.raises(ValueError, match="read-only"):
        problem.parameters["W1"][0, 0] = 3


@given(st.sampled_from(SPECS), st.integers(0, 100))
def test_parameters_left_out_come_from_the_seed(spec: str, seed: int) -> None:
    network = Network(spec)
    drawn = initialise(network, seed)
    assert {name: array.shape for name, array in drawn.items()} == network.parameter_shapes()
    problem = Problem(network, {"W1": drawn["W1"] + 1}, seed=seed)
    merged = problem.all_parameters()
    assert list(merged) == list(network.parameter_shapes())
    assert all(np.array_equal(merged[name], drawn[name] + (name == "W1")) for name in merged)


def test_weights_are_spread_as_stated() -> None:
    network = Network("400-300:relu-200:tanh")
    drawn = initialise(network, 3)
    assert drawn["W1"].std() == pytest.approx(math.sqrt(2 / 400), rel=0.02)
    limit = math.sqrt(6 / 500)
    assert abs(drawn["W2"]).max() <= limit
    assert drawn["W2"].std() == pytest.approx(limit / math.sqrt(3), rel=0.02)
    assert not drawn["b1"].any()


def test_every_way_to_write_a_sample() -> None:
    one, many = Network("1-1"), Network("3-2:softmax")
    for x, t in ((2, 1), ([2], [1]), ([[2]], [[1]]), (np.array(2.0), np.float32(1)), ((2,), ((1,),))):
        data = validate_data(one, x, t, {"W1": 1, "b1": [0]})
        assert (data.x.tolist(), data.t.tolist()) == ([[2]], [[1]])
    assert validate_data(one, [1, 2, 3], [4, 5, 6], {"W1": 1, "b1": 0}).x.shape == (3, 1)
    parameters = initialise(many)
    rows = np.ones((2, 3))
    for classes in ([0, 1], [[0], [1]], [[1, 0], [0, 1]], np.array([0, 1]), np.eye(2, dtype=bool)):
        assert validate_data(many, rows, classes, parameters).t.tolist() == [[1, 0], [0, 1]]
    assert validate_data(many, [1, 2, 3], [0.25, 0.75], parameters).t.tolist() == [[0.25, 0.75]]
    assert validate_data(many, [1, 2, 3], 1, parameters).t.tolist() == [[0, 1]]


def test_float64_arrays_are_not_copied() -> None:
    network = Network("3-2")
    parameters, x, t = initialise(network), np.ones((4, 3)), np.ones((4, 2))
    data = validate_data(network, x, t, parameters)
    assert data.x is x
    assert data.t is t
    assert data.parameters["W1"] is parameters["W1"]
