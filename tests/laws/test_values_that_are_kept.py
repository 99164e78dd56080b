"""What is kept of values: numbers of a trace, the loss of an answer, unknown names, a matrix's ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad import InputError, Network
from chalkgrad.check.key.judging.scene import GENERAL_LAYER, WIDTHS, general_network
from chalkgrad.evaluate import gradients, initialise
from chalkgrad.evaluate.arrays import MAX_TOLD
from chalkgrad.notation.boxes import Grid, Numeral, Sym
from chalkgrad.notation.equations.numbers import MOST, value_box
from chalkgrad.usercode.answer.probe import _loss
from chalkgrad.usercode.call.tracing import MAX_ENTRIES, numbers


class Odd:
    """Something with a method that a tensor has."""

    def detach(self) -> Any:
        raise AssertionError("nobody asked for it")


@pytest.mark.parametrize(
    "value",
    [
        *(True, 3, 2.5, float("nan"), np.float32(1), np.int8(3), np.bool_(True)),
        *(np.arange(3), np.ones((2, 0)), np.array(1.0), [1, 2], [1.5], [[1, 2], [3, 4]], [0] * 1000),
    ],
)
def test_numbers_are_kept(value: Any) -> None:
    kept = numbers(value)
    assert kept is not None
    np.testing.assert_array_equal(kept, np.asarray(value))


@pytest.mark.parametrize(
    "value",
    [
        *(None, "a", 1j, 10**30, np.str_("a"), np.complex64(1), np.array(["a"]), np.array([1j])),
        *([], ["a"], [[1, 2], [3]], [None], [10**30], [0] * 1001, (1, 2), {"a": 1}, Odd(), len),
    ],
)
def test_nothing_else_is(value: Any) -> None:
    assert numbers(value) is None


def test_what_is_kept_is_a_copy_of_a_size() -> None:
    array = np.zeros(3)
    kept = numbers(array)
    array[0] = 1
    assert kept is not None
    assert kept[0] == 0
    assert type(numbers(np.zeros((1, 1)).view(np.matrix))) is np.ndarray
    assert numbers(np.zeros(MAX_ENTRIES)) is not None
    assert numbers(np.zeros(MAX_ENTRIES + 1)) is None


@pytest.mark.parametrize(
    ("parts", "names", "loss"),
    [
        ([("0", 2.5), ("1.dW1", np.ones(2))], (), 2.5),
        ([("0", 2.5)], (), None),
        ([("0", np.ones(1)), ("1", np.ones(2))], (), None),
        ([("1", 2.5), ("0", 3.5)], (), None),
        ([("loss", 2.5)], (), 2.5),
        ([("dW1", np.ones(2)), ("Cost", np.array([[2.5]]))], (), 2.5),
        ([("J", np.ones(2))], (), None),
        ([("0", np.ones(2)), ("1", 2.5)], ("dW1", "loss"), 2.5),
        ([("0", np.ones(2)), ("1", 2.5)], ("dW1", "db1"), None),
        ([("0", np.ones(2)), ("1", 2.5)], ("dW1",), None),
        ([("123456789", 2.5)], ("loss",), None),
        ([], (), None),
    ],
)
def test_the_loss_among_the_parts_of_an_answer(parts: Any, names: Any, loss: float | None) -> None:
    assert _loss({"parts": parts, "names": names}) == loss
    assert _loss({}) is None


@pytest.mark.parametrize("more", [0, 1, 1200])
def test_of_many_unknown_names_some_are_told(more: int) -> None:
    network = Network("2-1")
    table: dict[str, Any] = {**initialise(network), **{f"Q{k}": 0 for k in range(MAX_TOLD + more)}}
    with pytest.raises(InputError) as caught:
        gradients(network, table, [[1.0, 2]], [[1.0]])
    faults = caught.value.faults
    assert [fault.path for fault in faults[:MAX_TOLD]] == [f"parameters.Q{k}" for k in range(MAX_TOLD)]
    rest = [(fault.path, fault.condition, fault.got) for fault in faults[MAX_TOLD:]]
    assert rest == ([("parameters", "have no unknown names", f"{more:,} more")] if more else [])


@pytest.mark.parametrize("rows", [1, MOST - 1, MOST, MOST + 1, 40])
@pytest.mark.parametrize("columns", [2, MOST, MOST + 1, 40])
def test_a_large_matrix_shows_its_ends(rows: int, columns: int) -> None:
    box = value_box(np.arange(rows * columns).reshape(rows, columns))
    assert isinstance(box, Grid)

    def kept(count: int) -> list[int | None]:
        half = MOST // 2
        return list(range(count)) if count <= MOST else [*range(half), None, *range(count - half, count)]

    for i, line in zip(kept(rows), box.rows, strict=True):
        for j, cell in zip(kept(columns), line, strict=True):
            if i is None or j is None:
                assert isinstance(cell, Sym)
                assert cell.text == ("⋯" if i is not None else "⋮")
            else:
                assert cell == Numeral(str(i * columns + j))


def test_a_general_network_has_what_it_is_asked_to_have() -> None:
    like = Network("2-3:tanh-4:tanh-2:sigmoid", "binary_cross_entropy", reduction="sum")
    plain, loss, own = (
        general_network(False),
        general_network(False, like),
        general_network(False, like, True),
    )
    for each in (plain, loss, own):
        assert each.widths == WIDTHS
        assert each.depth > GENERAL_LAYER + 1
    assert general_network(True).widths == (1,) * len(WIDTHS)
    hidden = [[layer.activation for layer in each.layers[:-1]] for each in (plain, loss, own)]
    assert hidden[0] == hidden[1]
    assert hidden[2] == [like.layers[0].activation] * (len(WIDTHS) - 2)
    assert loss.layers[-1].activation == plain.layers[-1].activation
    assert own.layers[-1].activation == like.layers[-1].activation
    assert plain.loss != loss.loss == own.loss == like.loss
    mixed = general_network(False, Network("2-3:tanh-4:relu-2:sigmoid"), True)
    assert [layer.activation for layer in mixed.layers[:-1]] == hidden[0]
    single = general_network(False, Network("2-2:sigmoid"), True)
    assert [str(layer.activation) for layer in single.layers] == ["sigmoid"] * (len(WIDTHS) - 1)
