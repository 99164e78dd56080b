"""Styles that are given everything they need: each turns a plan into the text of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.faults.backward.functions import helpers
from tests.faults.backward.lines import Layout, Names, NotWritable, backward
from tests.faults.backward.plan import BLine, Plan, WLine
from tests.faults.backward.written import Written

Style = Callable[[Plan], Written]


def parameters(plan: Plan) -> list[str]:
    """W1, b1, W2 …"""
    names = []
    for l in range(1, plan.setup.depth + 1):
        names += [f"W{l}", f"b{l}"] if plan.setup.biases[l - 1] else [f"W{l}"]
    return names


def assemble(
    plan: Plan,
    head: str,
    body: Sequence[str],
    result: str,
    layout: Layout,
    indent: str = "    ",
    extra: str = "",
) -> str:
    """A function's text under its imports and helpers."""
    lines = [*body, *plan.after]
    if plan.keep:
        kept = {"module": "totals", "default": "totals", "class": "self.totals"}[plan.keep]
        for name in parameters(plan):
            own = ("self.d" if "self" in head else "d") + name
            lines.append(f'{kept}["{name}"] = {kept}.get("{name}", 0) + {own}')
            lines.append(f'{own} = {kept}["{name}"]')
    if plan.answer:
        result = plan.answer
    text = "\n".join(f"{indent}{line}" for line in [*lines, result] if line)
    if plan.keep == "default":
        head = head.replace("):", ", totals={}):")
    function = f"{extra}{head}\n{text}\n"
    above = "totals = {}\n\n\n" if plan.keep == "module" else ""
    return f"import numpy as np\n\n\n{helpers(function, layout.axis)}{above}{function}"


def refuse(plan: Plan, *subjects: str) -> None:
    """Refuse what a style cannot show: an update, its own forward pass, an attribute of a class."""
    found = {
        "update": plan.update != "-" or plan.rate != "lr * ",
        "forward": bool(plan.forward or plan.forward_bias),
        "class": plan.keep == "class",
    }
    for subject in subjects:
        if found[subject]:
            raise NotWritable(subject)


def rate_argument(plan: Plan, names: Names) -> list[str]:
    """The learning rate among the arguments, where a line uses it."""
    lines: list[WLine | BLine] = [*plan.weights.values(), *plan.biases.values()]
    used = any("{lr}" in line.pre for line in lines)
    return [names.rate] if used else []


def dict_of(plan: Plan, prefix: str = "d", names: Names | None = None) -> str:
    spelled = names or Names()
    items = [
        f'"{prefix}{p}": {(spelled.dw if p[0] == "W" else spelled.db).format(p[1:])}'
        for p in parameters(plan)
    ]
    return "{" + ", ".join(items) + "}"


def flat_rows(plan: Plan) -> Written:
    """Named arrays, samples as rows, W as n_out × n_in."""
    refuse(plan, "update", "forward", "class")
    layout, names = Layout(), Names()
    values = [f"{k}{l}" for l in range(1, plan.setup.depth + 1) for k in "ZA"]
    more = ["lam"] if plan.setup.l2 else []
    wanted = ["X", "Y", *parameters(plan), *values, *more, *rate_argument(plan, names)]
    head = f"def backward({', '.join(wanted)}):"
    body = ["m = X.shape[0]", *backward(plan, names, layout, two=True)]
    return Written(assemble(plan, head, body, f"return {dict_of(plan)}", layout), "backward", layout)


def ng(plan: Plan) -> Written:
    """Dicts unpacked first, samples as columns, 1/m at each gradient."""
    refuse(plan, "update", "forward", "class")
    layout, names = Layout(rows=False, dot="np.dot", flat=False), Names(c="lambd", rate="learning_rate")
    depth = plan.setup.depth
    unpack = [f'W{l} = parameters["W{l}"]' for l in range(1, depth + 1)]
    unpack += [f'{k}{l} = cache["{k}{l}"]' for l in range(1, depth + 1) for k in "ZA"]
    more = [*(["lambd"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    if any("{b}" in "".join((line.post, *line.pre)) for line in plan.biases.values()):
        unpack += [f'b{l} = parameters["b{l}"]' for l in plan.biases]
    head = f"def backward_propagation({', '.join(['parameters', 'cache', 'X', 'Y', *more])}):"
    body = ["m = X.shape[1]", *unpack, *backward(plan, names, layout)]
    text = assemble(plan, head, [*body, f"grads = {dict_of(plan)}"], "return grads", layout)
    if plan.keep:
        raise NotWritable("keep")
    return Written(text, "backward_propagation", layout)


def video(plan: Plan) -> Written:
    """Named arrays in columns, the answer a tuple."""
    refuse(plan, "update", "forward", "class")
    layout, names = Layout(rows=False, dot=".dot", flat=False), Names()
    values = [f"{k}{l}" for l in range(1, plan.setup.depth + 1) for k in "ZA"]
    weights = [f"W{l}" for l in range(1, plan.setup.depth + 1)]
    if any("{b}" in "".join((line.post, *line.pre)) for line in plan.biases.values()):
        weights += [f"b{l}" for l in plan.biases]
    more = [*(["lam"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    head = f"def backward_prop({', '.join([*values, *weights, 'X', 'Y', *more])}):"
    body = ["m = Y.shape[1]", *backward(plan, names, layout)]
    result = "return " + ", ".join(f"d{name}" for name in parameters(plan))
    return Written(assemble(plan, head, body, result, layout), "backward_prop", layout, "tuple")


def dicts(plan: Plan) -> Written:
    """Dicts used in place, samples as rows."""
    refuse(plan, "update", "forward")
    if plan.keep:
        raise NotWritable("keep")
    layout = Layout()
    names = Names(
        z='cache["Z{}"]',
        a='cache["A{}"]',
        w='params["W{}"]',
        b='params["b{}"]',
        dw='grads["dW{}"]',
        db='grads["db{}"]',
        x='cache["X"]',
        rate="lr",
    )
    more = [*(["lam"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    head = f"def backward({', '.join(['params', 'cache', 'Y', *more])}):"
    body = ["m = Y.shape[0]", "grads = {}", *backward(plan, names, layout)]
    return Written(assemble(plan, head, body, "return grads", layout), "backward", layout)


def deltas(plan: Plan) -> Written:
    """Lower case and deltas, samples as rows, W as n_in × n_out."""
    refuse(plan, "update", "forward", "class")
    if plan.keep:
        raise NotWritable("keep")
    layout = Layout(in_out=True, dot="np.matmul")
    names = Names(
        z="z{}",
        a="h{}",
        w="w{}",
        b="b{}",
        e="delta{}",
        da="dh{}",
        dw="grad_w{}",
        db="grad_b{}",
        x="x",
        t="y",
        m="n",
    )
    values = [f"{k}{l}" for l in range(1, plan.setup.depth + 1) for k in ("z", "h")]
    small = [name.lower() for name in parameters(plan)]
    more = [*(["lam"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    head = f"def gradients({', '.join(['x', 'y', *small, *values, *more])}):"
    body = ["n = len(x)", *backward(plan, names, layout)]
    table = "{" + ", ".join(f'"grad_{p}": grad_{p}' for p in small) + "}"
    return Written(assemble(plan, head, body, f"return {table}", layout), "gradients", layout)
