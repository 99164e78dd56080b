"""Activations and losses by name, by parameters or by a formula of one's own.

Everything here returns the function, or ``None`` after adding what is wrong to ``faults``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from chalkgrad import formula as f
from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import exact, exact_text, shown
from chalkgrad.formula.activations import known_name
from chalkgrad.formula.nodes import Num
from chalkgrad.network.norms import NORMS
from chalkgrad.network.spec import read_call

Found = tuple[str, tuple[tuple[str, Fraction], ...], f.ActivationFunction | None]
"""Name, parameters, and the function unless it is softmax."""


def suggestion(word: object, options: Sequence[str]) -> str:
    """Return ``Did you mean 'relu'?`` for a near name, else an empty string.

    >>> suggestion("rleu", ["relu", "tanh"]), suggestion(3, ["relu"])
    ("Did you mean 'relu'?", '')
    """
    return did_you_mean(word, options) if isinstance(word, str) else ""


def builtin_activation(text: object, keywords: Mapping[str, object], faults: list[Fault]) -> Found | None:
    """Look up ``leaky_relu(0.1)`` or ``leaky_relu`` with keywords: its name, parameters and function."""
    word, typed = read_call(text) if isinstance(text, str) else (shown(text), [])
    options = [*f.ACTIVATIONS, f.SOFTMAX]
    name = known_name(word, f.ACTIVATIONS, f.SOFTMAX)
    if name is None:
        words = ", ".join(options)
        fix = (
            suggestion(word, [*options, *NORMS, "nobias", "skip"])
            or "Or write one of your own as formula:z*sigmoid(z)."
        )
        faults.append(Fault("activation", f"be one of {words}", shown(text), fix))
        return None
    record = f.ACTIVATIONS.get(name)
    known = dict(record.parameters) if record is not None else {}
    given: dict[str, tuple[object, Fraction | None]] = {
        keyword: (value, exact(value)) for keyword, value in keywords.items()
    }
    for position, (keyword, word) in enumerate(typed):
        if not keyword and position >= len(known):
            have = f"at most {len(known)}" if known else "no"
            faults.append(
                Fault("activation", f"have {have} parameters in {name}", shown(text), f"Write {name}.")
            )
            return None
        given[keyword or list(known)[position]] = (word, exact_text(word))
    before = len(faults)
    for keyword, (value, number) in given.items():
        if keyword not in known:
            names = ", ".join(known) if known else "absent"
            fix = suggestion(keyword, list(known)) or f"Leave {keyword} out."
            faults.append(
                Fault("activation", f"have parameters of {name} that are {names}", repr(keyword), fix)
            )
        elif number is None:
            faults.append(
                Fault(f"activation.{keyword}", "be a finite number", shown(value), "Write 0.1, say.")
            )
        else:
            known[keyword] = number
    if len(faults) > before:
        return None
    return name, tuple(known.items()), None if record is None else record.at(known)


def own_formula(
    path: str,
    name: object,
    formula: object,
    arguments: tuple[str, ...],
    parameters: Mapping[str, object],
    faults: list[Fault],
) -> f.Node | None:
    """Read a function given by a formula; its parameters are put into it as numbers."""
    before = len(faults)
    taken = [*f.ACTIVATIONS, f.SOFTMAX] if path == "activation" else list(f.LOSSES)
    if not isinstance(name, str) or not name.isidentifier() or name in taken:
        fix = "Give it a name of its own, such as 'mine'."
        faults.append(Fault(f"{path}.name", "be a new name of letters, digits and _", shown(name), fix))
    numbers: dict[str, Fraction] = {}
    for keyword, value in parameters.items():
        number = exact(value)
        if keyword in arguments:
            faults.append(
                Fault(f"{path}.{keyword}", "be another letter than the variable", repr(keyword), "Use c.")
            )
        elif number is None:
            faults.append(Fault(f"{path}.{keyword}", "be a finite number", shown(value), "Write 0.1, say."))
        else:
            numbers[keyword] = number
    if not isinstance(formula, str):
        faults.append(
            Fault(f"{path}.formula", "be a formula in quotes", shown(formula), f"Use {arguments[0]} in it.")
        )
        return None
    try:
        body = f.parse_formula(formula, (*arguments, *parameters), path=f"{path}.formula")
        body = f.substitute(body, {keyword: Num(number) for keyword, number in numbers.items()})
        body = f.parse_formula(f.format_formula(body), arguments, path=f"{path}.formula")
    except InputError as error:
        faults.extend(error.faults)
        return None
    if len(faults) == before and arguments[0] not in f.variables(body):
        fix = f"Use {arguments[0]} in the formula."
        faults.append(Fault(f"{path}.formula", f"depend on {arguments[0]}", shown(formula), fix))
    return body if len(faults) == before else None


def builtin_loss(name: object, faults: list[Fault]) -> f.LossFunction | None:
    """Look up a loss by its name."""
    known = known_name(name, f.LOSSES) if isinstance(name, str) else None
    if known is not None:
        return f.LOSSES[known]
    fix = suggestion(name, list(f.LOSSES)) or "Or write one of your own as formula:(y-t)^4."
    faults.append(Fault("loss", f"be one of {', '.join(f.LOSSES)}", shown(name), fix))
    return None
