"""From an elementwise expression to a tape that loses no digits and makes no NaN out of 0 · ∞."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import lru_cache

import numpy as np

from chalkgrad.derive.elementwise import leaf_count, termwise_derivative, to_formula, variables_in_order
from chalkgrad.evaluate.stable import SampleKernel
from chalkgrad.expr import Apply, Expr, Hadamard, Ones, Scale, Sum, Symbol, rewrite
from chalkgrad.formula import ElementwiseFunction, nodes, simplify, stabilise, substitute, variables
from chalkgrad.formula.build import add, mul, negate, num, rebuild
from chalkgrad.formula.build import children as parts_of
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.kernels import FLOAT_KERNELS
from chalkgrad.formula.tape import Tape, compile_tape
from chalkgrad.lower.parts import Held, Slope, is_mask

ZERO = num(0)


def is_elementwise(expr: Expr) -> bool:
    """Whether every entry of the result needs only the same entries of buffers."""
    match expr:
        case Apply() | Sum() | Hadamard():
            return all(map(is_elementwise, expr.operands()))
        case Scale(c, arg):
            return not c.powers and is_elementwise(arg)
        case SampleKernel(kind, args, _):
            return kind in _THROUGH_LOG and isinstance(args[0], Held) and is_elementwise(args[-1])
        case Symbol():
            return not is_mask(expr)
    return isinstance(expr, Ones | Slope)


def formula_of(expr: Expr) -> nodes.Node:
    """The formula of one entry, in variables named by the symbols whose entries they are."""
    node = to_formula(expr)
    leaves = {leaf: _leaf(leaf) for leaf in variables_in_order(node) if not isinstance(leaf, Symbol)}
    return substitute(node, leaves) if leaves else node


def _leaf(leaf: object) -> nodes.Node:
    match leaf:
        case Slope(function, value) if function.value_derivative is not None:
            return substitute(function.value_derivative, {"a": nodes.Var(value)})
        case SampleKernel(kind, args, _) if kind in _THROUGH_LOG:
            return substitute(_THROUGH_LOG[kind], dict(zip(("log", "t"), map(nodes.Var, args), strict=False)))
    raise TypeError(f"not elementwise: {leaf}")


def _through_log() -> Mapping[str, nodes.Node]:
    """p = softmax(z) and what needs its digits, through log p: 1 − p = −(exp(log p) − 1), and so on."""
    log_p, t = nodes.Var("log"), nodes.Var("t")
    complement = negate(nodes.Call("expm1", (log_p,)))
    return {
        "log_softmax": log_p,
        "softmax_complement": complement,
        "log_softmax_complement": nodes.Call("log", (complement,)),
        "softmax_minus": nodes.Call("expm1_minus", (log_p, add(t, num(-1)))),
    }


_THROUGH_LOG = _through_log()


def log_places(expr: Expr, log: Held) -> Expr:
    """Let the routines over whole samples read log p from its buffer: their first argument becomes it."""

    def rule(node: Expr) -> Expr:
        if isinstance(node, SampleKernel) and node.kind in _THROUGH_LOG:
            return SampleKernel(node.kind, (log, *node.args[1:]), node.axis)
        return node

    return rewrite(expr, rule)


def entering(expr: Expr) -> nodes.Node:
    """The formula of an error that enters the backward pass: what cancels is cancelled.

    Where nothing cancels, the loss is differentiated term by term, so that a term whose target is 0
    can be left out.
    """
    plain = formula_of(expr)
    shorter = _shorter(plain)
    if shorter is not None:
        return shorter
    return formula_of(rewrite(expr, _termwise))


def _shorter(node: nodes.Node) -> nodes.Node | None:
    """The formula simplified, if something cancels in it; σ(z) − t and the like count as one letter."""
    before = _lettered(stabilise(node))
    simple = simplify(before)
    if leaf_count(simple) >= leaf_count(before):
        return None
    return substitute(simple, {name: name for name in variables(simple) if isinstance(name, nodes.Node)})


def _lettered(node: nodes.Node) -> nodes.Node:
    if isinstance(node, nodes.Call) and node.function not in FUNCTIONS:
        return nodes.Var(node)
    parts = parts_of(node)
    return rebuild(node, map(_lettered, parts)) if parts else node


def _termwise(node: Expr) -> Expr:
    if isinstance(node, Apply) and node.wrt is not None and node.function.variables == ("y", "t"):
        body = termwise_derivative(node.function, node.wrt)
        return Apply(ElementwiseFunction("", ("y", "t"), body), node.args)
    return node


def tape_of(node: nodes.Node, constant_like: Symbol) -> tuple[tuple[Symbol, ...], Tape]:
    """A formula in symbols as a tape, and the symbols in the order of its inputs.

    A formula that is constant reads ``constant_like``, times 0.
    """
    symbols = [name for name in variables_in_order(node) if isinstance(name, Symbol)]
    letters = {symbol: f"x{i}" for i, symbol in enumerate(symbols, start=1)}
    targets = frozenset(letter for symbol, letter in letters.items() if symbol.kind == "target")
    tape = _ready(substitute(node, {name: nodes.Var(letter) for name, letter in letters.items()}), targets)
    if not tape.inputs:
        return tape_of(nodes.Add((node, nodes.Mul((ZERO, nodes.Var(constant_like))))), constant_like)
    by_letter: dict[Hashable, Symbol] = {letter: symbol for symbol, letter in letters.items()}
    return tuple(by_letter[name] for name in tape.inputs), tape


@lru_cache(maxsize=1024)
def _ready(node: nodes.Node, targets: frozenset[str]) -> Tape:
    return compile_tape(_folded(_guarded(stabilise(node), targets)))


def _guarded(node: nodes.Node, targets: frozenset[str]) -> nodes.Node:
    """A product is 0 where its factor in the targets alone is: t log ŷ and t/ŷ, also where ŷ is 0."""
    parts = tuple(_guarded(part, targets) for part in parts_of(node))
    node = rebuild(node, parts) if parts else node
    if not isinstance(node, nodes.Mul) or not any(_is_singular(factor) for factor in node.factors):
        return node
    of_targets = [f for f in node.factors if variables(f) and variables(f) <= targets]
    if not of_targets:
        return node
    weight = nodes.Call("abs", (mul(*of_targets),))
    return nodes.Where(nodes.Compare(">", weight, ZERO), node, ZERO)


def _is_singular(factor: nodes.Node) -> bool:
    match factor:
        case nodes.Call("log" | "log1p"):
            return True
        case nodes.Pow(_, nodes.Num(order)):
            return order < 0
    return False


def _folded(node: nodes.Node) -> nodes.Node:
    """Numbers such as √2 and π computed once."""
    if not isinstance(node, nodes.Num | nodes.Compare) and not variables(node):
        value = _number(node)
        return nodes.Num(Fraction(value)) if math.isfinite(value) else node
    parts = tuple(_folded(part) for part in parts_of(node))
    return rebuild(node, parts) if parts else node


def _number(node: nodes.Node) -> float:
    tape = compile_tape(node)
    constants = [c.value if isinstance(c, nodes.Num) else getattr(math, c.name) for c in tape.constants]
    with np.errstate(all="ignore"):
        return float(tape.run(FLOAT_KERNELS, [], [np.float64(c) for c in constants])[tape.result])
