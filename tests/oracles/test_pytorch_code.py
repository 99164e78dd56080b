"""The page in the notation `pytorch` runs: its lines, executed, give the numbers of the trace."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from chalkgrad import Derivation, Network, Trace, trace
from chalkgrad.derive import UpdateRule
from chalkgrad.expr import SLOT_NAMES
from chalkgrad.notation.boxes import Display, Heading, Numeral, Paragraph, Sym
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.profiles.find import Letters, find_notation
from chalkgrad.notation.profiles.spare import beside_norms
from tests.laws.test_display_reads_back import step_extras

pytestmark = pytest.mark.oracle("torch")

RATE, PENALTY = 0.3, 0.01
NETWORKS = (
    Network("4-3:relu-2:relu-1:sigmoid"),
    Network("4-3:relu-2:relu-1", loss="mean_squared_error"),
    Network("2-3:tanh-2:softplus", loss="half_squared_error", reduction="sum", factor=3),
    Network("3-4:silu-3:gelu:skip(2)-2:softmax", l2=PENALTY),
    Network("3-3:elu:skip-3:elu(2):skip-3:softmax", loss="squared_error"),
    Network("2-2:sigmoid:nobias-1:sigmoid:nobias"),
    Network("1-1:sigmoid-1:sigmoid", loss="squared_error"),
    Network("2-3:leaky_relu(0.2)-2:sigmoid", loss="formula:(y-t)^4"),
    Network("2-3:formula:z*sigmoid(z)-2:tanh", loss="mean_squared_error", l2=PENALTY),
    Network("2-3:formula:max(z,0.5)/(1+z^2)-2:leaky_relu", loss="formula:log(cosh(y-t))/log(2)"),
    Network("2-3:identity-2:formula:where(z>1,2*z-1,z^2)", loss="formula:abs(y-t)*(1+max(y,t)^2)"),
    Network("3-2:tanh-2:tanh-2:tanh-2:tanh-2:tanh-2:tanh-1", l2=PENALTY),
    Network("3-4:layer_norm:relu-2:softmax"),
    Network("2-3:layer_norm(0.01):tanh:nobias-3:layer_norm:silu:skip-2:layer_norm", l2=PENALTY),
    Network("3-4:batch_norm:relu-2:softmax"),
    Network("2-3:batch_norm(0.01,0.5):tanh:nobias-3:layer_norm:silu:skip-2:batch_norm", reduction="sum"),
)
LAYER = re.compile(r"(\w+)\[l(?: ([+-]) (\d+))?\]")


def lines(
    network: Network, batch: bool, like: Derivation | None = None
) -> Iterator[tuple[str, str | None, str]]:
    """(section, left, right) of every line; a general layer's lines once for each of its layers."""
    section, layers = "", range(0)
    for block in derivation_page(network, "pytorch", batch=batch, like=like).blocks:
        if isinstance(block, Heading):
            section, layers = block.text, range(0)
        elif isinstance(block, Paragraph) and section and block.inline[0] == "For ":
            numbers = [item for item in block.inline[1].items if isinstance(item, Numeral)]  # type: ignore[union-attr]
            first, last = (int(item.text) for item in numbers)
            layers = range(first, last + 1) if first < last else range(first, last - 1, -1)
        elif isinstance(block, Display):
            written = [(code(line.left) if line.left else None, code(line.right)) for line in block.lines]
            for l in layers or [0]:
                for left, right in written:
                    yield section, left and at_layer(left, l), at_layer(right, l)
            layers = range(0)


def code(box: Any) -> str:
    assert isinstance(box, Sym)
    assert box.style == "code"
    return box.text


def at_layer(text: str, l: int) -> str:
    """``z[l - 1]`` of layer 3 is ``z2``; PyTorch lets nobody assign ``z2.grad``, so it is called z2_grad."""
    text = LAYER.sub(lambda found: f"{found[1]}{l + int((found[2] or '+') + (found[3] or '0'))}", text)
    return text.replace(".grad", "_grad")


def setting(network: Network, m: int, trained: bool = False) -> tuple[Trace, dict[str, Any]]:
    import torch

    rng = np.random.default_rng(3)
    x = rng.normal(size=(m, network.input_width))
    t = rng.uniform(0.1, 0.9, size=(m, network.widths[-1]))
    t = t / t.sum(1, keepdims=True) if network.loss.loss_function.domain.sums_to_one else t
    parameters = {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}
    names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional, "math": math, "lr": RATE}
    names |= {"penalty": PENALTY, "x": torch.tensor(x), "t": torch.tensor(t)}
    names |= {name: torch.tensor(value) for name, value in parameters.items()}
    names |= {each.name: torch.full(each.shape, each.role.initial) for each in network.statistics}
    code = find_notation("pytorch").letters
    if network.has_norm:
        code = beside_norms(find_notation("pytorch")).letters
        small = {l: float(layer.norm.epsilon) for l, layer in enumerate(network.layers, 1) if layer.norm}
        names |= {"eps": small[1]} | {f"eps{l}": value for l, value in small.items()}
    given = step_extras(network, m, rng) if trained else {"sample_weight": None, "masks": {}}
    if trained:
        names |= {"s": torch.tensor(given["sample_weight"]).reshape(-1, 1)}
        names |= {f"mask{layer}": torch.tensor(mask) for layer, mask in given["masks"].items()}
        names |= update_names(given, torch, code)
    return trace(network, parameters, x, t, learning_rate=RATE, **given), names


