"""Which loss is a number?  A returned value held against the losses that people mean.

Somebody's loss and gradient may each be right for another loss: averaged over the outputs, or with ½.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.evaluate import gradients
from chalkgrad.formula import LOSSES
from chalkgrad.network import Loss, Network
from chalkgrad.usercode.answer.observation import Observation

_SAME = 1e-6
_FACTORS = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 4))
_SQUARE = next(name for name, loss in LOSSES.items() if loss.squared == 1)


class LossMismatch(NamedTuple):
    """That gradients belong to another loss than the one that came with them, in words.

    ``over`` is what one of the two is averaged over and the other not: ``outputs`` or ``samples``.
    """

    text: str
    over: str = ""
    is_averaged_loss: bool = False
    """Whether the loss is averaged over the outputs."""


@dataclass(frozen=True)
class LossReading:
    """What a returned loss is: ``factor · (sum or mean over samples) (sum or mean over outputs) ℓ(y, t)``.

    Attributes
    ----------
    base
        ℓ: ``squared_error``, ``binary_cross_entropy``, ``cross_entropy``, or the network's own.
    factor
        The constant in front.
    mean_over_samples, mean_over_outputs
        Whether it is averaged over samples and outputs, or summed.
    penalty
        Whether the network's penalty is in it.
    """

    base: str
    factor: Fraction
    mean_over_samples: bool
    mean_over_outputs: bool
    penalty: bool

    def __str__(self) -> str:
        half = "" if self.factor == 1 else f"{'½' if self.factor == Fraction(1, 2) else self.factor} · "
        over = [
            f"the {'mean' if mean else 'sum'} over the {what}"
            for mean, what in ((self.mean_over_samples, "samples"), (self.mean_over_outputs, "outputs"))
        ]
        words = "(y − t)²" if self.base == _SQUARE else self.base.replace("_", " ")
        return f"{half}{' and '.join(over)} of {words}{', with the penalty' if self.penalty else ''}"

    def scale(self, network: Network, samples: int) -> float:
        """What stands before Σ_i Σ_j ℓ(y_ij, t_ij)."""
        over = (samples if self.mean_over_samples else 1) * (
            network.widths[-1] if self.mean_over_outputs else 1
        )
        return float(self.factor) / over


def own_reading(network: Network) -> LossReading:
    """Return the network's own loss as a reading."""
    loss, function = network.loss, network.loss.loss_function
    return LossReading(
        _SQUARE if function.squared else str(loss),
        loss.factor * (function.squared or 1),
        loss.reduction == "mean",
        function.mean_over_outputs,
        bool(network.l2),
    )


def loss_readings(draws: Sequence[Observation]) -> list[LossReading]:
    """List the losses that equal the returned values at every draw, the nearest to the network's first.

    Draws with several batch sizes and numbers of outputs tell more of them apart.
    """
    if not draws or any(draw.loss is None or not np.isfinite(draw.loss) for draw in draws):
        return []
    own = own_reading(draws[0].network)
    sums = [{base: _sum(base, draw) for base in _bases(draw.network)} for draw in draws]
    fitting = [
        reading
        for reading in _candidates(draws[0].network)
        if all(_equals(reading, draw, some[reading.base]) for draw, some in zip(draws, sums, strict=True))
    ]

    def distance(reading: LossReading) -> tuple[int, int]:
        differing = sum(a != b for a, b in zip(vars(reading).values(), vars(own).values(), strict=True))
        return differing, _FACTORS.index(reading.factor) if reading.factor in _FACTORS else len(_FACTORS)

    return sorted(fitting, key=distance)


def loss_against_gradient(draws: Sequence[Observation], whose: str = "your") -> LossMismatch | None:
    """Say that gradients belong to another loss than the one that came with them; None if they do not.

    ``your loss is averaged over the outputs, your gradient is not, so every gradient is n_out times too
    large for that loss`` – where the gradients are right but for one factor that is the same throughout.

    Parameters
    ----------
    draws
        Calls with a loss and gradients.
    whose
        The first word of the sentence's parts: ``your``, ``its``.
    """
    readings = loss_readings(draws)
    answers = [mismatch(draws, reading, whose) for reading in readings]
    # Where two readings of the loss fit, one of which the gradients belong to, nothing is said.
    return None if not answers or None in answers else answers[0]


