"""The number that an answer has for one set of numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from chalkgrad._roles import ROLES
from chalkgrad.check.key.judging.scene import Draw
from chalkgrad.check.key.judging.stage import (
    Located,
    Places,
    Stage,
    UnknownLayerError,
    UnreadableError,
    WrongAnswerError,
)
from chalkgrad.check.key.reading.nodes import (
    AppliedFunction,
    Node,
    Partial,
    Ref,
    Total,
    elementwise,
    references,
)
from chalkgrad.expr import symbol_name
from chalkgrad.formula import ElementwiseFunction, Float64, nodes
from chalkgrad.formula.fold import COMPARE

MAX_EVALUATIONS = 100_000
_FLOAT = Float64()
_ACTIVATIONS = ("input", "act", "output")


class Evaluator:
    """Evaluates answers for one draw of numbers; ``places`` says where the question's indices stand."""

    def __init__(self, stage: Stage, draw: Draw) -> None:
        self.stage, self.draw = stage, draw
        self.count = 0

    def value(self, node: Node, places: Places) -> float:
        """Return the answer's value; not a number where it has none."""
        self.count += 1
        if self.count > MAX_EVALUATIONS:
            raise UnreadableError("sum over fewer indices", "Simplify the formula.")
        match node:
            case nodes.Num(number):
                return _float(number.numerator) / _float(number.denominator)
            case nodes.Named(name):
                return math.pi if name == "pi" else math.e
            case nodes.Var(Ref() as ref):
                return self.entry(ref, places)
            case nodes.Add(terms):
                return _float(sum(self.value(term, places) for term in terms))
            case nodes.Mul(factors):
                return _float(np.prod([self.value(factor, places) for factor in factors]))
            case nodes.Pow(base, exponent):
                return raised(self.value(base, places), self.value(exponent, places))
            case nodes.Call(function, args):
                return called(function, [self.value(arg, places) for arg in args])
            case nodes.Where(condition, then, otherwise):
                left, right = self.value(condition.left, places), self.value(condition.right, places)
                return self.value(then if COMPARE[condition.op](left, right) else otherwise, places)
            case Partial(of, by):
                return self.slope(of, by, places)
            case Total():
                return self.total(node, places)
            case AppliedFunction():
                return self.applied(node, places)
        raise TypeError(f"no value for {type(node).__name__}")

    def entry(self, ref: Ref, places: Places) -> float:
        """Return the value of one entry of a symbol."""
        if ref.kind == "loss":
            return float(self.draw.values["L"])
        if ref.kind == "rate":
            return self.draw.rate
        if ref.kind == "penalty":
            return float(self.draw.network.l2)
        if ref.kind == "error":
            return self.slope(Ref("loss"), Ref("pre", ref.layer, ref.units, ref.text, ref.at), places)
        return self.number(self.locate(ref, places), "")

    def locate(self, ref: Ref, places: Places) -> Located:
        """Return where an entry is."""
        try:
            return self.stage.locate(ref, places)
        except UnknownLayerError:
            raise WrongAnswerError(
                f"the layer of {ref.text}_{''.join(map(str, ref.units))} is not said"
            ) from None

    def number(self, where: Located, prefix: str) -> float:
        """Return a value, or with the prefix d the loss's derivative by it."""
        array = self.draw.values.get(array_name(where, prefix))
        if array is None:
            raise WrongAnswerError(
                f"layer {self.stage.say(where.layer)} has no bias"
                if where.kind == "bias"
                else "no such value"
            )
        return _float(array[array_index(where)])

    def slope(self, of: Ref, by: Ref, places: Places) -> float:
        """Return ∂of/∂by."""
        below = self.locate(by, places)
        if by.kind not in ("weight", "bias", "pre", "act", "output") or (
            by.kind == "act" and not below.layer
        ):
            raise UnreadableError(
                "differentiate by weights, biases, z or a", "Remove the other derivative.", by.at
            )
        if of.kind == "loss":
            return self.number(below, "d")
        above = self.locate(of, places)
        if of.kind not in ("pre", "act", "output") or not above.layer:
            raise UnreadableError("differentiate the loss, z or a", "Write ∂C, ∂z or ∂a.", of.at)
        kind = "pre" if of.kind == "pre" else "act"
        same = above.layer == below.layer
        if below.layer > above.layer or (same and kind == "pre" and below.kind in ("act", "output")):
            return 0.0
        local = self.draw.local(kind, above.layer, above.units[0])
        return _float(local[array_name(below, "d")][array_index(below)])

    def total(self, node: Total, places: Places) -> float:
        """Return a sum over an index."""
        space = self.stage.space_of(node.index, references(node.body), places)
        if not 0 <= space < len(self.draw.network.widths):
            raise WrongAnswerError(f"there is no layer {space}")
        width = self.draw.network.widths[space]
        last = width if node.last is None else node.last
        first = 1 if node.first is None or node.first > width else node.first
        if last > width:
            raise WrongAnswerError(f"layer {self.stage.say(space)} has no unit {last}")
        return _float(
            sum(self.value(node.body, {**places, node.index: (space, k)}) for k in range(first, last + 1))
        )

    def applied(self, node: AppliedFunction, places: Places) -> float:
        """Return a function's value or its derivative's."""
        if node.arg is None:
            raise UnreadableError(f"give {node.function or 'f'} its argument", "Write f'(z_j^l), say.")
        function = elementwise(node.function) if node.function else self.own_function(node.arg, places)
        return applied(function, node.order, self.value(node.arg, places))

    def own_function(self, arg: Node, places: Places) -> ElementwiseFunction:
        """Return the activation f of the layer that its argument belongs to."""
        layers = self.draw.network.layers
        layer = layers[(self.stage.layer or 1) - 1]
        if isinstance(arg, nodes.Var) and isinstance(arg.name, Ref) and arg.name.kind == "pre":
            layer = layers[self.locate(arg.name, places).layer - 1]
        if layer.is_softmax:
            raise UnreadableError("apply f where it works on single numbers", "Softmax takes a whole layer.")
        return layer.function