def update_names(given: dict[str, Any], torch: Any, code: Letters) -> dict[str, Any]:
    """An optimiser's numbers and what it remembers, by the names of the code."""
    rule: UpdateRule = given["rule"]
    names = {code.update_number: given["step"] + 1, code.threshold: given["clip_norm"]}
    for name, value in rule.numbers:
        word = name.rstrip("12")
        names[getattr(code, word) + name[len(word) :]] = float(value)
    for key, value in given["state"].items():
        parameter, slot = key.split(".")
        kind = next(kind for kind in rule.remembered if SLOT_NAMES[kind] == slot)
        names[f"{getattr(code, kind)}_{parameter}"] = torch.tensor(value)
    return names


@pytest.fixture(autouse=True)
def _float64() -> Iterator[None]:
    """Numbers in the code are read as float64 too."""
    torch = pytest.importorskip("torch")
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize(
    ("network", "batch"),
    [(network, batch) for network in NETWORKS for batch in (False, True) if batch or not network.statistics],
    ids=str,
)
def test_every_line_gives_the_numbers_of_the_trace(network: Network, batch: bool, trained: bool) -> None:
    found, names = setting(network, 5 if batch else 1, trained)
    last, seen = "", set()
    for section, left, right in lines(network, batch, found.derivation):
        value = run(right, names)
        if left is not None:
            last, names[left] = left, value
            seen.add(left)
        expected = numbers(last, section, found)
        assert np.shape(array(value)) == np.shape(expected), (last, right)
        np.testing.assert_allclose(
            array(value), expected, rtol=1e-10, atol=1e-13, err_msg=f"{last} = {right}"
        )
    assert {f"{name}_grad" for name in network.parameter_shapes()} <= seen


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize(
    ("network", "batch"),
    [(network, batch) for network in NETWORKS for batch in (False, True) if batch or not network.statistics],
    ids=str,
)
def test_the_displayed_gradients_are_those_of_autograd(network: Network, batch: bool, trained: bool) -> None:
    found, names = setting(network, 5 if batch else 1, trained)
    given = {name: names[name].requires_grad_() for name in network.parameter_shapes()}
    for section, left, right in lines(network, batch, found.derivation):
        if section == "Update":
            break
        if left is not None:
            names[left] = run(right, names)
    names["loss"].backward()
    for name, parameter in given.items():
        np.testing.assert_allclose(
            array(names[f"{name}_grad"]), array(parameter.grad), rtol=1e-10, atol=1e-13, err_msg=name
        )


def run(right: str, names: dict[str, Any]) -> Any:
    return eval(right, names)  # noqa: S307  our own code is what is tested


def array(value: Any) -> Any:
    return value.detach().numpy() if hasattr(value, "detach") else value


def updated(left: str, found: Trace) -> Any:
    """A parameter after the update, or what belongs to it."""
    step, code = found.steps[0], find_notation("pytorch").letters
    for table in (step.updated, step.updated_state):
        if left in table:
            return table[left]
    clipping = {code.norm: "norm", code.clip_factor: "factor"}
    if left in clipping:
        return step.clipping[clipping[left]]
    letter, _, parameter = left.rpartition("_")
    if letter == code.pull:
        return step.followed[parameter]
    kind = next(kind for kind in SLOT_NAMES if getattr(code, kind) == letter)
    return step.updated_state[f"{parameter}.{SLOT_NAMES[kind]}"]


def numbers(left: str, section: str, found: Trace) -> Any:
    """What the canonical trace has for a line's left side."""
    step = found.steps[0]
    if left in ("m", "loss"):
        return len(step.values["X"]) if left == "m" else step.loss
    if section == "Update":
        return updated(left, found)
    name = re.sub(r"^(u_hat|rstd)(?=\d)", lambda found: {"u_hat": "N", "rstd": "r"}[found[1]], left)
    if not left.endswith("_grad"):
        return step.values[name if name in step.values else left.upper()]
    name = name.removesuffix("_grad")
    if name[0] == "z":
        return step.deltas[name[1:]]
    errors = step.errors
    if name in step.gradients:
        return step.gradients[name]
    return errors[f"d{name}"] if f"d{name}" in errors else errors[f"d{name.upper()}"]
