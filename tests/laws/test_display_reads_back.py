"""Every displayed equation is true as it is printed: read from its LaTeX, it gives the canonical numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network, Trace, trace
from chalkgrad.derive import UpdateRule
from chalkgrad.derive.optimisers import SGD, Adam, AdamW, RMSprop
from chalkgrad.evaluate.state import state_shapes
from chalkgrad.formula import Float64
from chalkgrad.notation.boxes import Display, Heading, Line, Paragraph, Row
from chalkgrad.notation.equations.formulas import function_name
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.profiles.find import Notation, builtin_names, find_notation
from chalkgrad.notation.writers.latex import page as latex
from tests.laws.meaning import Meaning, Value
from tests.laws.reading import MisreadError, Reader, Tree, equalities, tokens
from tests.thorough import THOROUGH

NETWORKS = (
    Network("4-3:relu-2:relu-1:sigmoid"),
    Network("4-3:relu-2:relu-1", loss="mean_squared_error"),
    Network("2-3:tanh-2", loss="half_squared_error", reduction="sum", factor=3),
    Network("3-4:silu-3:gelu:skip(2)-2:softmax", l2=0.01),
    Network("3-3:elu:skip-3:softplus:skip-3:softmax", loss="squared_error"),
    Network("2-2:sigmoid:nobias-1:sigmoid:nobias"),
    Network("1-1:sigmoid-1:sigmoid", loss="squared_error"),
    Network("2-3:leaky_relu(0.2)-2:leaky_relu(0.5)-2:sigmoid", loss="formula:(y-t)^4"),
    Network("2-3:formula:z*sigmoid(z)-2:tanh", loss="mean_squared_error", l2=0.5),
    Network("2-1:formula:z/(1+z^2)-2:formula:max(z,0.5)-1", loss="formula:log(cosh(y-t))+abs(y-t)^3"),
    Network("3-5:tanh-4:tanh-3:tanh-4:tanh-6:tanh-2:tanh-1", l2=0.1),
    Network("2-2:relu-2:relu-2:relu-2:relu-2:relu-2:sigmoid"),
    Network("3-4:layer_norm:relu-2:softmax"),
    Network("2-3:layer_norm(0.01):tanh:nobias-3:layer_norm:silu:skip-2:layer_norm", l2=0.1),
    Network("3-4:batch_norm:relu-2:softmax"),
    Network("2-3:batch_norm(0.01,0.5):tanh:nobias-3:layer_norm:silu:skip-2:batch_norm", reduction="sum"),
    Network("3-2:layer_norm:relu-2:layer_norm:relu-2:layer_norm:relu-2:layer_norm:relu-2:layer_norm:relu-1"),
)
NORMED = (
    "linear{l} centre{l} variance{l} root{l} normalised{l} gain{l} shift{l} dlinear{l} dcentre{l} "
    "dvariance{l} droot{l} dnormalised{l} dgain{l} dshift{l}"
)
STEPPED = tuple(n for i, n in enumerate(NETWORKS) if THOROUGH or not n.has_norm or i % 2)
"""Half of the networks with norms; all in thorough tests."""
MATHEMATICS = tuple(name for name in builtin_names() if find_notation(name).operators == "mathematics")
RATE = 0.3
RULES: tuple[tuple[UpdateRule, float | None], ...] = (
    (Adam(0.1, 0.5, 0.9, 0.1, 0.1).rule(), 0.01),
    (SGD(0.1, 0.5).rule(), None),
    (AdamW(0.1, 0.5, 0.9, 0.1, 0.1).rule(), None),
    (SGD(0.1, 0.5, nesterov=True, weight_decay=0.1).rule(), None),
    (RMSprop(0.1, 0.9, 0.1).rule(), 0.02),
    (SGD().rule(), 1000),
    (SGD(weight_decay=0.1).rule(), 0.03),
)
"""Optimisers, and how long their gradients may be."""


@cache
def numbers(network: Network, m: int, trained: bool = False) -> Trace:
    """Numbers by which no two quantities can be mistaken for each other: none is zero, no bias either."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(m, network.input_width))
        t = rng.uniform(0.1, 0.9, size=(m, network.widths[-1]))
        t = t / t.sum(1, keepdims=True) if network.loss.loss_function.domain.sums_to_one else t
        parameters = {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}
        given = step_extras(network, m, rng) if trained else {}
        found = trace(network, parameters, x, t, learning_rate=RATE, **given)
        if all(value.any() for value in found.steps[0].gradients.values()):
            return found
    raise AssertionError(f"{network} has a dead layer for every seed")