def mismatch(draws: Sequence[Observation], reading: LossReading, whose: str) -> LossMismatch | None:
    """Compare the gradients with those of one loss; None if they are its own, or fit no factor of it."""
    own, ratios, outputs, samples = own_reading(draws[0].network), [], [], []
    for draw in draws:
        m, network = len(draw.data.x), draw.network
        ratio = _gradient_ratio(draw)
        if ratio is None:
            return None
        ratios.append(ratio * own.scale(network, m) / reading.scale(network, m))
        outputs.append(float(network.widths[-1]))
        samples.append(float(m))
    if _close(ratios, [1.0] * len(ratios)):
        return None
    sizes = (
        ("outputs", "n_out", outputs, reading.mean_over_outputs),
        ("samples", "m", samples, reading.mean_over_samples),
    )
    for is_loss in (True, False):  # which of the two is averaged
        for over, letter, counts, mean in sizes:
            factors = counts if is_loss else [1 / count for count in counts]
            if mean == is_loss and max(counts) > 1 and _close(ratios, factors):
                one, other = ("loss", "gradient") if is_loss else ("gradient", "loss")
                text = (
                    f"{whose} {one} is averaged over the {over}, {whose} {other} is not, so every gradient "
                    f"is {letter} times too {'large' if is_loss else 'small'} for that loss"
                )
                return LossMismatch(text, over, is_loss and over == "outputs")
    text = ""
    if _close(ratios, [2.0] * len(ratios)) and reading.factor == Fraction(1, 2):
        text = (
            f"{whose} loss has the factor ½, {whose} gradient has not: it is 2 times too large for that loss"
        )
    elif _close(ratios, [0.5] * len(ratios)):
        text = f"{whose} gradient lacks the 2 that {whose} loss gives: it is 2 times too small for that loss"
    return LossMismatch(text) if text else None


def _bases(network: Network) -> list[str]:
    own = own_reading(network).base
    return [own, *(name for name, loss in LOSSES.items() if loss.is_base and name != own)]


def _candidates(network: Network) -> Iterable[LossReading]:
    own = own_reading(network)
    for base in _bases(network):
        for factor in dict.fromkeys((own.factor, *_FACTORS)):
            for over_samples in (True, False):
                for over_outputs in (True, False):
                    if over_outputs and network.widths[-1] == 1 and not own.mean_over_outputs:
                        continue
                    for penalty in (True, False) if network.l2 else (False,):
                        yield LossReading(base, factor, over_samples, over_outputs, penalty)


def _equals(reading: LossReading, draw: Observation, whole: float | None) -> bool:
    if whole is None or draw.loss is None:
        return False
    value = whole * reading.scale(draw.network, len(draw.data.x))
    value += _penalty(draw) if reading.penalty else 0.0
    return abs(value - draw.loss) <= _SAME * max(abs(value), 1e-12)


def _sum(base: str, draw: Observation) -> float | None:
    """Σ_i Σ_j ℓ(y_ij, t_ij) of the derived forward pass."""
    if not _in_domain(base, draw):
        return None
    table = Network(draw.network.to_dict()["layers"], Loss(base, reduction="sum"))  # type: ignore[arg-type]
    value, _ = gradients(table, draw.data.parameters, draw.data.x, draw.data.t)
    return float(value) if np.isfinite(value) else None


def _in_domain(base: str, draw: Observation) -> bool:
    if base == own_reading(draw.network).base:
        return True
    loss = LOSSES[base]
    fits = draw.network.layers[-1].activation.stays_within(*loss.predictions)
    return fits and loss.domain.breach(draw.data.t, 1e-9) is None


def _penalty(draw: Observation) -> float:
    weights = [draw.data.parameters[each.name] for each in draw.network.penalised()]
    return float(draw.network.l2) * sum(float((w * w).sum()) for w in weights)


def _gradient_ratio(draw: Observation) -> float | None:
    """The one number by which all gradients, the penalty's part apart, are too large; None without one."""
    plain = Network(draw.network.to_dict()["layers"], draw.network.loss)  # type: ignore[arg-type]
    _, expected = gradients(plain, draw.data.parameters, draw.data.x, draw.data.t)
    claimed: list[Array] = []
    truth: list[Array] = []
    penalised = {each.name for each in draw.network.penalised()}
    for name, array in expected.items():
        if f"d{name}" not in draw.gradients:
            return None
        decay = 2 * float(draw.network.l2) * draw.data.parameters[name] if name in penalised else 0.0
        claimed.append((np.asarray(draw.gradients[f"d{name}"], dtype=np.float64) - decay).reshape(-1))
        truth.append(array.reshape(-1))
    ours, theirs = np.concatenate(truth), np.concatenate(claimed)
    if ours.shape != theirs.shape or not ours.any() or not np.isfinite(theirs).all():
        return None
    ratio = float(ours @ theirs / (ours @ ours))
    return ratio if ratio and np.abs(theirs - ratio * ours).max() <= _SAME * np.abs(theirs).max() else None


def _close(ratios: Sequence[float], wanted: Sequence[float]) -> bool:
    return bool(np.allclose(ratios, wanted, rtol=_SAME, atol=0))
