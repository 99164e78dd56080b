"""Answers that are functions of one variable: σ′ and its like, tried point by point."""

from __future__ import annotations

import math
import re

from chalkgrad.check.key.judging.stage import Places, UnreadableError, WrongAnswerError
from chalkgrad.check.key.judging.value import Evaluator, applied
from chalkgrad.check.key.reading.nodes import AppliedFunction, Node, Ref, Total, elementwise
from chalkgrad.check.key.reading.quantities import FunctionOf
from chalkgrad.formula import FUNCTIONS, ElementwiseFunction, format_formula, nodes, parse_formula, substitute
from chalkgrad.formula.build import children, rebuild
from chalkgrad.formula.differentiate import differentiate

POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 0.123, -0.731, 1.619, -1.377, 2.718)
FAR = (60.0, 600.0)


class FunctionEvaluator(Evaluator):
    """Evaluates an answer at one point: ``argument`` kinds of letters are z, ``value`` kinds are f(z)."""

    def __init__(self, function: ElementwiseFunction, point: float, argument: tuple[str, ...]) -> None:
        self.function, self.point, self.argument = function, point, argument
        self.count = 0

    def entry(self, ref: Ref, places: Places) -> float:
        """Return z or f(z)."""
        if ref.layer is not None and not ref.layer.base:
            raise WrongAnswerError(f"{ref.text} is of no particular layer")
        if ref.kind in self.argument:
            return self.point
        if ref.kind in ("pre", "act", "output"):
            return applied(self.function, 0, self.point)
        raise WrongAnswerError(f"{ref.text} is not a letter of a function of one variable")

    def slope(self, of: Ref, by: Ref, places: Places) -> float:
        """Refuse derivatives of letters."""
        raise UnreadableError("be a formula without ∂", "Write the derivative out.", by.at)

    def total(self, node: Total, places: Places) -> float:
        """Refuse sums."""
        raise UnreadableError("be a formula without sums", "Write a function of z.")

    def applied(self, node: AppliedFunction, places: Places) -> float:
        """Return a function's value; a name by itself stands for its value at z."""
        function = elementwise(node.function) if node.function else self.function
        return applied(function, node.order, self.point if node.arg is None else self.value(node.arg, places))


def repeats(node: Node | None, quantity: FunctionOf) -> bool:
    """Whether an answer is the question itself: σ'(z) for the derivative of σ."""
    match node:
        case AppliedFunction(function, order, arg):
            return order == quantity.order and function == quantity.function.name and not_computed(arg)
        case nodes.Call(function, (arg,)):
            return not quantity.order and function == quantity.function.name and not_computed(arg)
    return False


def not_computed(arg: Node | None) -> bool:
    """Whether an argument is just a letter, or not written."""
    return arg is None or isinstance(arg, nodes.Var)


def points(quantity: FunctionOf) -> list[float]:
    """Return the points to try: without kinks, on the side that is asked for."""
    kinks = {float(kink) for kink in quantity.function.kinks}
    side = {"positive": 1, "negative": -1}.get(quantity.side, 0)
    return [z for z in POINTS if z not in kinks and (side * z > 0 or not side)]


def far_value(quantity: FunctionOf) -> float | None:
    """Return the common limit at −∞ and ∞, if there is one."""
    values = [applied(quantity.function, quantity.order, sign * z) for z in FAR for sign in (1, -1)]
    spread = max(values) - min(values)
    if not all(map(math.isfinite, values)) or spread > 1e-9 * (1 + max(map(abs, values))):
        return None
    return 0.0 if abs(values[1]) < 1e-20 else round(values[1], 12)


def expected_text(quantity: FunctionOf, answer: str, letter: str) -> str:
    """Return the right formula, written out with e where the answer is."""
    function = quantity.function
    node = function.derivative(function.variables[0]) if quantity.order else function.body
    spelled = not re.search(r"sig|σ|tanh|relu|softplus|[fgh]\(", answer, re.IGNORECASE)
    if spelled and "e" in answer:
        written = _written_out(function.body)
        node = differentiate(written, function.variables[0]) if quantity.order else written
    if quantity.side in ("positive", "negative"):
        node = _on_side(node, function.variables[0], quantity.side)
    node = substitute(node, {function.variables[0]: nodes.Var(letter)})
    text = format_formula(node)
    return re.sub(r"\bexp\(", "e^(", text) if re.search(r"e\s*(\^|\*\*)", answer) else text


def _written_out(node: Node) -> Node:
    """Replace functions by their defining formulas: σ(z) by 1/(1 + exp(−z))."""
    if isinstance(node, nodes.Call) and FUNCTIONS[node.function].meaning:
        entry = FUNCTIONS[node.function]
        body = parse_formula(entry.meaning, entry.arguments)
        inner = [_written_out(arg) for arg in node.args]
        return substitute(body, dict(zip(entry.arguments, inner, strict=True)))
    return rebuild(node, (_written_out(part) for part in children(node)))


def _on_side(node: Node, variable: str, side: str) -> Node:
    """Take the branch that holds on one side of 0."""
    if isinstance(node, nodes.Where) and node.condition.left == nodes.Var(variable):
        is_upper = node.condition.op in (">", ">=")
        return node.then if is_upper == (side == "positive") else node.otherwise
    return node
