"""The names of parameters that a run of descent leaves alone, every fault collected."""

from __future__ import annotations

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.evaluate.data import name_fix
from chalkgrad.network import Network

MAX_NAMES = 2000


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
