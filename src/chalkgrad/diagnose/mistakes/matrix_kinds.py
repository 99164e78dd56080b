"""Kinds of mistakes with matrices: the way back through W, and dW = Δᵀ A."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import ETA, grad
from chalkgrad.derive.algebra import add, matmul, scale, transpose
from chalkgrad.diagnose.mistakes.equation_site import Maker, Mutant, Site, field, numeric, recast, times
from chalkgrad.diagnose.mistakes.kinds import MistakeKind
from chalkgrad.diagnose.mistakes.slope_kinds import CHAIN
from chalkgrad.expr import ONE, Dim, Expr, Ones, Sum, coefficient, symbols

LINEAR = "With z = W a + b, ∂z/∂W is a, ∂z/∂b is 1 and ∂z/∂a is W."
Row = tuple[str, str, Expr | None]
"""(detail, variant, right side); None where the sizes do not go together."""


def products(rows: Callable[[Site], Iterator[Row]]) -> Maker:
    """Mutants of rows; on the way back with what comes by other paths."""

    def made(site: Site) -> Iterator[Mutant]:
        rest = _other_paths(site) if site.kind == "activation" else []
        for detail, variant, expr in rows(site):
            if expr is not None:
                yield Mutant(add([expr, *rest]) if rest else expr, detail, variant)

    return made


def _terms(site: Site) -> tuple[Expr, ...]:
    return site.right.terms if isinstance(site.right, Sum) else (site.right,)


def _other_paths(site: Site) -> list[Expr]:
    """The terms of ∂L/∂A_l that do not come through the next layer's W."""
    return [term for term in _terms(site) if site.w(site.layer + 1) not in symbols(term)]


def product(left: Expr, right: Expr, shape: tuple[Dim, Dim]) -> Expr | None:
    """``left · right`` where the sizes allow it, under the names of a shape; None where they do not."""
    fitted = recast(right, (left.shape[1], right.shape[1]))
    return None if fitted is None else recast(matmul(left, fitted), shape)


def others(site: Site, *own: int) -> Iterator[int]:
    """The other layers."""
    return (layer for layer in range(1, site.network.depth + 1) if layer not in own)


# -- the way back: ∂L/∂A_l = Δ_{l+1} W_{l+1} ----------------------------------------------------------------


def _transposed(site: Site) -> Iterator[Row]:
    error, w = site.through
    yield "", "", product(error, transpose(w), site.step.shape)


def _other_weights(site: Site) -> Iterator[Row]:
    error, w = site.through
    for other in map(site.w, others(site, site.layer + 1)):
        yield field(other), "", product(error, other, site.step.shape)
        yield f"{{{other.name}.T}}", "", product(error, transpose(other), site.step.shape)
    yield "|W|", "", matmul(error, numeric(np.abs, "|{}|", w.shape, w))


def _no_weights(site: Site) -> Iterator[Row]:
    error, _ = site.through
    yield "", "", site.like(error)
    yield "", "a sum instead", matmul(error, Ones((error.shape[1], site.step.shape[1])))


def _updated_weights(site: Site) -> Iterator[Row]:
    error, w = site.through
    for sign, variant in ((-1, ""), (1, "by a step of the wrong sign")):
        yield "", variant, matmul(error, add([w, scale(coefficient(sign, (ETA, 1)), grad(w))]))


def _error_before_slope(site: Site) -> Iterator[Row]:
    layer = site.layer + 1
    yield _before_slope(site, layer), "", matmul(site.da(layer), site.w(layer))


def _other_error_back(site: Site) -> Iterator[Row]:
    through = site.layer + 1
    _, w = site.through
    for error in (site.dz(layer) for layer in others(site) if layer > through):
        yield field(error), "", product(error, w, site.step.shape)
    if through < site.network.depth or not site.is_identity(through):
        yield "the activation itself", "", matmul(site.a(through), w)


def _entrywise_back(site: Site) -> Iterator[Row]:
    error, w = site.through
    if not (error.shape[1].is_one or any(dim.size is None for dim in w.shape)):
        yield (
            "",
            "",
            numeric(_broadcast, "{} ⊙ {}", site.step.shape, error, w),
        )  # for one output it is the product


def _path_missing(site: Site) -> Iterator[Mutant]:
    terms = _terms(site)
    for number in range(len(terms) if len(terms) > 1 else 0):
        yield Mutant(add([*terms[:number], *terms[number + 1 :]]), variant=f"path {number + 1}")


# -- ∂L/∂W_l = Δ_lᵀ A_{l−1} ---------------------------------------------------------------------------------


def _other_activations(site: Site) -> Iterator[Row]:
    l, shape = site.layer, site.step.shape
    turned = transpose(site.dz(l))
    for k in (0, *others(site)):
        if k != l - 1:
            yield field(site.a(k)), "", product(turned, site.a(k), shape)
        if k not in (0, l, l - 1):
            yield field(site.z(k)), "", product(turned, site.z(k), shape)
    yield "ones", "", matmul(turned, Ones((Dim("m"), shape[1])))


def _pre_activation(site: Site) -> Iterator[Row]:
    l = site.layer
    if l > 1 and not site.is_identity(l - 1):
        yield "", "", matmul(transpose(site.dz(l)), site.z(l - 1))


def _activations_of_bias(site: Site) -> Iterator[Row]:
    ones = Ones((Dim("m"), ONE))
    yield "the activations' sum", "", matmul(transpose(site.a(site.layer)), ones)
    sums = matmul(transpose(site.dz(site.layer)), ones)
    yield "times the bias", "", numeric(np.multiply, "{} ⊙ {}", site.step.shape, sums, site.of)


