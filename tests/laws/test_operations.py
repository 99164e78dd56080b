"""The table of operations: no reader lacks a kind of expression, and one row adds an operation everywhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import chalkgrad
from chalkgrad import SGD, Derivation, Network, check, derive, fit, gradients, trace
from chalkgrad._errors import ChalkgradWarning
from chalkgrad.derive import deriving
from chalkgrad.derive.algebra import add, matmul, negative, scale
from chalkgrad.derive.convention import Convention
from chalkgrad.derive.cost import Count, cost
from chalkgrad.derive.forward import Equation, forward_equations
from chalkgrad.derive.index import Index, Letters, SumOver, entry, place, times
from chalkgrad.derive.influence import ALL, Influence, Place, reach
from chalkgrad.derive.training import Training
from chalkgrad.expr import (
    ONE,
    TABLE,
    Expr,
    OfOne,
    Ones,
    Operation,
    Routine,
    Shape,
    Symbol,
    coefficient,
    register,
)
from chalkgrad.formula import nodes
from chalkgrad.notation.profiles.find import builtin_names, find_notation
from chalkgrad.notation.writers.formats import WRITERS

# -- no entry is missing ----------------------------------------------------------------------------------


def kinds(base: type[Expr] = Expr) -> Iterator[type[Expr]]:
    """The package's kinds of expression that stand in equations."""
    for kind in base.__subclasses__():
        yield from kinds(kind)
        if kind.__module__.startswith("chalkgrad.") and "__dataclass_params__" in vars(kind):
            yield kind


def lacking() -> list[str]:
    """Which reader has no rule for which kind."""
    return [
        f"{kind.__name__} has no {reader}"
        for kind in kinds()
        if not issubclass(kind, Routine)
        for reader, rules in TABLE.items()
        if kind not in rules
    ]


def test_every_reader_knows_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in pkgutil.walk_packages(chalkgrad.__path__, "chalkgrad."):
        if module.name.split(".")[1] in ("expr", "derive", "evaluate", "notation", "lower"):
            importlib.import_module(module.name)
    assert {"Symbol", "MatMul", "RowApply"} <= {kind.__name__ for kind in kinds()}
    assert lacking() == []
    monkeypatch.delitem(TABLE["code"], Ones)
    assert lacking() == ["Ones has no code"]


def test_a_reader_without_a_rule_says_so() -> None:
    class Strange(Expr):
        pass

    for reader, rules in TABLE.items():
        with pytest.raises(TypeError, match=f"Strange has no {reader}"):
            rules[Strange]


# -- one row ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mean(OfOne):
    """The mean of the entries of each sample; ``axis`` as of a softmax."""

    arg: Expr
    axis: int

    @property
    def shape(self) -> Shape:
        rows, columns = self.arg.shape
        return (rows, ONE) if self.axis == 1 else (ONE, columns)


def spread(one: Expr, like: Expr, axis: int) -> Expr:
    """One number a sample, repeated over its entries."""
    rows, columns = like.shape
    return matmul(one, Ones((ONE, columns))) if axis == 1 else matmul(Ones((rows, ONE)), one)


def flow(q: Mean, g: Expr) -> list[tuple[Expr, Expr]]:
    return [(q.arg, scale(coefficient(1, (q.arg.shape[q.axis], -1)), spread(g, q.arg, q.axis)))]


def one_entry(q: Mean, row: Index | None, column: Index | None, letters: Letters) -> nodes.Node:
    dim = q.arg.shape[q.axis]
    k = place(dim, letters)
    inner = entry(q.arg, row, k, letters) if q.axis == 1 else entry(q.arg, k, column, letters)
    assert isinstance(k, str)
    assert dim.size
    return times(nodes.Num(Fraction(1, dim.size)), SumOver(k, dim, inner))


def reached(q: Mean, symbol: Symbol, where: Place) -> list[Place]:
    return [(r, ALL) if q.axis == 1 else (ALL, c) for r, c in reach(q.arg, symbol, where)]


def numbers(compiler: Any, q: Mean) -> Any:
    inner = compiler(q.arg)

    def run(values: Any) -> Any:
        found = inner(values)
        return found.sum(axis=q.axis, keepdims=True) / compiler.arithmetic.number(found.shape[q.axis])

    return run


MEAN = Operation(
    adjoint=flow,
    entry=one_entry,
    reach=reached,
    cost=lambda q: Count(per_sample=q.arg.shape[q.axis].size),
    value=numbers,
    box=lambda writer, q: writer.call("mean", q.arg),
    code=lambda writer, q: writer.call("mean", q.arg, q.axis, writer.dialect.keep),
)
NETWORK = Network("3-5:relu-2:identity", loss="half_squared_error", l2=Fraction(1, 64))


def with_means(network: Network, convention: Convention, training: Training) -> list[Equation]:
    """The network's equations, but each hidden activation is measured from its sample's mean."""
    axis = 1 if convention.samples == "rows" else 0
    return [
        Equation(eq.symbol, centred(eq.expr, axis), eq.rule) if eq.symbol.kind == "act" else eq
        for eq in forward_equations(network, convention, training)
    ]


