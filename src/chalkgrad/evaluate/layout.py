"""The numbers of a trace, laid out as another convention writes them."""

from __future__ import annotations

from chalkgrad.derive import ETA, UPDATE_NUMBER, Derivation
from chalkgrad.evaluate.interpret import Values
from chalkgrad.evaluate.program import batch_size
from chalkgrad.evaluate.traced import Trace
from chalkgrad.expr import Symbol, symbols


def values_in(derivation: Derivation, trace: Trace, step: int = 0) -> Values:
    """The values of every symbol of a derivation, in its own convention, from a canonical trace.

    A single-sample convention needs a trace of one sample.  Orientation is turned where the convention
    turns it; errors of a convention that takes the mean at the gradient are m times the canonical ones.

    Parameters
    ----------
    derivation
        Any convention's derivation of the trace's network.
    trace
        The canonical numbers.
    step
        Which step of the trace, from 0.

    Returns
    -------
    dict
        Symbol → matrix, and the batch size, the learning rate and the number of the update.
    """
    numbers = trace.steps[step]
    m = len(numbers.values["X"])
    found: Values = batch_size(m)
    found[ETA] = trace.learning_rate
    found[UPDATE_NUMBER] = numbers.number
    mean = derivation.network.loss.reduction == "mean"
    for symbol in all_symbols(derivation):
        value = numbers.named[symbol.name]
        if value.ndim == 1:
            value = value.reshape(-1, 1)
        if derivation.convention.transposes(symbol):
            value = value.T
        if derivation.convention.per_sample(symbol) and mean:
            value = value * m
        found[symbol] = value
    return found


def all_symbols(derivation: Derivation) -> list[Symbol]:
    """Every symbol that occurs in a derivation, each once."""
    found: dict[Symbol, None] = {}
    for step in derivation.steps:
        found[step.symbol] = None
        for form in step.forms:
            found.update(dict.fromkeys(symbols(form.expr)))
    return list(found)