def step_extras(network: Network, m: int, rng: np.random.Generator) -> dict[str, Any]:
    """Sample weights, and masks in which no entry is 0 so that no equation is true by being 0 = 0."""
    masks = {
        layer: rng.uniform(0.5, 2, size=(m, width))
        for layer, width in enumerate(network.widths[1:-1], start=1)
        if layer % 3
    }
    rule, longest = RULES[NETWORKS.index(network) % len(RULES) if network in NETWORKS else 0]
    state = {name: rng.uniform(0.1, 2, size=shape) for name, shape in state_shapes(network, rule).items()}
    given = {"sample_weight": rng.uniform(0.2, 3, size=m), "masks": masks}
    return {**given, "rule": rule, "state": state, "step": 3, "clip_norm": longest}


def check_page(
    notation: Notation, network: Network, zoom: str, batch: bool, trained: bool = False
) -> set[str]:
    """Read a whole page; the canonical names of what its left sides define."""
    found = numbers(network, 5 if batch else 1, trained)
    matrix, index = (Meaning(notation, network, found, z, batch) for z in ("matrix", "index"))
    meaning = matrix if zoom == "matrix" else index
    like = found.derivation if trained else None
    page = derivation_page(network, notation, batch=batch, zoom=zoom, transposes=True, like=like).blocks
    cut = next(i for i, b in enumerate(page) if isinstance(b, Heading) and b.text.startswith("Functions"))
    learn_functions(meaning, network, [b for b in page[cut:] if isinstance(b, Display)])
    matrix.functions = index.functions = meaning.functions
    section, layers = "", range(0)
    seen: set[str] = set()
    for block in page[:cut]:
        match block:
            case Heading(text):
                section, layers = text, range(0)
            case Paragraph(("For ", dots, *_)) if not isinstance(dots, str):
                first, last = layer_range(tokens(latex.box(dots)), network.depth)
                layers = range(first, last + 1) if first < last else range(first, last - 1, -1)
            case Display((entry, all_at_once, shapes)) if section.startswith("Where"):
                for reader, line in ((index, entry), (matrix, all_at_once)):
                    check_line(reader, line, next(lefts((line,))), section, {})
                check_product(matrix, shapes)
            case Display(lines):
                for l in layers or [0]:
                    for line, left in zip(lines, lefts(lines), strict=True):
                        seen.add(check_line(meaning, line, left, section, {"l": l} if layers else {}))
                layers = range(0)
    return seen


def layer_range(found: list[str], depth: int) -> tuple[int, int]:
    """The ends of ``l = 2, …, 49`` or ``l = L - 4, …, L - 1``."""
    first, last = "".join(found[2:]).split(r",\ldots,")
    if not first[0].isdigit():
        first, last = (f"{depth - int(end[2:] or 0)}" for end in (first, last))
    return int(first), int(last)


def lefts(lines: tuple[Line, ...]) -> Iterator[list[str]]:
    """The left side that each line continues."""
    last: list[str] = []
    for line in lines:
        last = tokens(latex.box(line.left)) if line.left is not None else last
        yield last


