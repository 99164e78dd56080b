"""Parameters, inputs and targets, checked against the network: all faults together.

Rows are samples.  One sample may be written as one list; with one input or one output a list is one
number a sample.  Targets of cross-entropy may be whole class numbers 0 … n−1, which become one-hot rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._roles import BIAS, WEIGHT, role_of
from chalkgrad.evaluate.arrays import MAX_TOLD, as_float64, is_ready, read_array
from chalkgrad.evaluate.extras import fit_extras
from chalkgrad.formula import Arithmetic
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

_SUM_TOLERANCE = 1e-9
_TYPED_NAME = re.compile(r"([wb][a-z]*)[\s_.\[(^]*(\d+)[\])]?", re.IGNORECASE)


@dataclass(frozen=True)
class Data:
    """Arrays that fit a network: ``x`` (m, n₀), ``t`` (m, n_L), parameters in the network's shapes.

    ``extras`` has the sample weights ``s`` (m,) and the dropout masks ``M1`` (m, n₁), … of a training step,
    and what norms remember, ``running_mean1`` (n₁,), ….
    """

    parameters: dict[str, Array]
    x: Array
    t: Array
    extras: dict[str, Array] = field(default_factory=dict)


def validate_data(
    network: Network,
    x: object,
    t: object,
    parameters: object,
    *,
    arithmetic: Arithmetic | None = None,
    prefix: str = "",
    partial: bool = False,
    sample_weight: object = None,
    masks: object = None,
) -> Data:
    """Return the arrays of a problem in one arithmetic.

    Parameters
    ----------
    network
        What they must fit.
    x, t
        Inputs and targets: arrays, lists, one sample or many.
    parameters
        A table ``{"W1": …, "b1": …}`` with W of shape (n_out, n_in).
    arithmetic
        What makes the arrays; float64 when left out.
    prefix
        Stands before ``x`` and ``t`` in messages, such as ``"sample."``.
    partial
        Whether parameters may be missing.
    sample_weight, masks
        What each sample counts, and dropout masks by layer, where there are such.

    Raises
    ------
    InputError
        With every fault of parameters, inputs, targets, weights and masks.

    Examples
    --------
    >>> data = validate_data(Network("2-1:sigmoid:nobias"), [[1, 2], [3, 4]], [0, 1], {"W1": [[1, -1]]})
    >>> data.x.shape, data.t.shape
    ((2, 2), (2, 1))
    """
    expect_network(network)
    plain = sample_weight is None and masks is None and not network.statistics
    if plain and arithmetic is None and (ready := _ready(network, x, t, parameters)) is not None:
        return ready
    faults: list[Fault] = []
    stored = fit_parameters(network, parameters, faults, partial=partial)
    fitted = {name: stored.pop(name) for name in network.parameter_shapes() if name in stored}
    inputs = fit_inputs(network, x, f"{prefix}x", faults)
    targets = fit_targets(network, t, f"{prefix}t", inputs, faults)
    extras = {} if inputs is None else fit_extras(network, sample_weight, masks, len(inputs), faults)
    if network.statistics and inputs is not None and len(inputs) < 2:
        fix = "Give more rows: one row has no variance."
        faults.append(Fault(f"{prefix}x", "have at least 2 rows for a batch_norm", "1 row", fix))
    extras |= initial_statistics(network) | stored
    if faults or inputs is None or targets is None:
        raise InputError(faults)
    convert = as_float64 if arithmetic is None else arithmetic.array
    tables = ({name: convert(array) for name, array in table.items()} for table in (fitted, extras))
    return Data(next(tables), convert(inputs), convert(targets), next(tables))


def _ready(network: Network, x: object, t: object, parameters: object) -> Data | None:
    """Return arrays that need no reading, or ``None`` for the careful reader, who finds what is wrong."""
    shapes = network.parameter_shapes()
    if not isinstance(parameters, dict) or len(parameters) != len(shapes):
        return None
    arrays: dict[str, Array] = {}
    for name, shape in shapes.items():
        array = parameters.get(name)
        if not is_ready(array, shape):
            return None
        arrays[name] = array
    rows = len(x) if isinstance(x, np.ndarray) and x.ndim == 2 else 0
    widths = network.widths
    if not rows or not is_ready(x, (rows, widths[0])) or not is_ready(t, (rows, widths[-1])):
        return None
    targets = _in_domain(network, t, "t", 2, [])
    return None if targets is None else Data(arrays, x, targets)


def fit_parameters(
    network: Network,
    parameters: object,
    faults: list[Fault],
    *,
    partial: bool = False,
    statistics: bool = False,
    path: str = "parameters",
) -> dict[str, Array]:
    """Return the parameters in the network's order and shapes, and the statistics of norms that are given.

    Nothing may be missing unless ``partial``; ``statistics`` may be missing unless they are asked for.
    """
    expect_network(network)
    if not isinstance(parameters, Mapping):
        fix = "Write {'W1': [[…]], 'b1': […]}."
        faults.append(Fault(path, "be a table of names and arrays", shown(parameters), fix))
        return {}
    shapes = network.stored_shapes()
    arrays: dict[str, Array] = {}
    unknown = [str(name) for name in parameters if name not in shapes]
    for name in unknown[:MAX_TOLD]:
        fix = name_fix(name, network)
        faults.append(Fault(f"{path}.{name[:40]}", "be a parameter of the network", "an unknown name", fix))
    if len(unknown) > MAX_TOLD:
        got = f"{len(unknown) - MAX_TOLD:,} more"
        faults.append(Fault(path, "have no unknown names", got, "Remove them."))
    for name, value in parameters.items():
        if name not in shapes:
            continue
        array = read_array(value, f"{path}.{name}", faults)
        if array is None:
            continue
        if array.ndim == 0 and set(shapes[name]) == {1}:
            array = array.reshape(shapes[name])
        if array.shape == shapes[name]:
            arrays[name] = array
        else:
            faults.append(_shape_fault(f"{path}.{name}", name, array.shape, shapes[name]))
    if not partial:
        for name, shape in (shapes if statistics else network.parameter_shapes()).items():
            if name not in parameters:
                fix = "Add it, or draw it with initialise(network)."
                faults.append(Fault(f"{path}.{name}", f"be given, of shape {shape}", "nothing", fix))
    return {name: arrays[name] for name in shapes if name in arrays}


def initial_statistics(network: Network) -> dict[str, Array]:
    """What norms remember before they have seen a batch: the mean 0 and the variance 1."""
    return {each.name: np.full(each.shape, each.role.initial) for each in network.statistics}


def _shape_fault(path: str, name: str, got: tuple[int, ...], shape: tuple[int, ...]) -> Fault:
    if len(shape) == 1:
        role = role_of(name)
        fix = f"A {role.kind if role else 'vector'} is one list of {shape[0]}."
    elif got == shape[::-1]:
        fix = "It looks transposed: a weight is n_out × n_in."
    elif len(got) == 1 and got[0] == shape[1] and shape[0] == 1:
        fix = f"Write {name} = [[…]], one row."
    else:
        fix = f"A weight is n_out × n_in: {shape[0]} rows of {shape[1]}."
    return Fault(path, f"have shape {shape}", _shape(got), fix)


def _shape(shape: tuple[int, ...]) -> str:
    return f"shape {shape}" if shape else "one number"


def _row(array: Array) -> str:
    count = array.shape[1]
    return f"{count} number{'' if count == 1 else 's'} in a row"


def name_fix(name: str, network: Network) -> str:
    """Return what to write instead of a name that is no parameter of the network."""
    shapes = network.parameter_shapes()
    typed = _TYPED_NAME.fullmatch(name.strip())
    if typed is None:
        names = list(shapes)
        return f"Its parameters are {', '.join(names) if len(names) <= 8 else f'W1 … {names[-1]}'}."
    number = int(typed[2]) if len(typed[2]) < 9 else 0
    meant = (WEIGHT if typed[1][0] in "wW" else BIAS).name(number)
    if meant in shapes:
        return f"Did you mean {meant!r}?"
    if 1 <= number <= network.depth:
        return f"Layer {number} has no bias; remove {name}."
    return f"The network has {network.depth} layers, so names end with {network.depth}."


def fit_inputs(network: Network, x: object, path: str, faults: list[Fault]) -> Array | None:
    """Return the inputs as m rows of n₀ numbers."""
    array = read_array(x, path, faults) if x is not None else None
    if x is None:
        faults.append(Fault(path, "be given", "nothing", f"Write one row of {network.input_width}, or many."))
    if array is None:
        return None
    width = network.input_width
    if array.ndim < 2:
        array = array.reshape(-1, 1) if width == 1 else array.reshape(1, -1)
    if array.shape[0] == 0:
        faults.append(Fault(path, "have at least one row", _shape(array.shape), f"Write one row of {width}."))
        return None
    if array.shape[1] != width:
        fix = (
            "It looks transposed: rows are samples." if array.shape[0] == width else f"Write rows of {width}."
        )
        faults.append(Fault(path, f"have rows of {width}, the network's input", _row(array), fix))
        return None
    return array


def fit_targets(
    network: Network, t: object, path: str, inputs: Array | None, faults: list[Fault]
) -> Array | None:
    """Return the targets as m rows of n_L numbers that the loss can take."""
    width = network.widths[-1]
    if t is None:
        faults.append(Fault(path, "be given", "nothing", f"Write one row of {width} for each sample."))
        return None
    array = read_array(t, path, faults)
    if array is None:
        return None
    rows = None if inputs is None else inputs.shape[0]
    axes = array.ndim
    has_classes = network.loss.loss_function.takes_classes(width)
    if array.ndim < 2 and width == 1:
        array = array.reshape(-1, 1)
    elif has_classes and _are_classes(array, width, rows):
        return _one_hot(array.reshape(-1), width, rows, path, faults)
    elif array.ndim < 2:
        array = array.reshape(1, -1)
    if array.shape[1] != width:
        fix = (
            "It looks transposed: rows are samples." if array.shape[0] == width else f"Write rows of {width}."
        )
        faults.append(Fault(path, f"have rows of {width}, the network's output", _row(array), fix))
        return None
    if rows is not None and array.shape[0] != rows:
        fix = "Give one row of targets for each row of x."
        faults.append(Fault(path, f"have {rows} rows, as x has", str(array.shape[0]), fix))
    return _in_domain(network, array, path, axes, faults)


def _are_classes(array: Array, width: int, rows: int | None) -> bool:
    if array.ndim == 2:
        return bool(array.shape[1] == 1)
    return bool(array.ndim == 0 or array.shape[0] != width or (rows is not None and rows > 1))


def _one_hot(classes: Array, width: int, rows: int | None, path: str, faults: list[Fault]) -> Array | None:
    wrong = [i for i, c in enumerate(classes) if c != c // 1 or not 0 <= c < width]
    if wrong:
        got = shown(float(classes[wrong[0]]))
        fix = f"Classes are counted from 0 to {width - 1}; or write rows of {width}."
        condition = f"be a class from 0 to {width - 1}"
        faults.append(Fault(f"{path}[{wrong[0]}]", condition, got.removesuffix(".0"), fix))
        return None
    if rows is not None and len(classes) != rows:
        fix = "Give one class for each row of x."
        faults.append(Fault(path, f"have {rows} classes, one for each row of x", str(len(classes)), fix))
        return None
    return np.eye(width)[classes.astype(np.int64)]


def _in_domain(network: Network, targets: Array, path: str, axes: int, faults: list[Fault]) -> Array | None:
    breach = network.loss.loss_function.domain.breach(targets, _SUM_TOLERANCE)
    if breach is None:
        return targets
    place, value = [int(i) for i in breach.places[0]], float(breach.values[0])
    if len(place) == 1:
        where, got = f"[{place[0]}]", f"{value:.12g}"
    else:
        where, got = ("", f"[{sum(place)}]", f"[{place[0]}][{place[1]}]")[axes], shown(value)
    faults.append(Fault(path + where, f"{breach.condition} for {network.loss.name}", got, breach.fix))
    return None
