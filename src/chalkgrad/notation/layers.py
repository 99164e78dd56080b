"""Which layers are alike, so that fifty of them can be written as one general layer l."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalkgrad.derive.derivation import Step
from chalkgrad.expr import Dim, Expr, Ones, Symbol, rewrite

ENOUGH = 4
"""So many alike layers in a row are written as one."""


@dataclass(frozen=True)
class LayerBlock:
    """The steps of one layer, or of a run of alike layers, of which they are the representative."""

    steps: tuple[Step, ...]
    layer: int
    layers: tuple[int, ...]

    @property
    def general(self) -> int | None:
        """The representative's layer if the block stands for several."""
        return self.layer if len(self.layers) > 1 else None


def by_layer(steps: Sequence[Step]) -> list[LayerBlock]:
    """Group steps by layer, keeping their order, and collapse runs of alike layers."""
    groups: list[tuple[int, list[Step]]] = []
    for step in steps:
        if groups and groups[-1][0] == step.symbol.layer:
            groups[-1][1].append(step)
        else:
            groups.append((step.symbol.layer, [step]))
    blocks: list[LayerBlock] = []
    run: list[tuple[int, list[Step]]] = []
    signature: object = None
    for layer, members in groups:
        own = tuple(_relative(step, layer) for step in members)
        if own != signature:
            blocks.extend(_collapse(run))
            run, signature = [], own
        run.append((layer, members))
    blocks.extend(_collapse(run))
    return blocks


def _collapse(run: list[tuple[int, list[Step]]]) -> list[LayerBlock]:
    if len(run) < ENOUGH:
        return [LayerBlock(tuple(steps), layer, (layer,)) for layer, steps in run]
    layer, steps = run[0]
    return [LayerBlock(tuple(steps), layer, tuple(sorted(number for number, _ in run)))]


def _relative(step: Step, layer: int) -> tuple[object, ...]:
    """A step with layer numbers counted from its own layer: equal for layers that are alike."""
    forms = tuple((rewrite(form.expr, lambda node: _shift(node, layer)), form.rule) for form in step.forms)
    return step.symbol.kind, _shift(step.symbol, layer), forms


def _shift(node: Expr, layer: int) -> Expr:
    match node:
        case Symbol():
            of = _shift(node.of, layer) if node.of is not None else None
            assert of is None or isinstance(of, Symbol)
            return replace(node, layer=node.layer - layer, dims=_dims(node.dims, layer), of=of)
        case Ones(dims):
            return Ones(_dims(dims, layer))
    return node


def _dims(dims: tuple[Dim, Dim], layer: int) -> tuple[Dim, Dim]:
    first, second = (
        replace(dim, layer=dim.layer - layer, size=1 if dim.is_one else None)
        if dim.layer is not None
        else dim
        for dim in dims
    )
    return first, second