def centred(value: Expr, axis: int) -> Expr:
    return add([value, negative(spread(Mean(value, axis), value, axis))])


@pytest.fixture
def means(monkeypatch: pytest.MonkeyPatch) -> Iterator[Derivation]:
    for rules in TABLE.values():
        monkeypatch.setitem(rules, Mean, None)  # so that the row is gone afterwards
    register(Mean, MEAN)
    monkeypatch.setattr(deriving, "forward_equations", with_means)
    deriving._derive.cache_clear()
    yield derive(NETWORK)
    deriving._derive.cache_clear()


def data(seed: int = 7) -> tuple[dict[str, Any], Any, Any]:
    """Parameters and four samples, in numbers of few binary digits."""
    rng = np.random.default_rng(seed)

    def numbers(*shape: int) -> Any:
        return rng.integers(-24, 24, size=shape) / 16

    parameters = {name: numbers(*shape) for name, shape in NETWORK.parameter_shapes().items()}
    return parameters, numbers(4, 3), numbers(4, 2)


def loss(parameters: dict[str, Any], x: Any, t: Any) -> Any:
    """The loss, without any equation."""
    w1, b1, w2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    a = np.maximum(x @ w1.T + b1, 0)
    y = (a - a.mean(axis=1, keepdims=True)) @ w2.T + b2
    return ((y - t) ** 2).sum() / 2 / len(x) + ((w1**2).sum() + (w2**2).sum()) / 64


def slope(parameters: dict[str, Any], name: str, where: tuple[int, ...], x: Any, t: Any) -> float:
    """∂L/∂θ of one entry by central differences of ``loss``."""
    up, down = ({**parameters, name: parameters[name].copy()} for _ in range(2))
    up[name][where] += 1e-6
    down[name][where] -= 1e-6
    return float(loss(up, x, t) - loss(down, x, t)) / 2e-6


def test_it_is_derived_and_has_numbers(means: Derivation) -> None:
    assert str(means.step("A1").expr) == "(relu(Z1) + -1·(Mean(relu(Z1)) 1(1 × 5)))"
    parameters, x, t = data()
    value, found = gradients(NETWORK, parameters, x, t)
    assert value == pytest.approx(loss(parameters, x, t), rel=1e-14)
    for name, gradient in found.items():
        for where in np.ndindex(gradient.shape):
            assert gradient[where] == pytest.approx(slope(parameters, name, where, x, t), rel=1e-6, abs=1e-8)
    assert check(NETWORK, parameters, x, t).ok


def test_its_numbers_are_exact_too(means: Derivation) -> None:
    parameters, x, t = data()
    fractions = np.vectorize(Fraction, otypes=[object])
    exact = {name: fractions(value) for name, value in parameters.items()}
    found = trace(NETWORK, exact, fractions(x), fractions(t), exact=True).steps[0]
    assert found.loss == loss(exact, fractions(x), fractions(t))
    for name, gradient in gradients(NETWORK, parameters, x, t)[1].items():
        assert found.gradients[name].astype(float) == pytest.approx(gradient, rel=1e-13)


@pytest.mark.parametrize("notation", builtin_names())
def test_it_is_written_in_every_notation_and_format(means: Derivation, notation: str) -> None:
    page: Any = means.page(notation, zoom="matrix")
    for form, writer in WRITERS.items():
        if not writer.binary:
            assert "mean" in writer.write(page, 100), form
    if find_notation(notation).operators != "code":  # which has no single entries
        index = means.page(notation, zoom="index").only("Forward pass").text(width=200)
        assert re.search(r"− \(1/5\) ∑.₌₁⁵ \S+\(", index), index


def test_it_is_code(means: Derivation) -> None:
    assert "torch.mean(torch.relu(z1), dim=1, keepdim=True)" in means.text("pytorch", width=200)


def test_it_costs_and_reaches_over_its_sample(means: Derivation) -> None:
    step = next(step for step in cost(means).steps if step.step.name == "A1")
    assert step.elementwise == Count(per_sample=20)  # f(z), f(z) again in the mean, the mean, a − b
    influence = Influence(derive(NETWORK, batch=False))
    z, a = (step.symbol for step in derive(NETWORK, batch=False).forward[:2])
    assert influence.places(z, (2, 1)) == {a: [(ALL, 1)]}


def test_it_trains(means: Derivation) -> None:
    parameters, x, t = data()
    with pytest.warns(ChalkgradWarning, match="on the equations themselves.*no kernel for A1"):
        found = fit(
            NETWORK, x, t, parameters=parameters, optimiser=SGD(0.5), epochs=1, batch_size=4, dtype="float64"
        )
    for name, gradient in gradients(NETWORK, parameters, x, t)[1].items():
        assert found.parameters[name] == pytest.approx(parameters[name] - gradient / 2, rel=1e-12)
