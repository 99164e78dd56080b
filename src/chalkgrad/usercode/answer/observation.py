"""What a user's function answered, brought into the canonical layout: what a diagnosis works on."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from chalkgrad._arrays import Array
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.note import Note


@dataclass(frozen=True)
class Assigned:
    """One assignment that the user's code made while it ran.

    Attributes
    ----------
    line
        The line of the user's file.
    name
        The target as it is written: ``dZ1``, ``self.dW1``, ``grads["W" + str(l)]``; ``return`` for a returned
        value.  An entry of an array that is assigned to stands for the whole array.
    value
        A copy of the array right after the line, in the user's own layout.
    function
        The function it stands in.
    key
        The target with its index worked out: ``grads['W1']``; a local at a line that raised says so.
    """

    line: int
    name: str
    value: Array
    function: str = ""
    key: str = ""

    @property
    def is_return(self) -> bool:
        """Whether it is a value that was returned, or a part of it: a keyword is no name."""
        return self.name.partition("[")[0] == "return"


@dataclass(frozen=True)
class Observation:
    """One call of the user's function on known data.

    Attributes
    ----------
    network
        The network of this call: the user's, or one with the same layers of other widths.
    data
        Parameters, inputs and targets, in the canonical layout.
    gradients
        What was returned, by canonical name (dW1, db1, and dZ1, dA1 … where they were returned too), in the
        canonical layout: dW as n_out × n_in, db as (n,), the others with samples as rows; float64.
    misshapen
        Gradients whose shape does not fit, as they came but with samples as rows where samples are columns
        in the reading, and dW turned to n_out × n_in where the reading has n_in × n_out.
    problems
        What is wrong with the shape of those, in words; also of those that came back transposed (which are in
        ``gradients``, turned).
    kind
        returned, attributes (of the object), updated (parameters were changed or returned; the gradient is
        the step divided by the learning rate).
    learning_rate
        η of an update: as it was supplied, or as it was found in the code.
    loss
        The loss that the function returned, if it did.
    assigned
        The assignments in order, where a trace was asked for.
    known_as
        What the user's code calls things, by canonical name: ``{"W1": 'params["W1"]', "X": "X"}``.
    again
        The gradients of a second and third call on fresh copies of the same arrays.
    changed
        The inputs that the call changed in place, by canonical name.
    error
        What was raised: type, message, line, text.
    eta_from
        Where the learning rate comes from: ``argument`` (ours), ``the code`` (a constant) or a name in it.
    forward
        Whether the forward pass of the user's file was run first, since the function wants what it leaves.
    missing
        Parameters for which the user's object has no place.
    notes
        Of a framework's object: how it was read, and what was seen of it, a sentence each.
    returned, refused
        The labels of the arrays that came back, and the types of what came back and is none.

    Where code takes one sample a call, gradients of parameters are combined over the batch as the network's
    loss is, errors stand sample by sample in rows, and ``assigned`` is of the first sample alone.
    """

    network: Network
    data: Data
    gradients: Mapping[str, Array] = field(default_factory=dict)
    misshapen: Mapping[str, Array] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    kind: str = "returned"
    learning_rate: float | None = None
    loss: float | None = None
    assigned: tuple[Assigned, ...] = ()
    known_as: Mapping[str, str] = field(default_factory=dict)
    again: tuple[Mapping[str, Array], ...] = ()
    changed: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    eta_from: str = ""
    forward: bool = False
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    returned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def transposed(self) -> Set[str]:
        """The gradients that came back transposed, and were turned."""
        return self.problems.keys() & self.gradients.keys()


@dataclass(frozen=True)
class Observed:
    """All calls under one reading."""

    reading: Reading
    observations: tuple[Observation, ...]
    stopped: str = ""
    output: str = ""
    source: str = ""
    """The text of the user's file."""
    is_late: bool = False
    """Whether it was stopped since it took too long."""
