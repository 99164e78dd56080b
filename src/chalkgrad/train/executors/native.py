"""Training programs on the machine's vector units."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad import _native
from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data.streams.order import seed_words
from chalkgrad.lower import program as p
from chalkgrad.train.executors.encoding import Encoder
from chalkgrad.train.executors.executor import EpochArrays, Visit
from chalkgrad.train.executors.threads import choose_threads
from chalkgrad.train.setup.stopping import Watch
from chalkgrad.train.setup.work import Block, Setup

_SLOTS = {"m": 1, "v": 2}
_WEIGHTS, _GRADIENT = 0, 3
_WATCHED = {"loss": 1, "validation loss": 2, "accuracy": 3}


def instruction_set() -> str:
    """The instruction set in use: the best of this processor, or what CHALKGRAD_ISA names."""
    wanted = os.environ.get("CHALKGRAD_ISA") or None
    found = _native.instruction_set(wanted)
    if found is None:
        best = _native.instruction_set(None)
        fix = f"This one has {best}."
        raise InputError(Fault("CHALKGRAD_ISA", "be an instruction set of this processor", repr(wanted), fix))
    return found


@dataclass
class NativeExecutor:
    """Runs a Program in the native core; see ``Executor`` for what each method does.

    Raises
    ------
    InputError
        If CHALKGRAD_ISA names an instruction set that this processor does not have.
    ValueError
        If arrays do not fit the program; rows or classes out of range.
    """

    program: p.Program
    setup: Setup
    name: str = field(init=False)
    dtype: np.dtype[np.generic] = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"native ({instruction_set()})"
        self.dtype = np.dtype(self.setup.dtype)
        threads = choose_threads(self.program, self.setup, _native.processors())
        self.threads = threads.threads
        arrays = Encoder(self.program).arrays(self.setup, threads)
        self._native = _native.Executor(arrays, instruction_set())

    def load(self, parameters: Mapping[str, Array], state: Mapping[str, Array] | None = None) -> None:
        """Take over parameters and, where given, the optimiser's state (else zeros)."""
        self._load(_WEIGHTS, parameters, "")
        for slot in self.setup.optimiser.slots:
            self._load(_SLOTS[slot], state, f".{slot}")

    def _load(self, slot: int, arrays: Mapping[str, Array] | None, suffix: str) -> None:
        for place, x in enumerate(self.program.parameters):
            if arrays is None:
                weights, bias = self._empty(x)
            else:
                weights = np.ascontiguousarray(arrays[f"{x.weights}{suffix}"], self.dtype)
                bias = np.ascontiguousarray(arrays[f"{x.biases}{suffix}"], self.dtype) if x.bias else None
            self._native.load(place, slot, weights, bias)
            del weights  # before the next layer's are made

    def _store(self, slot: int, suffix: str) -> dict[str, Array]:
        return dict(self._each(slot, suffix))

    def _each(self, slot: int, suffix: str = "") -> Iterator[tuple[str, Array]]:
        """The arrays of a slot one after the other, so that not all need be there at once."""
        for place, x in enumerate(self.program.parameters):
            weights, bias = self._empty(x)
            self._native.store(place, slot, weights, bias)
            yield f"{x.weights}{suffix}", weights
            del weights
            if bias is not None:
                yield f"{x.biases}{suffix}", bias

    def each_parameter(self) -> Iterator[tuple[str, Array]]:
        """Copies of the parameters, one after the other."""
        return self._each(_WEIGHTS)

    def _empty(self, x: p.LayerParameters) -> tuple[Array, Array | None]:
        return np.zeros((x.n_out, x.n_in), self.dtype), np.zeros(x.n_out, self.dtype) if x.bias else None

    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters."""
        return self._store(_WEIGHTS, "")

    def state(self) -> dict[str, Array]:
        """Copies of the optimiser's state."""
        slots = self.setup.optimiser.slots
        return {
            name: value for slot in slots for name, value in self._store(_SLOTS[slot], f".{slot}").items()
        }

    def run(
        self, block: Block, order: NDArray[np.int64], first_step: int, rates: NDArray[np.float64]
    ) -> Array:
        """Take ``len(rates)`` steps; the losses before each, the last one not finite if so."""
        if not len(rates):
            return np.empty(0)
        losses = np.empty(len(rates))
        rows = order[: len(rates) * self.setup.batch_size]
        taken = self._native.run(block.x, block.t, block.weight, rows, first_step, rates, losses)
        return losses[:taken]

    def run_epochs(self, visit: Visit, notes: EpochArrays, watch: Watch | None = None) -> tuple[int, int]:
        """Take whole epochs; return how many were finished, and how many steps were taken.

        It ends early at a loss that is not finite, and after an epoch, which does not count then, at
        parameters that are not; and after the epoch that uses up a watch's patience.
        """
        block, watched = visit.block, visit.watched
        return self._native.run_epochs(
            block.x,
            block.t,
            block.weight,
            visit.order,
            visit.chosen,
            None if visit.seed is None else seed_words(visit.seed),
            visit.first_epoch,
            visit.first_step,
            notes.rates,
            notes.losses,
            notes.norms,
            notes.marks,
            None if watched is None else (watched.x, watched.t, watched.weight, self._outputs(watched.x)),
            None if watch is None else self._watch(watch, notes),
        )

    def _watch(self, watch: Watch, notes: EpochArrays) -> tuple[Any, ...]:
        """What the core is to know of it."""
        rule, kept, most = watch.rule, None, len(notes.marks) + 1
        patience, left = min(rule.patience, most), min(rule.patience - watch.bad, most)
        if notes.best is not None:
            kept = tuple(
                notes.best.get(name) for x in self.program.parameters for name in (x.weights, x.biases)
            )
        return _WATCHED[rule.on], watch.higher, float(rule.min_delta), watch.best, patience, left, kept

    def room(self) -> dict[str, Array]:
        """Arrays for parameters, to be written into."""
        found: dict[str, Array] = {}
        for x in self.program.parameters:
            weights, bias = self._empty(x)
            found |= {x.weights: weights} | ({} if bias is None else {x.biases: bias})
        return found

    def norms(self) -> dict[str, float]:
        """‖∂L/∂(W_l, b_l)‖ by layer number in the last step, before clipping."""
        found = np.empty(len(self.program.parameters))
        self._native.norms(found)
        return dict(zip(self.layers, found.tolist(), strict=True))

    @property
    def layers(self) -> list[str]:
        """The layers' numbers, in the order of the core."""
        return [str(x.layer) for x in self.program.parameters]

    def is_finite(self) -> bool:
        """Whether every parameter is finite."""
        return self._native.is_finite()

    def begin(self) -> None:
        """Keep the threads that are started from now on."""
        self._native.keep_threads(True)

    def end(self) -> None:
        """Let them end; any number may take part again."""
        self._native.keep_threads(False)
        self.limit_threads(self.threads)

    def limit_threads(self, most: int) -> None:
        """Let at most so many threads take part: no bit depends on it."""
        self._native.limit_threads(most)

    def losses(self, block: Block) -> tuple[float, Array]:
        """L over all rows of the block without dropout, and Ŷ."""
        outputs = self._outputs(block.x)
        return self._native.evaluate(block.x, block.t, block.weight, outputs), outputs

    def predict(self, x: Array) -> Array:
        """Ŷ, rows × n_L."""
        outputs = self._outputs(x)
        if len(x):
            self._native.evaluate(x, None, None, outputs)
        return outputs

    def _outputs(self, x: Array) -> Array:
        return np.empty((len(x), self.program.parameters[-1].n_out), self.dtype)

    def gradients(self, block: Block, rows: NDArray[np.int64], step: int) -> tuple[float, dict[str, Array]]:
        """L and ∂L/∂θ on these rows with this step's dropout masks, before clipping."""
        loss = self._native.gradients(block.x, block.t, block.weight, rows, step)
        found = self._store(_GRADIENT, "")
        self._native.forget_gradients()
        return loss, found
