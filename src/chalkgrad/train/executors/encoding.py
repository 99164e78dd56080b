"""A training program in the records of the native core, by name.

``_native.SCHEMA`` has the fields of every record and the words of every list, as the core was compiled with
them.  An instruction's fields have the names of ``lower.program``; what one side has and the other has not
is an error when this is imported, or where a record is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np

from chalkgrad import _native
from chalkgrad._arrays import Array
from chalkgrad._errors import UnsupportedError
from chalkgrad.derive.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from chalkgrad.formula import ACTIVATIONS, LOSSES
from chalkgrad.formula.kernels import FLOAT_KERNELS
from chalkgrad.formula.nodes import Num
from chalkgrad.formula.tape import Tape
from chalkgrad.lower import program as p
from chalkgrad.lower.pairs import SQUARED
from chalkgrad.train.executors.threads import Threads
from chalkgrad.train.setup.work import Setup

Record = Mapping[str, Any]

_PLACES = 4  # of a tape's step: its operands
_BUFFERS = {"out", "source", "y", "z", "error", "add", "value"}
_TWINS = (SGD(), SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True), Adam(), AdamW(), RMSprop())


@cache
def _layout(members: tuple[tuple[str, str, int], ...], empty: bytes) -> tuple[np.dtype[Any], dict[str, Any]]:
    """A record's type, and its fields where nothing is written."""
    names, formats, offsets = zip(*members, strict=True)
    table: Any = {"names": names, "formats": formats, "offsets": offsets, "itemsize": len(empty)}
    kind = np.dtype(table)
    return kind, dict(zip(names, np.frombuffer(empty, kind)[0].item(), strict=True))


def _records(name: str, rows: Iterable[Record], *, whole: bool = True) -> Array:
    """Return records of the core's type; ``whole``: each row names all of the fields, else some of them."""
    kind, empty = _layout(*_native.SCHEMA[name])
    listed = []
    for row in rows:
        strange = row.keys() ^ empty.keys() if whole else row.keys() - empty.keys()
        if strange:
            raise UnsupportedError(f"the native core is of another version: {name} {sorted(strange)}")
        listed.append(tuple({**empty, **row}.values()))
    return np.array(listed, kind)


def check_schema(schema: Mapping[str, Any]) -> None:
    """Refuse a core whose words or fields are not those of this version; raises ``UnsupportedError``."""
    kinds = [kind for kind in vars(p).values() if isinstance(kind, type) and issubclass(kind, p.Instruction)]
    kinds.remove(p.Instruction)
    members = {field.name for kind in kinds for field in fields(kind)} - {"steps", "sources"}
    comparisons = {f"where {sign}" for sign in (">", ">=", "<", "<=")}
    ours: dict[str, Iterable[str]] = {
        "Op": [kind.__name__ for kind in kinds],
        "Loss": [SQUARED, *(name for name, loss in LOSSES.items() if loss.in_core)],
        "Rule": [optimiser.twin for optimiser in _TWINS],
        "Operation": {name for name in FLOAT_KERNELS if not name.startswith("where")} | comparisons,
        "instruction": members | {"op", "number"},
    }
    theirs = {name: schema[name] for name in ("Op", "Loss", "Rule", "Operation")}
    theirs["instruction"] = [name for name, *_ in schema["instruction"][0]]
    wrong = [f"{name} {sorted(set(ours[name]) ^ set(theirs[name]))}" for name in ours]
    wrong = [text for text in wrong if not text.endswith("[]")]
    functions = {name for name, function in ACTIVATIONS.items() if function.in_core}
    wrong += [f"Activation {name}" for name in sorted(functions - set(schema["Activation"]))]
    if wrong:
        raise UnsupportedError(f"the native core is of another version: {'; '.join(wrong)}")


check_schema(_native.SCHEMA)


def _place(words: str, name: str) -> int:
    found: int = _native.SCHEMA[words].index(name)
    return found


