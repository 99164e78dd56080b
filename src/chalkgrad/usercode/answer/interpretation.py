"""Bring what a call answered into the canonical layout: gradients returned, kept, or hidden in a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import WEIGHT, role_of_gradient
from chalkgrad.network import Network
from chalkgrad.usercode.answer.rounding import agree
from chalkgrad.usercode.layouts.candidates import meanings, quantities_in
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.vocabulary.labels import by_names, looks_like_a_gradient

_NEAR = 0.5  # a new weight is nearer to the old one than half its size; a gradient is not


@dataclass(frozen=True)
class Meaning:
    """One way to understand an answer: its gradients in the user's own layout, and where they were found."""

    kind: str
    arrays: Mapping[str, Array]


@dataclass(frozen=True)
class Interpretation:
    """The gradients in the canonical layout, and how well they fit.

    Attributes
    ----------
    agreeing, collinear, fitting
        How many gradients of parameters equal the derived ones, are a multiple of them, have their shape.
    """

    kind: str = "returned"
    gradients: dict[str, Array] = field(default_factory=dict)
    misshapen: dict[str, Array] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    agreeing: int = 0
    collinear: int = 0
    fitting: int = 0

    @property
    def score(self) -> tuple[int, int, int]:
        """The larger the better."""
        return self.agreeing, self.fitting, self.collinear


def interpret(
    answers: Sequence[Mapping[str, Any]],
    network: Network,
    parameters: Mapping[str, Array],
    likes: Mapping[str, Array],
    reading: Reading,
) -> Interpretation:
    """The best understanding of an answer, or of the answers to each sample of a batch."""
    understood = [list(understandings(answer, network, parameters, reading)) for answer in answers]
    best = Interpretation()
    for choice in range(min(map(len, understood), default=0)):
        chosen = [each[choice] for each in understood]
        combined = chosen[0] if reading.mode == "batch" else _combined(chosen, network, reading)
        found = _canonical(combined, network, likes, reading)
        if found.score > best.score:
            best = found
    return best


def understandings(
    answer: Mapping[str, Any], network: Network, parameters: Mapping[str, Array], reading: Reading
) -> Iterator[Meaning]:
    """What an answer may mean, the likeliest first."""
    parts = tuple((str(label), np.asarray(array)) for label, array in answer.get("parts", ()))
    names = tuple(answer.get("names", ()))
    kept = _kept(answer, network)
    updated = _steps(answer, parameters, reading)
    labels = (*names, *(label.split(".")[-1] for label, _ in parts))
    is_gradient = any(looks_like_a_gradient(label) for label in labels)
    is_step = answer.get("eta_from") == "argument" and not is_gradient and answer.get("steps", True)
    for arrays in meanings(parts, names, network):
        steps = None if is_gradient else _as_steps(arrays, answer, parameters, reading, is_step)
        if steps is not None:
            yield Meaning("updated", steps | {k: v for k, v in updated.items() if k not in steps})
        else:
            yield Meaning("returned", {**kept, **arrays})
    if kept:
        yield Meaning("attributes", kept)
    if updated:
        yield Meaning("updated", updated)


def _kept(answer: Mapping[str, Any], network: Network) -> dict[str, Array]:
    """Gradients that an object keeps: ``self.dW1``, ``self.grads["W1"]``."""
    held = [(label, array) for label, array in answer.get("attributes", ()) if looks_like_a_gradient(label)]
    return by_names(held, network.depth, quantities_in(network))


def _steps(answer: Mapping[str, Any], parameters: Mapping[str, Array], reading: Reading) -> dict[str, Array]:
    """(old − new)/η of the parameters that moved; old − new where no η is known."""
    rate = answer.get("eta") or 1.0
    found = {}
    for name, (old, new) in answer.get("updated", {}).items():
        step = _step(old, new)
        if step is not None:
            found[f"d{name}"] = step / rate
    if found:  # the others were there to be moved, and stayed
        still = [name for name in parameters if name in answer.get("bound", {}) and f"d{name}" not in found]
        found |= {f"d{name}": np.zeros(reading.turn(name, parameters[name]).shape) for name in still}
    return found


def _step(old: Array, new: Array) -> Array | None:
    """The old value − new, also where the new one grew by broadcasting; None where they do not fit."""
    old, new = np.asarray(old), np.asarray(new)
    if old.size == new.size:
        step: Array = old - new.reshape(old.shape)
        return step
    try:
        grown = np.broadcast_shapes(old.shape, new.shape) == new.shape
    except ValueError:
        return None
    return old - new if grown else None


