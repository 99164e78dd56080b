"""The native evaluator of tapes: the same slots as the tape says, and the project's float64 numbers."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalkgrad.formula import FUNCTIONS, Call, Node, Num, Var, parse_formula
from chalkgrad.formula.build import add
from chalkgrad.formula.kernels import FLOAT_KERNELS
from chalkgrad.formula.precise import stable_tape
from chalkgrad.formula.tape import Tape, compile_tape
from tests.laws.formula_strategies import formulas
from tests.native.probe import Array, Probe, constants_of

NAMES = ("z", "t")
DTYPES = (np.float32, np.float64)


def inputs_of(tape: Tape, size: int, dtype: Any, seed: int = 1) -> list[Array]:
    random = np.random.default_rng(seed)
    return [random.normal(0, 2, size).astype(dtype) for _ in tape.inputs]


def slot_by_slot(probe: Probe, tape: Tape, inputs: list[Array], like: Array) -> Array:
    """The tape's value from the native operations, called one by one."""
    table = {name: partial(probe.operation, name) for name in probe.operations}
    constants = [np.full_like(like, number) for number in constants_of(tape)]
    return np.asarray(tape.run(table, inputs, constants)[tape.result])


def test_every_operation_of_the_project_is_there(probe: Probe) -> None:
    assert set(probe.operations) == set(FLOAT_KERNELS)
    assert set(FUNCTIONS) <= set(probe.operations)


@pytest.mark.parametrize("dtype", DTYPES)
@given(node=formulas(NAMES), size=st.sampled_from((1, 7, 16, 64, 1000)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_change_nothing(probe: Probe, dtype: Any, node: Node, size: int) -> None:
    tape = stable_tape(node)
    inputs, like = inputs_of(tape, size, dtype), np.empty(size, dtype)
    with np.errstate(all="ignore"):
        got = probe.tape(tape, constants_of(tape), inputs, like)
        assert np.array_equal(got, slot_by_slot(probe, tape, inputs, like), equal_nan=True)


@pytest.mark.parametrize("name", sorted(FLOAT_KERNELS))
def test_operations_against_float64(probe: Probe, name: str) -> None:
    """Each operation alone; a difference f(u) − t in units of what it is the difference of."""
    random = np.random.default_rng(5)
    unit = random.random(400) * random.choice([0, 1, 1], 400)
    operands = [random.normal(0, 6, 400) for _ in range(4)]
    if name.endswith("_minus"):
        operands = [operands[0], unit]
    elif name == "power":
        operands = [np.abs(operands[0]), operands[1] / 3]
    elif name in ("log", "sqrt", "log1p"):
        operands = [np.abs(operands[0])]
    elif not name.startswith("where"):
        operands = operands[: 2 if name in ("+", "-", "*", "/", "max", "min") else 1]
    for dtype, error in ((np.float64, 2e-15), (np.float32, 4e-6)):
        rounded = [each.astype(dtype) for each in operands]
        with np.errstate(all="ignore"):
            expected = FLOAT_KERNELS[name](*[each.astype(np.float64) for each in rounded])
        absolute = error * (1 if name.endswith("_minus") else 1e-3)
        assert probe.operation(name, *rounded) == pytest.approx(expected, rel=error, abs=absolute), dtype


@pytest.mark.parametrize("name", ["sigmoid_minus", "tanh_minus", "erf_minus", "expm1_minus"])
def test_differences_keep_their_digits(probe: Probe, name: str) -> None:
    """f(u) − t at its limits: σ(40) − 1 is −σ(−40), not 0."""
    low = 0.0 if name == "sigmoid_minus" else -1.0
    far = np.array([-20.0, -12.0, -3.0])
    near_one = np.array([3.0, 5.0])
    points = [(far, np.full(3, low))] + ([] if name == "expm1_minus" else [(near_one, np.ones(2))])
    for u, t in points:
        expected = FLOAT_KERNELS[name](u, t)
        assert (expected != 0).all()
        assert probe.operation(name, u, t) == pytest.approx(expected, rel=2e-15)
        single = probe.operation(name, u.astype(np.float32), t.astype(np.float32))
        keeps = np.abs(expected) > 1e-37
        assert single[keeps] == pytest.approx(expected[keeps], rel=2e-6)


@given(node=formulas(NAMES, piecewise=False))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_are_those_of_float64(probe: Probe, node: Node) -> None:
    """To as many digits as the formula's own conditioning leaves, measured by moving its inputs."""
    tape = stable_tape(node)
    inputs, like = inputs_of(tape, 32, np.float64), np.empty(32)
    constants = constants_of(tape)
    with np.errstate(all="ignore"):
        slots = [np.broadcast_to(slot, 32) for slot in tape.run(FLOAT_KERNELS, inputs, constants)]
        moved = tape.run(
            FLOAT_KERNELS, [each * (1 + 1e-7) for each in inputs], [c * (1 + 3e-7) for c in constants]
        )
        expected, got = slots[tape.result], probe.tape(tape, constants, inputs, like)
        tame = np.all([np.isfinite(slot) & (np.abs(slot) < 1e6) for slot in slots], axis=0)
        allowed = 1e-6 * np.abs(moved[tape.result] - expected) + 1e-9 * np.max(
            np.abs(slots), axis=0, initial=1
        )
        assert (np.abs(got - expected) <= allowed)[tame].all()


SPECIAL: dict[str, Node] = {
    "a variable alone": Var("z"),
    "a constant alone": Num(Fraction(2, 3)),
    "a constant among steps": parse_formula("z + pi*z^3", ("z",)),
    "many steps": add(*(parse_formula(f"tanh({k}*z)/({k} + z^2)", ("z",)) for k in range(1, 80))),
    "a branch": parse_formula("where(z > 0, z, exp(z) - 1)", ("z",)),
    "twice the same": Call("max", (Var("z"), Var("z"))),
}


@pytest.mark.parametrize("what", SPECIAL)
@pytest.mark.parametrize("size", [1, 16, 333, 5000])
def test_special_tapes(probe: Probe, what: str, size: int) -> None:
    tape = compile_tape(SPECIAL[what])
    inputs = inputs_of(tape, size, np.float64)
    expected = tape.run(FLOAT_KERNELS, inputs, constants_of(tape))[tape.result]
    got = probe.tape(tape, constants_of(tape), inputs, np.empty(size))
    assert got == pytest.approx(np.broadcast_to(expected, size), rel=1e-13, abs=1e-14)


def test_nan_stays_in_its_entry(probe: Probe) -> None:
    tape = stable_tape(parse_formula("z*sigmoid(z) + relu(z)", ("z",)))
    z = np.linspace(-3, 3, 40)
    z[5] = np.nan
    got = probe.tape(tape, constants_of(tape), [z], np.empty(40))
    assert np.flatnonzero(np.isnan(got)).tolist() == [5]
