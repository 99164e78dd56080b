"""A derivation lowered to a schedule of kernel calls."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import Number
from chalkgrad.derive import Derivation, derive
from chalkgrad.lower.equations import equations
from chalkgrad.lower.program import Program
from chalkgrad.lower.schedule import Scheduler
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network


def lower(source: Derivation | Network, *, dropout: Sequence[float] = (), clipped: bool = False) -> Program:
    """Lower a derivation to a schedule of kernel calls, by matching the expressions of its steps.

    Parameters
    ----------
    source
        A derivation, or the network whose derivation is meant.  What is lowered is the canonical one, in
        which rows are samples; samples' weights are in every program.
    dropout
        The rate after each layer 1 … L − 1; left out, that of the derivation.
    clipped
        Whether the gradient's norm is clipped, so that updates wait for all gradients.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If the rates of dropout do not fit the network.
    UnsupportedError
        If a step has no kernel; the message names the step.

    Examples
    --------
    >>> from chalkgrad.network import Network
    >>> program = lower(Network("4-3:relu-1:sigmoid"))
    >>> [(type(i).__name__, i.steps) for i in program.instructions[2:4]]
    [('Linear', ('Z1', 'A1')), ('Linear', ('Z2',))]
    """
    network = source.network if isinstance(source, Derivation) else source
    expect_network(network)
    _check_dropout(network, dropout)
    rates: dict[int, Number | None] = {l: rate for l, rate in enumerate(dropout, start=1) if rate}
    if isinstance(source, Derivation) and not dropout:
        rates = dict(source.training.dropout)
    derivation = derive(network, dropout=rates)
    return Scheduler(derivation, equations(derivation)).program(clipped)


def _check_dropout(network: Network, dropout: Sequence[float]) -> None:
    faults = []
    if dropout and len(dropout) != network.depth - 1:
        condition = f"have one rate for each of the {network.depth - 1} layers before the last"
        faults.append(Fault("dropout", condition, str(len(dropout)), "Or leave it out."))
    for index, rate in enumerate(dropout):
        if not 0 <= rate < 1:
            faults.append(Fault(f"dropout[{index}]", "be in [0, 1)", f"{rate}", "Write 0.5, say."))
    if faults:
        raise InputError(faults)
