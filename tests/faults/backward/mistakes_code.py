"""Mistakes of the program: shapes that broadcast, state, dtypes, chance, exceptions, no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.faults.backward.mistakes import Change, Planted, _b, _top, _w, _z, at, head_steps, with_one
from tests.faults.backward.plan import Plan

_ANYWHERE: frozenset[str] = frozenset()
_OTHER = {"relu": "tanh", "tanh": "relu", "sigmoid": "tanh", "softplus": "relu", "leaky_relu": "relu"}


def program(plan: Plan) -> Iterator[Planted]:
    """Everything that no equation shows."""
    setup = plan.setup
    depth = setup.depth
    last = head_steps(plan)
    if setup.widths[-1] == 1 and not plan.chained:
        for text in ("({y} - {t}.reshape(-1))", "({y} - np.squeeze({t}))", "({y}.reshape(-1) - {t})"):
            yield Planted("broadcasting", text, last, "head", "shape", _top(error=text))
        hidden = "np.mean({y} - {t}.ravel(), axis=1, keepdims=True)"
        yield Planted("broadcasting", hidden, last, "head", "shape", _top(error=hidden))
    for keep in ("module", "default", "class"):
        yield Planted(
            "accumulator",
            keep,
            _ANYWHERE,
            "all",
            "state",
            lambda p, keep=keep: replace(p, keep=keep),  # type: ignore[misc]
        )
    for l in plan.weights:
        noisy = _w(l, statements="{d} = {v}|{d} = {d} + 1e-3 * np.random.randn(*{d}.shape)")
        yield Planted("not-deterministic", "noise on dW", at(f"dW{l}"), f"W{l}", "state", noisy)
        cast = _w(l, statements="{d} = ({v}).astype(int)")
        yield Planted("integers", "astype(int)", at(f"dW{l}"), f"W{l}", "dtype", cast)
        zeros = _w(l, statements="{d} = np.zeros({w}.shape, dtype=int)|{d}[:] = {v}")
        yield Planted("integers", "zeros of int", at(f"dW{l}"), f"W{l}", "dtype", zeros)
        for label, statements in {
            "misspelled": "{d} = np.dot(dZZ, {ap})",
            "no such method": "{d} = {e}.sums(axis=0)",
            "index out of range": "{d} = np.outer({e}[999], {ap}[999])",
            "no such key": '{d} = {{}}["dW"]',
        }.items():
            broken = _w(l, statements=statements)
            yield Planted("exception", label, _ANYWHERE, f"W{l}", "exception", broken)
    for l, line in plan.hidden.items():
        if line.slope and not line.slope.startswith("do:"):
            dropped = _z(l, slope=line.slope + " * (np.random.rand(*{z}.shape) < 0.8)")
            yield Planted("not-deterministic", "dropout left on", at(f"dZ{l}"), f"Z{l}", "state", dropped)
        if setup.activations[l - 1] == "relu" and l not in setup.skips:
            divided = _z(l, slope="({a} / {a})")
            yield Planted("unstable", "a / a", at(f"dZ{l}"), f"Z{l}", "slope", divided)
        if setup.activations[l - 1] in _OTHER and l not in setup.skips:
            other = _OTHER[setup.activations[l - 1]]
            yield Planted("forward-differs", other, _ANYWHERE, "forward", "forward", _other_forward(l, other))
    for l in plan.biases:
        left_out = frozenset({l})
        yield Planted(
            "forward-differs",
            "a bias left out",
            _ANYWHERE,
            "forward",
            "forward",
            lambda p, left_out=left_out: replace(p, forward_bias=left_out),  # type: ignore[misc]
        )
    zero = with_one("zero")  # 1 // m is 0 for every m > 1: zero everywhere
    if plan.mean == "grads":
        for l in plan.weights:
            cut = _w(l, pre=("1 // {m}",))
            yield Planted("integers", "1 // m in dW", at(f"dW{l}"), f"W{l}", "factor", cut, (zero,))
        for l in plan.biases:
            cut = _b(l, pre=("1 // {m}",))
            yield Planted("integers", "1 // m in db", at(f"db{l}"), f"b{l}", "factor", cut, (zero,))
    if plan.mean == "head":
        floored = _top(post=" // {m}")
        yield Planted("integers", "// m at the output", last, "head", "factor", floored)
    if depth > 1 and setup.activations[depth - 2] in ("sigmoid", "tanh") and depth - 1 not in setup.skips:
        yield Planted(
            "inputs-changed", "f′ built in a", at(f"dW{depth}"), "before", "state", _derivative_in_place
        )
    centred = ((1, "{ap} -= {ap}.mean()"),)
    yield Planted(
        "inputs-changed", "X centred", at("dW1"), "before", "state", lambda p: replace(p, before=centred)
    )
    if plan.chained and setup.activations[-1] == "sigmoid" and setup.loss == "half_squared_error":
        in_place = "do:{d} = {y}|{d} -= {t}|{d} *= {y} * (1 - {y})" + (
            "|{d} /= {m}" if plan.mean == "head" else ""
        )
        yield Planted("inputs-changed", "dZ = A; dZ −= Y", last, "head", "state", _top(slope=in_place))
    for label, answer in {"None": "return None", "nothing returned": "pass", "empty": "return {}"}.items():
        yield Planted(
            "no-answer",
            label,
            _ANYWHERE,
            "answer",
            "answer",
            lambda p, answer=answer: replace(p, answer=answer),  # type: ignore[misc]
            runs=False,
        )
    # Leaving the interpreter is an exception and no answer; an endless loop gives no answer.
    yield Planted(
        "no-answer",
        "exit",
        _ANYWHERE,
        "answer",
        "answer",
        _ending("raise SystemExit(1)"),
        (with_one("exception"),),
        False,
    )
    yield Planted(
        "no-answer", "endless", _ANYWHERE, "answer", "answer", _ending("while True: pass"), (), False
    )


def _ending(statement: str) -> Change:
    return lambda plan: replace(plan, after=(statement,))


def _other_forward(l: int, other: str) -> Change:
    def change(plan: Plan) -> Plan:
        slopes = {"tanh": "(1 - {a}**2)", "relu": "({z} > 0)"}
        return replace(plan.z(l, slope=slopes[other]), forward={l: other})

    return change


def _derivative_in_place(plan: Plan) -> Plan:
    """Build f′ in the array of the activation, which the gradient above still needs."""
    l = plan.setup.depth - 1
    build = "slope *= 1 - slope" if plan.setup.activations[l - 1] == "sigmoid" else "slope[:] = 1 - slope**2"
    return replace(plan.z(l, slope="slope"), before=((l, "slope = {a}"), (l, build)))
