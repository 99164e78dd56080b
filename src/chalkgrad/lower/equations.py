"""The derivation made ready for a machine: f′ through values, what is used once put in place.

What comes out are equations of few forms, in order, each with the names of the steps that it carries out:

    Z = A Wᵀ + 1 bᵀ        F = f(Z)        A = F + A′        A = F ⊙ M        Y = softmax(Z)
    loss, a Pair, or elementwise errors
    dA = dZ W + …          dF = dA ⊙ M     dZ = dA ⊙ f′      dW, db
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chalkgrad import expr as e
from chalkgrad._errors import UnsupportedError
from chalkgrad.derive import Derivation, grad
from chalkgrad.derive.algebra import add, hadamard, simplify, split_scale
from chalkgrad.evaluate.stable import SampleKernel, Stabiliser
from chalkgrad.expr import Expr, Symbol, rewrite, substitute, symbols
from chalkgrad.formula import nodes, stabilise
from chalkgrad.formula import walk as walk_formula
from chalkgrad.lower.pairs import find_pair
from chalkgrad.lower.parts import Held, LoweredEquation, Pull, Slope, held, is_mask, kernel_function
from chalkgrad.lower.tapes import entering, is_elementwise, log_places


def equations(derivation: Derivation) -> list[LoweredEquation]:
    """The forward pass, the loss and the backward pass in the forms above."""
    found = _read(derivation)
    found = _softmax_parts(found)
    found = _named(found)
    found = _through_values(found)
    found = _in_place(found)
    return _used(_aliased(found))


def users(found: Sequence[LoweredEquation]) -> Counter[Symbol]:
    """In how many equations each symbol occurs."""
    return Counter(symbol for eq in found for symbol in symbols(eq.expr))


def _read(derivation: Derivation) -> list[LoweredEquation]:
    """Every step in its stable form; a pair of loss and output as one equation."""
    stable, pair = Stabiliser(derivation), find_pair(derivation)
    steps = (*derivation.forward, derivation.loss, *derivation.backward)
    if pair is None:
        return [LoweredEquation(step.symbol, stable(step), (step.name,)) for step in steps]
    output = derivation.forward[-1].symbol
    together = {output, derivation.loss.symbol, grad(output), grad(pair.z)}
    found = []
    for step in steps:
        if step.symbol == grad(pair.z):
            names = tuple(s.name for s in steps if s.symbol in together)
            found.append(LoweredEquation(step.symbol, pair, names))
        elif step.symbol not in together:
            found.append(LoweredEquation(step.symbol, step.expr, (step.name,)))
    return found


# -- softmax with a loss that has no kernel ------------------------------------------------------------


def _softmax_parts(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """log Ŷ in a buffer of its own where digits need it; the Jacobian on an error that stays finite."""
    output = next((eq for eq in found if isinstance(eq.expr, e.RowApply)), None)
    if output is None:
        return found
    log = held("log", output.symbol)
    errors = {eq.symbol: eq for eq in found}
    pulls = [eq for eq in found if isinstance(eq.expr, SampleKernel) and eq.expr.kind == "softmax_pull"]
    result: list[LoweredEquation] = []
    for eq in found:
        if eq in pulls:
            result.extend(_pulled(eq, errors[grad(output.symbol)], log, output.symbol))
        elif not pulls or eq.symbol != grad(output.symbol):
            result.append(replace(eq, expr=log_places(eq.expr, log)))
    if any(log in symbols(eq.expr) for eq in result):
        assert isinstance(output.expr, e.RowApply)
        place = next(i for i, eq in enumerate(result) if eq.symbol == output.symbol)
        result.insert(place + 1, LoweredEquation(log, SampleKernel("log_softmax", (output.expr.arg,), 1), ()))
    return result


def _pulled(eq: LoweredEquation, origin: LoweredEquation, log: Held, y: Symbol) -> list[LoweredEquation]:
    """∂L/∂Z by the error ∂L/∂Ŷ, or where that divides by ŷ by ∂L/∂Ŷ ⊙ Ŷ."""
    error = log_places(origin.expr, log)
    for weighted, expr in ((False, error), (True, hadamard([error, y]))):
        if not any(map(_divides, walk_formula(stabilise(entering(split_scale(expr)[1]))))):
            name = held("weighted", y) if weighted else origin.symbol
            return [LoweredEquation(name, expr, origin.steps), replace(eq, expr=Pull(y, name, weighted))]
    raise UnsupportedError(
        f"no kernel for {eq.symbol.name}: its error divides by 1 − ŷ of a softmax, "
        "which takes more digits than a kernel has"
    )


def _divides(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Pow) and not (
        isinstance(node.exponent, nodes.Num) and node.exponent.value >= 0
    )


# -- names for what stands between two steps -----------------------------------------------------------


def _named(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """Give F = f(Z) a name where A is more than that, dF where a mask follows F, P where errors join."""
    result: list[LoweredEquation] = []
    mask_of = {grad(eq.symbol): _mask(eq.expr) for eq in found if eq.symbol.kind == "act"}
    after: dict[Symbol, Held] = {}
    for eq in found:
        if eq.symbol.kind in ("act", "output"):
            result.extend(_value_parts(eq))
            continue
        expr = rewrite(eq.expr, lambda node: _without_mask(node, mask_of, after)) if after else eq.expr
        if isinstance(expr, e.Sum) and (paths := _other_paths(expr)):
            joined = held("paths", eq.symbol)
            result.append(LoweredEquation(joined, add(paths), ()))
            expr = e.Sum((*(term for term in expr.terms if term not in paths), joined))
        result.append(replace(eq, expr=expr))
        mask = mask_of.get(eq.symbol)
        if mask is not None:
            after[eq.symbol] = held("error", eq.symbol)
            result.append(LoweredEquation(after[eq.symbol], e.Hadamard((eq.symbol, mask)), ()))
    return result


def _mask(expr: Expr) -> Symbol | None:
    if isinstance(expr, e.Hadamard):
        return next((f for f in expr.factors if isinstance(f, Symbol) and is_mask(f)), None)
    return None


def _value_parts(eq: LoweredEquation) -> list[LoweredEquation]:
    parts: list[LoweredEquation] = []
    mask, expr = _mask(eq.expr), eq.expr
    if isinstance(expr, e.Hadamard) and mask is not None:
        expr = hadamard([factor for factor in expr.factors if factor != mask])
    if isinstance(expr, e.Sum) and isinstance(expr.terms[0], e.Apply):
        value = held("value", eq.symbol)
        parts.append(LoweredEquation(value, expr.terms[0], ()))
        expr = e.Sum((value, *expr.terms[1:]))
    if mask is not None:
        if not isinstance(expr, Symbol):
            inside = held("sum" if isinstance(expr, e.Sum) else "value", eq.symbol)
            parts.append(LoweredEquation(inside, expr, ()))
            expr = inside
        expr = e.Hadamard((expr, mask))
    return [*parts, replace(eq, expr=expr)]


def _without_mask(node: Expr, mask_of: dict[Symbol, Symbol | None], after: dict[Symbol, Held]) -> Expr:
    if not isinstance(node, e.Hadamard):
        return node
    for factor in node.factors:
        if isinstance(factor, Symbol) and factor in after and mask_of[factor] in node.factors:
            rest = [f for f in node.factors if f not in (factor, mask_of[factor])]
            return hadamard([after[factor], *rest])
    return node


def _other_paths(expr: e.Sum) -> list[Expr]:
    """The errors beside the product with the weights, if there are several."""
    products = [term for term in expr.terms if isinstance(term, e.MatMul)]
    others = [term for term in expr.terms if isinstance(term, Symbol)]
    return list(others) if len(products) == 1 and len(others) > 1 else []


# -- f′, and what is used once -------------------------------------------------------------------------


def _through_values(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """f′(Z) through f(Z) where the function has a kernel for it."""
    values = {eq.expr: eq.symbol for eq in found if isinstance(eq.expr, e.Apply) and eq.expr.wrt is None}
    errors = [eq for eq in found if eq.symbol.of is not None and eq.symbol.of.kind == "output"]
    by_z = {symbol for eq in errors for symbol in symbols(eq.expr) if symbol.kind == "pre"}

    def rule(node: Expr) -> Expr:
        match node:
            case e.Apply(function, (Symbol(kind="pre") as z,) as args, str()) if kernel_function(function):
                if z in by_z:  # the error is written through Z: so is f′, that they may cancel
                    return node
                value = values.get(e.Apply(function, args))
                return node if value is None else Slope(function, value)
        return node

    return [replace(eq, expr=rewrite(eq.expr, rule)) if eq.symbol.kind == "grad" else eq for eq in found]


def _in_place(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """Put ∂L/∂Y and f(Z) into the equation that uses them, where only one elementwise equation does."""
    count, result = users(found), list[LoweredEquation]()
    waiting: dict[Symbol, LoweredEquation] = {}
    by_use = {symbol: eq for eq in found for symbol in symbols(eq.expr)}
    for eq in found:
        used = [waiting[symbol] for symbol in symbols(eq.expr) if symbol in waiting]
        if used:
            expr = simplify(substitute(eq.expr, {other.symbol: other.expr for other in used}))
            steps = tuple(name for other in used for name in other.steps)
            eq = LoweredEquation(eq.symbol, expr, (*steps, *eq.steps))
        user = by_use.get(eq.symbol)
        movable = eq.symbol.kind == "value" or (eq.symbol.of is not None and eq.symbol.of.kind == "output")
        if movable and count[eq.symbol] == 1 and user is not None and _takes(user, eq):
            waiting[eq.symbol] = eq
        else:
            result.append(eq)
    return result


def _takes(user: LoweredEquation, part: LoweredEquation) -> bool:
    return _is_map(user.expr) and _is_map(part.expr) and not isinstance(user.expr, Symbol)


def _is_map(expr: Expr) -> bool:
    return is_elementwise(split_scale(expr)[1])


def _aliased(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """An equation ``A = Z`` is carried out where Z is; both have one buffer, by the later name."""
    later = {eq.expr: eq for eq in found if isinstance(eq.expr, Symbol)}
    if not later:
        return found
    names: dict[Symbol, Expr] = {old: eq.symbol for old, eq in later.items()}
    result = []
    for eq in found:
        if isinstance(eq.expr, Symbol):
            continue
        again = later.get(eq.symbol)
        symbol, steps = (eq.symbol, ()) if again is None else (again.symbol, again.steps)
        result.append(LoweredEquation(symbol, substitute(eq.expr, names), (*eq.steps, *steps)))
    return result


def _used(found: list[LoweredEquation]) -> list[LoweredEquation]:
    """Leave out what nothing needs (∂L/∂Y where ∂L/∂Z was found without it); its steps go to ∂L/∂Z."""
    count, idle = users(found), tuple[str, ...]()
    result = []
    for eq in found:
        of = eq.symbol.of
        if not count[eq.symbol] and of is not None and of.kind == "output":
            idle = eq.steps
            continue
        if idle and of is not None and of.kind == "pre":
            eq, idle = replace(eq, steps=(*idle, *eq.steps)), ()
        result.append(eq)
    return result
