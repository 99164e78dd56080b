"""Which executor trains a network, and what is said where it is not the fastest."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from chalkgrad._errors import ChalkgradWarning, InputError, UnsupportedError
from chalkgrad.derive.optimisers import SGD
from chalkgrad.lower import Program
from chalkgrad.network import Network
from chalkgrad.train.executors import choose
from chalkgrad.train.executors.choose import CHOICE, create_executor
from chalkgrad.train.executors.reference import ReferenceExecutor
from chalkgrad.train.setup.work import Setup

PLAIN = Network("3-2:relu-1")
NO_SCHEDULE = Network("3-2:softmax", loss="binary_cross_entropy")


class Fast(ReferenceExecutor):
    """Stands for the native executor, which need not be here."""

    name = "native"


def missing() -> Any:
    raise UnsupportedError("the native core is not installed.")


def refusing(program: Program, setup: Setup) -> Any:
    raise UnsupportedError("no kernel for Z1")


@pytest.fixture(autouse=True)
def no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    monkeypatch.setattr(choose, "native", lambda: Fast)


def chosen(network: Network = PLAIN) -> str:
    return create_executor(Setup(network, SGD(), 4)).name


def test_the_native_core_is_taken_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert chosen() == "native"


def test_without_it_numpy_trains_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "native", missing)
    with pytest.warns(ChalkgradWarning, match="runs in NumPy, which is slow: the native core is not inst"):
        assert chosen() == "reference"


def test_what_it_refuses_numpy_trains_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "native", lambda: refusing)
    with pytest.warns(ChalkgradWarning, match="no kernel for Z1"):
        assert chosen() == "reference"


def test_without_a_schedule_the_equations_are_evaluated_with_a_warning() -> None:
    with pytest.warns(ChalkgradWarning, match="on the equations themselves.*: no kernel for dZ1"):
        assert chosen(NO_SCHEDULE) == "evaluator"


@pytest.mark.parametrize("name", choose.NAMES)
def test_the_environment_decides_without_a_warning(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, name)
    assert chosen() == name


@pytest.mark.parametrize("name", ["native", "reference"])
def test_what_was_asked_for_is_not_replaced(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, name)
    with pytest.raises(UnsupportedError, match="no kernel for dZ1"):
        chosen(NO_SCHEDULE)
    if name == "native":
        monkeypatch.setattr(choose, "native", missing)
        with pytest.raises(UnsupportedError, match="not installed"):
            chosen()


def test_an_unknown_choice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, "nativ")
    with pytest.raises(InputError, match=r"must be one of native, .*; got 'nativ'. Did you mean 'native'\?"):
        chosen()
