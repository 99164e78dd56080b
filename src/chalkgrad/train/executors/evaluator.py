"""Training on the derivation itself, for networks that no schedule has been found for; float64 inside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.derive import Derivation
from chalkgrad.evaluate.data import Data
from chalkgrad.evaluate.predict import forward_program
from chalkgrad.evaluate.program import FLOAT64, CompiledSteps, compile_derivation, gradient_program
from chalkgrad.evaluate.run import equations, inputs
from chalkgrad.train.executors.instructions import one_hot
from chalkgrad.train.executors.random import dropout_masks
from chalkgrad.train.executors.stepping import Stepping
from chalkgrad.train.setup.work import Block, Setup


class EvaluatorExecutor(Stepping):
    """Evaluates the derived equations, sample weights and masks put in.

    Parameters
    ----------
    setup
        What fixes the work of a step.
    """

    name = "evaluator"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.network = setup.network
        self._seen: dict[str, Array] = {}  # what norms remember after the step's rows

    def gradients(self, block: Block, rows: NDArray[np.int64], step: int) -> tuple[float, dict[str, Array]]:
        """L and ∂L/∂θ on these rows with the dropout masks of this step, before clipping."""
        weight = None if block.weight is None else block.weight[rows]
        masks = dropout_masks(self.setup, step, len(rows))
        data = self._data(block.x[rows], block.t[rows], weight, masks)
        derivation = equations(self.network, data)
        values = inputs(derivation, data, data.parameters)
        has_variance = len(rows) > 1
        with np.errstate(all="ignore"):
            (_step_program if has_variance else gradient_program)(derivation).run(values)
        found = {}
        for each in derivation.gradients:
            assert each.symbol.of is not None
            name = each.symbol.of.name
            found[name] = values[each.symbol].reshape(data.parameters[name].shape).astype(self.dtype)
        if has_variance:
            self._seen = {
                step.symbol.root.name: values[step.symbol].reshape(-1).astype(self.dtype)
                for step in derivation.updates
                if step.symbol.root.is_statistic
            }
        return float(values[derivation.loss.symbol][0, 0]), found

    def _update(self, gradients: Mapping[str, Array], rate: float, step: int) -> None:
        super()._update(gradients, rate, step)
        self._parameters |= self._seen
        self._seen = {}

    def _data(self, x: Array, t: Array, weight: Array | None, masks: dict[str, Array]) -> Data:
        wide = {name: value.astype(np.float64) for name, value in self._parameters.items()}
        extras = masks if weight is None else {"s": weight.astype(np.float64), **masks}
        if t.ndim == 1:
            t = one_hot(t, self.network.widths[-1])
        remembered = {each.name: wide.pop(each.name) for each in self.network.statistics}
        return Data(wide, x.astype(np.float64), t.astype(np.float64), extras | remembered)

    def _evaluate(self, block: Block, rows: slice) -> tuple[float, Array]:
        weight = None if block.weight is None else block.weight[rows]
        data = self._data(block.x[rows], block.t[rows], weight, {})
        derivation = equations(self.network, data, inference=True)
        values = inputs(derivation, data, data.parameters)
        _loss_program(derivation).run(values)
        loss = float(values[derivation.loss.symbol][0, 0]) - self._penalty()
        share = len(data.x) / len(block.x) if self.network.loss.reduction == "mean" else 1.0
        return loss * share, values[derivation.forward[-1].symbol].astype(self.dtype)

    def _outputs(self, x: Array) -> Array:
        data = self._data(x, np.empty((len(x), 0)), None, {})
        derivation = equations(self.network, data, inference=True)
        values = inputs(derivation, data, data.parameters)
        forward_program(derivation).run(values)
        outputs: Array = values[derivation.forward[-1].symbol].astype(self.dtype)
        return outputs


@lru_cache(maxsize=64)
def _step_program(derivation: Derivation) -> CompiledSteps:
    """L, the gradients, and what norms remember."""
    remembered = {step.symbol for step in derivation.updates if step.symbol.root.is_statistic}
    wanted = {step.symbol for step in derivation.gradients} | {derivation.loss.symbol} | remembered
    return compile_derivation(derivation, FLOAT64, frozenset(wanted))


@lru_cache(maxsize=64)
def _loss_program(derivation: Derivation) -> CompiledSteps:
    wanted = frozenset({derivation.loss.symbol, derivation.forward[-1].symbol})
    return compile_derivation(derivation, FLOAT64, wanted)
