"""Which layers are alike, so that fifty of them can be written as one general layer l."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalkgrad.derive.derivation import Step
from chalkgrad.expr import Dim, Expr, Ones, Shape, Symbol, rewrite

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
        own = _relative(members, layer)
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


def _relative(steps: Sequence[Step], layer: int) -> tuple[object, ...]:
    """Steps with layer numbers counted from their own layer: equal for layers that are alike.

    Dimensions are numbered as they appear, because a residual makes those of several layers one.
    """
    seen: dict[Dim, Dim] = {}

    def shift(node: Expr) -> Expr:
        match node:
            case Symbol():
                of = shift(node.of) if node.of is not None else None
                assert of is None or isinstance(of, Symbol)
                where = node.layer if node.kind in ("norm", "clip_factor") else node.layer - layer
                return Symbol(node.kind, where, numbered(node.dims), of)
            case Ones(dims):
                return Ones(numbered(dims))
        return node

    def numbered(dims: Shape) -> Shape:
        return number(dims[0]), number(dims[1])

    def number(dim: Dim) -> Dim:
        if dim.layer is None:
            return dim
        return seen.setdefault(dim, Dim(dim.name, len(seen), 1 if dim.is_one else None))

    return tuple(
        (step.symbol.kind, shift(step.symbol), tuple((rewrite(f.expr, shift), f.rule) for f in step.forms))
        for step in steps
    )
