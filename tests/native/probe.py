"""The vector mathematics of native/, compiled for one instruction set and called through ctypes."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive.optimisers import SGD, Adam, AdamW, RMSprop
from chalkgrad.formula.nodes import Num
from chalkgrad.formula.tape import Tape

Optimiser = SGD | Adam | AdamW | RMSprop
Array = NDArray[Any]
NATIVE = Path(__file__).parents[2] / "native"
FLAGS = ("-std=c++20", "-O2", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
X86 = platform.machine().lower() in ("x86_64", "amd64")
INSTRUCTION_SETS: dict[str, tuple[str, ...]] = (
    {
        "sse2": (),
        "avx2": ("-mavx2", "-mfma"),
        "avx512": ("-march=x86-64-v4", "-mprefer-vector-width=512"),
    }
    if X86
    else {"baseline": ()}
)
COMPILER = shutil.which("g++")
ACTIVATIONS = ("identity", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "silu", "gelu")
LOSSES = ("cross_entropy", "binary_cross_entropy", "squared_error")


def build(folder: Path, instruction_set: str) -> Path:
    """Compile into ``folder`` once, also when several processes ask for it; return the library."""
    library = folder / f"probe_{instruction_set}.so"
    failed, claimed = library.with_suffix(".failed"), library.with_suffix(".claimed")
    try:
        claimed.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 240
        while not library.exists():
            assert not failed.exists(), failed.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, f"{library} was claimed by another process and never came"
            time.sleep(0.05)
        return library
    made, source = library.with_suffix(".made"), NATIVE / "probe.cpp"
    options = [*FLAGS, *INSTRUCTION_SETS[instruction_set], f"-DCHALKGRAD_ISA={instruction_set}"]
    command = [str(COMPILER), *options, str(source), "-o", str(made)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        failed.write_text(done.stderr, encoding="utf-8")
    assert not done.returncode, done.stderr
    return made.rename(library)


class _Step(ctypes.Structure):
    _fields_ = (("operation", ctypes.c_int32), ("places", ctypes.c_int32 * 4))


class _Tape(ctypes.Structure):
    _fields_ = (
        ("inputs", ctypes.c_int32),
        ("constants", ctypes.c_int32),
        ("steps", ctypes.c_int32),
        ("result", ctypes.c_int32),
        ("constant", ctypes.POINTER(ctypes.c_double)),
        ("step", ctypes.POINTER(_Step)),
    )


class _Optimiser(ctypes.Structure):
    _fields_ = (
        ("rule", ctypes.c_int32),
        ("momentum", ctypes.c_double),
        ("beta1", ctypes.c_double),
        ("beta2", ctypes.c_double),
        ("epsilon", ctypes.c_double),
        ("weight_decay", ctypes.c_double),
    )


def _encoded(optimiser: Optimiser) -> _Optimiser:
    match optimiser:
        case SGD(_, momentum, nesterov, decay):
            rule = (2 if nesterov else 1) if momentum else 0
            return _Optimiser(rule, momentum, 0, 0, 0, decay)
        case RMSprop(_, alpha, epsilon, decay):
            return _Optimiser(5, 0, 0, alpha, epsilon, decay)
        case Adam(_, beta1, beta2, epsilon, decay):
            return _Optimiser(3, 0, beta1, beta2, epsilon, decay)
        case AdamW(_, beta1, beta2, epsilon, decay):
            return _Optimiser(4, 0, beta1, beta2, epsilon, decay)


def _place(array: Array | None) -> Any:
    return None if array is None else ctypes.c_void_p(array.ctypes.data)


class Probe:
    """One compiled library; the type of the arrays chooses float or double."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.operation_name.restype = ctypes.c_char_p
        self.operations: list[str] = []
        while name := self._library.operation_name(len(self.operations)):
            self.operations.append(name.decode())

    def supports(self, instruction_set: str) -> bool:
        """Whether this machine can run code for an instruction set (ask the one that every machine has)."""
        return instruction_set in ("sse2", "baseline") or bool(
            getattr(self._library, f"machine_has_{instruction_set}")()
        )

    def _call(self, name: str, like: Array, *arguments: Any, result: Any = None) -> Any:
        number = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}[like.dtype]
        function = getattr(self._library, f"{name}_{number}")
        function.restype = {"double": ctypes.c_double, "long": ctypes.c_long}.get(result or "")
        return function(*arguments)

    @staticmethod
    def _number(like: Array, value: float) -> Any:
        return ctypes.c_float(value) if like.dtype == np.float32 else ctypes.c_double(value)

    def operation(self, name: str, *operands: Array) -> Array:
        """One operation of the tapes, entry by entry; sizes are padded with the last entry."""
        size = len(operands[0])
        padded = [np.concatenate([each, np.repeat(each[-1:], -size % 16)]) for each in operands]
        out = np.empty_like(padded[0])
        places = [_place(each) for each in padded] + [None] * (4 - len(padded))
        which = self.operations.index(name)
        self._call("operation", out, which, *places, _place(out), ctypes.c_long(len(out)))
        return out[:size]

    def tape(self, tape: Tape, constants: Sequence[float], inputs: Sequence[Array], like: Array) -> Array:
        """Run a tape on inputs of the size of ``like``."""
        steps = (_Step * max(1, len(tape.steps)))()
        for step, (name, places) in zip(steps, tape.steps, strict=False):
            step.operation = self.operations.index(name)
            step.places[: len(places)] = places
        numbers = (ctypes.c_double * max(1, len(constants)))(*constants)
        encoded = _Tape(len(inputs), len(constants), len(tape.steps), tape.result, numbers, steps)
        scratch = np.empty(self._call("tape_scratch", like, ctypes.byref(encoded), result="long"), like.dtype)
        sources = (ctypes.c_void_p * max(1, len(inputs)))(*[each.ctypes.data for each in inputs])
        out = np.empty_like(like)
        size = ctypes.c_long(len(like))
        self._call("tape", like, ctypes.byref(encoded), sources, _place(out), size, _place(scratch))
        return out

    def activation(self, kind: str, name: str, z: Array, *, number: float = 0.0) -> Array:
        """``value`` or ``slope`` of an activation; the size must be a multiple of 16."""
        out = np.empty_like(z)
        which, size = ACTIVATIONS.index(name), ctypes.c_long(len(z))
        self._call(kind, z, which, self._number(z, number), _place(z), _place(out), size)
        return out

    def slope_by_value(self, name: str, a: Array, error: Array, *, number: float = 0.0) -> Array:
        """error ⊙ f′ with f′ through the value a."""
        out = np.empty_like(a)
        which, size = ACTIVATIONS.index(name), ctypes.c_long(len(a))
        arrays = (_place(a), _place(error), _place(out))
        self._call("slope_by_value", a, which, self._number(a, number), *arrays, size)
        return out

    def loss(
        self,
        kind: str,
        z: Array,
        t: Array,
        c: Array,
        rows: int,
        *,
        function: str = "identity",
        number: float = 0.0,
        with_error: bool = True,
    ) -> tuple[float, Array]:
        """Loss and error of one panel, features × 8 or 16; ``t`` of int64 are class numbers."""
        error = np.full_like(z, 7.0)
        classes = t if t.dtype == np.int64 else None
        places = (_place(z), None if classes is not None else _place(t), _place(classes), _place(c))
        chosen = (z.shape[1], LOSSES.index(kind), ACTIVATIONS.index(function), self._number(z, number))
        out = _place(error) if with_error else None
        size = ctypes.c_long(len(z))
        value = self._call("loss", z, *chosen, *places, out, size, rows, result="double")
        return float(value), error

    def panel(self, name: str, *arrays: Array) -> Array:
        """``softmax`` (z) or ``softmax_gradient`` (y, error) of a panel, features × 16."""
        out = np.empty_like(arrays[0])
        places = [_place(each) for each in (*arrays, out)]
        self._call(name, out, *places, ctypes.c_long(len(out)))
        return out

    def weighted_sum(self, v: Array, c: Array, rows: int) -> float:
        """Σ_i c_i Σ_j v_ij of a panel."""
        places = (_place(v), _place(c), rows, ctypes.c_long(len(v)))
        return float(self._call("weighted_sum", v, *places, result="double"))

    def scale_samples(self, v: Array, c: Array, rows: int) -> Array:
        """c_i v_ij of a panel."""
        out = v.copy()
        self._call("scale_samples", v, _place(out), _place(c), rows, ctypes.c_long(len(v)))
        return out

    def update(
        self, optimiser: Optimiser, step: int, w: Array, g: Array, m: Array, v: Array, *, l2: float = 0.0
    ) -> None:
        """Update w, m and v in place; the size must be a multiple of 16."""
        rate, encoded = ctypes.c_double(optimiser.learning_rate), _encoded(optimiser)
        places = [_place(each) for each in (w, g, m, v)]
        numbers = (ctypes.c_long(step), ctypes.c_double(l2))
        self._call("update", w, ctypes.byref(encoded), rate, *numbers, *places, ctypes.c_long(len(w)))

    def dropout(self, source: Array, first: int, seed: int, step: int, layer: int, rate: float) -> Array:
        """Source ⊙ M for one panel whose lane 0 is sample ``first``."""
        out = np.empty_like(source)
        where = [ctypes.c_uint64(each % 2**64) for each in (seed, step, layer)]
        size = (ctypes.c_long(len(source)), ctypes.c_uint32(first))
        self._call("dropout", source, _place(source), _place(out), *size, *where, ctypes.c_double(rate))
        return out

    def key(self, seed: int, step: int, layer: int) -> int:
        """The key of a mask."""
        self._library.key.restype = ctypes.c_uint32
        return int(self._library.key(*[ctypes.c_uint64(each % 2**64) for each in (seed, step, layer)]))


def constants_of(tape: Tape) -> list[float]:
    """The constants of a tape in double."""
    return [float(node.value) if isinstance(node, Num) else getattr(np, node.name) for node in tape.constants]
