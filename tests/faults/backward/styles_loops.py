"""Styles with loops: over the samples, over the layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from tests.faults.backward.functions import FORWARD
from tests.faults.backward.lines import (
    Layout,
    Names,
    NotWritable,
    Slots,
    b_lines,
    forward,
    head_lines,
    needs_two,
    slots,
    w_lines,
    z_lines,
)
from tests.faults.backward.plan import BLine, Plan, WLine
from tests.faults.backward.styles import assemble, parameters, rate_argument, refuse
from tests.faults.backward.written import Written

Line = TypeVar("Line", WLine, BLine)


def over_samples(plan: Plan) -> Written:
    """A loop over the samples, with accumulators and outer products."""
    refuse(plan, "update", "class")
    if plan.keep or plan.early or plan.after or plan.before:
        raise NotWritable("keep")
    layout = Layout(vector=True)
    names = Names(z="z{}", a="a{}", e="dz{}", da="da{}", x="x", t="y", dw="dW{}", db="db{}")
    inner: list[str] = []
    tail: list[str] = []
    depth = plan.setup.depth
    for l in range(depth, 0, -1):
        table = slots(names, layout, l, depth)
        table["n"] = "len(y)"
        if l == depth:
            inner += head_lines(plan.head, table, layout)
        else:
            inner += z_lines(plan.hidden[l], table, layout, needs_two(plan, l))
        w = plan.weights[l]
        if w.statements or w.post:
            raise NotWritable("statements")
        lines = w_lines(_inside(w), table, layout)
        lines += b_lines(_inside(plan.biases[l]), table, layout) if l in plan.biases else []
        inner += [line.replace(" = ", " = " if plan.last_only else " += ", 1) for line in lines]
        tail += _closing(w.pre, w.penalty, "dw", table)
        if l in plan.biases:
            b = plan.biases[l]
            tail += _closing(b.pre, "", "db", table)
            tail += [f"{table['db']} += {b.post.removeprefix(' + ').format_map(table)}"] if b.post else []
    zeros = [f"d{p} = np.zeros({p}.shape)" for p in parameters(plan)]
    loop = [f"    {line}" for line in ["x, y = X[i], Y[i]", *forward(plan, names, layout), *inner]]
    more = [*(["lam"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    head = f"def gradients({', '.join(['X', 'Y', *parameters(plan), *more])}):"
    body = ["m = len(X)", *zeros, "for i in range(m):", *loop, *tail]
    order = tuple(parameters(plan))
    result = "return " + ", ".join(f"d{name}" for name in order)
    return Written(assemble(plan, head, body, result, layout), "gradients", Layout(), "tuple", order=order)


def _inside(line: Line) -> Line:
    """A line of the loop: its factors and its penalty come after the loop."""
    table: dict[str, Any] = {"pre": tuple(factor for factor in line.pre if factor == "-1"), "post": ""}
    return replace(line, **table | ({"penalty": ""} if hasattr(line, "penalty") else {}))


def _closing(pre: tuple[str, ...], penalty: str, kind: str, table: Slots) -> list[str]:
    lines = []
    for factor in pre:
        if factor == "1 / {m}":
            lines.append(f"{table[kind]} /= m")
        elif factor != "-1":
            lines.append(f"{table[kind]} *= {factor.format_map(table)}")
    if penalty:
        sign = "-=" if penalty.startswith(" - ") else "+="
        lines.append(f"{table[kind]} {sign} {penalty[3:].format_map(table)}")
    return lines


def _uniform(plan: Plan) -> None:
    """Refuse what a loop over the layers has no line of its own for."""
    hidden = {(l.slope, l.err, l.wts, l.mode, l.pre, l.more, l.op, l.twice) for l in plan.hidden.values()}
    if len(hidden) > 1 or plan.setup.skips or plan.early or not all(plan.setup.biases):
        raise NotWritable("loop")
    if plan.keep or plan.forward or plan.forward_bias or plan.after or plan.before or plan.last_only:
        raise NotWritable("code")


def nielsen(plan: Plan) -> Written:
    """One sample as a column, lists, and a loop from the second last layer on."""
    refuse(plan, "update")
    _uniform(plan)
    depth = plan.setup.depth
    inner = [plan.weights[l] for l in range(1, depth)]
    lower = [plan.biases[l] for l in range(1, depth)]
    if len(set(inner)) > 1 or len(set(lower)) > 1 or plan.mean == "head" or depth < 2 or plan.setup.l2:
        raise NotWritable("loop")
    layout = Layout(rows=False, dot="np.dot", flat=False, single=True)

    def table(index: str, following: str, previous: str) -> Slots:
        found = Slots(
            t="y", ax="0", y="activations[-1]", e="delta", en="delta", da="delta", dan="delta", m="1"
        )
        found |= {"z": f"zs[{index}]", "a": f"activations[{index}]", "ap": f"activations[{previous}]"}
        found |= {"w": f"weights[{index}]", "b": f"biases[{index}]", "n": "len(y)"}
        found |= {"dw": f"nabla_w[{index}]", "db": f"nabla_b[{index}]"}
        if following:
            found |= {
                "zn": f"zs[{following}]",
                "wn": f"weights[{following}]",
                "an": f"activations[{following}]",
            }
        found |= {"zp": f"zs[{previous}]", "wp": f"weights[{previous}]"}
        return found

    acts = plan.setup.activations
    last, rest = table("-1", "", "-2"), table("-l", "-l + 1", "-l - 1")
    step = [*head_lines(plan.head, last, layout)]
    step += [
        *b_lines(_bare(plan.biases[depth]), last, layout),
        *w_lines(_bare(plan.weights[depth]), last, layout),
    ]
    loop = z_lines(plan.hidden[1], rest, layout, False)
    loop += [*b_lines(_bare(lower[0]), rest, layout), *w_lines(_bare(inner[0]), rest, layout)]
    if len(set(acts[:-1])) > 1:
        raise NotWritable("mixed")
    go = [
        "nabla_b = [np.zeros(b.shape) for b in biases]",
        "nabla_w = [np.zeros(w.shape) for w in weights]",
        "activation = x",
        "activations = [x]",
        "zs = []",
        "for w, b in zip(weights, biases):",
        "    z = np.dot(w, activation) + b",
        "    zs.append(z)",
        f"    activation = {FORWARD[acts[0]].format(z='z')}",
        "    activations.append(activation)",
    ]
    if acts[0] != acts[-1]:
        go.append(f"activations[-1] = {FORWARD[acts[-1]].format(z='z')}")
    body = [*go, *step, f"for l in range(2, {depth + 1}):", *(f"    {line}" for line in loop)]
    text = assemble(plan, "def backprop(x, y, weights, biases):", body, "return nabla_w, nabla_b", layout)
    return Written(text, "backprop", layout, "lists")


def _bare(line: Line) -> Line:
    """A line without the mean: one sample has none."""
    pre = list(line.pre)
    if "1 / {m}" in pre:
        pre.remove("1 / {m}")
    else:
        raise NotWritable("mean")
    if "1 / {m}" in pre:
        raise NotWritable("mean")
    return replace(line, pre=tuple(pre))


def over_layers(plan: Plan) -> Written:
    """Lists and one loop that serves a network of any depth, samples as rows."""
    refuse(plan, "update")
    _uniform(plan)
    depth = plan.setup.depth
    acts = plan.setup.activations
    if len(set(plan.weights.values())) > 1 or len(set(plan.biases.values())) > 1 or len(set(acts[:-1])) > 1:
        raise NotWritable("loop")
    if depth < 2 or any(line.statements for line in plan.weights.values()):
        raise NotWritable("loop")
    layout = Layout(in_out=True)
    table = Slots(m="m", c="lam", t="Y", ax="1", y="A[-1]", e="delta", en="delta", da="dA", n="Y.shape[1]")
    table |= {
        "z": "Z[l]",
        "a": "A[l + 1]",
        "ap": "A[l]",
        "w": "weights[l]",
        "b": "biases[l]",
        "dw": "dW",
        "db": "db",
    }
    table |= {
        "zp": "Z[l - 1]",
        "zn": "Z[l + 1]",
        "wn": "weights[l + 1]",
        "wp": "weights[l - 1]",
        "an": "A[l + 2]",
    }
    below = Slots(table)  # in the loop the error goes on from layer l to the one below, at places l − 1
    below |= {
        "z": "Z[l - 1]",
        "a": "A[l]",
        "wn": "weights[l]",
        "zn": "Z[l]",
        "zp": "Z[l - 2]",
        "an": "A[l + 1]",
    }
    below |= {"w": "weights[l - 1]", "ap": "A[l - 1]"}
    head_table = Slots(table | {"z": "Z[-1]", "a": "A[-1]", "ap": "A[-2]"})
    loop = [*w_lines(plan.weights[1], table, layout), "dWs.insert(0, dW)"]
    loop += [*b_lines(plan.biases[1], table, layout), "dbs.insert(0, db)", "if l > 0:"]
    loop += [f"    {line}" for line in z_lines(plan.hidden[1], below, layout, False)]
    go = [
        "m = X.shape[0]",
        "A, Z = [X], []",
        "for l, (W, b) in enumerate(zip(weights, biases)):",
        "    Z.append(A[-1] @ W + b)",
        f"    if l < {depth - 1}:" if acts[0] != acts[-1] else "",
        f"        A.append({FORWARD[acts[0]].format(z='Z[-1]')})",
    ]
    if acts[0] != acts[-1]:
        go += ["    else:", f"        A.append({FORWARD[acts[-1]].format(z='Z[-1]')})"]
    else:
        go[-1] = go[-1].replace("        A", "    A", 1)
    head = f"def backward(X, Y, weights, biases{', lam' if plan.setup.l2 else ''}):"
    body = [*go, *head_lines(plan.head, head_table, layout), "dWs, dbs = [], []"]
    body += [f"for l in range({depth - 1}, -1, -1):", *(f"    {line}" for line in loop)]
    text = assemble(plan, head, body, "return dWs, dbs", layout)
    return Written(text, "backward", layout, "lists")
