"""Styles with a forward pass of their own: losses with gradients, and steps of descent."""

from __future__ import annotations

from tests.faults.backward.functions import LOSS_VALUES
from tests.faults.backward.lines import Layout, Names, NotWritable, backward, forward, slots
from tests.faults.backward.plan import Plan
from tests.faults.backward.styles import assemble, dict_of, parameters, rate_argument, refuse
from tests.faults.backward.written import Written


def stanford(plan: Plan) -> Written:
    """Forward and backward in one function over a dict of weights; returns (loss, grads)."""
    refuse(plan, "update", "class")
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
    more = [*(["reg"] if plan.setup.l2 else []), *rate_argument(plan, names)]
    head = f"def loss({', '.join(['params', 'X', 'y', *more])}):"
    encode = [f"y = np.eye(h{depth}.shape[1])[y]"] if classes else []
    body = ["N = X.shape[0]", *unpack, *forward(plan, names, layout), *encode, *cost]
    body += backward(plan, names, layout)
    text = assemble(plan, head, body, f"return cost, {dict_of(plan, '')}", layout)
    return Written(text, "loss", layout, loss_first=True, targets="classes" if classes else "matrix")


def small_columns(plan: Plan) -> Written:
    """Own forward pass in columns with lower-case letters; returns (loss, dW1, db1, …)."""
    refuse(plan, "update", "class")
    layout, names = Layout(rows=False, flat=False), Names(z="z{}", a="a{}", e="delta{}", da="da{}")
    depth = plan.setup.depth
    table = slots(names, layout, depth, depth)
    share = "" if plan.setup.reduction == "sum" else " / m"
    more = [*(["lam"] if plan.setup.l2 else []), *rate_argument(plan, names)]
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
    refuse(plan, "class")
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
    refuse(plan, "class")
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
    refuse(plan, "class")
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
