"""Mistakes in products and sums: transposes, the wrong matrix, the batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.faults.backward.mistakes import Change, Planted, _b, _w, _z, at, with_one, zero_sum
from tests.faults.backward.plan import Plan


def products(plan: Plan) -> Iterator[Planted]:
    """The wrong product, or the right one of the wrong matrices."""
    depth = plan.setup.depth
    for l, line in plan.hidden.items():
        place = at(f"dZ{l}", f"dA{l}")

        def wrong(
            rule: str, label: str, l: int = l, place: frozenset[str] = place, **slots: object
        ) -> Planted:
            return Planted(rule, label, place, f"Z{l}", "matrix", _z(l, **slots))

        yield wrong("transpose-weight", "W for Wᵀ", mode="transposed")
        yield wrong("hadamard-for-matmul", "in dZ", mode="hadamard")
        yield wrong("weights-omitted", "left out", mode="omitted")
        yield wrong("wrong-weights", "W_l for W_{l+1}", wts="w")
        if l > 1:
            yield wrong("wrong-weights", "W_{l−1} for W_{l+1}", wts="wp")
        if line.slope and not line.slope.startswith("do:"):
            yield wrong("matmul-for-hadamard", "in dZ", op="matmul")
        if line.more:
            yield wrong("skip-path-missing", "left out", more="")
        yield Planted(
            "updated-weights",
            "one layer",
            place,
            f"Z{l}",
            "matrix",
            lambda p, l=l: replace(p, early=frozenset({l + 1})),  # type: ignore[misc]
        )
    if depth > 2:
        yield Planted(
            "updated-weights",
            "every layer",
            at(f"dZ{depth - 1}", f"dA{depth - 1}"),
            "all Z",
            "matrix",
            lambda p: replace(p, early=frozenset(range(2, depth + 1))),
        )
    for l in plan.weights:
        place = at(f"dW{l}")

        def wrong_w(
            rule: str, label: str, *also: str, l: int = l, place: frozenset[str] = place, **slots: object
        ) -> Planted:
            sets = tuple(with_one(other) for other in also)
            return Planted(rule, label, place, f"W{l}", "matrix", _w(l, **slots), sets)

        yield wrong_w("transpose-product", "the wrong way round", mode="swapped")
        # With one output δ ⊙ a has a row a sample: the entry-by-entry product is the one without the sum.
        one = ("batch-sum-missing",) if plan.setup.widths[l] == 1 else ()
        yield wrong_w("hadamard-for-matmul", "in dW", *one, mode="hadamard")
        yield wrong_w("one-sample-only", "in dW", mode="first")
        yield wrong_w("wrong-activation", "A_l for A_{l−1}", inp="a")
        if l > 1:
            yield wrong_w("pre-activation-for-activation", "Z_{l−1}", inp="zp")
        if l < depth:
            yield wrong_w("wrong-activation", "A_{l+1} for A_{l−1}", inp="an")
            yield wrong_w("wrong-error", "dZ_{l+1} in dW", err="en")
    if depth > 1:
        yield Planted("transpose-product", "everywhere", at(f"dW{depth}"), "all W", "matrix", _swapped)


def _swapped(plan: Plan) -> Plan:
    for l in plan.weights:
        plan = plan.w(l, mode="swapped")
    return plan


def sums(plan: Plan) -> Iterator[Planted]:
    """The sum over the batch in the gradients of the biases, and what else they are formed from."""
    modes = {
        "batch-sum-missing": "missing",
        "batch-sum-axis": "axis",
        "batch-sum-everything": "everything",
        "one-sample-only": "first",
        "bias-from-weights": "weights",
    }
    for l in plan.biases:
        for rule, mode in modes.items():
            also = zero_sum(plan, l, "zero") if mode == "everything" else ()
            if plan.setup.widths[l] == 1 and mode in ("axis", "missing"):
                # The sum of one unit over the units is that unit: nothing is summed, either way.
                also = (with_one("batch-sum-missing" if mode == "axis" else "batch-sum-axis"),)
            yield Planted(rule, "in db", at(f"db{l}"), f"b{l}", "matrix", _b(l, mode=mode), also)
        if l < plan.setup.depth:
            yield Planted("wrong-error", "dZ_{l+1} in db", at(f"db{l}"), f"b{l}", "error", _b(l, err="en"))
    if len(plan.biases) > 1:
        for rule, mode in modes.items():
            where = at(f"db{max(plan.biases)}", f"db{max(plan.biases) - 1}")
            yield Planted(rule, "in every db", where, "all b", "matrix", _every_bias(mode))
    last = plan.setup.depth
    where = at(f"dW{last}", f"db{last}")
    yield Planted("one-sample-only", "= for +=", where, "all", "matrix", lambda p: replace(p, last_only=True))


def _every_bias(mode: str) -> Change:
    def change(plan: Plan) -> Plan:
        for l in plan.biases:
            plan = plan.b(l, mode=mode)
        return plan

    return change