def array_name(where: Located, prefix: str) -> str:
    """Return the canonical name of the array that an entry is in: W2, dZ1."""
    return prefix + symbol_name("act" if where.kind in _ACTIVATIONS else where.kind, where.layer)


def canonical_name(stage: Stage, question: Node, places: Places, new: bool) -> tuple[str, tuple[int, ...]]:
    """Return the canonical name of what is asked for, dW2 for ∂C/∂w_jk^2, and the units of the entry."""
    ref = next(ref for ref in references(question) if ref.kind != "loss")
    is_slope = ref.kind == "error" or isinstance(question, Partial)
    where = stage.locate(replace(ref, kind="pre") if ref.kind == "error" else ref, places)
    return array_name(where, "d" if is_slope else "") + ("_new" if new else ""), where.units


def array_index(where: Located) -> tuple[int, ...]:
    """Return the place in the array: samples are rows, of which there is one."""
    units = tuple(unit - 1 for unit in where.units)
    return units if where.kind in ROLES else (0, *units)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def raised(base: float, exponent: float) -> float:
    """Return a power in float64, without exceptions."""
    with np.errstate(all="ignore"):
        return float(np.power(np.float64(base), np.float64(exponent)))


def called(function: str, args: list[float]) -> float:
    """Return a known function's value."""
    if not all(map(math.isfinite, args)) or max(map(abs, args)) > 1e300:
        return math.nan
    return float(_FLOAT.call(function, *[np.float64(arg) for arg in args]))


def applied(function: ElementwiseFunction, order: int, value: float) -> float:
    """Return an activation's value (order 0) or derivative (order 1)."""
    if not math.isfinite(value):
        return math.nan
    return float(_FLOAT.apply(function, function.variables[0] if order else None, np.float64(value)))
