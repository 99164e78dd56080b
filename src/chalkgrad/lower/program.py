"""What must the machine do?  A schedule of instructions on named buffers.  Pure data.

A buffer holds one number for every feature and every sample of the mini-batch (an activation, an error).
Samples beyond the mini-batch (the padding of its last panel) never reach a loss or a gradient.  ``c_i`` below
is the coefficient of sample i in the loss: ``loss_factor`` · s_i, divided by the number of samples of the
mini-batch under the mean reduction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.formula import SOFTMAX
from chalkgrad.formula.tape import Tape


@dataclass(frozen=True)
class Function:
    """An elementwise function that has a fused kernel, by name and numbers: relu, leaky_relu(0.01) …"""

    name: str
    numbers: tuple[float, ...] = ()

    @property
    def is_softmax(self) -> bool:
        """Whether it is softmax, which is not elementwise."""
        return self.name == SOFTMAX


@dataclass(frozen=True)
class Buffer:
    """``features`` numbers for every sample; ``name`` is that of the step it holds (Z1, A1, dZ1, T)."""

    name: str
    features: int


@dataclass(frozen=True)
class LayerParameters:
    """W_l, n_out × n_in, and b_l if the layer has a bias."""

    layer: int
    n_in: int
    n_out: int
    bias: bool
    l2: Fraction = Fraction(0)
    """The constant c of the penalty c·ΣW² (weights only): 2c·W is added to the weights' gradient."""

    @property
    def weights(self) -> str:
        """The name of its matrix, ``W2``."""
        return WEIGHT.name(self.layer)

    @property
    def biases(self) -> str:
        """The name of its bias, where it has one: ``b2``."""
        return BIAS.name(self.layer)


@dataclass(frozen=True)
class Instruction:
    """One kernel call; ``steps`` names the derivation's steps that it carries out."""

    steps: tuple[str, ...]


@dataclass(frozen=True)
class GatherInputs(Instruction):
    """``out`` ← the rows of x that are in the mini-batch."""

    out: str


@dataclass(frozen=True)
class GatherTargets(Instruction):
    """``out`` ← the targets of the mini-batch; class numbers become one-hot."""

    out: str


@dataclass(frozen=True)
class Linear(Instruction):
    """``out = f(source Wᵀ + 1 bᵀ)`` with W, b of ``layer``; f is the identity where ``function`` is None."""

    source: str
    layer: int
    out: str
    function: Function | None = None


@dataclass(frozen=True)
class Map(Instruction):
    """``out = tape(sources…)``, entry by entry; all buffers have the same number of features.

    The sources are in the order of ``tape.inputs``.  With ``scaled`` the result of sample i is multiplied by
    c_i · ``coefficient`` (that is where an error enters the backward pass).
    """

    sources: tuple[str, ...]
    tape: Tape
    out: str
    scaled: bool = False
    coefficient: float = 1.0


@dataclass(frozen=True)
class Softmax(Instruction):
    """``out = softmax(source)``, sample by sample, stable."""

    source: str
    out: str


@dataclass(frozen=True)
class LogSoftmax(Instruction):
    """``out = log softmax(source)``, sample by sample, stable; a loss without a fused kernel reads it."""

    source: str
    out: str


@dataclass(frozen=True)
class SoftmaxGradient(Instruction):
    """``out = y ⊙ (error − Σ_j error_j y_j)``: softmax's Jacobian, diag(y) − yyᵀ, applied to the error.

    With ``weighted`` the buffer ``error`` holds error ⊙ y =: g already: ``out = g − y Σ_j g_j``.
    """

    y: str
    error: str
    out: str
    weighted: bool = False


@dataclass(frozen=True)
class Dropout(Instruction):
    """``out = source ⊙ M_layer``: M is 0 with probability ``rate``, else 1/(1 − rate)."""

    source: str
    layer: int
    rate: float
    out: str


@dataclass(frozen=True)
class LossAndError(Instruction):
    """The loss and ∂L/∂Z of the output layer in one pass, from ``z``.

    ``kind`` is the pair of loss and output: ``cross_entropy`` (of softmax) and ``binary_cross_entropy`` (of
    sigmoid) with error = c_i (ŷ − t); ``squared_error`` with ŷ = f(z) and error = c_i · 2 (ŷ − t) f′(z), f
    being ``function`` (None: the identity).  The loss is Σ_i c_i Σ_j ℓ(ŷ_ij, t_ij).  ``coefficient``
    multiplies both.
    """

    kind: str
    z: str
    out: str
    function: Function | None = None
    coefficient: float = 1.0


@dataclass(frozen=True)
class LossMap(Instruction):
    """The loss Σ_i c_i · ``coefficient`` · Σ_j tape(sources…)_ij, where no fused kernel has it."""

    sources: tuple[str, ...]
    tape: Tape
    coefficient: float = 1.0


@dataclass(frozen=True)
class Backpropagate(Instruction):
    """``out = (error W + add) ⊙ f′`` with W of ``layer``.

    ``add`` (a buffer of the same shape, or None) is the error that comes by another way.  f′ is written
    through the function's value, which is in the buffer ``value``; no factor where ``function`` is None.
    """

    error: str
    layer: int
    out: str
    function: Function | None = None
    value: str | None = None
    add: str | None = None


@dataclass(frozen=True)
class WeightGradient(Instruction):
    """``dW = errorᵀ source + 2 l2 W``, ``db = errorᵀ 1`` of ``layer``, and the optimiser's update of both.

    Where ``Program.clipped`` the gradient is kept and the update waits until the norm of all is known.
    """

    error: str
    source: str
    layer: int


@dataclass(frozen=True)
class Program:
    """A training step as instructions: the forward pass, the loss, the backward pass, the updates.

    ``instructions`` are in order; everything up to the weight gradients works sample by sample.
    """

    buffers: tuple[Buffer, ...]
    parameters: tuple[LayerParameters, ...]
    instructions: tuple[Instruction, ...]
    output: str
    """The buffer of Ŷ, which a prediction reads (for fused losses: of Z_L, see ``output_function``)."""
    output_function: Function | None = None
    """What is applied to the ``output`` buffer to predict, softmax included; None: it holds Ŷ."""
    loss_factor: float = 1.0
    """The constant part of c_i: the loss's factor, divided by n_L where it takes the mean over outputs."""
    mean_over_samples: bool = True
    """Whether c_i has the division by the number of samples."""
    class_targets: bool = False
    """Whether targets may be class numbers (cross-entropy over n_L > 1 outputs)."""
    clipped: bool = False
    """Whether the gradient's norm is clipped, so that updates wait for all gradients."""

    def forward(self) -> Iterator[Instruction]:
        """The instructions that a prediction needs; dropout copies, because nothing is dropped (rate 0)."""
        for instruction in self.instructions:
            if isinstance(instruction, LossAndError | LossMap):
                return
            if isinstance(instruction, Dropout):
                yield replace(instruction, rate=0.0)
            elif not isinstance(instruction, GatherTargets):
                yield instruction
