"""Which reading is the user's: by right gradients, by shapes, by the forward values in its code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad.usercode.answer.names_of_values import forward_found
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.answer.probe import Probe
from chalkgrad.usercode.answer.rounding import agree
from chalkgrad.usercode.layouts.reading import Reading

_OF_NO_LAYOUT = ("NameError", "UnboundLocalError", "AttributeError", "ImportError", "Stopped", "SystemExit")


class Choice:
    """Compares what was observed at one probe in several readings; ``count`` is that of the parameters."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self._names = [f"d{name}" for name in probe.network.parameter_shapes()]
        self.count = len(self._names)

    def considered(
        self, found: Sequence[Observed], has_batch: bool, for_samples: bool = False
    ) -> list[Observed]:
        """Without repetitions, and without one sample a call where a batch works as well.

        What works for a batch, but is right only a sample at a time, was written for samples if these are
        columns or its text is about one: ``np.array(inputs_list, ndmin=2).T``.
        """
        different: dict[Reading, Observed] = {}
        for each in found:
            different.setdefault(each.reading, each)
        batch = [each for each in different.values() if each.reading.mode == "batch"]
        single = [each for each in different.values() if each.reading.mode == "single"]
        if not has_batch:
            return list(different.values())
        if not any(map(self._works, batch)):
            return [*batch, *single]
        right = [
            each
            for each in single
            if self.all_right(each) and (for_samples or each.reading.samples == "columns")
        ]
        return right if right and not any(map(self.all_right, batch)) else batch

    def useful(
        self, found: Sequence[Observed], more: Sequence[Observed], rare: Sequence[Reading]
    ) -> list[Observed]:
        """What was found, with what was tried later.

        An unusual layout counts only where it makes everything right, or half of it where no usual one works.
        """
        works = any(self._works(each) for each in (*found, *more) if each.reading not in rare)
        needed = self.count if works else self.count / 2
        kept = [
            each
            for each in more
            if each.reading not in rare or (len(self._right(each)) >= needed and not self._contradicted(each))
        ]
        return [*found, *kept]

    def _contradicted(self, each: Observed) -> bool:
        """Whether the loss that the code returns is another under this meaning of λ."""
        loss = each.observations[0].loss
        if each.reading.penalty == "c" or loss is None:
            return False
        return not np.isclose(loss, self.probe.loss, rtol=1e-6)

    def all_right(self, each: Observed) -> bool:
        """Whether every gradient is right."""
        return len(self._right(each)) == self.count

    def _right(self, each: Observed) -> list[str]:
        gradients = each.observations[0].gradients
        return [name for name in self._fitting(each) if agree(gradients[name], self.probe.expected[name])]

    def _fitting(self, each: Observed) -> list[str]:
        first = each.observations[0]
        return [name for name in self._names if name in first.gradients and name not in first.problems]

    def _works(self, each: Observed) -> bool:
        """Whether every gradient of a parameter came, in its shape."""
        return each.observations[0].error is None and len(self._fitting(each)) == self.count

    def _rank(self, each: Observed) -> tuple[int, ...]:
        """How many gradients are right, no error, how many fit, forward values found, gradients there."""
        first = each.observations[0]
        forward = forward_found(first.assigned, self.probe.values, each.reading)
        there = sum(name in first.gradients or name in first.misshapen for name in self._names)
        return len(self._right(each)), first.error is None, len(self._fitting(each)), forward, there

    def best_first(self, found: Sequence[Observed]) -> list[Observed]:
        """The best reading, and the others that cannot be told from it if its gradients are not all right."""
        ranks = {id(each): self._rank(each) for each in found}
        ordered = sorted(
            found, key=lambda each: (*(-value for value in ranks[id(each)]), each.reading.distance())
        )
        if ordered[0].observations[0].error is not None:  # in no reading it comes to an end: how far it came
            ordered.sort(key=_went, reverse=True)
        best = ordered[0]
        if self.all_right(best) or best.observations[0].error is not None:
            return [best]
        equal = [each for each in ordered[1:] if ranks[id(each)] == ranks[id(best)]]
        return [best, *(each for each in equal if not _alike(each, best))]


def _went(each: Observed) -> tuple[bool, int]:
    """Whether it was ended by something that no layout mends, and in which line."""
    error = each.observations[0].error or {}
    return error.get("type") in _OF_NO_LAYOUT, int(error.get("line") or 0)


def _alike(a: Observed, b: Observed) -> bool:
    """Whether two readings lead to the same gradients, so that it does not matter which is meant."""
    first, second = a.observations[0], b.observations[0]
    return set(first.gradients) == set(second.gradients) and all(
        np.allclose(value, second.gradients[name], rtol=1e-9, atol=1e-12, equal_nan=True)
        for name, value in first.gradients.items()
        if value.shape == second.gradients[name].shape
    )