def check_line(meaning: Meaning, line: Line, left: list[str], section: str, env: dict[str, int]) -> str:
    written = f"{' '.join(left)} {line.relation} {latex.box(line.right)}"
    try:
        target = meaning.tree(left)
        if target[0] == "symbol" and target[2] in meaning.numbers:
            for side in equalities(latex.box(line.right)):
                same(meaning.value(meaning.tree(side), env), meaning.value(target, env), written)
            return f"the number {target[2]}"
        if target[0] == "symbol" and target[2] in meaning.belonging and target[2] not in meaning.names:
            return check_belonging(meaning, line, target, written, env)
        symbol = target[2] if target[0] == "derivative" else target
        gradient = target[0] == "derivative" or symbol[1]
        kind, layer, indices, _ = meaning.resolve(symbol[2], symbol[3], symbol[4], env)
        gradient = gradient or kind == "error"
        for place in places(meaning, kind, layer, gradient, indices, env):
            expected = meaning.updated(target, place) if section == "Update" else meaning.value(target, place)
            for side in equalities(latex.box(line.right)):
                same(meaning.value(meaning.tree(side), place), expected, written)
        check_shape(meaning, line.shape, kind, layer, gradient, env)
    except MisreadError as error:
        raise AssertionError(f"{written}\n{error}") from error
    return f"{'d' if gradient else ''}{kind}{layer}"


def check_belonging(meaning: Meaning, line: Line, target: Tree, written: str, env: dict[str, int]) -> str:
    """``m̄_W ← β₁ m̄_W + …``: what belongs to a parameter, assigned from what it was before."""
    _, _, letter, below, _ = target
    name, tree = meaning.parameter(below, env)
    kind, layer, indices, _ = meaning.resolve(tree[2], tree[3], tree[4], env)
    for place in places(meaning, kind, layer, False, indices, env):
        expected = meaning.belongs(letter, below, place, after=True)
        for side in equalities(latex.box(line.right)):
            same(meaning.value(meaning.tree(side), place), expected, written)
    check_shape(meaning, line.shape, kind, layer, False, env)
    meaning.assign(letter, below, env)
    return f"{meaning.belonging[letter]} of {name}"


def places(
    meaning: Meaning, kind: str, layer: int, gradient: bool, indices: list[str], env: dict[str, int]
) -> Iterator[dict[str, int]]:
    """All values of the free indices."""
    free = [i for i in indices if not i.isdigit()]
    if not free:
        yield env
        return
    shape = meaning.canonical(kind, layer, gradient).shape
    if kind == "weight" and meaning.notation.weights == "in_out":
        shape = shape[::-1]
    sizes = [size for size in shape if size > 1]
    if len(sizes) != len(free) or len(set(free)) != len(free):
        raise MisreadError(f"{kind} of shape {shape} with the indices {indices}")
    for chosen in product(*(range(1, size + 1) for size in sizes)):
        yield {**env, **dict(zip(free, chosen, strict=True))}


def same(found: Value, expected: Value, written: str) -> None:
    found = found.plain
    if any(
        size != wanted and not loose
        for size, wanted, loose in zip(found.array.shape, expected.array.shape, found.loose, strict=True)
    ):
        raise MisreadError(f"a right side of shape {found.array.shape} for {expected.array.shape}")
    np.testing.assert_allclose(
        np.broadcast_to(found.array, expected.array.shape),
        expected.array,
        rtol=1e-10,
        atol=1e-12,
        err_msg=written,
    )


def check_shape(
    meaning: Meaning, shape: str, kind: str, layer: int, gradient: bool, env: dict[str, int]
) -> None:
    if not shape:
        return
    names = {"m": meaning.m}
    if env:
        widths = meaning.network.widths
        names |= {"n_l": widths[env["l"]], "n_(l−1)": widths[env["l"] - 1]}
        names |= {"n_(l+1)": widths[env["l"] + 1]} if env["l"] < len(widths) - 1 else {}
    printed = tuple(names[part] if part in names else int(part) for part in shape.split(" × "))
    if printed != meaning.laid_out(kind, layer, gradient).shape:
        raise MisreadError(f"the shape {shape} of {meaning.laid_out(kind, layer, gradient).shape}")


def check_product(meaning: Meaning, line: Line) -> None:
    """``m × 3 = (m × 2)(2 × 3)``."""
    assert line.left is not None
    sizes = [
        meaning.m if part == "m" else int(part)
        for part in re.findall(r"m(?![a-z])|\d+", latex.box(Row((line.left, line.right))))
    ]
    rows, columns, first, inner, same_inner, last = sizes
    assert (rows, columns, inner) == (first, last, same_inner), latex.box(line.right)


