"""Training programs on the machine's vector units: a Program in flat arrays for the native core."""

from __future__ import annotations

import math
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
from chalkgrad.formula.nodes import Num
from chalkgrad.formula.tape import Tape
from chalkgrad.lower import program as p
from chalkgrad.train.executors.executor import Notes, Visit
from chalkgrad.train.setup.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from chalkgrad.train.setup.stopping import Watch
from chalkgrad.train.setup.work import Block, Setup

_SLOTS = {"m": 1, "v": 2}
_WEIGHTS, _GRADIENT = 0, 3
_SOFTMAX = -1
_PAYS = 5.0e6  # floating-point operations of a step for which one thread more pays: barriers cost 4 µs
_STARTS = 100  # so many such steps in a call pay for starting threads, which may cost a millisecond
_MOST_ROWS = 2**30
_WATCHED = {"loss": 1, "validation loss": 2, "accuracy": 3}
_PLACES = 5  # of a tape's step: the operation and up to four operands

_OPERATIONS: dict[type[p.Instruction], int] = {
    kind: number
    for number, kind in enumerate(
        (
            *(p.GatherInputs, p.GatherTargets, p.Linear, p.Map, p.Softmax, p.LogSoftmax, p.SoftmaxGradient),
            *(p.Dropout, p.LossAndError, p.LossMap, p.Backpropagate, p.WeightGradient),
        )
    )
}


@dataclass
class _Code:
    """One instruction as the native core reads it; buffers, layers and tapes by number, −1 where none."""

    op: int
    out: int = -1
    source: int = -1
    second: int = -1
    value: int = -1
    layer: int = -1
    kind: int = 0
    tape: int = -1
    flag: int = 0
    number: float = 0.0
    coefficient: float = 1.0
    rate: float = 0.0

    def integers(self) -> list[int]:
        return [
            *(self.op, self.out, self.source, self.second, self.value),
            *(self.layer, self.kind, self.tape, self.flag),
        ]

    def reals(self) -> list[float]:
        return [self.number, self.coefficient, self.rate]


class _Encoder:
    """A Program in numbers: where each buffer, layer and tape stands."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self.buffer = {buffer.name: place for place, buffer in enumerate(program.buffers)}
        self.layer = {parameter.layer: place for place, parameter in enumerate(program.parameters)}
        self.tapes: list[int] = []
        self.constants: list[float] = []
        self.tape_count = 0
        gradients = [i for i in program.instructions if isinstance(i, p.WeightGradient)]
        others = [i for i in program.instructions if not isinstance(i, p.WeightGradient)]
        self.codes = [self.code(instruction) for instruction in (*others, *gradients)]

    def code(self, instruction: p.Instruction) -> _Code:
        code = _Code(_OPERATIONS[type(instruction)])
        for name in ("out", "source"):
            if hasattr(instruction, name):
                setattr(code, name, self.buffer[getattr(instruction, name)])
        match instruction:
            case p.Linear():
                code.layer = self.layer[instruction.layer]
                self.function(code, instruction.function)
            case p.Map():
                code.tape = self.tape(instruction.tape, instruction.sources)
                code.flag, code.coefficient = int(instruction.scaled), instruction.coefficient
            case p.SoftmaxGradient():
                code.source, code.second = self.buffer[instruction.y], self.buffer[instruction.error]
                code.flag = int(instruction.weighted)
            case p.Dropout():
                code.layer, code.rate = instruction.layer - 1, instruction.rate
            case p.LossAndError():
                code.source, code.value = self.buffer[instruction.z], _native.LOSSES.index(instruction.kind)
                code.coefficient = instruction.coefficient
                self.function(code, instruction.function)
            case p.LossMap():
                code.tape = self.tape(instruction.tape, instruction.sources)
                code.coefficient = instruction.coefficient
            case p.Backpropagate():
                code.source, code.layer = self.buffer[instruction.error], self.layer[instruction.layer]
                code.second = -1 if instruction.add is None else self.buffer[instruction.add]
                code.value = -1 if instruction.value is None else self.buffer[instruction.value]
                self.function(code, instruction.function)
            case p.WeightGradient():
                code.source, code.second = self.buffer[instruction.error], self.buffer[instruction.source]
                code.layer = self.layer[instruction.layer]
        return code

    def function(self, code: _Code, function: p.Function | None) -> None:
        if function is not None:
            code.kind = _native.ACTIVATIONS.index(function.name)
            code.number = function.numbers[0] if function.numbers else 0.0

    def tape(self, tape: Tape, sources: tuple[str, ...]) -> int:
        steps = [
            [_native.OPERATIONS.index(name), *places, *[0] * (_PLACES - 1 - len(places))]
            for name, places in tape.steps
        ]
        self.tapes += [len(sources), len(tape.constants), len(steps), tape.result]
        self.tapes += [self.buffer[source] for source in sources]
        self.tapes += [number for step in steps for number in step]
        self.constants += [
            float(c.value) if isinstance(c, Num) else getattr(math, c.name) for c in tape.constants
        ]
        self.tape_count += 1
        return self.tape_count - 1


def flops(program: p.Program, batch_size: int) -> int:
    """Multiplications and additions of a step: 6 m Σ n_in n_out, without the inputs' gradient."""
    sizes = [parameter.n_in * parameter.n_out for parameter in program.parameters]
    return batch_size * (6 * sum(sizes) - 2 * sizes[0])


