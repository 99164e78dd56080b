"""The native module is there, says what it runs on, and refuses what does not fit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad import _native
from chalkgrad._errors import InputError, UnsupportedError
from chalkgrad.derive.optimisers import SGD
from chalkgrad.network import Network
from chalkgrad.train.executors.encoding import Encoder, check_schema
from chalkgrad.train.executors.native import NativeExecutor, instruction_set
from chalkgrad.train.executors.threads import Threads
from chalkgrad.train.setup.work import Block
from tests.laws.executors import draw
from tests.native.test_executor import native

NETWORK = Network("3-5:relu-2:softmax")
PARAMETERS, BLOCK = draw(NETWORK, 12)
ORDER, RATES = np.arange(12), np.full(3, 0.1)


def executor(**settings: Any) -> NativeExecutor:
    made = native(NETWORK, **settings)
    made.load(PARAMETERS)
    return made


def test_the_core_is_there_and_says_what_it_runs_on() -> None:
    assert instruction_set() in ("avx512", "avx2", "sse2", "neon")
    assert executor().name == f"native ({instruction_set()})"
    assert _native.processors() >= 1


def test_an_instruction_set_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHALKGRAD_ISA", "avx1024")
    with pytest.raises(InputError, match=r"CHALKGRAD_ISA: must be an instruction set .* 'avx1024'"):
        executor()


BLOCKS: dict[str, tuple[Block, str]] = {
    "x of another type": (Block(BLOCK.x.astype("float32"), BLOCK.t), "x: must hold numbers of type d"),
    "x too narrow": (Block(BLOCK.x[:, :2].copy(), BLOCK.t), "x: has the wrong shape"),
    "x of one dimension": (Block(BLOCK.x.ravel(), BLOCK.t), "x: must have 2 dimensions"),
    "t of other rows": (Block(BLOCK.x, BLOCK.t[:5]), "t: has the wrong shape"),
    "t too wide": (Block(BLOCK.x, np.ones((12, 3))), "t: has the wrong shape"),
    "classes as int32": (Block(BLOCK.x, np.zeros(12, np.int32)), "t: must hold numbers of type lq"),
    "a class too many": (Block(BLOCK.x, np.full(12, 2)), r"t: must hold classes 0 to 1; got 2"),
    "a negative class": (Block(BLOCK.x, np.full(12, -1)), r"t: must hold classes 0 to 1; got -1"),
    "weights of other rows": (Block(BLOCK.x, BLOCK.t, np.ones(3)), "weight: has the wrong shape"),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_arrays_that_do_not_fit_are_refused(name: str) -> None:
    block, message = BLOCKS[name]
    calls: list[Callable[[NativeExecutor], Any]] = [
        lambda e: e.run(block, ORDER, 0, RATES),
        lambda e: e.gradients(block, ORDER, 0),
        lambda e: e.losses(block),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=message):
            call(executor())


def test_arrays_that_are_not_contiguous_are_refused() -> None:
    with pytest.raises((ValueError, BufferError), match="contiguous"):
        executor().run(Block(np.asfortranarray(BLOCK.x), BLOCK.t), ORDER, 0, RATES)


@pytest.mark.parametrize("row", [-1, 12, 10**12])
def test_rows_that_are_not_there_are_refused(row: int) -> None:
    with pytest.raises(ValueError, match=r"order\[1\]: must be a row of x, 0 to 11"):
        executor().run(BLOCK, np.array([0, row]), 0, np.full(1, 0.1))


def test_orders_and_rates_fit() -> None:
    for order, rates in ((ORDER, np.full(4, 0.1)), (ORDER[:0], np.full(1, 0.1))):
        with pytest.raises(ValueError, match="must"):
            executor().run(BLOCK, order, 0, rates)
    assert executor().run(BLOCK, ORDER, 0, np.empty(0)).shape == (0,)


KEPT = (np.zeros((5, 3)), np.zeros(5), np.zeros((2, 5)), np.zeros(2))


def _watched(**changes: Any) -> tuple[int, int]:
    """Take two epochs of BLOCK, watched, with some values of early stopping changed."""
    made = executor()
    watch: dict[str, Any] = {
        "on": 2,
        "higher": False,
        "least": 0.0,
        "best": np.nan,
        "patience": 2,
        "left": 2,
        "kept": KEPT,
    }
    batches = -(-12 // made.setup.batch_size)
    return made._native.run_epochs(
        *(BLOCK.x, BLOCK.t, None, ORDER.copy(), None, None, 0, 0, np.full(2 * batches, 0.1)),
        *(np.empty(2 * batches), np.empty((2, 2)), np.empty((2, 4))),
        changes.pop("rows", (BLOCK.x, BLOCK.t, None, np.empty((12, 2)))),
        changes.pop("watch", tuple((watch | changes).values())),
    )


WATCHES: dict[str, tuple[dict[str, Any], str]] = {
    "too few values": ({"watch": (1, False)}, "watch: must be seven values"),
    "something unknown": ({"on": 4}, "watch: must be on what is measured"),
    "rows that are not watched": ({"rows": None}, "watch: must be on what is measured"),
    "no patience": ({"patience": 0}, "watch: must leave an epoch"),
    "none left": ({"left": 0}, "watch: must leave an epoch"),
    "too few arrays": ({"kept": KEPT[:3]}, "kept: must be two arrays a layer"),
    "no bias": ({"kept": (KEPT[0], None, *KEPT[2:])}, "kept: must have a bias"),
    "too few weights": ({"kept": (KEPT[0][:4].copy(), *KEPT[1:])}, "kept: has the wrong shape"),
    "too few inputs": ({"kept": (KEPT[0][:, :2].copy(), *KEPT[1:])}, "kept: has the wrong shape"),
    "a bias too short": ({"kept": (*KEPT[:3], KEPT[3][:1])}, "kept: has the wrong shape"),
    "weights of another type": (
        {"kept": (KEPT[0].astype("f4"), *KEPT[1:])},
        "kept: must hold numbers",
    ),
}


@pytest.mark.parametrize("name", WATCHES)
def test_what_early_stopping_is_given_fits(name: str) -> None:
    changes, message = WATCHES[name]
    with pytest.raises(ValueError, match=message):
        _watched(**changes)
    assert _watched()[0] == 2


def test_parameters_fit() -> None:
    made = native(NETWORK, optimiser=SGD(0.1))
    with pytest.raises(KeyError, match="b2"):
        made.load({name: value for name, value in PARAMETERS.items() if name != "b2"})
    with pytest.raises(ValueError, match=r"shape|must"):
        made.load({**PARAMETERS, "W1": np.ones((4, 4))})
    for layer, slot, w, b in (
        (2, 0, np.ones((5, 3)), np.ones(5)),
        (-1, 0, np.ones((5, 3)), np.ones(5)),
        (0, 1, np.ones((5, 3)), np.ones(5)),
        (0, 9, np.ones((5, 3)), np.ones(5)),
        (0, 0, np.ones((3, 5)), np.ones(5)),
        (0, 0, np.ones((5, 3)), None),
    ):
        with pytest.raises(ValueError, match=r"must|shape"):
            made._native.load(layer, slot, w, b)
        with pytest.raises(ValueError, match=r"must|shape|nothing"):
            made._native.store(layer, slot, w, b)


@pytest.fixture(scope="module")
def arrays() -> tuple[Any, ...]:
    made = native(Network("3-4:formula:z/(1+z^2)-2:softplus", loss="formula:log(cosh(y-t))"))
    return Encoder(made.program).arrays(made.setup, Threads(1, 0, 0))


def test_programs_that_do_not_fit_are_refused(arrays: tuple[Any, ...]) -> None:
    """Every whole number of a program's records is checked: none makes the core read where it must not."""
    free = {"seed", "batch_size", "threads"}  # which may be large
    tried = refused = 0
    for at, array in enumerate(arrays):
        for name in {*(array.dtype.names or [...])} - free:
            column = np.asarray(array[name])
            for place in range(column.size if np.issubdtype(column.dtype, np.signedinteger) else 0):
                for number in (-7, -2, 99, 10**6, 2**31 - 1):
                    changed = [x.copy() for x in arrays]
                    changed[at][name].flat[place] = number
                    tried += 1
                    try:
                        _native.Executor(tuple(changed), None)
                    except (ValueError, MemoryError):
                        refused += 1
    assert refused > tried / 2


