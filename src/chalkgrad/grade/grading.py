"""How a class's code is graded: the table ``[grading]`` of a problem file.

    [grading]
    function = "backward"           what each file must define
    file = "backprop.py"            what it is called, where students hand in folders
    points = 10                     of all rows together; the sum of the weights if left out
    follow_through = 1.0            the share of points for what is wrong only because of an earlier mistake
    gradients = ["dZ1", "dW1", …]   the rows that count; all if left out
    weights = { dZ1 = 2 }           what a row counts; 1 if left out
    with = ["activations.py"]       files that are laid beside every submission
    reading = { samples = "rows" }  the layout that was asked for, where the code leaves it open

A row is a gradient of a parameter (dW1, db1) or the error δ of a layer (dZ1), in which most mistakes stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import exact, plain_number, shown
from chalkgrad.network import Network
from chalkgrad.network.layers import unknown_keys

KEYS = ("function", "file", "points", "follow_through", "gradients", "weights", "with", "reading")
LAYOUTS = {
    "samples": ("rows", "columns"),
    "weights": ("out_in", "in_out"),
    "bias": ("flat", "matrix"),
    "target": ("matrix", "flat", "classes"),
    "mode": ("batch", "single"),
}


@dataclass(frozen=True)
class Grading:
    """How points are given.

    Attributes
    ----------
    function
        What each submission must define: a function, ``Class`` or ``Class.method``.
    rows
        What counts, in the order of the backward pass, and how much.
    points
        What all rows together are worth.
    follow_through
        The share of its points that a row has when only an earlier mistake makes it wrong.
    file
        What a student's file is called; empty if it may have any name.
    support
        The names of files that are laid beside every submission.
    reading
        The parts of the layout that the assignment settles: samples, weights, bias, target, mode.
    """

    function: str
    rows: dict[str, Fraction] = field(default_factory=dict)
    points: Fraction = Fraction(0)
    follow_through: Fraction = Fraction(1)
    file: str = ""
    support: tuple[str, ...] = ()
    reading: dict[str, str] = field(default_factory=dict)

    def worth(self, row: str) -> Fraction:
        """Return the points of a row."""
        return self.points * self.rows[row] / sum(self.rows.values())

    def to_dict(self) -> dict[str, object]:
        """Plain values, ready for JSON."""
        return {
            "function": self.function,
            "file": self.file,
            "points": plain_number(self.points),
            "follow_through": plain_number(self.follow_through),
            "weights": {row: plain_number(weight) for row, weight in self.rows.items()},
            "with": list(self.support),
            "reading": dict(self.reading),
        }


def all_rows(network: Network) -> list[str]:
    """Return everything that can be graded, in the order of the backward pass.

    >>> all_rows(Network("3-2:relu-1:sigmoid"))
    ['dZ2', 'dW2', 'db2', 'dZ1', 'dW1', 'db1']
    """
    layers = range(network.depth, 0, -1)
    wanted = {l: [f"Z{l}", *(p.name for p in network.parameters() if p.layer == l)] for l in layers}
    return [f"d{name}" for names in wanted.values() for name in names]


def read_grading(table: Mapping[str, object], network: Network, function: str | None = None) -> Grading:
    """Read the table; ``function`` stands in place of its own.

    Raises
    ------
    InputError
        With every fault of it.
    """
    faults = [replace(fault, path=f"grading.{fault.path}") for fault in unknown_keys(table, KEYS)]
    name = _text(table, "function", 'Write function = "backward".', faults) if function is None else function
    if not name and not faults:
        fix = 'Write --function backward, or function = "backward" below [grading].'
        faults.append(Fault("--function", "be given", "nothing", fix))
    elif name and not all(part.isidentifier() for part in name.split(".")):
        place = "grading.function" if function is None else "--function"
        faults.append(Fault(place, "be the name of a function", shown(name), "Write backward, say."))
    file = _text(table, "file", 'Write file = "backprop.py".', faults)
    rows = _rows(table, network, faults)
    points = _number(table, "points", sum(rows.values(), Fraction(0)), None, faults)
    follow = _number(table, "follow_through", Fraction(1), Fraction(1), faults)
    support = _names(table.get("with", []), "with", 'Write with = ["activations.py"].', faults)
    reading = _reading(table.get("reading", {}), faults)
    if faults:
        raise InputError(faults)
    return Grading(name, rows, points, follow, file, tuple(support), reading)


def _reading(value: object, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        fix = 'Write reading = { samples = "rows" }.'
        faults.append(Fault("grading.reading", "be a table", shown(value), fix))
        return {}
    unknown = unknown_keys(value, tuple(LAYOUTS))
    faults += [replace(fault, path=f"grading.reading.{fault.path}") for fault in unknown]
    for part, choices in LAYOUTS.items():
        if part in value and value[part] not in choices:
            fix = f'Write {part} = "{choices[0]}".'
            got = shown(value[part])
            faults.append(Fault(f"grading.reading.{part}", f"be one of {', '.join(choices)}", got, fix))
    return {str(part): str(choice) for part, choice in value.items()}


def _rows(table: Mapping[str, object], network: Network, faults: list[Fault]) -> dict[str, Fraction]:
    known = all_rows(network)
    counted = _names(table.get("gradients", known), "gradients", 'Write gradients = ["dW1", "db1"].', faults)
    given = table.get("weights", {})
    if not isinstance(given, Mapping):
        faults.append(Fault("grading.weights", "be a table", shown(given), "Write weights = { dW1 = 2 }."))
        given = {}
    for place, names in (("gradients", counted), ("weights", list(given))):
        for name in names:
            if name not in known:
                fix = f"There are {', '.join(known)}."
                faults.append(Fault(f"grading.{place}", "name gradients of the network", shown(name), fix))
    rows = {}
    for name in known:
        if name in counted:
            rows[name] = _number(given, name, Fraction(1), None, faults, "weights.")
    if not any(rows.values()) and not faults:
        fix = 'Write gradients = ["dW1", "db1"], say.'
        faults.append(Fault("grading.gradients", "leave something that counts", "nothing", fix))
    return rows


def _number(
    table: Mapping[str, object],
    name: str,
    usual: Fraction,
    most: Fraction | None,
    faults: list[Fault],
    above: str = "",
) -> Fraction:
    value = table.get(name, usual)
    number = exact(value)
    if number is None or number < 0 or (most is not None and number > most):
        condition = "be a number of at least 0" if most is None else f"be a number from 0 to {most}"
        faults.append(Fault(f"grading.{above}{name}", condition, shown(value), f"Write {name} = 1, say."))
        return usual
    return number


def _text(table: Mapping[str, object], name: str, fix: str, faults: list[Fault]) -> str:
    value = table.get(name, "")
    if isinstance(value, str):
        return value
    faults.append(Fault(f"grading.{name}", "be a text", shown(value), fix))
    return ""


def _names(value: object, name: str, fix: str, faults: list[Fault]) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    faults.append(Fault(f"grading.{name}", "be a list of names", shown(value), fix))
    return []
