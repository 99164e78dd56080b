"""Mistakes with matrices: the way back through W, dW = Δᵀ A, db = Δᵀ 1, and the sum over the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import ETA, grad
from chalkgrad.derive.algebra import add, matmul, scale, transpose
from chalkgrad.derive.rules import softmax_gradient
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, numeric, recast, times
from chalkgrad.expr import ONE, Dim, Expr, Ones, Sum, coefficient


def activation_mutants(site: Site) -> Iterator[Mutant]:
    """Wrong ways back: ∂L/∂A_l = Δ_{l+1} W_{l+1} (and a path around the layers between)."""
    terms = site.right.terms if isinstance(site.right, Sum) else (site.right,)
    if len(terms) > 1:
        for number, _ in enumerate(terms):
            kept = [term for place, term in enumerate(terms) if place != number]
            yield Mutant("skip-path-missing", f"path {number + 1}", add(kept))
    through = site.layer + 1
    error, w, shape = site.dz(through), site.w(through), site.step.shape
    rest = [term for term in terms if w not in _leaves(term)]

    def back(expr: Expr | None) -> Iterator[Expr]:
        if expr is not None:
            yield add([expr, *rest]) if rest else expr

    for expr in back(_product(error, transpose(w), shape)):
        yield Mutant("transpose-weight", "", expr)
    for l in range(1, site.network.depth + 1):
        if l != through:
            for expr in back(_product(error, site.w(l), shape)):
                yield Mutant("wrong-weights", f"W{l}", expr)
            for expr in back(_product(error, transpose(site.w(l)), shape)):
                yield Mutant("wrong-weights", f"W{l}ᵀ", expr)
            for expr in back(_product(site.dz(l), w, shape) if l > through else None):
                yield Mutant("wrong-error", f"dZ{l}", expr)
    for expr in back(site.like(error)):
        yield Mutant("weights-omitted", "", expr)
    ones = Ones((error.shape[1], shape[1]))
    for expr in back(matmul(error, ones)):
        yield Mutant("weights-omitted", "a sum instead", expr)
    updated = add([w, scale(coefficient(-1, (ETA, 1)), grad(w))])
    for expr in back(matmul(error, updated)):
        yield Mutant("updated-weights", "", expr)
    raised = add([w, scale(coefficient(1, (ETA, 1)), grad(w))])
    for expr in back(matmul(error, raised)):
        yield Mutant("updated-weights", "by a step of the wrong sign", expr)
    for expr in back(matmul(site.da(through), w)):
        yield Mutant("error-of-activation", f"dA{through}", expr)
    if through < site.network.depth or not site.is_identity(through):
        for expr in back(matmul(site.a(through), w)):
            yield Mutant("wrong-error", "the activation itself", expr)
    for expr in back(_broadcast(error, w, shape)):
        yield Mutant("hadamard-for-matmul", "", expr)
    for expr in back(matmul(error, numeric(np.abs, "|{}|", w.shape, w))):
        yield Mutant("wrong-weights", "|W|", expr)


def weight_mutants(site: Site) -> Iterator[Mutant]:
    """Wrong ∂L/∂W_l = Δ_lᵀ A_{l−1}; the penalty's part is judged by the search."""
    l, shape = site.layer, site.step.shape
    error, a = site.dz(l), site.a(l - 1)
    if l > 1 and not site.is_identity(l - 1):
        yield Mutant("pre-activation-for-activation", f"Z{l - 1}", matmul(transpose(error), site.z(l - 1)))
    yield from _local_errors(site, lambda e: matmul(transpose(e), a))
    for k in range(site.network.depth + 1):
        if k != l - 1:
            product = _product(transpose(error), site.a(k), shape)
            if product is not None:
                name = "X" if k == 0 else "Y" if k == site.network.depth else f"A{k}"
                yield Mutant("wrong-activation", name, product)
        if k > 0 and k not in (l, l - 1):
            product = _product(transpose(error), site.z(k), shape)
            if product is not None:
                yield Mutant("wrong-activation", f"Z{k}", product)
            product = _product(transpose(site.dz(k)), a, shape) if k > l else None
            if product is not None:
                yield Mutant("wrong-error", f"dZ{k}", product)
        if k > l and site.dz(k).shape[1].is_one:  # one row, which an update repeats
            row = matmul(transpose(site.dz(k)), a)
            yield Mutant("wrong-error", f"dZ{k}", numeric(_repeated, "{}", shape, row, site.of))
    turned = recast(matmul(transpose(a), error), shape)
    if turned is not None:
        yield Mutant("transpose-product", "", turned)
    turned_both = transpose(error), transpose(a)
    for text, (left, right) in (("Δ A", (error, a)), ("A Δ", (a, error)), ("Δᵀ Aᵀ", turned_both)):
        product = _product(left, right, shape)
        if product is not None:
            yield Mutant("transpose-product", text, product)
    for name, pick in (("the last sample", -1), ("the first sample", 0)):
        one = numeric(_Outer(pick), "{}ᵀ {} of " + name, shape, error, a)
        yield Mutant("one-sample-only", name, one)
    entries = numeric(_entrywise, "{} ⊙ {}", shape, error, a)
    yield Mutant("hadamard-for-matmul", "", entries)
    outer = numeric(_outer_of_sums, "(Σ {})ᵀ (Σ {})", shape, error, a)
    yield Mutant("batch-sum-everything", "the sums multiplied", outer)
    plain = matmul(transpose(error), Ones((Dim("m"), shape[1])))
    yield Mutant("wrong-activation", "ones", plain)
    yield Mutant("matmul-for-hadamard", "", matmul(transpose(error), times(a, a)))