def learn_functions(meaning: Meaning, network: Network, displays: list[Display]) -> None:
    """Read each function's definition and its derivative's, and compare them with the function itself."""
    functions = dict.fromkeys(
        layer.function
        for layer in network.layers
        if not layer.is_softmax and layer.function.name != "identity"
    )
    lines: list[Line] = []
    for line in (line for display in displays for line in display.lines):
        if line.left is not None:
            lines.append(line)
            continue
        named = list(functions)[(len(lines) - 1) // 2]
        assert latex.box(lines[-1].right).startswith(latex.box(function_name(named.name)))  # h(a) = tanh(a)
        lines[-1] = replace(lines[-1], right=line.right)
    assert len(lines) == 2 * len(functions)
    z = np.linspace(-3, 3, 12)
    for line, (function, wrt) in zip(lines, product(functions, (None, "z")), strict=True):
        assert line.left is not None
        name, variable, body = definition(meaning, line)
        if name in meaning.functions:
            raise AssertionError(f"{name} is defined twice")
        meaning.functions[name] = variable, body
        values = meaning.call(name.rstrip("'"), name.count("'"), [Value(z.reshape(1, -1))], {}).array
        np.testing.assert_allclose(values[0], Float64().apply(function, wrt, z), rtol=1e-10, atol=1e-12)


def definition(meaning: Meaning, line: Line) -> tuple[str, str, Tree]:
    assert line.left is not None
    left = Reader(tokens(latex.box(line.left)), lambda name: False)
    name = left.letter()
    if left.next == "_":
        left.take()
        name += "_" + "".join(left.group())
    while left.next == "'":
        name += left.take()
    left.take("(")
    variable = left.letter()
    left.take(")")
    return name, variable, meaning.tree(tokens(latex.box(line.right)))


def defined(network: Network) -> set[str]:
    """What every page must have: all Z, the loss, all gradients of parameters."""
    wanted = {"loss" + str(network.depth)}
    for l, layer in enumerate(network.layers, start=1):
        wanted |= {f"pre{l}", f"dweight{l}", f"weight{l}"} | (
            {f"dbias{l}", f"bias{l}"} if layer.bias else set()
        )
        if layer.norm is not None:
            wanted |= set(NORMED.format(l=l).split())
        if layer.norm is not None and layer.norm.over == "samples":
            wanted |= {f"running_mean{l}", f"running_variance{l}"}
    return wanted


PAGES = [
    (network, name, zoom, batch)
    for i, network in enumerate(NETWORKS)
    for j, name in enumerate(MATHEMATICS)
    for k, zoom in enumerate(("matrix", "index"))
    for l, batch in enumerate((False, True))
    if batch or not network.statistics
    if THOROUGH or (i + j + k + l) % 2  # any two of them meet, any three in thorough tests
]


@pytest.mark.parametrize(("network", "name", "zoom", "batch"), PAGES, ids=str)
def test_every_displayed_equation_is_true(network: Network, name: str, zoom: str, batch: bool) -> None:
    notation = find_notation(name)
    assert defined(network) <= check_page(notation, network, zoom, batch)


@pytest.mark.parametrize("zoom", ["matrix", "index"])
@pytest.mark.parametrize("name", MATHEMATICS)
@pytest.mark.parametrize(
    ("network", "batch"), [*((n, True) for n in STEPPED), *((n, False) for n in NETWORKS[:3])], ids=str
)
def test_every_equation_of_a_training_step_is_true(
    network: Network, name: str, zoom: str, batch: bool
) -> None:
    """With sample weights, masks after two layers of three, and an optimiser that has come some way."""
    notation = find_notation(name)
    rule, longest = RULES[NETWORKS.index(network) % len(RULES)]
    wanted = {f"{kind} of {p}" for kind in rule.remembered for p in network.parameter_shapes()}
    if longest is not None:
        letters = notation.index_letters if zoom == "index" else notation.letters
        wanted |= {f"the number {letters.norm}", f"the number {letters.clip_factor}"}
    found = check_page(notation, network, zoom, batch, trained=True)
    assert defined(network) | wanted <= found
    assert any(name.startswith("pull") for name in found) == (
        longest is not None or any(step.target == "g" for step in rule.assignments)
    )
