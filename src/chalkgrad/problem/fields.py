"""The fields of a problem, read one after another; every fault is collected."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chalkgrad._errors import Fault
from chalkgrad._numbers import exact, exact_text, shown, whole
from chalkgrad.evaluate.arrays import Array, read_array
from chalkgrad.evaluate.data import fit_inputs, fit_parameters, fit_targets, name_fix
from chalkgrad.network import Network

MAX_NAMES = 2000


def read_parameters(network: Network | None, value: object, faults: list[Fault]) -> dict[str, Array]:
    """Return the parameters that are given; without a network only their numbers are checked."""
    if network is not None:
        return _owned(fit_parameters(network, value, faults, partial=True))
    for name, array in value.items() if isinstance(value, Mapping) else ():
        read_array(array, f"parameters.{str(name)[:40]}", faults)
    return {}


def read_sample(
    network: Network | None, x: object, t: object, faults: list[Fault]
) -> tuple[Array | None, Array | None]:
    """Return inputs and targets, both or neither."""
    if x is None and t is None:
        return None, None
    if network is not None:
        inputs = fit_inputs(network, x, "x", faults)
        targets = fit_targets(network, t, "t", inputs, faults)
        owned = _owned({"x": inputs, "t": targets})
        return owned.get("x"), owned.get("t")
    for name, value in (("x", x), ("t", t)):
        if value is None:
            faults.append(Fault(name, "be given", "nothing", "Give both x and t, or neither."))
        else:
            read_array(value, name, faults)
    return None, None


def _owned(arrays: Mapping[str, Array | None]) -> dict[str, Array]:
    """Return copies that nobody else can change."""
    copies = {name: array.copy() for name, array in arrays.items() if array is not None}
    for array in copies.values():
        array.setflags(write=False)
    return copies


def read_learning_rate(value: object, steps: object, faults: list[Fault]) -> Fraction | None:
    """Return the learning rate, which more than one step cannot do without."""
    if value is None:
        if (whole(steps) or 1) > 1:
            fix = "Add learning_rate = 0.1, say."
            faults.append(Fault("learning_rate", f"be given for {shown(steps)} steps", "nothing", fix))
        return None
    rate = exact(value)
    if rate is None or rate <= 0:
        typed = exact_text(value) if isinstance(value, str) else None
        fix = f"Write {str(value).strip()} without quotes." if typed else "Write 0.1, say."
        faults.append(Fault("learning_rate", "be a positive number", shown(value), fix))
    return rate


def read_whole(name: str, value: object, least: int, faults: list[Fault]) -> int:
    """Return a whole number of at least ``least``."""
    number = whole(value)
    if number is None or number < least:
        faults.append(
            Fault(name, f"be a whole number of at least {least}", shown(value), f"Write {least}, say.")
        )
        return least
    return number


def read_frozen(network: Network | None, value: object, faults: list[Fault]) -> tuple[str, ...]:
    """Return the names of the parameters that an update leaves alone, each once."""
    if not isinstance(value, (list, tuple, set, frozenset)):
        fix = f"Write [{shown(value)}]." if isinstance(value, str) else 'Write ["b1"], say.'
        faults.append(Fault("frozen", "be a list of parameter names", shown(value), fix))
        return ()
    names = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
    known = network.parameter_shapes() if network is not None else {}
    if len(names) > MAX_NAMES:
        faults.append(
            Fault("frozen", f"have at most {MAX_NAMES:,} names", f"{len(names):,}", "Name each once.")
        )
        return ()
    for index, name in enumerate(names):
        if not isinstance(name, str):
            faults.append(Fault(f"frozen[{index}]", "be a parameter's name", shown(name), 'Write "b1", say.'))
        elif network is not None and name not in known:
            fix = name_fix(name, network)
            faults.append(Fault(f"frozen[{index}]", "be a parameter of the network", shown(name), fix))
    return tuple(dict.fromkeys(str(name) for name in names))


def read_text_field(name: str, value: object, faults: list[Fault]) -> str:
    """Return a text."""
    if not isinstance(value, str):
        faults.append(Fault(name, "be a text", shown(value), "Put it in quotes."))
        return ""
    return value