def test_records_of_another_type_are_refused(arrays: tuple[Any, ...]) -> None:
    for at, array in enumerate(arrays):
        changed = [*arrays[:at], np.zeros((len(array), 2), "f4"), *arrays[at + 1 :]]
        with pytest.raises(ValueError, match=r"must (be records|hold numbers)"):
            _native.Executor(tuple(changed), None)


WORDS = ("Op", "Loss", "Rule", "Operation", "Activation")


@pytest.mark.parametrize("name", [*WORDS, "instruction"])
def test_a_core_of_another_version_is_refused(name: str) -> None:
    """A word or a field that one side lacks is told, whichever side it is."""
    kept = _native.SCHEMA[name]
    members = kept if name in WORDS else kept[0]
    relu = members.index("relu") if name == "Activation" else 1
    fewer = (*members[:relu], *members[relu + 1 :])
    more = (*members, "new" if name in WORDS else ("new", "i8", 0))
    for found in (fewer,) if name == "Activation" else (fewer, more):
        other = {**_native.SCHEMA, name: found if name in WORDS else (found, kept[1])}
        with pytest.raises(UnsupportedError, match=f"the native core is of another version: {name} "):
            check_schema(other)
    check_schema(_native.SCHEMA)


@pytest.mark.parametrize("name", ["settings", "optimiser", "layer", "tape", "step"])
def test_a_record_with_a_field_too_many_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    members, empty = _native.SCHEMA[name]
    more = (*members, ("new", "i8", len(empty)))
    monkeypatch.setitem(_native.SCHEMA, name, (more, empty + bytes(8)))
    with pytest.raises(UnsupportedError, match=f"of another version: {name} .*new"):
        native(Network("3-4:formula:z/(1+z^2)-2:softplus", loss="formula:log(cosh(y-t))"))


def test_two_threads_of_python_do_not_meet_in_one_executor() -> None:
    network = Network("50-300:relu-300:relu-2:softmax")
    parameters, block = draw(network, 64)
    made = native(network, batch_size=64)
    made.load(parameters)
    order, rates = np.tile(np.arange(64), 300), np.full(300, 0.01)
    begun = threading.Thread(target=lambda: made.run(block, order, 0, rates))
    begun.start()
    refused = 0
    while begun.is_alive():
        try:
            made.predict(block.x)
        except RuntimeError as error:
            assert "another thread" in str(error)  # noqa: PT017
            refused += 1
    begun.join()
    assert refused