def _other_errors(site: Site) -> Iterator[Row]:
    """Δ of a later layer; of one unit also as one row, which an update repeats."""
    for k in others(site):
        if k > site.layer:
            made = site.made_from(site.dz(k))
            yield field(site.dz(k)), "", recast(made, site.step.shape)
            if made.shape[0].is_one and not site.of.shape[0].is_one:
                repeated = numeric(_repeated, "{}", site.step.shape, made, site.of)
                yield field(site.dz(k)), "repeated", repeated


def _other_upstream(site: Site) -> Iterator[Row]:
    for k in others(site, site.network.depth):
        other = site.like(site.da(k)) if k > site.layer else None
        if other is not None and site.function(site.layer) is not None:
            yield field(site.da(k)), "", times(other, site.slope(site.layer))


def _own_upstream(site: Site) -> Iterator[Row]:
    if not site.is_identity(site.layer):
        yield _before_slope(site, site.layer), "", site.made_from(site.da(site.layer))


def _before_slope(site: Site, layer: int) -> str:
    return f"{{dA{layer}}}, the error before {{f′:Z{layer}}}, instead of {field(site.dz(layer))}"


def _turned_product(site: Site) -> Iterator[Row]:
    shape, error, a = site.step.shape, site.dz(site.layer), site.a(site.layer - 1)
    yield "", "", recast(matmul(transpose(a), error), shape)
    yield "", "Δ A", product(error, a, shape)
    yield "", "A Δ", product(a, error, shape)
    yield "", "Δᵀ Aᵀ", product(transpose(error), transpose(a), shape)


def _entrywise(site: Site) -> Iterator[Row]:
    there = site.dz(site.layer), site.a(site.layer - 1)
    yield "", "", numeric(_entries, "{} ⊙ {}", site.step.shape, *there)


def _squared(site: Site) -> Iterator[Row]:
    a = site.a(site.layer - 1)
    yield "", "", matmul(transpose(site.dz(site.layer)), times(a, a))


def _broadcast(error: Array, w: Array) -> Array:
    found: Array = error * w
    if found.shape != (len(error), w.shape[1]):
        raise ValueError("shapes")
    return found


def _entries(error: Array, a: Array) -> Array:
    if error.shape != a.shape or error.shape != (error.shape[1], a.shape[1]):
        raise ValueError("shapes")
    found: Array = error * a
    return found


def _repeated(value: Array, like: Array) -> Array:
    return np.broadcast_to(value, like.shape)


MATRICES = (
    MistakeKind(
        "transpose-weight", "a weight matrix is transposed wrongly",
        "{what} {was} propagated through {W_above} transposed the wrong way",
        "The weights W carry a forward and their transpose carries δ back.",
        {"activation": products(_transposed)},
    ),
    MistakeKind(
        "transpose-product", "an outer product is the wrong way round",
        "{what} {is} the product the wrong way round",
        "The gradient ∂L/∂W has the shape of W: δ of the receiver times a of the sender.",
        {"weight": products(_turned_product)},
    ),
    MistakeKind(
        "hadamard-for-matmul", "an entry-by-entry product where a matrix product belongs",
        "{what} {was} formed with an entry-by-entry product where a matrix product belongs", LINEAR,
        {"activation": products(_entrywise_back), "weight": products(_entrywise)},
    ),
    MistakeKind(
        "matmul-for-hadamard", "a matrix product where an entry-by-entry product belongs",
        "{what} {was} formed with a matrix product where an entry-by-entry product belongs", CHAIN,
        {"weight": products(_squared)},
    ),
    MistakeKind(
        "wrong-activation", "another layer's activation",
        "{what} {was} formed with {detail} instead of {a_below}", LINEAR,
        {"weight": products(_other_activations), "bias": products(_activations_of_bias)},
    ),
    MistakeKind(
        "pre-activation-for-activation", "z where a belongs",
        "{what} {was} formed with {z_below} instead of {a_below}", LINEAR,
        {"weight": products(_pre_activation)},
    ),
    MistakeKind(
        "wrong-weights", "another layer's weights", "{what} {was} propagated through {detail}, not {W_above}",
        "The error comes back through the weights that its layer was fed by.",
        {"activation": products(_other_weights)},
    ),
    MistakeKind(
        "weights-omitted", "the weights are left out on the way back",
        "{what} {was} formed without the weights {W_above}", LINEAR, {"activation": products(_no_weights)},
    ),
    MistakeKind(
        "updated-weights", "weights that were already updated",
        "{what} {was} propagated through {W_above} after its update; the gradient is that of the old weights",
        "All gradients are taken at the same parameters; update when all of them are known.",
        {"activation": products(_updated_weights)},
    ),
    MistakeKind(
        "wrong-error", "another layer's error",
        "{what} {was} formed from {detail}, which belongs to another place",
        "The gradient ∂L/∂W of a layer is made of that layer's own δ.",
        {
            "hidden": products(_other_upstream), "activation": products(_other_error_back),
            "weight": products(_other_errors), "bias": products(_other_errors),
        },
    ),
    MistakeKind(
        "error-of-activation", "∂L/∂a where δ = ∂L/∂z belongs",
        "{what} {was} formed from {detail}", CHAIN,
        {
            "activation": products(_error_before_slope), "weight": products(_own_upstream),
            "bias": products(_own_upstream),
        },
    ),
    MistakeKind(
        "skip-path-missing", "the path around a layer is missing",
        "{what} {lacks} a path: the skip connection's, or the layer's",
        "Where a value is used twice, its gradient is the sum over both ways.", {"activation": _path_missing},
    ),
)  # fmt: skip
