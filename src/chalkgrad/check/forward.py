"""The loss as a function of any one quantity: a parameter, or an intermediate followed by the rest.

Evaluates the forward equations only; nothing here knows a gradient.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.differences import Line
from chalkgrad.check.kinks import Frozen, Side, signs, switches
from chalkgrad.derive import CANONICAL, Step, derive
from chalkgrad.derive.forward import Alphabet
from chalkgrad.evaluate.data import Data
from chalkgrad.evaluate.interpret import Compiled, compile_expr
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.evaluate.run import inputs
from chalkgrad.evaluate.stable import stable_expressions
from chalkgrad.formula import Arithmetic
from chalkgrad.network import Network

_ZERO = (Fraction(0),)


class Forward:
    """The forward equations with values put in, to be run again with one quantity replaced.

    Parameters
    ----------
    network
        The description.
    data
        Parameters, inputs and targets, arrays of the arithmetic.
    arithmetic
        Float64, exact or many digits.
    frozen
        Keep every unit on the branch that it has here; units exactly at a kink take the piece on this side.

    Attributes
    ----------
    values
        Z1, A1, …, Y and the parameters, by name; biases are vectors.
    loss
        L, a number of the arithmetic.
    """

    def __init__(
        self, network: Network, data: Data, arithmetic: Arithmetic = FLOAT64, frozen: Side | None = None
    ) -> None:
        self.network, self.data, self.arithmetic, self.frozen = network, data, arithmetic, frozen
        self.derivation, self._letters = derive(network), Alphabet(network, CANONICAL)
        self.stable = stable_expressions(self.derivation)
        self._base = inputs(self.derivation, data, data.parameters)
        self._steps: list[tuple[Step, Compiled]] = []
        self._symbols = {symbol.name: symbol for symbol in self._base if hasattr(symbol, "dims")}
        self._uses: dict[str, int] = {}
        pre = [step.symbol for step in self.derivation.forward if step.symbol.kind == "pre"]
        self._kinks = {symbol.name: self.kinks(symbol.layer) for symbol in pre}
        with np.errstate(all="ignore"):
            for step in (*self.derivation.forward, self.derivation.loss):
                compute = self._compile(step)
                for used in step.premises:
                    self._uses.setdefault(used.name, len(self._steps))
                self._steps.append((step, compute))
                self._base[step.symbol] = compute(self._base)
                self._symbols[step.name] = step.symbol
        written = compile_expr(self.derivation.loss.expr, arithmetic)
        self._written_loss = written
        # A tuple is the interpreter's key for a shared intermediate result, stale as soon as a value changes.
        self._base = {key: value for key, value in self._base.items() if not isinstance(key, tuple)}
        self.values = {name: self._plain(name, self._base[symbol]) for name, symbol in self._symbols.items()}
        self.loss = self.values["L"]
        self._signs = {
            name: signs(self.values[name], kinks, arithmetic) for name, kinks in self._kinks.items() if kinks
        }
        self._loss_switches = switches(network.loss.loss_function)
        self._loss_signs = self._loss_side(self._base)

    def kinks(self, layer: int) -> tuple[Any, ...]:
        """The kinks of a layer's activation."""
        described = self.network.layers[layer - 1]
        return () if described.is_softmax else described.function.kinks

    def _compile(self, step: Step) -> Compiled:
        expr = self.stable[step.symbol]
        arithmetic = self.arithmetic
        if self.frozen is not None and step.symbol.kind in ("act", "output"):
            z = next(symbol for symbol in step.premises if symbol.kind == "pre")
            if self._kinks[z.name]:
                function = self.network.layers[z.layer - 1].function
                arithmetic = Frozen(arithmetic, function, np.asarray(self._base[z]), self.frozen)
        return compile_expr(expr, arithmetic)

    def _plain(self, name: str, value: Any) -> Any:
        if name == "L":
            return np.asarray(value).reshape(-1)[0]
        given = self.data.parameters.get(name)
        return np.asarray(value) if given is None else np.asarray(value).reshape(given.shape)

    # -- running again ----------------------------------------------------------------------------------

    def run(self, name: str, value: Array) -> Mapping[str, Any]:
        """The values by symbol after one quantity is replaced; what comes before it is kept."""
        symbol = self._symbols[name]
        values = dict(self._base)
        values[symbol] = value.reshape(-1, 1) if value.ndim == 1 else value
        start = self._uses[name]
        with np.errstate(all="ignore"):
            for step, compute in self._steps[start:]:
                if step.symbol != symbol:
                    last = step.symbol.kind == "loss" and symbol.kind == "output"
                    values[step.symbol] = (self._written_loss if last else compute)(values)
        return values

    def line(self, name: str, direction: Array) -> Line:
        """L along ``value + s · direction`` of one quantity, and whether every unit kept its branch."""
        base = self.values[name]

        def at(s: Any) -> tuple[Any, bool]:
            values = self.run(name, base + s * direction)
            return np.asarray(values[self._symbols["L"]]).reshape(-1)[0], self._same_branches(values)

        return at

    # -- kinks ------------------------------------------------------------------------------------------

    def _loss_side(self, values: Mapping[str, Any]) -> list[Array]:
        if not self._loss_switches:
            return []
        pair: dict[Any, Any] = {"y": values[self._symbols["Y"]], "t": self.data.t}
        return [
            signs(self.arithmetic.evaluate(node, pair), _ZERO, self.arithmetic)
            for node in self._loss_switches
        ]

    def _same_branches(self, values: Mapping[str, Any]) -> bool:
        for name, before in self._signs.items() if self.frozen is None else ():
            after = values[self._symbols[name]]
            if after is self._base[self._symbols[name]]:
                continue
            if not np.array_equal(signs(after, self._kinks[name], self.arithmetic), before):
                return False
        now = self._loss_side(values)
        return all(np.array_equal(a, b) for a, b in zip(now, self._loss_signs, strict=True))

    @property
    def has_kinks(self) -> bool:
        """Whether any activation has a kink."""
        return any(self._kinks.values())

    def at_kinks(self) -> dict[str, int]:
        """How many units of each layer stand exactly at a kink (the loss counts as ``L``)."""
        found = {name: int((side == 0).sum()) for name, side in self._signs.items()}
        found["L"] = sum(int((side == 0).sum()) for side in self._loss_signs)
        return {name: count for name, count in found.items() if count}

    # -- sizes ------------------------------------------------------------------------------------------

    def scale(self, name: str) -> Array | float:
        """How far it is sensible to move a quantity: about the size of what it feeds."""
        symbol = self._symbols[name]
        layer = symbol.layer
        if symbol.kind == "pre" or symbol.is_vector:
            return self._scale_of_pre(layer)
        if symbol.kind == "weight":
            before = self._base[self._letters.activation(layer - 1)].astype(np.float64)
            length = float(np.sqrt((before / (np.abs(before).max() or 1.0)) ** 2).sum(axis=1).max())
            return self._scale_of_pre(layer) / (length * float(np.abs(before).max()) or 1.0)
        if layer == self.network.depth:
            return self._scale_of_output()
        return float(np.abs(self.values[name].astype(np.float64)).max()) or 1.0

    def _scale_of_pre(self, layer: int) -> float:
        size = float(np.abs(self._base[self._letters.pre(layer)].astype(np.float64)).max())
        described = self.network.layers[layer - 1]
        straight = not described.is_softmax and described.function.piecewise_linear
        return (size or 1.0) if straight else max(size, 1.0)

    def _scale_of_output(self) -> Array | float:
        y = self.values["Y"].astype(np.float64)
        loss = self.network.loss.loss_function
        if loss.function.piecewise_linear or loss.squared is not None:
            return max(float(np.abs(y).max()), float(np.abs(self.data.t.astype(np.float64)).max())) or 1.0
        room = np.minimum(np.abs(y), np.abs(1 - y)) / 8  # logarithms: stay inside (0, 1), or away from 0
        scale: Array = np.where(room > 0, room, np.abs(y))
        scale[scale == 0] = float(np.abs(y).max()) or 1.0
        return scale

    @property
    def cost(self) -> int:
        """Multiply-adds of one forward pass."""
        widths = self.network.widths
        return len(self.data.x) * sum(a * b for a, b in itertools.pairwise(widths))
