"""Code that is right for another network than the one described: for another output, loss or activation.

A near description is taken for the code's own only if every gradient agrees with it at every probe, also at
fresh ones of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from chalkgrad._errors import InputError
from chalkgrad._roles import role_of_gradient
from chalkgrad.derive import derive
from chalkgrad.diagnose.beyond.another_network import RULE as FORWARD
from chalkgrad.diagnose.probes.case import Case
from chalkgrad.diagnose.probes.points import Point, point_of
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.diagnose.telling.verdicts import verdicts
from chalkgrad.evaluate.data import Data
from chalkgrad.formula import ACTIVATIONS, LOSSES, SOFTMAX
from chalkgrad.network import Layer, Loss, Network
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.layouts.reading import Reading

MOST_CHANGES = 2


def elsewhere(case: Case, found: Diagnosis) -> Diagnosis:
    """Add the network for which the code is right, if there is one near what was described."""
    if found.ok or any(verdict.ok for verdict in found.gradients):
        return found
    if found.outcome == "failed":
        other = _of_targets(case)
    else:
        whole = found.outcome != "explained" or found.rules == (FORWARD,)
        listed = near(case.network, same_hidden=not whole)
        other = _fitting(case, Reading(**found.layout), listed)  # type: ignore[arg-type]
    if other is None:
        return found
    outcome = found.outcome if found.outcome == "explained" else "other network"
    if outcome == "explained":
        return replace(found, fits=other)
    return replace(
        found, outcome=outcome, fits=other, mistakes=(), alternatives=(), ambiguity="", patterns=()
    )


def near(network: Network, *, same_hidden: bool = False) -> Iterator[Network]:
    """The networks that a description could have meant, those with the fewest changes first."""
    last = network.layers[-1]
    own = str(last.activation), network.loss.name
    hidden = [str(layer.activation) for layer in network.layers[:-1]]
    others = [] if same_hidden or not hidden else [name for name in ACTIVATIONS if {name} != set(hidden)]
    biases = (False, True) if not same_hidden and any(layer.bias for layer in network.layers) else (False,)
    outputs = [own, *(pair for pair in _outputs(network) if pair != own)]
    choices = product(outputs, (False, True), ["", *others], biases)
    counted = sorted(choices, key=lambda each: _changes(each, own))
    for output, turned, activation, unbiased in counted:
        if 0 < _changes((output, turned, activation, unbiased), own) <= MOST_CHANGES:
            made = _made(network, output, turned, activation, unbiased)
            if made is not None:
                yield made


Choice = tuple[tuple[str, str], bool, str, bool]


def _changes(choice: Choice, own: tuple[str, str]) -> int:
    output, turned, activation, unbiased = choice
    return (output != own) + turned + bool(activation) + unbiased


def _outputs(network: Network) -> list[tuple[str, str]]:
    """Activation and loss of the last layer, as they usually go together."""
    shares = {name: loss.squared for name, loss in LOSSES.items() if loss.squared is not None}
    squared = sorted(shares, key=lambda name: (LOSSES[name].mean_over_outputs, shares[name]))
    heads = [name for name, function in ACTIVATIONS.items() if function.is_head]
    return _partners(network) + [(head, name) for head in heads for name in squared]


def _partners(network: Network) -> list[tuple[str, str]]:
    """Losses that are no squared error with the activations whose partners they are."""
    partners = [
        (loss.partner, name) for name, loss in LOSSES.items() if loss.squared is None and loss.partner
    ]
    return [(head, name) for head, name in partners if head != SOFTMAX or network.widths[-1] > 1]


def _made(
    network: Network, output: tuple[str, str], turned: bool, activation: str, unbiased: bool
) -> Network | None:
    reduction = network.loss.reduction
    if turned:
        reduction = "sum" if reduction == "mean" else "mean"
    layers = [
        Layer(
            layer.width,
            (activation or layer.activation) if number < network.depth else output[0],
            bias=layer.bias and not unbiased,
            skip=layer.skip,
            norm=layer.norm,
        )
        for number, layer in enumerate(network.layers, start=1)
    ]
    loss = network.loss
    formula = loss.formula if output[1] == loss.name else None
    try:
        meant = Loss(output[1], formula, loss.factor, reduction)
        return Network((network.input_width, *layers), loss=meant, l2=network.l2)
    except InputError:  # a loss that does not go with these outputs
        return None


def _fitting(case: Case, reading: Reading, listed: Iterator[Network]) -> Network | None:
    """The first of the networks with whose gradients the code's agree, at the probes and at its own."""
    seen = case.session.observe(case.own, reading, trace=False).observations
    for other in listed:
        if _agrees(other, seen) and _is_right(case, other, reading):
            return other
    return None


def _agrees(other: Network, seen: Sequence[Observation]) -> bool:
    """Whether the gradients that came are those of another network, one probe after the other."""
    names = set(other.parameter_shapes())
    derivation = derive(other)
    for each in seen:
        returned = {name[1:] for name in each.gradients if role_of_gradient(name)}
        if returned != names:
            return False
        parameters = {name: value for name, value in each.data.parameters.items() if name in names}
        data = Data(parameters, each.data.x, each.data.t)
        if not all(v.ok for v in verdicts([Point(derivation, data, {}, {})], [each])):
            return False
    return bool(seen)


def _is_right(case: Case, other: Network, reading: Reading) -> bool:
    """Whether the code is right for a network, at fresh probes of it and at other widths."""
    there = Case(case.session, other, None, case.seed, case.subject)
    try:
        seen = case.session.observe([*there.own, *there.wider], reading, trace=False).observations
    except InputError:
        return False
    return bool(seen) and all(v.ok for v in verdicts([point_of(each) for each in seen], seen))


def _of_targets(case: Case) -> Network | None:
    """Where code fails on targets of the described kind: the network of classes for which it is right."""
    for pair in _partners(case.network):
        if pair[1] == case.network.loss.name:
            continue
        for turned in (False, True):
            other = _made(case.network, pair, turned, "", False)
            if other is None:
                continue
            there = Case(case.session, other, None, case.seed, case.subject)
            try:
                best = case.session.choose(there.own[0][1], other)[0]
            except InputError:
                continue
            if best.stopped or best.observations[0].error is not None:
                break
            if _is_right(case, other, best.reading):
                return other
    return None


__all__ = ["elsewhere", "near"]
