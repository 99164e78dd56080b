"""Twelve ways in which people lay out a backward pass: each turns a plan into the text of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.faults.backward.functions import LOSS_VALUES, helpers
from tests.faults.backward.lines import Layout, Names, NotWritable, backward, forward, slots
from tests.faults.backward.plan import Plan
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


def _tuned(plan: Plan) -> None:
    """Refuse what only a style that updates can show."""
    if plan.update != "-" or plan.rate != "lr * ":
        raise NotWritable("update")


def _given(plan: Plan) -> None:
    """Refuse a wrong forward pass where the function does not do one."""
    if plan.forward or plan.forward_bias:
        raise NotWritable("forward")


def _no_class(plan: Plan) -> None:
    if plan.keep == "class":
        raise NotWritable("class")


def _rate(plan: Plan, names: Names) -> list[str]:
    """The learning rate among the arguments, where a line uses it."""
    used = any(
        "{lr}" in "".join(line.pre) for line in (*plan.weights.values(), *plan.biases.values(), plan.head)
    )
    return [names.rate] if used else []


def _dict(plan: Plan, prefix: str = "d", names: Names | None = None) -> str:
    spelled = names or Names()
    items = [
        f'"{prefix}{p}": {(spelled.dw if p[0] == "W" else spelled.db).format(p[1:])}'
        for p in parameters(plan)
    ]
    return "{" + ", ".join(items) + "}"


def flat_rows(plan: Plan) -> Written:
    """Named arrays, samples as rows, W as n_out × n_in."""
    _tuned(plan), _given(plan), _no_class(plan)
    layout, names = Layout(), Names()
    values = [f"{k}{l}" for l in range(1, plan.setup.depth + 1) for k in "ZA"]
    more = ["lam"] if plan.setup.l2 else []
    head = f"def backward({', '.join(['X', 'Y', *parameters(plan), *values, *more, *_rate(plan, names)])}):"
    body = ["m = X.shape[0]", *backward(plan, names, layout, two=True)]
    return Written(assemble(plan, head, body, f"return {_dict(plan)}", layout), "backward", layout)


def ng(plan: Plan) -> Written:
    """Dicts unpacked first, samples as columns, 1/m at each gradient."""
    _tuned(plan), _given(plan), _no_class(plan)
    layout, names = Layout(rows=False, dot="np.dot", flat=False), Names(c="lambd", rate="learning_rate")
    depth = plan.setup.depth
    unpack = [f'W{l} = parameters["W{l}"]' for l in range(1, depth + 1)]
    unpack += [f'{k}{l} = cache["{k}{l}"]' for l in range(1, depth + 1) for k in "ZA"]
    more = [*(["lambd"] if plan.setup.l2 else []), *_rate(plan, names)]
    if any("{b}" in "".join((line.post, *line.pre)) for line in plan.biases.values()):
        unpack += [f'b{l} = parameters["b{l}"]' for l in plan.biases]
    head = f"def backward_propagation({', '.join(['parameters', 'cache', 'X', 'Y', *more])}):"
    body = ["m = X.shape[1]", *unpack, *backward(plan, names, layout)]
    text = assemble(plan, head, [*body, f"grads = {_dict(plan)}"], "return grads", layout)
    if plan.keep:
        raise NotWritable("keep")
    return Written(text, "backward_propagation", layout)


def video(plan: Plan) -> Written:
    """Named arrays in columns, the answer a tuple."""
    _tuned(plan), _given(plan), _no_class(plan)
    layout, names = Layout(rows=False, dot=".dot", flat=False), Names()
    values = [f"{k}{l}" for l in range(1, plan.setup.depth + 1) for k in "ZA"]
    weights = [f"W{l}" for l in range(1, plan.setup.depth + 1)]
    if any("{b}" in "".join((line.post, *line.pre)) for line in plan.biases.values()):
        weights += [f"b{l}" for l in plan.biases]
    more = [*(["lam"] if plan.setup.l2 else []), *_rate(plan, names)]
    head = f"def backward_prop({', '.join([*values, *weights, 'X', 'Y', *more])}):"
    body = ["m = Y.shape[1]", *backward(plan, names, layout)]
    result = "return " + ", ".join(f"d{name}" for name in parameters(plan))
    return Written(assemble(plan, head, body, result, layout), "backward_prop", layout, "tuple")


def dicts(plan: Plan) -> Written:
    """Dicts used in place, samples as rows."""
    _tuned(plan), _given(plan)
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
    more = [*(["lam"] if plan.setup.l2 else []), *_rate(plan, names)]
    head = f"def backward({', '.join(['params', 'cache', 'Y', *more])}):"
    body = ["m = Y.shape[0]", "grads = {}", *backward(plan, names, layout)]
    return Written(assemble(plan, head, body, "return grads", layout), "backward", layout)


def deltas(plan: Plan) -> Written:
    """Lower case and deltas, samples as rows, W as n_in × n_out."""
    _tuned(plan), _given(plan), _no_class(plan)
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
    more = [*(["lam"] if plan.setup.l2 else []), *_rate(plan, names)]
    head = f"def gradients({', '.join(['x', 'y', *small, *values, *more])}):"
    body = ["n = len(x)", *backward(plan, names, layout)]
    table = "{" + ", ".join(f'"grad_{p}": grad_{p}' for p in small) + "}"
    return Written(assemble(plan, head, body, f"return {table}", layout), "gradients", layout)


def stanford(plan: Plan) -> Written:
    """Forward and backward in one function over a dict of weights; returns (loss, grads)."""
    _tuned(plan), _no_class(plan)
    if plan.keep:
        raise NotWritable("keep")
    layout = Layout(in_out=True, dot=".dot")
    names = Names(e="ds{}", da="dh{}", z="s{}", a="h{}", t="y", c="reg", m="N")
    depth = plan.setup.depth
    unpack = [f'{p} = params["{p}"]' for p in parameters(plan)]
    table = slots(names, layout, depth, depth)
    share = "" if plan.setup.reduction == "sum" else " / N"
    classes = plan.setup.loss == "cross_entropy"
    cost = [f"cost = {LOSS_VALUES[plan.setup.loss].format_map(table)}{share}"]
    if plan.setup.l2:
        cost += [f"cost += reg * ({' + '.join(f'np.sum(W{l} * W{l})' for l in range(1, depth + 1))})"]
    more = [*(["reg"] if plan.setup.l2 else []), *_rate(plan, names)]
    head = f"def loss({', '.join(['params', 'X', 'y', *more])}):"
    encode = [f"y = np.eye(h{depth}.shape[1])[y]"] if classes else []
    body = ["N = X.shape[0]", *unpack, *forward(plan, names, layout), *encode, *cost]
    body += backward(plan, names, layout)
    text = assemble(plan, head, body, f"return cost, {_dict(plan, '')}", layout)
    return Written(text, "loss", layout, loss_first=True, targets="classes" if classes else "matrix")


def small_columns(plan: Plan) -> Written:
    """Own forward pass in columns with lower-case letters; returns (loss, dW1, db1, …)."""
    _tuned(plan), _no_class(plan)
    layout, names = Layout(rows=False, flat=False), Names(z="z{}", a="a{}", e="delta{}", da="da{}")
    depth = plan.setup.depth
    table = slots(names, layout, depth, depth)
    share = "" if plan.setup.reduction == "sum" else " / m"
    more = [*(["lam"] if plan.setup.l2 else []), *_rate(plan, names)]
    head = f"def loss_and_gradients({', '.join([*parameters(plan), 'X', 'Y', *more])}):"
    body = ["m = X.shape[1]", *forward(plan, names, layout)]
    body += [
        f"loss = {LOSS_VALUES[plan.setup.loss].format_map(table)}{share}",
        *backward(plan, names, layout),
    ]
    result = "return loss, " + ", ".join(f"d{name}" for name in parameters(plan))
    text = assemble(plan, head, body, result, layout)
    return Written(text, "loss_and_gradients", layout, "tuple", loss_first=True)


def update_function(plan: Plan) -> Written:
    """One step of descent; returns the new weights."""
    _no_class(plan)
    if plan.keep:
        raise NotWritable("keep")
    if plan.after or plan.answer:
        raise NotWritable("answer")
    layout, names = Layout(in_out=True), Names()
    more = ["lam"] if plan.setup.l2 else []
    head = f"def gradient_step({', '.join(['X', 'Y', *parameters(plan), 'lr', *more])}):"
    late = [p for p in parameters(plan) if not (p[0] == "W" and int(p[1:]) in plan.early)]
    body = ["m = len(X)", *forward(plan, names, layout), *backward(plan, names, layout)]
    body += [f"{p} = {p} {plan.update} {plan.rate}d{p}" for p in late]
    body = [line.replace("-= 0.1 *", f"= {line.split(' ')[0]} - lr *") for line in body]
    return Written(
        assemble(plan, head, body, f"return {', '.join(parameters(plan))}", layout),
        "gradient_step",
        layout,
        "updated",
    )


def step_dict(plan: Plan) -> Written:
    """One step of descent in columns over a dict of parameters; returns a new dict."""
    _no_class(plan)
    if plan.keep or plan.after or plan.answer:
        raise NotWritable("keep")
    layout, names = Layout(rows=False, dot="np.dot", flat=False), Names(c="lambd", rate="learning_rate")
    more = ["lambd"] if plan.setup.l2 else []
    head = f"def train_step({', '.join(['parameters', 'X', 'Y', 'learning_rate', *more])}):"
    unpack = [f'{p} = parameters["{p}"]' for p in parameters(plan)]
    late = [p for p in parameters(plan) if not (p[0] == "W" and int(p[1:]) in plan.early)]
    body = ["m = X.shape[1]", *unpack, *forward(plan, names, layout), *backward(plan, names, layout)]
    rate = plan.rate.replace("lr", "learning_rate")
    body += [f"{p} = {p} {plan.update} {rate}d{p}" for p in late]
    body = [line.replace("-= 0.1 *", f"= {line.split(' ')[0]} - learning_rate *") for line in body]
    result = "return {" + ", ".join(f'"{p}": {p}' for p in parameters(plan)) + "}"
    return Written(assemble(plan, head, body, result, layout), "train_step", layout, "updated")


def in_place(plan: Plan) -> Written:
    """One step of descent that changes its arguments and returns nothing."""
    _no_class(plan)
    if plan.keep or plan.after or plan.answer:
        raise NotWritable("keep")
    layout, names = Layout(dot="np.dot"), Names(rate="eta", t="y", a="a{}", z="z{}", e="delta{}", da="da{}")
    more = ["lam"] if plan.setup.l2 else []
    head = f"def update({', '.join(['X', 'y', *parameters(plan), 'eta', *more])}):"
    late = [p for p in parameters(plan) if not (p[0] == "W" and int(p[1:]) in plan.early)]
    body = ["m = len(y)", *forward(plan, names, layout), *backward(plan, names, layout)]
    body += [f"{p} {plan.update}= {plan.rate.replace('lr', 'eta')}d{p}" for p in late]
    body = [line.replace("-= 0.1 *", "-= eta *") for line in body]
    return Written(assemble(plan, head, body, "", layout), "update", layout, "updated")
