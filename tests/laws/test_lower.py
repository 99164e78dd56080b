"""A lowered program carries out its derivation: every step once, and the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalkgrad import derive, gradients, predict
from chalkgrad._errors import InputError, UnsupportedError
from chalkgrad.derive import Convention
from chalkgrad.lower import lower
from chalkgrad.lower.program import (
    Backpropagate,
    Dropout,
    Linear,
    LossAndError,
    LossMap,
    Map,
    Program,
    WeightGradient,
)
from chalkgrad.network import Network
from chalkgrad.train.setup.work import Block
from tests.laws.executors import apart, draw, reference
from tests.laws.test_network import networks
from tests.oracles.cases import Case, random_case

REFUSED = ("softmax", "binary_cross_entropy")  # divides by 1 − ŷ
CASES = [
    case
    for number in range(240)
    if ((case := random_case(number, widest=9, largest_batch=9)).layers[-1].activation, case.loss) != REFUSED
]


def kinds(program: Program) -> list[str]:
    return [type(instruction).__name__ for instruction in program.instructions]


@pytest.mark.parametrize("start", range(0, len(CASES), 40))
def test_running_a_program_is_evaluating_the_derivation(start: int) -> None:
    for case in CASES[start : start + 40]:
        network = case.network()
        executor = reference(network)
        executor.load(case.parameters)
        block = Block(case.x, case.t)
        loss, found = executor.gradients(block, np.arange(case.m), 0)
        true_loss, true = gradients(network, case.parameters, case.x, case.t)
        assert apart(found, true) <= 1e-12, case
        whole, y = executor.losses(block)
        np.testing.assert_allclose([loss, whole], true_loss, rtol=1e-12, err_msg=str(case))
        np.testing.assert_allclose(y, predict(network, case.parameters, case.x), rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(executor.predict(case.x), y)


LOWERED = networks().filter(lambda network: not network.has_norm)
"""No kernel normalises."""


@given(LOWERED, st.integers(1, 5), st.integers(0, 100))
def test_so_for_any_description(network: Network, rows: int, seed: int) -> None:
    try:
        executor = reference(network)
    except UnsupportedError:
        assert network.layers[-1].is_softmax
        assert network.loss.name == "binary_cross_entropy"
        return
    parameters, block = draw(network, rows, seed)
    true_loss, true = gradients(network, parameters, block.x, block.t)
    largest = max(abs(true_loss), *(float(np.abs(value).max()) for value in true.values()))
    assume(largest < 1e12)
    executor.load(parameters)
    loss, found = executor.gradients(block, np.arange(rows), 0)
    assert apart(found, true) <= 1e-10  # some formulas of these networks cancel many digits
    np.testing.assert_allclose(loss, true_loss, rtol=1e-10, atol=1e-10)


def carried_out(program: Program) -> list[str]:
    return sorted(name for instruction in program.instructions for name in instruction.steps)


@given(LOWERED, st.data())
def test_every_step_is_carried_out_once(network: Network, data: st.DataObject) -> None:
    rates = data.draw(
        st.lists(st.sampled_from([0.0, 0.5]), min_size=network.depth - 1, max_size=network.depth - 1)
    )
    try:
        program = lower(network, dropout=rates)
    except UnsupportedError:
        return
    assert carried_out(program) == sorted(step.name for step in derive(network).steps)
    held = {buffer.name: buffer.features for buffer in program.buffers}
    written: set[str] = set()
    for instruction in program.instructions:
        fields = vars(instruction)
        read = {fields[key] for key in ("source", "z", "y", "error", "value", "add") if fields.get(key)}
        assert read | set(fields.get("sources", ())) <= written, instruction
        if "out" in fields:
            written.add(fields["out"])
    assert written == held.keys()
    assert program.output in written


def test_the_homework_has_no_instruction_too_many() -> None:
    program = lower(Network("4-3:relu-2:relu-1:sigmoid"))
    assert kinds(program) == [
        "GatherInputs",
        "GatherTargets",
        *["Linear"] * 3,
        "LossAndError",
        *["Backpropagate"] * 2,
        *["WeightGradient"] * 3,
    ]
    assert [buffer.name for buffer in program.buffers] == ["X", "T", "A1", "A2", "Z3", "dZ3", "dZ2", "dZ1"]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.2)", "elu(0.5)", "sigmoid", "tanh", "softplus"])
def test_fused_functions(activation: str) -> None:
    program = lower(Network(f"3-4:{activation}-2"))
    assert not any(isinstance(i, Map) for i in program.instructions)
    back = next(i for i in program.instructions if isinstance(i, Backpropagate))
    forward = next(i for i in program.instructions if isinstance(i, Linear))
    assert back.function == forward.function is not None
    assert back.value == forward.out == "A1"


@pytest.mark.parametrize("activation", ["gelu", "silu", "leaky_relu(-0.5)", "formula:sin(z)"])
def test_other_functions_are_mapped(activation: str) -> None:
    program = lower(Network(f"3-4:{activation}-2"))
    maps = [i for i in program.instructions if isinstance(i, Map)]
    assert [i.out for i in maps] == ["A1", "dZ1"]
    assert maps[1].sources == ("dA1", "Z1")


@pytest.mark.parametrize(
    ("spec", "loss", "pair"),
    [
        ("2-3:softmax", "cross_entropy", ("cross_entropy", None, 1)),
        ("2-3:sigmoid", "binary_cross_entropy", ("binary_cross_entropy", None, 1)),
        ("2-3:sigmoid", "formula:-t*log(y)-(1-t)*log(1-y)", ("binary_cross_entropy", None, 1)),
        ("2-3", "half_squared_error", ("squared_error", None, 0.5)),
        ("2-3:tanh", "squared_error", ("squared_error", "tanh", 1)),
        ("2-3:relu", "mean_squared_error", ("squared_error", "relu", 1)),
        ("2-3:sigmoid", "formula:5*(y-t)^2", ("squared_error", "sigmoid", 5)),
    ],
)
def test_pairs_of_loss_and_output(spec: str, loss: str, pair: tuple[str, str | None, float]) -> None:
    program = lower(Network(spec, loss=loss))
    found = next(i for i in program.instructions if isinstance(i, LossAndError))
    assert (found.kind, found.function and found.function.name, found.coefficient) == pair
    assert {"L", "dZ1"} <= set(found.steps)


@pytest.mark.parametrize(
    ("spec", "loss"),
    [
        ("2-3:sigmoid", "cross_entropy"),
        ("2-3:softmax", "squared_error"),
        ("2-3:elu", "squared_error"),
        ("2-2:tanh:skip", "half_squared_error"),
        ("2-3", "formula:(y-t)^4"),
        ("2-3:softmax", "formula:-t*log(y)"),
        ("2-1:softmax", "cross_entropy"),
    ],
)
def test_no_pair_where_the_derivation_shows_none(spec: str, loss: str) -> None:
    program = lower(Network(spec, loss=loss))
    assert any(isinstance(i, LossMap) for i in program.instructions)


def test_updates_wait_until_no_error_needs_the_weights() -> None:
    instructions = lower(Network("3-3:tanh:skip-3:relu-2:softmax")).instructions
    first = next(i for i, each in enumerate(instructions) if isinstance(each, WeightGradient))
    assert all(isinstance(each, WeightGradient) for each in instructions[first:])


def test_what_is_dropped_is_dropped_on_the_way_back() -> None:
    program = lower(Network("4-3:relu-3:gelu-2:softmax"), dropout=(0.5, 0.25))
    dropped = [i for i in program.instructions if isinstance(i, Dropout)]
    assert [(i.layer, i.rate) for i in dropped] == [(1, 0.5), (2, 0.25), (2, 0.25), (1, 0.5)]
    back = next(i for i in program.instructions if isinstance(i, Backpropagate) and i.function)
    assert back.value == "F1"  # the value before the mask
    assert lower(derive(Network("2-3:relu-1"), dropout={1: 0.5})) == lower(
        Network("2-3:relu-1"), dropout=(0.5,)
    )


def test_a_penalty_belongs_to_its_parameter() -> None:
    program = lower(Network("2-3:relu-1", l2=0.25))
    assert [parameter.l2 for parameter in program.parameters] == [0.25, 0.25]
    assert not any(parameter.l2 for parameter in lower(Network("2-3:relu-1")).parameters)


def test_any_convention_gives_the_same_program() -> None:
    network = Network("2-3:tanh-2:softmax", l2=0.1)
    columns = Convention(samples="columns", weights="in_out", errors="transposed", mean_at="gradient")
    assert lower(derive(network, convention=columns)) == lower(network)
    assert lower(derive(network, weighted=True)) == lower(network)


def test_what_has_no_kernel_is_named() -> None:
    with pytest.raises(UnsupportedError, match="no kernel for dZ2: its error divides by 1 − ŷ of a softmax"):
        lower(Network("2-3:relu-3:softmax", loss="binary_cross_entropy"))
    with pytest.raises(UnsupportedError, match="no rate for the mask M1 of A1"):
        lower(derive(Network("2-3:relu-1"), dropout={1: None}))


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((0.5,), "dropout: must have one rate for each of the 2 layers before the last; got 1."),
        ((0.5, 1.0), r"dropout\[1\]: must be in \[0, 1\); got 1.0."),
        ((-0.1, float("nan")), r"dropout\[0\].*\n.*dropout\[1\]|dropout\[0\]"),
    ],
)
def test_rates_that_do_not_fit(rates: tuple[float, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        lower(Network("2-3:relu-3:relu-1"), dropout=rates)


def test_hundreds_of_layers() -> None:
    network = Network("3-" + "-".join(["3:tanh"] * 299) + "-1")
    program = lower(network, dropout=(0.1,) * 299)
    assert len(carried_out(program)) == len(derive(network).steps)


def test_a_wrong_schedule_is_noticed() -> None:
    """The comparison above is not blind: a program for another network gives other numbers."""
    case: Case = CASES[5]
    executor = reference(Network(case.spec, case.network().loss, l2=0.5))
    executor.load(case.parameters)
    _, found = executor.gradients(Block(case.x, case.t), np.arange(case.m), 0)
    assert apart(found, gradients(case.network(), case.parameters, case.x, case.t)[1]) > 1e-6
