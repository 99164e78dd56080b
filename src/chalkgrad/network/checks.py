"""What must hold between the parts of a network: widths of residuals, place of softmax, loss and output."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from chalkgrad._errors import Fault
from chalkgrad.formula import ACTIVATIONS
from chalkgrad.formula.losses import USUAL, interval
from chalkgrad.network.parts import Layer, Loss


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
    """Add a fault when the loss takes logarithms, say, of a prediction that may leave its bounds."""
    low, high = loss.loss_function.predictions
    if low == -inf and high == inf:
        return
    bounds = interval(low, high)
    condition = f"have predictions {bounds} for {loss.name}"
    fitting = (f.name for f in ACTIVATIONS.values() if low <= f.range[0] and f.range[1] <= high)
    head = loss.loss_function.partner or next(fitting, "another activation")
    if last.skip:
        got = f"a skip into the last layer {depth}, which leaves {bounds.removeprefix('in ')}"
        faults.append(Fault("loss", condition, got, f"Let a layer with {head} follow the residual."))
    elif last.activation.formula is None and not last.activation.stays_within(low, high):
        fix = f"End with {head}, or use loss {USUAL}."
        faults.append(Fault("loss", condition, f"{str(last.activation)!r} on layer {depth}", fix))