def _as_steps(
    arrays: Mapping[str, Array],
    answer: Mapping[str, Any],
    parameters: Mapping[str, Array],
    reading: Reading,
    is_step: bool,
) -> dict[str, Array] | None:
    """The steps that returned values are, if they are new weights and no gradients.

    They are if they are called weights by code that takes a learning rate, or else if they are near the old.
    """
    rate = answer.get("eta") or 1.0
    steps: dict[str, Array] = {}
    near = []
    for name, value in arrays.items():
        if name[1:] not in parameters:
            continue
        old = reading.turn(name[1:], parameters[name[1:]])
        is_weight = role_of_gradient(name) == WEIGHT
        if is_weight and (old.size != value.size or (old.shape != value.shape and value.ndim == 2)):
            return None
        step = _step(old, value)
        if step is None:
            return None
        steps[name] = step / rate
        if is_weight:
            old = old.reshape(value.shape)
            near.append(bool(np.linalg.norm(value - old) < _NEAR * np.linalg.norm(old)))
    is_step = is_step or (bool(steps) and all(_is_moved(name[1:], arrays[name], answer) for name in steps))
    is_named = (answer.get("eta") is not None and answer.get("steps", True)) or bool(answer.get("names"))
    is_named = is_named or any(not str(label).isdigit() and label for label, _ in answer.get("parts", ()))
    return steps if near and (is_step or (is_named and all(near))) else None


def _is_moved(name: str, value: Array, answer: Mapping[str, Any]) -> bool:
    """Whether a returned array is the parameter itself, as the code changed it in place."""
    moved = answer.get("updated", {}).get(name)
    return moved is not None and np.array_equal(np.ravel(moved[1]), np.ravel(value))


def _combined(chosen: Sequence[Meaning], network: Network, reading: Reading) -> Meaning:
    """Gradients of single samples, combined over the batch as the loss is; errors stacked as samples."""
    first = chosen[0]
    arrays: dict[str, Array] = {}
    for name, value in first.arrays.items():
        rows = [np.asarray(meaning.arrays[name], float) for meaning in chosen if name in meaning.arrays]
        if len(rows) < len(chosen) or any(row.shape != value.shape for row in rows):
            continue
        if role_of_gradient(name):
            total = np.sum(rows, axis=0)
            arrays[name] = total / len(rows) if network.loss.reduction == "mean" else total
        else:
            stacked = np.stack([row.reshape(-1) for row in rows])
            arrays[name] = stacked.T if reading.samples == "columns" else stacked
    return Meaning(first.kind, arrays)


def _canonical(
    meaning: Meaning, network: Network, likes: Mapping[str, Array], reading: Reading
) -> Interpretation:
    gradients: dict[str, Array] = {}
    misshapen: dict[str, Array] = {}
    problems: dict[str, str] = {}
    agreeing = collinear = fitting = 0
    shapes = network.parameter_shapes()
    for name, value in meaning.arrays.items():
        if name not in likes:
            continue
        value = np.asarray(value)
        array, problem = reading.back(name[1:], value, likes[name])
        if problem:
            problems[name] = problem
        if array is None:
            misshapen[name] = _rows(name, value, reading)
            continue
        gradients[name] = array
        if name[1:] in shapes and not problem:
            fitting += 1
            agreeing += agree(array, likes[name])
            collinear += _is_multiple(array, likes[name])
    return Interpretation(meaning.kind, gradients, misshapen, problems, agreeing, collinear, fitting)


def _rows(name: str, value: Array, reading: Reading) -> Array:
    turned = reading.weights == "in_out" if role_of_gradient(name) == WEIGHT else reading.samples == "columns"
    array: Array = np.asarray(value, float)
    return array.T if turned else array


def _is_multiple(array: Array, truth: Array) -> bool:
    """Whether a gradient is a multiple of the derived one."""
    with np.errstate(all="ignore"):
        a, b = array.astype(np.float64).reshape(-1), truth.reshape(-1)
        product = float(np.linalg.norm(a) * np.linalg.norm(b))
        return bool(a.size > 1 and product > 0 and abs(abs(float(a @ b)) / product - 1) < 1e-9)