def bias_mutants(site: Site) -> Iterator[Mutant]:
    """Wrong ∂L/∂b_l = Δ_lᵀ 1."""
    l, shape = site.layer, site.step.shape
    error, ones = site.dz(l), Ones((Dim("m"), ONE))
    yield from _local_errors(site, lambda e: matmul(transpose(e), ones))
    yield Mutant("batch-sum-everything", "", numeric(_total, "the sum of all {}", shape, error, site.of))
    for k in range(l + 1, site.network.depth + 1):
        summed = matmul(transpose(site.dz(k)), ones)
        other = recast(summed, shape)
        if other is not None:
            yield Mutant("wrong-error", f"dZ{k}", other)
        elif summed.shape[0].is_one:
            yield Mutant("wrong-error", f"dZ{k}", numeric(_repeated, "{}", shape, summed, site.of))
    weights = grad(site.w(l))
    yield Mutant("bias-from-weights", "", numeric(_row_sum, "the row sums of {}", shape, weights))
    if site.network.loss.reduction == "mean":  # with the 1/m that stands before the sum of δ
        row_sums = numeric(_row_sum, "the row sums of {}", shape, weights)
        yield Mutant("bias-from-weights", "", scale(coefficient(1, (Dim("m"), -1)), row_sums))
    yield Mutant("bias-from-weights", "a column", numeric(_column, "a column of {}", shape, weights))
    yield Mutant(
        "bias-from-weights", "everything", numeric(_total, "the sum of all {}", shape, weights, site.of)
    )
    for name, pick in (("the last sample", -1), ("the first sample", 0)):
        yield Mutant("one-sample-only", name, numeric(_Pick(pick), "{} of " + name, shape, error))
    yield Mutant("batch-sum-axis", "", numeric(_row_sum, "the sums over the outputs of {}", shape, error))
    largest = numeric(_largest, "the largest of {}", shape, error)
    yield Mutant("batch-sum-missing", "the largest", largest)
    below = site.a(l)
    yield Mutant("wrong-activation", "the activations' sum", matmul(transpose(below), ones))
    times_b = numeric(_times_bias, "{} ⊙ {}", shape, matmul(transpose(error), ones), site.of)
    yield Mutant("wrong-activation", "times the bias", times_b)


def _local_errors(site: Site, use: Callable[[Expr], Expr]) -> Iterator[Mutant]:
    """Another error than Δ_l in this gradient only."""
    l = site.layer
    if not site.is_identity(l):
        yield Mutant("error-of-activation", f"dA{l}", use(site.da(l)))
        if site.function(l) is not None:
            yield Mutant("derivative-twice", "", use(times(site.dz(l), site.slope(l))))
    yield Mutant("output-error-formula", "|Δ|", use(numeric(np.abs, "|{}|", site.z(l).shape, site.dz(l))))