def choose_threads(program: p.Program, setup: Setup) -> int:
    """As many as pay, and at most as many as asked for: results do not depend on it."""
    most = _native.processors() if setup.threads is None else setup.threads
    return max(1, min(most, 1 + int(flops(program, setup.batch_size) / _PAYS)))


def instruction_set() -> str:
    """The instruction set in use: the best of this processor, or what CHALKGRAD_ISA names."""
    wanted = os.environ.get("CHALKGRAD_ISA") or None
    found = _native.instruction_set(wanted)
    if found is None:
        best = _native.instruction_set(None)
        fix = f"This one has {best}."
        raise InputError(Fault("CHALKGRAD_ISA", "be an instruction set of this processor", repr(wanted), fix))
    return found


def _rule(optimiser: Optimiser) -> tuple[str, list[float]]:
    """The rule's name and its numbers: μ, β₁, β₂, ε, λ."""
    decay = optimiser.weight_decay
    match optimiser:
        case SGD():
            plain = "nesterov" if optimiser.nesterov else "momentum"
            return (plain if optimiser.momentum else "sgd"), [optimiser.momentum, 0.0, 0.0, 0.0, decay]
        case Adam():
            return "adam", [0.0, optimiser.beta1, optimiser.beta2, optimiser.epsilon, decay]
        case AdamW():
            return "adamw", [0.0, optimiser.beta1, optimiser.beta2, optimiser.epsilon, decay]
        case RMSprop():
            return "rmsprop", [0.0, 0.0, optimiser.alpha, optimiser.epsilon, decay]


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
        self.threads = choose_threads(self.program, self.setup)
        self._native = _native.Executor(self._arguments(), instruction_set())

    def _arguments(self) -> tuple[Array, ...]:
        """The program and the setup in the core's arrays."""
        program, setup = self.program, self.setup
        encoder = _Encoder(program)
        codes, parameters = encoder.codes, program.parameters
        function = program.output_function
        output = _Code(0)
        if function is not None and function.name == "softmax":
            output.kind = _SOFTMAX
        else:
            encoder.function(output, function)
        rule, numbers = _rule(setup.optimiser)
        settings = [
            *(encoder.buffer[program.output], output.kind, program.mean_over_samples, program.clipped),
            *(program.class_targets, _signed(setup.seed), setup.batch_size, self.threads),
            *(_native.RULES.index(rule), self.dtype.itemsize),
            min(int(_STARTS * _PAYS / flops(program, 1)), _MOST_ROWS),
        ]
        clip = setup.clip_norm if setup.clip_norm is not None else np.inf
        return (
            np.array([[x.n_in, x.n_out, x.bias] for x in parameters], np.int64),
            np.array([float(x.l2) for x in parameters]),
            np.array([buffer.features for buffer in program.buffers], np.int64),
            np.array([code.integers() for code in codes], np.int64),
            np.array([code.reals() for code in codes]),
            np.array(encoder.tapes, np.int64),
            np.array(encoder.constants, np.float64),
            np.array(settings, np.int64),
            np.array([output.number, program.loss_factor, clip, *numbers]),
        )

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
                weights = np.ascontiguousarray(arrays[f"W{x.layer}{suffix}"], self.dtype)
                bias = np.ascontiguousarray(arrays[f"b{x.layer}{suffix}"], self.dtype) if x.bias else None
            self._native.load(place, slot, weights, bias)
            del weights  # before the next layer's are made

    def _store(self, slot: int, suffix: str) -> dict[str, Array]:
        return dict(self._each(slot, suffix))

    def _each(self, slot: int, suffix: str = "") -> Iterator[tuple[str, Array]]:
        """The arrays of a slot one after the other, so that not all need be there at once."""
        for place, x in enumerate(self.program.parameters):
            weights, bias = self._empty(x)
            self._native.store(place, slot, weights, bias)
            yield f"W{x.layer}{suffix}", weights
            del weights
            if bias is not None:
                yield f"b{x.layer}{suffix}", bias

    def each_parameter(self) -> Iterator[tuple[str, Array]]:
        """Copies of the parameters, one after the other."""
        return self._each(_WEIGHTS)

    def _empty(self, x: p.Parameter) -> tuple[Array, Array | None]:
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

    def run_epochs(self, visit: Visit, notes: Notes, watch: Watch | None = None) -> tuple[int, int]:
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

    def _watch(self, watch: Watch, notes: Notes) -> tuple[Any, ...]:
        """What the core is to know of it."""
        rule, kept, most = watch.rule, None, len(notes.marks) + 1
        patience, left = min(rule.patience, most), min(rule.patience - watch.bad, most)
        if notes.best is not None:
            kept = tuple(notes.best.get(f"{kind}{layer}") for layer in self.layers for kind in "Wb")
        return _WATCHED[rule.on], watch.higher, float(rule.min_delta), watch.best, patience, left, kept

    def room(self) -> dict[str, Array]:
        """Arrays for parameters, to be written into."""
        found: dict[str, Array] = {}
        for x in self.program.parameters:
            weights, bias = self._empty(x)
            found |= {f"W{x.layer}": weights} | ({} if bias is None else {f"b{x.layer}": bias})
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


def _signed(seed: int) -> int:
    """The low 64 bits of a seed as a signed number."""
    return ((seed & (2**64 - 1)) ^ 2**63) - 2**63
