"""Functions that couple the entries of one sample: the softmax and its relatives, in any arithmetic.

All use the largest entry c of each sample as pivot, so that nothing overflows and nothing cancels:
with e_j = exp(z_j − z_c) and s = Σ_{j≠c} e_j,

    p_j = e_j/(1 + s),  1 − p_c = s/(1 + s),  log p_c = −log(1 + s).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.formula import Arithmetic, Float64


class Pivoted:
    """A batch of pre-activations measured from each sample's largest entry.

    Parameters
    ----------
    axis
        1 where a sample is a row, 0 where it is a column.
    arithmetic
        The arithmetic of ``z``.
    z
        The pre-activations.
    """

    def __init__(self, axis: int, arithmetic: Arithmetic, z: Array) -> None:
        self.axis, self.arithmetic = axis, arithmetic
        self.one = arithmetic.number(1)
        top = z.argmax(axis=axis)
        samples = np.arange(len(top))
        self.place = samples * z.shape[1] + top if axis == 1 else top * z.shape[1] + samples  # row by row
        self.shifted = z - self._column(z.take(self.place))
        self.powers = self._function("exp", np.exp, self.shifted)
        self.powers.put(self.place, arithmetic.number(0))
        self.others = self.powers.sum(axis=axis, keepdims=True)
        self.powers.put(self.place, self.one)
        self.total = self.one + self.others
        self.probabilities: Array = self.powers / self.total

    def _function(self, name: str, fast: Callable[[Array], Array], u: Array) -> Array:
        return fast(u) if isinstance(self.arithmetic, Float64) else self.arithmetic.call(name, u)

    def _log_total(self) -> Array:
        return self._function("log1p", np.log1p, self.others)

    def _column(self, flat: Array) -> Array:
        """One number for each sample, set beside (or above) its entries."""
        return flat[:, None] if self.axis == 1 else flat[None, :]

    def softmax(self) -> Array:
        """``p_j = exp(z_j) / Σ_k exp(z_k)``."""
        return self.probabilities

    def log_softmax(self) -> Array:
        """``log p_j``."""
        logs: Array = self.shifted - self._log_total()
        return logs

    def softmax_complement(self) -> Array:
        """``1 − p_j``."""
        result: Array = self.one - self.probabilities
        result.put(self.place, self.others / self.total)
        return result

    def log_softmax_complement(self) -> Array:
        """``log(1 − p_j)``; at the pivot log Σ_{j≠c} e_j − log(1 + s), by a pivot of its own."""
        result = self._function("log1p", np.log1p, -self.probabilities)
        rest = self.shifted.copy()
        rest.put(self.place, self.shifted.min(axis=self.axis) - self.one)  # never the largest of the rest
        second = self._column(rest.max(axis=self.axis))
        powers = self._function("exp", np.exp, rest - second)
        powers.put(self.place, self.arithmetic.number(0))
        others = second + self._function("log", np.log, powers.sum(axis=self.axis, keepdims=True))
        result.put(self.place, others - self._log_total())
        return result

    def softmax_minus(self, t: Array) -> Array:
        """``p_j − t_j``; at the pivot (1 − t_c) − (1 − p_c)."""
        result: Array = self.probabilities - t
        result.put(self.place, (self.one - t.take(self.place)) - (self.others / self.total).ravel())
        return result

    def softmax_pull(self, g: Array) -> Array:
        """``p_j (g_j − Σ_k p_k g_k)``, with g measured from its value at the pivot, which changes nothing."""
        relative = g - self._column(g.take(self.place))
        mean = (self.probabilities * relative).sum(axis=self.axis, keepdims=True)
        pulled: Array = self.probabilities * (relative - mean)
        return pulled
