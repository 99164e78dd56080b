"""A probe as the child process gets it, and an observation from what it reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import derive
from chalkgrad.evaluate import trace
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.interpretation import Interpretation, interpret
from chalkgrad.usercode.answer.names_of_values import known_as
from chalkgrad.usercode.answer.observation import Assigned, Observation
from chalkgrad.usercode.answer.rounding import size_of_terms, without_noise
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.note import Note


@dataclass(frozen=True, eq=False)
class Probe:
    """A network, data, and all their numbers: what is handed over, and what should come back.

    Attributes
    ----------
    values
        W1, b1, …, X, T, Z1, A1, …, Y.
    expected
        dW1, db1, …, dZ1, dA1, …, dY.
    loss
        L, with its penalty.
    terms
        The size of what each gradient is a sum of, by its name.
    """

    network: Network
    data: Data
    values: Mapping[str, Array]
    expected: Mapping[str, Array]
    loss: float = 0.0
    terms: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, data: Data) -> Probe:
        """Evaluate the derivation at the data."""
        step = trace(network, data.parameters, data.x, data.t).steps[0]
        values = {**data.parameters, **step.values}
        expected = {s.name: value for s, value in step.symbols.items() if s.kind == "grad"}
        made = derive(network).gradients
        terms = {each.name: size_of_terms(each, step.symbols) for each in made}
        expected |= {name: without_noise(expected[name], size) for name, size in terms.items()}
        return cls(network, data, values, expected, float(step.loss), terms)

    def table(self, rate: float) -> dict[str, Any]:
        """Plain values for the child process."""
        arrays = dict(self.values)
        arrays.setdefault("Y", arrays.get(f"A{self.network.depth}", self.data.t))
        if "dY" in self.expected:
            arrays["dY"] = self.expected["dY"]
        return {
            "arrays": arrays,
            "numbers": {"l2": float(self.network.l2), "learning_rate": rate},
            "widths": list(self.network.widths),
            "activations": [str(layer.activation) for layer in self.network.layers],
            "loss": self.network.loss.name,
            "network": self.network.to_dict(),
        }


def observation(rows: Sequence[Mapping[str, Any]], probe: Probe, reading: Reading, name: str) -> Observation:
    """One observation from the calls at one probe: the first, and those that repeat it."""
    answers = rows[0]["answers"]
    first = answers[0]
    found = _interpreted(answers, probe, reading)
    assigned = tuple(
        Assigned(int(line), text, array, function, key)
        for line, text, key, function, array in first.get("assigned", ())
        if array is not None
    )
    error = next((answer["error"] for answer in answers if answer.get("error")), None)
    if error is None and first.get("unknown"):
        error = {
            "type": "TypeError",
            "message": f"wants {', '.join(first['unknown'])}",
            "line": None,
            "text": "",
        }
    tops = {name.split(".")[-1], *(a.function for a in assigned if a.is_return)}
    updated = found.kind == "updated"
    return Observation(
        probe.network,
        probe.data,
        found.gradients,
        found.misshapen,
        found.problems,
        found.kind,
        first.get("eta") if updated else None,
        _loss(first),
        assigned,
        known_as(assigned, first.get("bound", {}), probe.values, reading, tuple(tops)),
        tuple(_interpreted(row["answers"], probe, reading).gradients for row in rows[1:]),
        tuple(first.get("changed", ())),
        error,
        first.get("eta_from", "") if updated else "",
        bool(first.get("forward")),
        tuple(first.get("missing", ())),
        tuple(Note(*note) for note in first.get("notes", ())),
        tuple(str(label) for label, _ in first.get("parts", ())),
        tuple(each["type"] for each in first.get("refused", ())),
    )


def _interpreted(answers: Sequence[Mapping[str, Any]], probe: Probe, reading: Reading) -> Interpretation:
    if any("unknown" in answer for answer in answers):
        return Interpretation()
    found = interpret(answers, probe.network, probe.data.parameters, probe.expected, reading)
    quiet = {
        name: without_noise(array, probe.terms.get(name, 0.0)) for name, array in found.gradients.items()
    }
    return replace(found, gradients=quiet)


def _loss(answer: Mapping[str, Any]) -> float | None:
    """The loss that was returned: a number under its name, or the first of several parts."""
    parts = answer.get("parts", ())
    names = answer.get("names", ())
    for label, array in parts:
        first = str(label).split(".")[0]
        called = (
            names[int(first)]
            if first.isdecimal() and len(first) < 9 and int(first) < len(names)
            else str(label)
        )
        if called.lower() in ("loss", "cost", "j", "total_loss", "data_loss") and np.size(array) == 1:
            return float(np.reshape(array, -1)[0])
    if len(parts) > 1 and np.ndim(parts[0][1]) == 0 and str(parts[0][0]) == "0":
        return float(parts[0][1])
    return None
