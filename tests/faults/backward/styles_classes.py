"""Styles of classes: gradients in attributes, steps in place."""

from __future__ import annotations

from tests.faults.backward.lines import Layout, Names, NotWritable, backward, forward
from tests.faults.backward.plan import Plan
from tests.faults.backward.styles import assemble, parameters, refuse
from tests.faults.backward.written import Written

_SELF = Names(
    z="self.Z{}",
    a="self.A{}",
    w="self.W{}",
    b="self.b{}",
    dw="self.dW{}",
    db="self.db{}",
    c="self.lam",
    rate="self.lr",
)


def _constructor(plan: Plan) -> str:
    lines = ["class NeuralNetwork:"]
    lines += ["    totals = {}", ""] if plan.keep == "class" else []
    lines += ["    def __init__(self, sizes, lr=0.1):"]
    for name in parameters(plan):
        l = int(name[1:])
        shape = f"sizes[{l - 1}], sizes[{l}]"
        lines.append(f"        self.{name} = np.random.randn({shape}) * 0.1" if name[0] == "W" else "")
        if name[0] == "b":
            lines[-1] = f"        self.{name} = np.zeros((1, sizes[{l}]))"
    lines.append("        self.lr = lr")
    if plan.setup.l2:
        lines.append(f"        self.lam = {plan.setup.l2}")
    body = "\n".join(f"        {line}" for line in forward(plan, _SELF, _CLASS))
    output = f"self.A{plan.setup.depth}"
    return "\n".join(lines) + f"\n\n    def forward(self, X):\n{body}\n        return {output}\n\n"


_CLASS = Layout(in_out=True, flat=False)


def stored(plan: Plan) -> Written:
    """A class whose backward leaves its gradients in attributes."""
    refuse(plan, "update")
    if plan.keep in ("module", "default"):
        raise NotWritable("keep")
    body = ["m = X.shape[0]", *backward(plan, _SELF, _CLASS)]
    head = "    def backward(self, X, Y):"
    text = assemble(plan, head, body, "", _CLASS, "        ", _constructor(plan))
    return Written(text, "NeuralNetwork", _CLASS, "attributes")


def trained(plan: Plan) -> Written:
    """A class whose train takes a step in place."""
    if plan.keep:
        raise NotWritable("keep")
    names = Names(z="self.Z{}", a="self.A{}", w="self.W{}", b="self.b{}", c="self.lam", rate="self.lr")
    late = [p for p in parameters(plan) if not (p[0] == "W" and int(p[1:]) in plan.early)]
    body = ["m = X.shape[0]", "self.forward(X)", *backward(plan, names, _CLASS)]
    body += [f"self.{p} {plan.update}= {plan.rate.replace('lr', 'self.lr')}d{p}" for p in late]
    body = [line.replace("-= 0.1 *", "-= self.lr *") for line in body]
    head = "    def train(self, X, Y):"
    text = assemble(plan, head, body, "", _CLASS, "        ", _constructor(plan))
    return Written(text, "NeuralNetwork", _CLASS, "updated attributes")
