"""What each line of a backward pass is made of.  A mistake changes a slot; a style writes the lines down.

Names in slots are placeholders of the line's layer l: ``e`` its error dZ_l, ``en`` that of layer l + 1,
``ep`` of layer l − 1; likewise ``z``, ``zn``, ``zp``, ``a``, ``an``, ``ap``, ``w``, ``wn``, ``wp``; ``da``
is dA_l.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.faults.backward.functions import AT_ONCE, LOSS_SLOPES, SLOPES, SOFTMAX_JACOBIAN
from tests.faults.backward.setups import Setup


@dataclass(frozen=True)
class HeadLine:
    """The output's error: dZ_L = scale · error ⊙ slope, in one line or two."""

    error: str
    slope: str = ""
    pre: tuple[str, ...] = ()
    post: str = ""


@dataclass(frozen=True)
class ZLine:
    """A hidden error: dZ_l = (dZ_{l+1} W_{l+1} + more) ⊙ slope."""

    slope: str
    err: str = "en"
    wts: str = "wn"
    mode: str = "matmul"  # or transposed, hadamard, omitted
    pre: tuple[str, ...] = ()
    more: str = ""
    op: str = "*"  # or matmul
    twice: str = ""  # a second slope


@dataclass(frozen=True)
class WLine:
    """A weight's gradient: pre · (dZ_lᵀ A_{l−1}) post + penalty."""

    err: str = "e"
    inp: str = "ap"
    mode: str = "matmul"  # or swapped, first, hadamard
    pre: tuple[str, ...] = ()
    post: str = ""
    penalty: str = ""
    statements: str = ""


@dataclass(frozen=True)
class BLine:
    """A bias's gradient: pre · Σ dZ_l post."""

    err: str = "e"
    mode: str = "batch"  # or axis, everything, missing, first, weights
    pre: tuple[str, ...] = ()
    post: str = ""


@dataclass(frozen=True)
class Plan:
    """A whole backward pass; layers from 1.

    ``mean`` is where the mean over the batch is taken: ``head``, ``grads`` or nowhere.  The rest is about the
    code around the equations: see the styles.
    """

    setup: Setup
    head: HeadLine
    hidden: dict[int, ZLine]
    weights: dict[int, WLine]
    biases: dict[int, BLine]
    mean: str
    update: str = "-"  # W -= lr * dW
    rate: str = "lr * "
    early: frozenset[int] = frozenset()  # layers that are updated before the error goes on
    keep: str = ""  # an accumulator: module, default, class
    forward: dict[int, str] = field(default_factory=dict)  # another activation in the forward pass
    forward_bias: frozenset[int] = frozenset()  # biases left out in the forward pass
    before: tuple[tuple[int, str], ...] = ()  # statements before the output's error, in the names of a layer
    after: tuple[str, ...] = ()  # statements after everything
    answer: str = ""  # what is returned instead
    last_only: bool = False  # over samples: = where += belongs

    def z(self, l: int, **slots: object) -> Plan:
        return replace(self, hidden=self.hidden | {l: replace(self.hidden[l], **slots)})  # type: ignore[arg-type]

    def w(self, l: int, **slots: object) -> Plan:
        return replace(self, weights=self.weights | {l: replace(self.weights[l], **slots)})  # type: ignore[arg-type]

    def b(self, l: int, **slots: object) -> Plan:
        return replace(self, biases=self.biases | {l: replace(self.biases[l], **slots)})  # type: ignore[arg-type]

    def top(self, **slots: object) -> Plan:
        return replace(self, head=replace(self.head, **slots))  # type: ignore[arg-type]

    @property
    def chained(self) -> bool:
        """Whether the head is written in two factors."""
        return bool(self.head.slope)


def right_plan(setup: Setup, mean: str = "head", *, chain: bool = False, form: int = 0) -> Plan:
    """The backward pass without a mistake.

    ``chain`` writes the output's error in two factors where y − t would do; ``form`` picks among the
    algebraic forms.
    """
    last = setup.activations[-1]
    depth = setup.depth
    at_once = AT_ONCE.get((setup.loss, last))
    if at_once and not chain:
        error, slope = pick(at_once, form), ""
    else:
        error = pick(LOSS_SLOPES[setup.loss], form)
        slope = (
            SOFTMAX_JACOBIAN if last == "softmax" else pick(SLOPES[last], form) if last != "identity" else ""
        )
    if setup.reduction == "sum":
        mean = "none"
    per = ("1 / {m}",) if mean == "grads" else ()
    penalty = " + 2 * {c} * {w}" if setup.l2 else ""
    hidden = {}
    for l in range(1, depth):
        forms = SLOPES[setup.activations[l - 1]]
        if l in setup.skips:
            forms = tuple(f for f in forms if "{a}" not in f)
        more = " + {dan}" if l + 1 in setup.skips else ""
        hidden[l] = ZLine(pick(forms, form), more=more)
    return Plan(
        setup,
        HeadLine(error, slope, post=" / {m}" if mean == "head" else ""),
        hidden,
        {l: WLine(pre=per, penalty=penalty) for l in range(1, depth + 1)},
        {l: BLine(pre=per) for l in range(1, depth + 1) if setup.biases[l - 1]},
        mean,
    )


def pick(forms: tuple[str, ...], number: int) -> str:
    return forms[number % len(forms)]