class Encoder:
    """A Program in numbers: where each buffer, layer and tape stands."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self.buffer = {buffer.name: place for place, buffer in enumerate(program.buffers)}
        self.layer = {parameter.layer: place for place, parameter in enumerate(program.parameters)}
        self.tapes: list[Record] = []
        self.sources: list[int] = []
        self.constants: list[float] = []
        self.steps: list[Record] = []
        last = sorted(program.instructions, key=lambda i: isinstance(i, p.WeightGradient))  # stable
        self.instructions = [self._instruction(instruction) for instruction in last]

    def arrays(self, setup: Setup, threads: Threads) -> tuple[Array, ...]:
        """Return what the core's executor is made of."""
        return (
            _records("settings", [self._settings(setup, threads)]),
            _records("optimiser", [_optimiser(setup.optimiser)]),
            _records("layer", [_layer(x) for x in self.program.parameters]),
            np.array([buffer.features for buffer in self.program.buffers], np.int64),
            _records("instruction", self.instructions, whole=False),
            _records("tape", self.tapes),
            np.array(self.sources, np.int64),
            np.array(self.constants, np.float64),
            _records("step", self.steps),
        )

    def _settings(self, setup: Setup, threads: Threads) -> Record:
        program, function = self.program, self.program.output_function
        softmax = function is not None and function.is_softmax
        output = _function(None if softmax else function)
        return {
            "output": self.buffer[program.output],
            "output_softmax": softmax,
            "output_function": output["function"],
            "output_number": output["number"],
            "loss_factor": program.loss_factor,
            "mean_over_samples": program.mean_over_samples,
            "class_targets": program.class_targets,
            "clipped": program.clipped,
            "clip_norm": np.inf if setup.clip_norm is None else setup.clip_norm,
            "seed": _signed(setup.seed),
            "batch_size": setup.batch_size,
            "bytes": np.dtype(setup.dtype).itemsize,
            **vars(threads),
        }

    def _instruction(self, instruction: p.Instruction) -> Record:
        given = {name: value for name, value in vars(instruction).items() if value is not None}
        del given["steps"]
        found = {"op": _place("Op", type(instruction).__name__)}
        if "tape" in given:
            found["tape"] = self._tape(given.pop("tape"), given.pop("sources"))
        if hasattr(instruction, "function"):
            found |= _function(given.pop("function", None))
        for name, value in given.items():
            found[name] = self._number(name, value)
        return found

    def _number(self, name: str, value: Any) -> Any:
        if name in _BUFFERS:
            return self.buffer[value]
        if name == "layer":
            return self.layer[value]
        return _place("Loss", value) if name == "kind" else value

    def _tape(self, tape: Tape, sources: tuple[str, ...]) -> int:
        sizes = {"inputs": len(sources), "constants": len(tape.constants), "steps": len(tape.steps)}
        self.tapes.append({**sizes, "result": tape.result})
        self.sources += [self.buffer[source] for source in sources]
        self.constants += [
            float(c.value) if isinstance(c, Num) else getattr(math, c.name) for c in tape.constants
        ]
        self.steps += [
            {"operation": _place("Operation", name), "places": [*places, *[0] * (_PLACES - len(places))]}
            for name, places in tape.steps
        ]
        return len(self.tapes) - 1


def _function(function: p.Function | None) -> dict[str, Any]:
    if function is None:
        return {"function": _place("Activation", "identity"), "number": 0.0}
    return {
        "function": _place("Activation", function.name),
        "number": function.numbers[0] if function.numbers else 0.0,
    }


def _layer(x: p.LayerParameters) -> Record:
    return {"n_in": x.n_in, "n_out": x.n_out, "bias": x.bias, "l2": float(x.l2)}


def _optimiser(optimiser: Optimiser) -> Record:
    """The rule and its numbers; those it does not use are 0, and RMSprop's α is β₂."""
    if not optimiser.twin:
        raise UnsupportedError(f"no kernel for the update of {optimiser.title}")
    given = {"beta2" if name == "alpha" else name: number for name, number in optimiser.numbers.items()}
    numbers = ("momentum", "beta1", "beta2", "epsilon", "weight_decay")
    return {"rule": _place("Rule", optimiser.twin), **dict.fromkeys(numbers, 0.0), **given}


def _signed(seed: int) -> int:
    """The low 64 bits of a seed as a signed number."""
    return ((seed & (2**64 - 1)) ^ 2**63) - 2**63
