"""The mistakes, each as a change of the slots of one line, as a person would make it: factors and penalties.

A ``Planted`` says which rule must be named and where.  ``also`` lists other sets of rules that give the same
numbers on every input of that network, so that nobody could tell them apart; each with its reason beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.faults.backward.plan import Plan

Change = Callable[[Plan], Plan]
Rules = frozenset[str]


@dataclass(frozen=True)
class Planted:
    """One mistake in one line.

    ``where`` are the steps that may be called its first place; ``step`` is the line and ``kind`` the slot
    that it changes.  What does not ``runs`` gives no numbers to compare.
    """

    rule: str
    label: str
    where: Rules
    step: str
    kind: str
    change: Change
    also: tuple[Rules, ...] = ()
    runs: bool = True


FACTORS = (
    ("two-extra", "2", "2"),
    ("sign", "minus", "-1"),
    ("factor-other", "3", "3"),
    ("learning-rate-inside", "lr", "{lr}"),
)
"""Rule, label and factor of what may stand before any gradient."""


def at(*steps: str) -> Rules:
    return frozenset(steps)


def head_steps(plan: Plan) -> Rules:
    depth = plan.setup.depth
    return at("dY", f"dA{depth}", f"dZ{depth}")


def with_one(rule: str) -> Rules:
    return frozenset({rule})


def zero_sum(plan: Plan, l: int, *rules: str) -> tuple[Rules, ...]:
    """These rules where the errors of a softmax output sum to zero over its units: there a total is 0."""
    summed_up = l == plan.setup.depth and plan.setup.activations[-1] == "softmax"
    return tuple(with_one(rule) for rule in rules) if summed_up else ()


def everywhere(plan: Plan, **slots: object) -> Plan:
    """Change the line of every weight and every bias."""
    for l in plan.weights:
        plan = plan.w(l, **slots)
    for l in plan.biases:
        plan = plan.b(l, **slots)
    return plan


def factors(plan: Plan) -> Iterator[Planted]:
    """1/m, 2, 1/n, the sign, the learning rate, other constants."""
    depth, loss = plan.setup.depth, plan.setup.loss
    last = head_steps(plan)
    every = at(*last, f"dW{depth}", f"db{depth}")
    mean = plan.setup.reduction == "mean"
    if plan.mean == "grads":
        yield Planted(
            "batch-mean-missing", "everywhere", every, "all", "factor", lambda p: everywhere(p, pre=())
        )
        twice = ("1 / {m}", "1 / {m}")
        yield Planted(
            "batch-mean-twice", "1/m and the mean", every, "all", "factor", lambda p: everywhere(p, pre=twice)
        )
        for l in plan.weights:
            yield Planted("batch-mean-missing", "in dW", at(f"dW{l}"), f"W{l}", "factor", _w(l, pre=()))
            yield Planted("batch-mean-twice", "in dW", at(f"dW{l}"), f"W{l}", "factor", _w(l, pre=twice))
        for l in plan.biases:
            yield Planted("batch-mean-missing", "in db", at(f"db{l}"), f"b{l}", "factor", _b(l, pre=()))
            yield Planted("batch-mean-twice", "in db", at(f"db{l}"), f"b{l}", "factor", _b(l, pre=twice))
            four = _b(l, pre=("4 / {m}",))
            yield Planted("factor-other", "4/m in db", at(f"db{l}"), f"b{l}", "factor", four)
    if plan.mean == "head":
        yield Planted("batch-mean-missing", "at the output", last, "head", "factor", _top(post=""))
        yield Planted("batch-mean-twice", "at the output", last, "head", "factor", _top(post=" / {m} / {m}"))
        again = ("1 / {m}",)
        yield Planted(
            "batch-mean-twice",
            "and at every gradient",
            every,
            "all",
            "factor",
            lambda p: everywhere(p, pre=again),
        )
        for l in plan.weights:
            yield Planted(
                "batch-mean-twice", "again in dW", at(f"dW{l}"), f"W{l}", "factor", _w(l, pre=again)
            )
        for l in plan.biases:
            yield Planted(
                "batch-mean-twice", "again in db", at(f"db{l}"), f"b{l}", "factor", _b(l, pre=again)
            )
    difference = "({y} - {t})"
    if loss == "squared_error":
        # With two outputs the mean over them is a half.
        half = (with_one("output-mean-extra"),) if plan.setup.widths[-1] == 2 else ()
        yield Planted("two-missing", "at the output", last, "head", "factor", _top(error=difference), half)
    if loss == "mean_squared_error":
        without_two, without_n = difference + " / {n}", "2 * " + difference
        yield Planted("two-missing", "at the output", last, "head", "factor", _top(error=without_two))
        double = (with_one("two-extra"),) if plan.setup.widths[-1] == 2 else ()
        without = _top(error=without_n)
        yield Planted("output-mean-missing", "at the output", last, "head", "factor", without, double)
    if loss not in ("squared_error", "mean_squared_error"):
        yield Planted("two-extra", "at the output", last, "head", "factor", _top(pre=("2",)))
    if loss != "mean_squared_error" and plan.setup.widths[-1] > 1:
        post = plan.head.post + " / {n}"
        two = loss == "squared_error" and plan.setup.widths[-1] == 2
        half = (with_one("two-missing"),) if two else ()
        yield Planted("output-mean-extra", "at the output", last, "head", "factor", _top(post=post), half)
        if plan.mean == "head":
            size = _top(post=" / {t}.size")
            yield Planted("output-mean-extra", "mean over all entries", last, "head", "factor", size, half)
    flipped = plan.head.error.replace("{y} - {t}", "{t} - {y}")
    if flipped != plan.head.error and not plan.head.error.startswith("-"):
        yield Planted("sign", "t − y", last, "head", "factor", _top(error=flipped))
    if mean:
        yield Planted("factor-other", "0.3 at the output", last, "head", "factor", _top(pre=("0.3",)))
    yield Planted("sign", "W += lr·dW", every, "update", "factor", lambda p: replace(p, update="+"))
    yield Planted(
        "learning-rate-missing", "W −= dW", every, "update", "factor", lambda p: replace(p, rate="")
    )
    rate = lambda p: everywhere(p, pre=("{lr}", *p.weights[1].pre))  # noqa: E731
    yield Planted("learning-rate-inside", "in every gradient", every, "all", "factor", rate)
    pres = [("W", l, line.pre) for l, line in plan.weights.items()]
    pres += [("b", l, line.pre) for l, line in plan.biases.items()]
    for kind, l, pre in pres:
        for rule, label, factor in FACTORS:
            more = (_w if kind == "W" else _b)(l, pre=(factor, *pre))
            place = at(f"d{kind}{l}")
            yield Planted(rule, f"{label} in d{kind}", place, f"{kind}{l}", "factor", more)
    for l, line in plan.hidden.items():
        place = at(f"dZ{l}", f"dA{l}")
        if not line.more:
            yield Planted("two-extra", "2 in dZ", place, f"Z{l}", "factor", _z(l, pre=("2",)))
            yield Planted("sign", "minus in dZ", place, f"Z{l}", "factor", _z(l, pre=("-1",)))
            yield Planted("factor-other", "4 in dZ", place, f"Z{l}", "factor", _z(l, pre=("4",)))
        yield Planted(
            "zero", "dZ of zeros", at(f"dZ{l}"), f"Z{l}", "slope", _z(l, slope="np.zeros_like({z})")
        )
    for l in plan.weights:
        zero = _w(l, statements="{d} = np.zeros_like({w})")
        yield Planted("zero", "dW of zeros", at(f"dW{l}"), f"W{l}", "factor", zero)
    for l in plan.biases:
        same = zero_sum(plan, l, "batch-sum-everything")
        yield Planted("zero", "0 in db", at(f"db{l}"), f"b{l}", "factor", _b(l, pre=("0",)), same)


def penalties(plan: Plan) -> Iterator[Planted]:
    """The gradient 2·c·W of the penalty."""
    if not plan.setup.l2:
        for text in (" + 0.1 * {w}", " + 2 * 0.01 * {w}"):
            for l in plan.weights:
                extra = _w(l, penalty=text)
                yield Planted("penalty-extra", text.strip(), at(f"dW{l}"), f"W{l}", "penalty", extra)
        return
    wrong = {
        "penalty-missing": ("",),
        "penalty-doubled": (" + 4 * {c} * {w}", " + 2 * {c} * {w} + 2 * {c} * {w}"),
        "penalty-sign": (" - 2 * {c} * {w}",),
        "penalty-factor": (" + {c} * {w}", " + {c} / {m} * {w}", " + 2 * {c} / {m} * {w}"),
    }
    for rule, texts in wrong.items():
        for text in texts:
            label = text.strip() or "left out"
            for l in plan.weights:
                yield Planted(rule, label, at(f"dW{l}"), f"W{l}", "penalty", _w(l, penalty=text))
            if plan.setup.depth > 1:
                place = at(f"dW{plan.setup.depth}")
                yield Planted(rule, label + ", everywhere", place, "all W", "penalty", _all_w(text))
    for l in plan.biases:
        on_bias = _b(l, post=" + 2 * {c} * {b}")
        yield Planted("penalty-on-bias", "2cb", at(f"db{l}"), f"b{l}", "penalty", on_bias)


def _all_w(penalty: str) -> Change:
    def change(plan: Plan) -> Plan:
        for l in plan.weights:
            plan = plan.w(l, penalty=penalty)
        return plan

    return change


def _top(**slots: object) -> Change:
    return lambda plan: plan.top(**slots)


def _z(l: int, **slots: object) -> Change:
    return lambda plan: plan.z(l, **slots)


def _w(l: int, **slots: object) -> Change:
    return lambda plan: plan.w(l, **slots)


def _b(l: int, **slots: object) -> Change:
    return lambda plan: plan.b(l, **slots)
