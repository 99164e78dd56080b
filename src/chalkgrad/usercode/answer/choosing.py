"""Which reading is the user's: by right gradients, by shapes, by the forward values in its code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad.network import Network
from chalkgrad.usercode.answer.answering import Probe
from chalkgrad.usercode.answer.canonical import agree
from chalkgrad.usercode.answer.known import forward_found
from chalkgrad.usercode.answer.observation import Observed
from chalkgrad.usercode.layouts.reading import Reading

Rank = tuple[int, int, int, int, int]


def considered(found: Sequence[Observed], has_batch: bool, for_samples: bool = False) -> list[Observed]:
    """Without repetitions, and without one sample a call where a batch works as well.

    What works for a batch, but is right only a sample at a time, was written for samples if these are columns
    or its text is about one: ``np.array(inputs_list, ndmin=2).T``.
    """
    different: dict[object, Observed] = {}
    for each in found:
        different.setdefault(each.reading, each)
    if not has_batch:
        return list(different.values())
    batch = [each for each in different.values() if each.reading.mode == "batch"]
    single = [each for each in different.values() if each.reading.mode == "single"]
    if not any(_works(each) for each in batch):
        return [*batch, *single]
    count = len(batch[0].observations[0].network.parameter_shapes())
    right = [
        each
        for each in single
        if rank(each)[0] == count and (for_samples or each.reading.samples == "columns")
    ]
    return right if right and all(rank(each)[0] < count for each in batch) else batch


def useful(found: Sequence[Observed], more: Sequence[Observed], rare: Sequence[Reading]) -> list[Observed]:
    """What was found, with what was tried later.

    An unusual layout counts only where it makes everything right, or half of it where no usual one works.
    """
    works = any(_works(each) for each in (*found, *more) if each.reading not in rare)
    half = 1 if works else 0.5
    count = len(found[0].observations[0].network.parameter_shapes())
    kept = [
        each
        for each in more
        if each.reading not in rare or (rank(each)[0] >= half * count and not _contradicted(each))
    ]
    return [*found, *kept]


def _contradicted(each: Observed) -> bool:
    """Whether the loss that the code returns is another under this meaning of λ."""
    first = each.observations[0]
    if each.reading.penalty == "c" or first.loss is None:
        return False
    return not np.isclose(first.loss, Probe.of(first.network, first.data).loss, rtol=1e-6)


def all_right(each: Observed) -> bool:
    """Whether every gradient is right."""
    return rank(each)[0] == len(each.observations[0].network.parameter_shapes())


def _works(each: Observed) -> bool:
    """Whether every gradient of a parameter came, in its shape."""
    first = each.observations[0]
    names = {f"d{name}" for name in first.network.parameter_shapes()}
    return first.error is None and names <= set(first.gradients) and not names & set(first.problems)


def rank(each: Observed) -> Rank:
    """How many gradients are right, no error, how many fit, forward values found, gradients there."""
    first = each.observations[0]
    probe = Probe.of(first.network, first.data)
    names = [f"d{name}" for name in first.network.parameter_shapes()]
    fitting = [name for name in names if name in first.gradients and name not in first.problems]
    right = [name for name in fitting if agree(first.gradients[name], probe.expected[name])]
    forward = forward_found(first.assigned, probe.values, each.reading)
    there = sum(name in first.gradients or name in first.misshapen for name in names)
    return len(right), first.error is None, len(fitting), forward, there


def best_first(found: Sequence[Observed], network: Network) -> list[Observed]:
    """The best reading, and the others that cannot be told from it if its gradients are not all right."""
    ranks = {id(each): rank(each) for each in found}
    ordered = sorted(
        found,
        key=lambda each: (*(-value for value in ranks[id(each)]), each.reading.distance()),
    )
    if ordered[0].observations[0].error is not None:  # in no reading it comes to an end: how far it came
        ordered.sort(key=_went, reverse=True)
    best = ordered[0]
    if ranks[id(best)][0] == len(network.parameter_shapes()) or best.observations[0].error is not None:
        return [best]
    rivals = [each for each in ordered[1:] if ranks[id(each)] == ranks[id(best)] and not _alike(each, best)]
    return [best, *rivals]


_OF_NO_LAYOUT = ("NameError", "UnboundLocalError", "AttributeError", "ImportError", "Stopped", "SystemExit")


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


__all__ = ["all_right", "best_first", "considered", "rank", "useful"]
