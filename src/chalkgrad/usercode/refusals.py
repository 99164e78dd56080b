"""Errors about a target that no call can be made of: it asks for what there is not, or does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.network import Network


def refuse_misfit(answers: Sequence[Mapping[str, Any]], network: Network, name: str, path: str) -> None:
    """Raise if a framework's object cannot be a part of the network."""
    errors = [answer.get("error") or {} for answer in answers]
    if errors and all(error.get("type") == "MisfitError" for error in errors):
        raise InputError(Fault(path, f"be a piece of {network}", name, errors[0]["message"]))


def refuse_unknown(answers: Sequence[Mapping[str, Any]], network: Network, name: str, path: str) -> None:
    """Raise if no call was one: each asked for something that there is not, or failed before it could ask."""
    asking = [answer for answer in answers if "unknown" in answer]
    if not asking or not all("unknown" in answer or answer.get("error") for answer in answers):
        return
    answer = asking[0]
    if not answer["whose"]:
        has = ", ".join(answer["unknown"][:8]) or "no method"
        fix = f"It has {has}; name one of them: {name}.{(answer['unknown'] or ['backward'])[0]}."
        raise InputError(Fault(path, "name a class with a backward method", repr(name), fix))
    numbered = list(network.parameter_shapes())[:6]
    fix = f"There are X, y, {', '.join(numbered)}, Z1, A1, y_hat, m, params, cache."
    raise InputError(
        [
            Fault(
                f"parameter {name} of {answer['whose']}",
                "be something that the network has",
                repr(name),
                fix,
            )
            for name in answer["unknown"]
        ]
    )
