"""What must hold between the parts of a network: widths of residuals, place of softmax, loss and output."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault
from chalkgrad.network.parts import Layer, Loss

_PROBABILITY_LOSSES = ("binary_cross_entropy", "cross_entropy")


def check_layers(input_width: int, layers: Sequence[Layer | None], faults: list[Fault]) -> None:
    """Add what is wrong between layers; ``None`` stands for a layer that is wrong by itself."""
    widths = [input_width, *(layer.width if layer else 0 for layer in layers)]
    for number, layer in enumerate(layers, start=1):
        if layer is None:
            continue
        path = f"layers[{number}]"
        if layer.is_softmax and number < len(layers):
            fix = "Move softmax to the end, or use tanh or relu here."
            condition = f"not be softmax before the last layer, {len(layers)}"
            faults.append(Fault(f"{path}.activation", condition, "'softmax'", fix))
        if layer.is_softmax and layer.skip:
            fix = "Remove the skip, or put softmax on a layer after it."
            faults.append(Fault(f"{path}.skip", "be absent on a softmax layer", f"skip({layer.skip})", fix))
        if layer.skip > number:
            fix = f"Use skip({number}) to begin at the input."
            faults.append(
                Fault(f"{path}.skip", f"be at most {number}, back to the input", f"{layer.skip}", fix)
            )
        elif layer.skip:
            start = number - layer.skip
            begin, end = widths[start], widths[number]
            if begin and begin != end:
                name = f"layer {start}" if start else "the input"
                got = f"width {begin} of {name} and width {end} of layer {number}"
                fix = f"Make both {begin}, or remove the skip."
                faults.append(Fault(f"{path}.skip", "join layers of equal width", got, fix))


def check_loss(loss: Loss, last: Layer, depth: int, faults: list[Fault]) -> None:
    """Add a fault when the loss takes logarithms of a prediction that may leave [0, 1]."""
    if loss.formula is not None or loss.name not in _PROBABILITY_LOSSES:
        return
    condition = f"have predictions in [0, 1] for {loss.name}"
    if last.skip:
        got = f"a skip into the last layer {depth}, which leaves [0, 1]"
        faults.append(
            Fault("loss", condition, got, "Let a layer with sigmoid or softmax follow the residual.")
        )
    elif not _is_probability(last):
        partner = "sigmoid" if loss.name == "binary_cross_entropy" else "softmax"
        fix = f"End with {partner}, or use loss half_squared_error."
        faults.append(Fault("loss", condition, f"{str(last.activation)!r} on layer {depth}", fix))


def _is_probability(layer: Layer) -> bool:
    """Whether predictions lie in [0, 1]; a formula of one's own is believed, its values are checked later."""
    if layer.is_softmax or layer.activation.formula is not None:
        return True
    low, high = layer.function.range[:2]
    return bool(low >= 0 and high <= 1)
