"""Make an object of a user's class: each constructor parameter gets what its name asks for."""

from __future__ import annotations

import inspect
from typing import Any

from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.vocabulary.names import plain, role
from chalkgrad.usercode.vocabulary.roles import OF_A_CONSTRUCTOR, ROLES

_NUMBERED = ("hiddennodes", "hiddenneurons", "hiddenunits", "nhiddenunits")


def build(kind: type, supply: Supply) -> Any | list[str]:
    """Construct an object, or list the parameters of the constructor that nothing matches.

    Numbers that are named after nothing are taken as widths where there are as many as the network has.
    """
    widths = list(supply["widths"])
    try:
        every = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return kind()
    asked = [p for p in every if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    wanted = _ConstructorParameters([p.name for p in asked], supply)
    bound: dict[str, Any] = {}
    unknown: list[str] = []
    for parameter in asked:
        if is_own_penalty(parameter):
            continue
        value = wanted.value(parameter.name)
        if value is not None:
            bound[parameter.name] = value
        elif parameter.default is parameter.empty:
            unknown.append(parameter.name)
    if len(unknown) == len(widths) and not any(name in bound for name in wanted.hidden):
        bound |= dict(zip(unknown, widths, strict=True))
    elif unknown:
        return unknown
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in every)
    if takes_any and not any(p.kind is p.POSITIONAL_OR_KEYWORD for p in asked):
        return kind(*widths, **bound)
    positional = [bound.pop(p.name) for p in asked if p.kind is p.POSITIONAL_ONLY]
    return kind(*positional, **bound)


def is_own_penalty(parameter: inspect.Parameter) -> bool:
    """Whether a default is the user's own λ, which belongs to the user's own network."""
    default = parameter.default
    return role(parameter.name) == "l2" and isinstance(default, int | float) and bool(default)


class _ConstructorParameters:
    """What the parameters of one constructor ask for."""

    def __init__(self, names: list[str], supply: Supply) -> None:
        self._supply = supply
        self.hidden = [name for name in names if _size(name) == "n_hidden"]
        self._has_input = any(_size(name) == "n_in" for name in names)

    def value(self, name: str) -> Any:
        supply, word, kind, size = self._supply, plain(name), role(name), _size(name)
        is_data = name in ("X", "Y") or (name in ("x", "y") and not self._has_input)
        if is_data or (kind in ("T", "X") and word not in ("inputs", "input")):
            return supply["X" if kind == "X" else "T"]
        if size == "n_hidden":
            return self._width(name)
        if size:
            return OF_A_CONSTRUCTOR[size].value(supply)
        if "activation" in word:
            return None
        if kind in ("learning_rate", "l2", "m", "widths", "once"):
            return ROLES[kind].value(supply)
        if word == "input":
            return None if self._has_input else supply["widths"][0]
        return supply.get(supply.named(name) or "")

    def _width(self, name: str) -> Any:
        """One hidden width, or all of them where the name has a plural or is the only one for several."""
        inner = self._supply["widths"][1:-1]
        several = name.endswith("s") and plain(name) not in _NUMBERED
        if several or (len(self.hidden) == 1 and len(inner) > 1):
            return inner
        place = self.hidden.index(name)
        return inner[place] if place < len(inner) else None


def _size(name: str) -> str | None:
    """n_in, n_hidden, n_out, seed or scale, if a name of a constructor's parameter is one of them."""
    word = plain(name)
    for each, words in ((k, v.words) for k, v in OF_A_CONSTRUCTOR.items()):
        if word in words or (each == "n_hidden" and word.rstrip("0123456789") in words):
            return each
    return None
