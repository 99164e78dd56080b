"""How a derivation lays out its matrices: the part of a notation that changes the equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalkgrad.expr import Symbol


@dataclass(frozen=True)
class Convention:
    """Orientation of samples, weights and errors, and where the mean over the batch is taken.

    The canonical convention of the code is the default: samples are rows, W is n_out × n_in, ∂L/∂Z has
    Z's shape, and the 1/m of a mean comes with the loss.

    Parameters
    ----------
    batch
        A batch of m samples, or a single sample (m = 1).
    samples
        Whether a sample is a row (m × n) or a column (n × m).
    weights
        ``out_in``: W is n_out × n_in; ``in_out``: W is n_in × n_out.
    errors
        ``same``: ∂L/∂Z is laid out like Z; ``transposed``: like Zᵀ (the slides' row vectors δ).
    mean_at
        ``loss``: errors carry the 1/m of the mean; ``gradient``: errors are per sample and the
        parameter gradients carry it (dW = 1/m dZ Aᵀ).
    """

    batch: bool = True
    samples: Literal["rows", "columns"] = "rows"
    weights: Literal["out_in", "in_out"] = "out_in"
    errors: Literal["same", "transposed"] = "same"
    mean_at: Literal["loss", "gradient"] = "loss"

    def transposes(self, symbol: Symbol) -> bool:
        """Whether the symbol's matrix here is the transpose of the canonical one."""
        base = symbol.root
        if base.is_parameter and not base.is_vector:
            return self.weights == "in_out"
        if base.is_vector or base.kind in ("loss", "sample_weight"):
            return False
        turned = self.samples == "columns"
        if symbol.kind == "grad":
            turned ^= self.errors == "transposed"
        return turned

    def per_sample(self, symbol: Symbol) -> bool:
        """Whether the symbol is an error without the batch's 1/m (its value is m times the canonical)."""
        return (
            self.mean_at == "gradient"
            and symbol.kind == "grad"
            and symbol.of is not None
            and not symbol.of.is_parameter
        )


CANONICAL = Convention()
SINGLE = Convention(batch=False, samples="columns")
