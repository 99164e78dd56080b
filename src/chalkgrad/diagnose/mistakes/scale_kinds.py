"""Kinds of mistakes that are a constant factor, or a wrong multiple of the parameter: a penalty."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive import ETA
from chalkgrad.diagnose.mistakes.kinds import MistakeKind
from chalkgrad.expr import Coefficient, Dim, coefficient
from chalkgrad.network import Network

M = Dim("m")
MEAN = "The loss is a mean over m samples, so every gradient carries one 1/m: where it is put is free."
TWO = "The derivative of ({Y} − {T})² is 2({Y} − {T}), that of ½({Y} − {T})² is {Y} − {T}."
PENALTY = "The loss adds λ Σ W² over the weights, and the derivative of λ W² is 2λ W."


def _outputs(network: Network, power: int) -> Coefficient | None:
    """n_L or 1/n_L, where a mean over the outputs is missing, or one is made."""
    if network.loss.loss_function.mean_over_outputs != (power > 0):
        return None
    return coefficient(1, (Dim("n", network.depth, network.widths[-1]), power))


FACTORS = (
    MistakeKind(
        "sign", "the sign is the opposite", "{what} {has} the opposite sign",
        "The error δ is the derivative of the loss by z; for {Y} − {T} the prediction comes first.",
        factor=lambda network: coefficient(-1),
    ),
    MistakeKind(
        "batch-mean-missing", "not divided by the number of samples",
        "{what} {was} not divided by the number of samples m", MEAN,
        factor=lambda network: coefficient(1, (M, 1)),
    ),
    MistakeKind(
        "batch-mean-twice", "divided by the number of samples twice",
        "{what} {was} divided by the number of samples m once too often", MEAN,
        factor=lambda network: coefficient(1, (M, -1)),
    ),
    MistakeKind(
        "two-extra", "a factor of 2 too many",
        "{what} {is} twice what it should be: a factor of 2 too many", TWO,
        factor=lambda network: coefficient(2),
    ),
    MistakeKind(
        "two-missing", "a factor of 2 is missing",
        "{what} {is} half of what it should be: a factor of 2 is missing", TWO,
        factor=lambda network: coefficient(Fraction(1, 2)),
    ),
    MistakeKind(
        "output-mean-missing", "not divided by the number of outputs",
        "{what} {was} not divided by the number of outputs, of which the loss is a mean",
        "The loss is a mean over the outputs, so its gradient carries 1/n too.",
        factor=lambda network: _outputs(network, 1),
    ),
    MistakeKind(
        "output-mean-extra", "divided by the number of outputs, which the loss is not",
        "{what} {was} divided by the number of outputs, but the loss is a sum over them",
        "The loss is a sum over the outputs: nothing divides by their number.",
        factor=lambda network: _outputs(network, -1),
    ),
    MistakeKind(
        "learning-rate-inside", "the learning rate stands in the gradient",
        "{what} {is} multiplied by the learning rate already",
        "The gradient belongs to the loss, the learning rate to the update.",
        factor=lambda network: coefficient(1, (ETA, 1)),
    ),
    MistakeKind(
        "learning-rate-missing", "the learning rate is missing in the step",
        "{what}: the step is not multiplied by the learning rate",
        "A step is the learning rate times the gradient.",
        factor=lambda network: coefficient(1, (ETA, -1)),
        advice="multiply the step by the learning rate",
    ),
    MistakeKind(
        "factor-other", "a constant factor is wrong", "{what} {is} exactly {detail} times what it should be"
    ),
    MistakeKind("zero", "zero everywhere", "{what} {is} zero everywhere"),
)  # fmt: skip
"""Constant factors; in the order of plausibility, where several have the same number."""

PENALTIES = (
    MistakeKind(
        "penalty-missing", "the penalty's gradient is missing",
        "{what} {lacks} the penalty's part 2λW", PENALTY,
    ),
    MistakeKind(
        "penalty-doubled", "the penalty's gradient is there twice",
        "{what} {has} the penalty's part 2λW twice", PENALTY,
    ),
    MistakeKind(
        "penalty-sign", "the penalty's gradient has the wrong sign",
        "{what} {has} the penalty's part with the wrong sign: −2λW", PENALTY,
    ),
    MistakeKind(
        "penalty-factor", "the penalty's gradient has a wrong factor",
        "{what} {has} {detail} of the penalty's part 2λW", PENALTY,
    ),
    MistakeKind(
        "penalty-on-bias", "the penalty is applied to a bias",
        "{what} {has} a penalty of {detail} b; the loss penalises weights only",
        "The penalty is on weights; a bias only shifts, and is left free.",
    ),
    MistakeKind(
        "penalty-extra", "a penalty that the loss does not have",
        "{what} {has} a penalty of {detail} times the parameter; the loss has none",
        "The loss has no penalty, so its gradient has none.",
    ),
)  # fmt: skip
