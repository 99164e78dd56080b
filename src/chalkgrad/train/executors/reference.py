"""The naive twin of the native executor: the same program, instruction by instruction, in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.lower.program import GatherTargets, Instruction, LossAndError, LossMap, Program
from chalkgrad.train.executors.instructions import Pass, apply, coefficients
from chalkgrad.train.executors.stepping import Stepping
from chalkgrad.train.setup.work import Block, Setup


class ReferenceExecutor(Stepping):
    """Runs a program one instruction after the other.

    Parameters
    ----------
    program
        The lowered network.
    setup
        What fixes the work of a step.
    """

    name = "reference"

    def __init__(self, program: Program, setup: Setup) -> None:
        super().__init__(setup)
        self.program = program

    def gradients(self, block: Block, rows: NDArray[np.int64], step: int) -> tuple[float, dict[str, Array]]:
        """L and ∂L/∂θ on these rows with the dropout masks of this step, before clipping."""
        weight = None if block.weight is None else block.weight[rows]
        c = coefficients(self.program, weight, len(rows), len(rows))
        run = self._pass(block.x[rows], block.t[rows], c, step)
        with np.errstate(all="ignore"):
            for instruction in self.program.instructions:
                run.run(instruction)
            return run.loss + self._penalty(), {name: run.gradients[name] for name in self._parameters}

    def _pass(self, x: Array, t: Array | None, c: Array, step: int = 0) -> Pass:
        x = np.ascontiguousarray(x, dtype=self.dtype)
        return Pass(self.program, self._parameters, x, t, c, self.setup.seed, step)

    def _evaluate(self, block: Block, rows: slice) -> tuple[float, Array]:
        x, t = block.x[rows], block.t[rows]
        weight = None if block.weight is None else block.weight[rows]
        run = self._pass(x, t, coefficients(self.program, weight, len(x), len(block.x)))
        for instruction in (*self.program.forward(), *self._loss_instructions()):
            run.run(instruction)
        return run.loss, self._predicted(run)

    def _loss_instructions(self) -> list[Instruction]:
        """The targets, and the instruction that has the loss."""
        wanted = GatherTargets | LossAndError | LossMap
        return [i for i in self.program.instructions if isinstance(i, wanted)]

    def _outputs(self, x: Array) -> Array:
        run = self._pass(x, None, np.ones((len(x), 1)))
        for instruction in self.program.forward():
            run.run(instruction)
        return self._predicted(run)

    def _predicted(self, run: Pass) -> Array:
        y = run.buffers[self.program.output]
        function = self.program.output_function
        return y if function is None else apply(function, y).astype(self.dtype)
