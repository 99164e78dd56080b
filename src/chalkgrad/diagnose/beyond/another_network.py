"""Right gradients of another network: the forward pass is not what was described."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalkgrad._errors import InputError
from chalkgrad._roles import BIAS
from chalkgrad.diagnose.beyond.another_norm import another_epsilon, has_unbiased_variance, said_of_epsilon
from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.statement import Statement, code, quantity
from chalkgrad.diagnose.mistakes.wording import Wording
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.probes.probes import resized
from chalkgrad.diagnose.telling.verdicts import is_wrong
from chalkgrad.evaluate import gradients
from chalkgrad.formula import ACTIVATIONS, SOFTMAX
from chalkgrad.network import Network
from chalkgrad.usercode.answer.rounding import agree

RULE = "forward-differs"
Other = tuple[Network, tuple[str, ...], Statement, Statement]
"""A network, the biases that it leaves out, what is said of it and how to mend it."""


def of_another(points: Sequence[Point], wrong: Sequence[str]) -> Mistake | None:
    """The network near the described one of which all the user's gradients are right, as a mistake."""
    network = points[0].derivation.network
    for other, without, said, fix in (*_others(network), *_without_biases(network)):
        if _right_for(other, without, points):
            return Mistake(RULE, (), tuple(wrong), said, remedy=Fix(advice=fix))
    return _of_another_norm(points, wrong)


def _of_another_norm(points: Sequence[Point], wrong: Sequence[str]) -> Mistake | None:
    """A norm with another ε, as far as that is more than few digits, or with another variance."""
    if has_unbiased_variance(points):
        words = "the variance of the norm is divided by one less than the number of its values.  "
        said: Statement = (words, "With that every gradient is right.")
        fix: Statement = ("divide by their number, as ", code("var()"), " does without ddof")
        return Mistake(RULE, (), tuple(wrong), said, remedy=Fix(advice=fix))
    other = another_epsilon(points)
    if other is None or not any(is_wrong(name, points) for name in wrong):
        return None
    said, fix = said_of_epsilon(other), (f"describe the network as {other}, or take its ε",)
    return Mistake(RULE, (), tuple(wrong), said, remedy=Fix(advice=fix))


def _right_for(other: Network, without: Sequence[str], points: Sequence[Point]) -> bool:
    """Whether the user's gradients are those of another network, with some biases at 0."""
    for point in points:
        data = point.data
        parameters = {n: 0 * v if n in without else v for n, v in data.parameters.items()}
        try:
            _, found = gradients(other, parameters, data.x, data.t)
        except InputError:
            return False
        for name, array in found.items():
            claimed = point.claimed.get(f"d{name}")
            if claimed is None and name in without:
                continue
            if claimed is None or not agree(claimed.reshape(array.shape), array):
                return False
    return True


def _others(network: Network) -> Iterator[Other]:
    """Networks with another activation in one layer, or in all hidden ones."""
    words = Wording(network)
    for number, layer in enumerate(network.layers, start=1):
        own = str(layer.activation)
        is_choice = number == network.depth and layer.width > 1
        for name in (*ACTIVATIONS, *((SOFTMAX,) if is_choice else ())):
            if name in (own, layer.activation.name):
                continue
            other = _with(network, {number: name})
            if other is not None:
                said = words.fill(
                    f"the forward pass computes {{A{number}}} = {{{name}:Z{number}}}, where the network "
                    f"has {own}.  For that network every gradient is right."
                )
                yield other, (), said, (f"use {own} in layer {number}, or describe {other}",)
    hidden = {str(layer.activation) for layer in network.layers[:-1]}
    for name in ACTIVATIONS:
        if network.depth > 2 and hidden != {name}:
            other = _with(network, dict.fromkeys(range(1, network.depth), name))
            if other is not None:
                told = (
                    f"the forward pass has {name} in every hidden layer.  For that every gradient is right."
                )
                yield other, (), (told,), (f"describe the network as {other}",)


def _with(network: Network, names: dict[int, str]) -> Network | None:
    """The network with other activations; None where its loss does not go with them."""
    try:
        return resized(network, network.widths, names)
    except InputError:
        return None


def _without_biases(network: Network) -> Iterator[Other]:
    """The same network with one bias left out, or all."""
    biases = network.parameter_names(BIAS)
    for without in dict.fromkeys((*((name,) for name in biases), tuple(biases)) if biases else ()):
        names = "the biases" if len(without) > 1 else quantity(network, without[0])
        said = ("the forward pass leaves out ", names, ".  Without it every gradient is right.")
        yield network, without, said, ("add ", names, " in the forward pass: z = W a + b")
