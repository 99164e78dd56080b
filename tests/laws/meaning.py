"""What a displayed formula means: symbols by the notation's profile, numbers by the canonical trace.

Shapes are taken seriously.  Only what is repeated by a vector of ones, or a plain number, fits any shape;
in a notation that says so (``broadcast = "implicit"``) a single row or column is repeated by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chalkgrad import Network, Trace
from chalkgrad._arrays import Array
from chalkgrad.derive.training import PLAIN
from chalkgrad.evaluate import TraceStep
from chalkgrad.expr import SLOT_NAMES
from chalkgrad.notation.profiles.find import Letters, Notation
from chalkgrad.notation.profiles.spare import beside_norms
from tests.laws.reading import MisreadError, Reader, Tree

Env = dict[str, int]
KINDS = ("input", "target", "output", "weight", "bias", "pre", "act", "feeds", "loss", "error")
GIVEN = ("sample_weight", "mask")
OF_NORMS = {
    "linear": "U",
    "centre": "mu",
    "variance": "var",
    "root": "r",
    "normalised": "N",
    "gain": "gamma",
    "shift": "beta",
}
"""What a norm adds, and the canonical names."""
REMEMBERED = {"running_mean": "running_mean", "running_variance": "running_var"}
PARAMETERS = {"weight": "W", "bias": "b", "gain": "gamma", "shift": "beta", **REMEMBERED}
COLUMNS = ("bias", "gain", "shift", *REMEMBERED)
BELONGING = ("velocity", "mean", "square", "pull")
"""What belongs to a parameter in an update: a letter with the parameter as its index."""
BASICS: dict[str, Any] = {
    "log": np.log,
    "exp": np.exp,
    "surd": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "max": np.maximum,
    "min": np.minimum,
    "sign": np.sign,
    "erf": np.vectorize(math.erf),
    "σ": lambda z: 1 / (1 + np.exp(-z)),
}
COMPARE: dict[str, Any] = {">": np.greater, "<": np.less, "≥": np.greater_equal, "≤": np.less_equal}


def with_parameters(step: TraceStep, parameters: Mapping[str, Array]) -> TraceStep:
    """The same step with other values of some parameters."""
    return replace(step, symbols={s: parameters.get(s.name, array) for s, array in step.symbols.items()})


@dataclass(frozen=True)
class Value:
    """A matrix; ``loose`` tells for rows and columns whether they may be repeated.  ``ones`` is 1 or 1ᵀ."""

    array: Any
    loose: tuple[bool, bool] = (False, False)
    ones: str = ""

    @property
    def is_number(self) -> bool:
        return self.loose == (True, True) and not self.ones

    @property
    def plain(self) -> Value:
        """A vector of ones by itself has as many entries as it needs."""
        return Value(self.array, (self.ones == "column", self.ones == "row")) if self.ones else self

    @property
    def T(self) -> Value:
        flipped = {"column": "row", "row": "column", "": ""}[self.ones]
        return Value(self.array.T, self.loose[::-1], flipped)


def number(value: Any) -> Value:
    return Value(np.array([[float(value)]]), (True, True))


class Meaning:
    """Evaluates trees.

    Parameters
    ----------
    notation, network, found
        How it is written, what, and the canonical numbers.
    zoom, batch
        Which page.
    """

    def __init__(self, notation: Notation, network: Network, found: Trace, zoom: str, batch: bool) -> None:
        notation = beside_norms(notation) if network.has_norm else notation
        self.notation, self.network, self.zoom, self.batch = notation, network, zoom, batch
        self.step, self.rate = found.steps[0], float(found.learning_rate)
        self.m = len(self.step.values["X"])
        self.functions: dict[str, tuple[str, Tree]] = {}  # name with primes → variable, formula
        self.names: dict[str, str] = {}
        self.belonging: dict[str, str] = {}  # letter → kind
        self.numbers: dict[str, float] = {}  # τ, β1, κ …
        self.assigned: set[str] = set()  # what has its new value already
        letters = [notation.index_letters] if zoom == "index" else [notation.letters, notation.batch_letters]
        self.tables: list[Letters] = letters
        for table in letters:
            for kind in (
                *KINDS,
                *(GIVEN if found.derivation.training != PLAIN else ()),
                *({**OF_NORMS, **REMEMBERED} if network.has_norm else ()),
            ):
                self._learn(str(getattr(table, kind)), kind)
        if found.derivation.training != PLAIN:
            self._learn_update(letters[0], found)
        small = {l: float(layer.norm.epsilon) for l, layer in enumerate(network.layers, 1) if layer.norm}
        for l, epsilon in small.items():
            self.numbers[letters[0].epsilon_norm + (str(l) if len(set(small.values())) > 1 else "")] = epsilon

    def _learn_update(self, letters: Letters, found: Trace) -> None:
        """The letters of an update, which are those of one sample also for a batch."""
        self.belonging = {str(getattr(letters, kind)): kind for kind in BELONGING}
        self.numbers = {letters.update_number: self.step.number}
        if self.step.clipping:
            self.numbers |= {letters.norm: self.step.clipping["norm"]}
            self.numbers |= {letters.clip_factor: self.step.clipping["factor"]}
        training = found.derivation.training
        known = dict(training.rule.numbers) if training.rule is not None else {}
        if training.clip_norm is not None:
            known["threshold"] = training.clip_norm
        for name, value in known.items():
            word = name.rstrip("12")
            self.numbers[f"{getattr(letters, word)}{name[len(word) :]}"] = float(value)

    def _learn(self, letter: str, kind: str) -> None:
        if not letter or (kind == "error" and letter == "d"):
            return
        known = self.names.get(letter, kind)
        if {known, kind} <= {"act", "input", "output"} and known != kind:
            kind = "act"  # the input or the output is written as activations are, with its layer
        elif known != kind:
            raise MisreadError(f"{letter} is {known} and {kind}")
        self.names[letter] = kind

    def is_function(self, name: str) -> bool:
        return name in BASICS or name in self.functions or f"{name}'" in self.functions or name == "softmax"

    def tree(self, found: list[str]) -> Tree:
        return Reader(found, self.is_function).read()

    # -- symbols ------------------------------------------------------------------------------------------

    def resolve(
        self, letter: str, below: list[str], above: list[str], env: Env
    ) -> tuple[str, int, list[str], list[str]]:
        """Kind, layer, indices, and what is left of the superscript."""
        below, above = list(below), list(above)
        if above[:1] == ["*"] and f"{letter}*" in self.names:
            letter, above = f"{letter}*", above[1:]
        if below[-1:] == ["0"] and f"{letter}0" in self.names:
            letter, below = f"{letter}0", below[:-1]
            if below[-1:] == [","]:
                below = below[:-1]
        kind = self.names.get(letter)
        if kind is None:
            raise MisreadError(f"the notation has no letter {letter}")
        learned = kind in PARAMETERS and kind not in REMEMBERED
        style = self.notation.parameters if learned else self.notation.units
        if kind in ("input", "target", "output", "loss", "sample_weight"):
            return kind, self.network.depth if kind != "input" else 0, below, above
        place = above if style.startswith("^") else below
        label, rest = split_label(place, style)
        if style.startswith("^"):
            above = rest
        else:
            below = rest
        layer = self.layer(label, env)
        if kind == "feeds":
            kind, layer = "act", layer - 1
        return kind, layer, below, above

    def layer(self, label: list[str], env: Env) -> int:
        first, *rest = label
        base = env["l"] if first == "l" else self.network.depth if first == "L" else int(first)
        if not rest:
            return base
        sign, by = rest
        return base + int(by) * (1 if sign == "+" else -1)

    def canonical(self, kind: str, layer: int, gradient: bool = False) -> Any:
        """The trace's array: samples as rows, W as n_out × n_in, b as a column."""
        step, depth = self.step, self.network.depth
        if not 0 <= layer <= depth:
            raise MisreadError(f"there is no layer {layer}")
        if kind in PARAMETERS:
            name = f"{PARAMETERS[kind]}{layer}"
            table = step.gradients if gradient else step.parameters | step.state
            if name not in table:
                raise MisreadError(f"there is no {name}")
            return table[name] if kind == "weight" else table[name].reshape(-1, 1)
        if kind == "loss":
            return np.array([[step.loss]])
        if gradient and kind in ("pre", "error"):
            return step.deltas[str(layer)]
        if kind in OF_NORMS:
            return (
                step.errors[f"d{OF_NORMS[kind]}{layer}"]
                if gradient
                else step.values[f"{OF_NORMS[kind]}{layer}"]
            )
        if gradient:
            return step.errors["dY" if kind == "output" or layer == depth else f"dA{layer}"]
        if kind == "sample_weight":
            return step.values["s"].reshape(-1, 1)
        if kind == "mask":
            return step.values[f"M{layer}"]
        if kind == "input" or (kind == "act" and layer == 0):
            return step.values["X"]
        return step.values[
            {"target": "T", "output": "Y"}.get(kind, f"{'Z' if kind == 'pre' else 'A'}{layer}")
        ]

    def laid_out(self, kind: str, layer: int, gradient: bool) -> Any:
        """The matrix as this notation lays it out."""
        array = self.canonical(kind, layer, gradient)
        if kind == "weight":
            return array if self.notation.weights == "out_in" else array.T
        if kind in (*COLUMNS, "loss", "sample_weight"):
            return array
        turned = (self.notation.batch if self.batch else self.notation.single) == "columns"
        if gradient:
            turned ^= self.notation.errors == "transposed"
            array = array * self.per_sample()
        return array.T if turned else array

    def per_sample(self) -> int:
        return self.m if self.notation.mean_at == "gradient" and self.network.loss.reduction == "mean" else 1

    def entry(self, kind: str, layer: int, gradient: bool, indices: list[str], env: Env) -> Value:
        """One entry; an index that has only one place is not written."""
        array = self.canonical(kind, layer, gradient)
        if kind == "weight":
            array = array if self.notation.weights == "out_in" else array.T
        elif gradient and kind not in COLUMNS:
            array = array * self.per_sample()
        places = [int(i) if i.isdigit() else env.get(i, 0) for i in indices]
        if min(places, default=1) < 1:
            raise MisreadError(f"an index of {indices} runs nowhere")
        sampled = kind not in (*PARAMETERS, "loss")
        if sampled and (not self.batch or (array.shape[0] == 1 and kind in OF_NORMS)):
            places = [1, *places]
        if sampled and array.shape[1] == 1:
            places = [*places, 1]
        if kind in COLUMNS:
            places = [*places, 1]
        if array.size == 1 and not indices:
            places = [1, 1]
        if len(places) != 2:
            raise MisreadError(f"{kind} of layer {layer} with the indices {indices}")
        return number(array[places[0] - 1, places[1] - 1])

    def sample(self, matrix: Any, gradient: bool, index: str, env: Env) -> Value:
        """One sample of a batch, laid out as the batch is."""
        place = env[index] - 1
        rows = (self.notation.batch == "rows") ^ (gradient and self.notation.errors == "transposed")
        return Value(matrix[place : place + 1] if rows else matrix[:, place : place + 1])

    def symbol(self, tree: Tree, env: Env, gradient: bool = False) -> Value:
        _, prefixed, letter, below, above = tree
        if letter == "1" and not gradient:
            raise MisreadError("a bold one with indices")
        if letter in env and not below:  # the variable of a function's definition
            return number(env[letter] ** float("".join(above) or 1))
        if letter + "".join(below) in self.numbers and letter not in self.names:
            raised = self.value(self.tree(above), env).array.item() if above else 1
            return number(self.numbers[letter + "".join(below)] ** raised)
        if letter in self.belonging and letter not in self.names:
            found = self.belongs(letter, below, env)
            return Value(found.array ** float("".join(above) or 1), found.loose)
        scalars: dict[str, float] = {"m": self.m, "π": math.pi}
        for table in self.tables:
            scalars |= {table.rate: self.rate, table.penalty: float(self.network.l2)}
        starred = above[:1] == ["*"] and f"{letter}*" in self.names
        if letter in scalars and letter not in self.names and not below and not starred:
            value = number(scalars[letter])
            return value if not above else number(value.array.item() ** int("".join(above)))
        kind, layer, indices, rest = self.resolve(letter, below, above, env)
        gradient = gradient or prefixed or kind == "error"
        if indices or self.zoom == "index":
            found = self.entry(kind, layer, gradient, indices, env)
        else:
            matrix = self.laid_out(kind, layer, gradient)
            if len(rest) >= 3 and rest[0] == "(":
                found, rest = self.sample(matrix, gradient, rest[1], env), rest[3:]
            else:
                found = Value(matrix)
        if rest == ["⊤"]:
            return found.T
        return Value(found.array ** float("".join(rest)), found.loose) if rest else found

    def parameter(self, below: list[str], env: Env) -> tuple[str, Tree]:
        """The parameter that is an index, by its name and as it is written."""
        tree = self.tree(below)
        kind, layer, *_ = self.resolve(tree[2], tree[3], tree[4], env)
        if kind not in PARAMETERS or tree[1]:
            raise MisreadError(f"nothing belongs to {''.join(below)}")
        return f"{PARAMETERS[kind]}{layer}", tree

    def belongs(self, letter: str, below: list[str], env: Env, after: bool = False) -> Value:
        """What belongs to a parameter, laid out like it: the new value once it was assigned."""
        name, tree = self.parameter(below, env)
        slot = f"{name}.{SLOT_NAMES[self.belonging[letter]]}"
        if slot.endswith(".g"):
            array = self.step.followed[name]
        else:
            new = after or slot in self.assigned
            array = (self.step.updated_state if new else self.step.state)[slot]
        before = self.step
        self.step = with_parameters(before, {name: array})
        try:
            return self.value(tree, env)
        finally:
            self.step = before

    def assign(self, letter: str, below: list[str], env: Env) -> None:
        """From here on the letter means the new value."""
        self.assigned.add(f"{self.parameter(below, env)[0]}.{SLOT_NAMES[self.belonging[letter]]}")

    def updated(self, target: Tree, env: Env) -> Value:
        """A parameter after the update."""
        before, after = self.step, self.step.updated | self.step.updated_state
        self.step = with_parameters(before, after)
        try:
            return self.value(target, env)
        finally:
            self.step = before

    # -- formulas -----------------------------------------------------------------------------------------

    def value(self, tree: Tree, env: Env) -> Value:
        match tree:
            case ("number", q):
                return number(q)
            case ("bracket", body):
                return self.value(body, env)
            case ("symbol", _, "1", [], []):
                return Value(np.ones((1, 1)), (True, True), "column")
            case ("symbol", _, "1", [], ["⊤"]):
                return Value(np.ones((1, 1)), (True, True), "row")
            case ("symbol", *_):
                return self.symbol(tree, env)
            case ("derivative", ("symbol", False, loss, [], []), ("symbol", *_) as of):
                if self.names.get(loss) != "loss":
                    raise MisreadError(f"the derivative of {loss}")
                return self.symbol(of, env, gradient=True)
            case ("add", terms):
                signs = [sign for sign, _ in terms]
                return self.entrywise(
                    lambda *arrays: sum(s * a for s, a in zip(signs, arrays, strict=True)),
                    [self.value(term, env) for _, term in terms],
                )
            case ("hadamard", parts):
                for part in parts:
                    self.must_be_bracketed(part, env)
                return self.entrywise(
                    lambda *arrays: math.prod(arrays[1:], start=arrays[0]),
                    [self.value(p, env) for p in parts],
                )
            case ("product", parts):
                found = self.value(parts[0], env)
                for part in parts[1:]:
                    found = self.times(found, self.value(part, env))
                return found
            case ("fraction", above, below):
                return self.entrywise(np.divide, [self.value(above, env), self.value(below, env)])
            case ("power", base, exponent):
                return self.power(base, exponent, env)
            case ("transposed", base):
                return self.value(base, env).T
            case ("abs", body):
                return self.entrywise(np.abs, [self.value(body, env)])
            case ("sum", index, upper, body):
                return self.total(index, upper, body, env)
            case ("call", name, primes, arguments):
                return self.call(name, primes, [self.value(a, env) for a in arguments], env)
            case ("cases", rows, otherwise):
                found = self.value(otherwise, env)
                for value, relation, left, right in reversed(rows):
                    test = COMPARE[relation](self.value(left, env).array, self.value(right, env).array)
                    found = Value(np.where(test, self.value(value, env).array, found.array), (True, True))
                return found
        raise MisreadError(f"no meaning for {tree[0]}")

    def must_be_bracketed(self, part: Tree, env: Env) -> None:
        if part[0] == "product" and sum(not self.value(p, env).is_number for p in part[1]) > 1:
            raise MisreadError("a matrix product beside ⊙ without brackets")

    def entrywise(self, rule: Any, values: list[Value]) -> Value:
        values = [value.plain for value in values]
        shape, loose = [1, 1], [True, True]
        implicit = self.notation.broadcast == "implicit"
        for value in values:
            for axis in (0, 1):
                size, free = value.array.shape[axis], value.loose[axis]
                if (
                    not free
                    and not loose[axis]
                    and size != shape[axis]
                    and not (implicit and 1 in (size, shape[axis]))
                ):
                    raise MisreadError(f"shapes {[v.array.shape for v in values]} side by side")
                shape[axis] = max(shape[axis], size)
                loose[axis] = loose[axis] and free
        return Value(rule(*(value.array for value in values)), (loose[0], loose[1]))

    def times(self, a: Value, b: Value) -> Value:
        """Side by side: a number times anything, the matrix product, sums and repetitions by ones."""
        if a.ones == "column" and b.ones == "row":
            return number((a.array * b.array).item())
        if a.ones and b.ones:
            raise MisreadError("the product 1ᵀ1")
        if a.is_number or b.is_number:
            other = b if a.is_number else a
            return Value(a.array * b.array, other.loose, other.ones)
        if (a.ones == "row" and b.loose[0]) or (b.ones == "column" and a.loose[1]):
            raise MisreadError("a sum over nobody knows how many")
        if a.ones == "row":
            return Value(a.array * b.array.sum(0, keepdims=True), (False, b.loose[1]))
        if b.ones == "column":
            return Value(b.array * a.array.sum(1, keepdims=True), (a.loose[0], False))
        if a.ones:
            return self.repeated(b, a.array, 0)
        if b.ones:
            return self.repeated(a, b.array, 1)
        if a.array.shape[1] != b.array.shape[0] or a.loose[1] or b.loose[0]:
            raise MisreadError(f"the product of {a.array.shape} and {b.array.shape}")
        return Value(a.array @ b.array, (a.loose[0], b.loose[1]))

    def repeated(self, value: Value, times: Any, axis: int) -> Value:
        if value.array.shape[axis] != 1:
            raise MisreadError("ones beside a matrix that does not fit them")
        loose = (True, value.loose[1]) if axis == 0 else (value.loose[0], True)
        return Value(times * value.array, loose)

    def power(self, base: Tree, exponent: Tree, env: Env) -> Value:
        n = self.value(exponent, env)
        if base[0] == "norm":
            if exponent != ("number", 2):
                raise MisreadError("a norm that is not squared")
            return Value(np.array([[np.sum(self.value(base[1], env).array ** 2)]]))
        return self.entrywise(np.power, [self.value(base, env), n])

    def total(self, index: str, upper: list[str], body: Tree, env: Env) -> Value:
        if index in env:
            raise MisreadError(f"the index {index} runs twice")
        if upper == ["m"]:
            last = self.m
        elif upper[:2] == ["n", "_"]:
            last = self.network.widths[self.layer([t for t in upper[2:] if t not in "{}"], env)]
        else:
            last = int("".join(upper))
        found = [self.value(body, {**env, index: i}) for i in range(1, last + 1)]
        return self.entrywise(lambda *arrays: sum(arrays), found)

    def call(self, name: str, primes: int, arguments: list[Value], env: Env) -> Value:
        defined = self.functions.get(name + "'" * primes)
        if name == "softmax" and not primes:
            z = arguments[0]
            axis = 1 if (self.notation.batch if self.batch else self.notation.single) == "rows" else 0
            powers = np.exp(z.array - z.array.max(axis=axis, keepdims=True))
            return Value(powers / powers.sum(axis=axis, keepdims=True), z.loose)
        if defined is not None:
            variable, body = defined
            apply = np.vectorize(lambda u: self.value(body, {variable: u}).array.item(), otypes=[float])
            return self.entrywise(apply, arguments)
        if primes or name not in BASICS:
            raise MisreadError(f"the page does not say what {name}{primes * '′'} is")
        return self.entrywise(BASICS[name], arguments)


def split_label(place: list[str], style: str) -> tuple[list[str], list[str]]:
    """The layer's number in ``(2),jk``, ``[l-1](s)`` or ``L-1``, and what follows it."""
    bracket = {"(": ")", "[": "]"}.get(style[1:2])
    if bracket is not None:
        if place[:1] != [style[1]] or bracket not in place:
            raise MisreadError(f"no layer in {''.join(place)}")
        end = place.index(bracket)
        label, rest = place[1:end], place[end + 1 :]
    else:
        if not place:
            raise MisreadError("no layer where one should be")
        end = 3 if place[1:2] in (["-"], ["+"]) else 1
        label, rest = place[:end], place[end:]
    if style.startswith("_") and rest:
        if rest[0] != ",":
            raise MisreadError(f"a layer and an index run together in {''.join(place)}")
        rest = rest[1:]
    return label, rest
