"""The reverse sweep: from the forward equations to every gradient, one adjoint rule an operation."""

from __future__ import annotations

from dataclasses import replace

from chalkgrad.derive.algebra import add, scale, simplify, split_scale
from chalkgrad.derive.convention import Convention
from chalkgrad.derive.derivation import Form, Step
from chalkgrad.derive.forms import Error, error_forms, loss_forms, value_forms
from chalkgrad.derive.forward import Equation
from chalkgrad.derive.rules import adjoints
from chalkgrad.expr import ONE, Dim, Expr, Ones, RowApply, Symbol, coefficient, make_symbol, rewrite, symbols
from chalkgrad.network import Network

GIVEN = ("input", "target", "sample_weight", "mask", "running_mean", "running_variance")
"""Kinds of symbols that no gradient is wanted of."""


def grad(symbol: Symbol) -> Symbol:
    """∂L/∂symbol, with the symbol's shape."""
    return make_symbol("grad", symbol.layer, symbol.shape, symbol)


class Sweep:
    """Goes through the equations backwards and keeps, for every symbol, what has flowed to it so far."""

    def __init__(self, equations: list[Equation], network: Network, convention: Convention) -> None:
        self.equations = equations
        self.network = network
        self.convention = convention
        self.flowed: dict[Symbol, list[tuple[Expr, Symbol]]] = {}
        self.defined = {eq.symbol: eq.expr for eq in equations}
        self.named: dict[Expr, Expr] = {
            value: symbol for symbol, value in self.defined.items() if isinstance(value, RowApply)
        }
        self.fixed: set[Symbol] = set()  # computed from what is given, and from nothing that is learned
        for eq in equations:
            if all(symbol.kind in GIVEN or symbol in self.fixed for symbol in symbols(eq.expr)):
                self.fixed.add(eq.symbol)
        self.uses: dict[Symbol, int] = {}
        for eq in equations:
            for used in symbols(eq.expr):
                self.uses[used] = self.uses.get(used, 0) + 1
        self.steps: list[Step] = []
        self.found: dict[Symbol, Expr] = {}  # the right side of each step
        self.formulas: dict[Symbol, Expr] = {}  # gradients known as explicit elementwise formulas

    def run(self) -> list[Step]:
        for eq in reversed(self.equations):
            if eq.symbol.kind == "loss":
                self._flow(eq, Ones((ONE, ONE)))
            elif eq.symbol in self.flowed:
                self._add_step(eq)
                self._flow(eq, grad(eq.symbol))
        return self.steps

    def _flow(self, eq: Equation, g: Expr) -> None:
        arrived: dict[Symbol, list[Expr]] = {}
        self._spread(eq.expr, g, arrived)
        for symbol, parts in arrived.items():
            total = simplify(add([self._name_values(part) for part in parts]))
            self.flowed.setdefault(symbol, []).append((total, eq.symbol))
        for symbol in symbols(eq.expr):
            self.uses[symbol] -= 1
            if not self.uses[symbol] and symbol.is_parameter:
                self._add_parameter(symbol)

    def _spread(self, expr: Expr, g: Expr, arrived: dict[Symbol, list[Expr]]) -> None:
        if isinstance(expr, Symbol):
            if expr.kind not in GIVEN and expr not in self.fixed:
                arrived.setdefault(expr, []).append(g)
            return
        for operand, flow in adjoints(expr, g):
            self._spread(operand, flow, arrived)

    def _name_values(self, expr: Expr) -> Expr:
        """Write a softmax that was already computed by its name: Q, not softmax(X)."""
        named = self.named
        return rewrite(expr, lambda node: named.get(node, node)) if named else expr

    def _add_step(self, eq: Equation) -> None:
        parts = self.flowed[eq.symbol]
        through = tuple(symbol for _, symbol in parts)
        expr = simplify(add([part for part, _ in parts]))
        symbol = eq.symbol
        if any(source.kind == "loss" for source in through):
            forms, chosen = loss_forms(self._of_samples(expr))
            self.formulas[grad(symbol)] = forms[-1].expr
        elif symbol.kind == "pre":
            forms, chosen = error_forms(expr, self._error(symbol, through[0]))
        else:
            forms, chosen = [Form(expr, "chain" if len(parts) == 1 else "sum-of-paths")], 0
            if symbol.kind == "variance":
                forms, chosen = value_forms(forms, self._error(symbol, through[0]))
        self._keep(Step(grad(symbol), tuple(forms), chosen, through))

    def _error(self, z: Symbol, value: Symbol) -> Error:
        upstream = grad(value)
        known = self.formulas.get(upstream) or self.found.get(upstream)
        return Error(
            z,
            value,
            self.defined[value],
            upstream,
            known,
            self.network.loss.loss_function.domain.sums_to_one,
        )

    def _of_samples(self, expr: Expr) -> Expr:
        """∂L/∂Y without the 1/m where a convention takes the mean at the parameters' gradients."""
        if self.convention.mean_at != "gradient":
            return expr
        c, rest = split_scale(expr)
        return scale(replace(c, powers=tuple(part for part in c.powers if part[0] != self._batch())), rest)

    def _keep(self, step: Step) -> None:
        self.steps.append(step)
        self.found[step.symbol] = step.expr

    def _add_parameter(self, symbol: Symbol) -> None:
        parts = self.flowed[symbol]
        parts = sorted(parts, key=lambda part: part[1].kind == "loss")  # the data term, then the penalty
        if self.convention.mean_at == "gradient" and self.network.loss.reduction == "mean":
            front = coefficient(1, (self._batch(), -1))
            parts = [(part if s.kind == "loss" else scale(front, part), s) for part, s in parts]
        rule = "chain" if len(parts) == 1 else "sum-of-paths"
        expr = simplify(add([part for part, _ in parts]))
        self._keep(Step(grad(symbol), (Form(expr, rule),), 0, tuple(s for _, s in parts)))

    def _batch(self) -> Dim:
        for eq in self.equations:
            if eq.symbol.kind == "pre":
                return eq.symbol.shape[0 if self.convention.samples == "rows" else 1]
        raise AssertionError("a network has at least one layer")