def integer_mutants(site: Site) -> Iterator[Mutant]:
    """The right numbers, cut to integers on the way or floored by ``//``."""
    shape = site.step.shape
    if site.kind == "error" and site.is_last:
        for detail, cut in (("floored", np.floor), ("cut", np.trunc)):
            whole = numeric(cut, "int({})", shape, site.da(site.layer))
            if site.function(site.layer) is None:
                yield Mutant("integers", detail, softmax_gradient(whole, site.a(site.layer), 1))
            else:
                yield Mutant("integers", detail, times(whole, site.slope(site.layer)))
    yield Mutant("integers", "cut", numeric(np.trunc, "int({})", shape, site.right))
    yield Mutant("integers", "floored", numeric(np.floor, "⌊{}⌋", shape, site.right))
    yield Mutant("integers", "rounded", numeric(np.round, "round({})", shape, site.right))
    if site.network.loss.reduction == "mean":
        divided = numeric(_whole_mean, "(1 // m) {}", shape, site.right, site.a(0))
        yield Mutant("integers", "divided by m with //", divided)
        many, one = coefficient(1, (Dim("m"), 1)), coefficient(1, (Dim("m"), -1))
        for detail, cut in (("cut", np.trunc), ("floored", np.floor)):
            whole = numeric(cut, "int({})", shape, scale(many, site.right))
            yield Mutant("integers", f"{detail} before the mean", scale(one, whole))


# -- numbers ------------------------------------------------------------------------------------------------


def _whole_mean(value: Array, x: Array) -> Array:
    """m · value · (1 // m): all of it for one sample, and 0 for more."""
    found: Array = value * len(x) * (1 // len(x))
    return found


def _leaves(expr: Expr) -> set[Expr]:
    from chalkgrad.expr import symbols

    return set(symbols(expr))


def _product(left: Expr, right: Expr, shape: tuple[Dim, Dim]) -> Expr | None:
    """``left · right`` where the sizes allow it, under the names of a shape; None where they do not."""
    fitted = recast(right, (left.shape[1], right.shape[1]))
    return None if fitted is None else recast(matmul(left, fitted), shape)


def _broadcast(error: Expr, w: Expr, shape: tuple[Dim, Dim]) -> Expr | None:
    if error.shape[1].is_one or any(d.size is None for d in w.shape):
        return None  # for one output ⊙ with broadcasting is the product
    return numeric(_entrywise_back, "{} ⊙ {}", shape, error, w)


def _entrywise_back(error: Array, w: Array) -> Array:
    found: Array = error * w
    if found.shape != (len(error), w.shape[1]):
        raise ValueError("shapes")
    return found


def _entrywise(error: Array, a: Array) -> Array:
    n_out, n_in = error.shape[1], a.shape[1]
    found: Array = error * a if error.shape == a.shape else np.empty((0, 0))
    if found.shape != (n_out, n_in):
        raise ValueError("shapes")
    return found


def _outer_of_sums(error: Array, a: Array) -> Array:
    found: Array = np.outer(error.sum(axis=0), a.sum(axis=0))
    return found


def _total(values: Array, like: Array) -> Array:
    found: Array = np.full(like.shape, values.sum())
    return found


def _repeated(value: Array, like: Array) -> Array:
    return np.broadcast_to(value, like.shape)


def _row_sum(values: Array) -> Array:
    found: Array = values.sum(axis=1, keepdims=True)
    return found


def _column(values: Array) -> Array:
    return values[:, :1]


def _largest(values: Array) -> Array:
    found: Array = values.max(axis=0).reshape(-1, 1)
    return found


def _times_bias(sums: Array, bias: Array) -> Array:
    found: Array = sums * bias
    return found


class _Outer:
    """The outer product of one sample."""

    def __init__(self, pick: int) -> None:
        self.pick = pick

    def __call__(self, error: Array, a: Array) -> Array:
        found: Array = np.outer(error[self.pick], a[self.pick])
        return found


class _Pick:
    """One sample's row as a column."""

    def __init__(self, pick: int) -> None:
        self.pick = pick

    def __call__(self, error: Array) -> Array:
        found: Array = error[self.pick].reshape(-1, 1)
        return found


__all__ = ["activation_mutants", "bias_mutants", "integer_mutants", "weight_mutants"]
