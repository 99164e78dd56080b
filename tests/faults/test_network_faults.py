"""Every wrong description is refused with its place, its value and a fix; all faults together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.network import Activation, Layer, Loss, Network, Residual
from tests.faults.told import assert_told

ACTIVATIONS = "identity, relu, leaky_relu, elu, sigmoid, tanh, softplus, silu, gelu, softmax"
WIDTH = "must be a whole number from 1 to 1,000,000"

SPECS = {
    "4-3:rleu-1": [f"layers[1].activation: must be one of {ACTIVATIONS}; got 'rleu'. Did you mean 'relu'?"],
    "4-3-2:rleu": [f"layers[2].activation: must be one of {ACTIVATIONS}; got 'rleu'. Did you mean 'relu'?"],
    "4-3:sllu": [f"layers[1].activation: must be one of {ACTIVATIONS}; got 'sllu'. Did you mean 'silu'?"],
    "4-3:nobais-1": [
        f"layers[1].activation: must be one of {ACTIVATIONS}; got 'nobais'. Did you mean 'nobias'?"
    ],
    "": ["layers: must have an input and at least one layer; got nothing."],
    "4": ["layers: must have an input and at least one layer; got only the input ('4')."],
    "4-": [f"layers[1].width: {WIDTH}; got nothing."],
    "4--3:relu": [f"layers[1].width: {WIDTH}; got -3."],
    "0-3-0": [f"layers[0].width: {WIDTH}; got 0.", f"layers[2].width: {WIDTH}; got 0."],
    "a-b": [f"layers[0].width: {WIDTH}; got 'a'.", f"layers[1].width: {WIDTH}; got 'b'."],
    "4-1.5": [f"layers[1].width: {WIDTH}; got '1.5'."],
    "4-1000001": [f"layers[1].width: {WIDTH}; got 1000001."],
    "4:relu-3": ["layers[0]: must be the width of the input alone; got '4:relu'. Write 4 alone"],
    "4-3:relu:tanh": [
        "layers[1].activation: must be one activation; got 'relu' and 'tanh'. Keep one of them."
    ],
    "4-3" + ":relu" * 9: ["layers[1].activation: must be one activation; got 'relu' and 'relu' and 'relu'."],
    "4-4:skip:skip": ["layers[1].skip: must be given once; got '4:skip:skip'."],
    "4-3:elu(2-1": ["layers[1].activation: must close every parenthesis; got '3:elu(2-1'."],
    "4-3:elu(x)": ["layers[1].activation.alpha: must be a finite number; got 'x'."],
    "4-3:elu(1e999)": ["layers[1].activation.alpha: must be a finite number; got '1e999'."],
    "4-3:elu(1,2)": ["layers[1].activation: must have at most 1 parameters in elu; got 'elu(1,2)'."],
    "4-3:relu(2)": ["layers[1].activation: must have no parameters in relu; got 'relu(2)'. Write relu."],
    "4-3:elu(alhpa=2)": [
        "layers[1].activation: must have parameters of elu that are alpha; got 'alhpa'. Did you mean 'alpha'?"
    ],
    "4-3:softmax-1": ["layers[1].activation: must not be softmax before the last layer, 2; got 'softmax'."],
    "3-3:softmax:skip": ["layers[1].skip: must be absent on a softmax layer; got skip(1)."],
    "4-3-2:skip": [
        "layers[2].skip: must join layers of equal width; got width 3 of layer 1 and width 2 of layer 2. Make"
    ],
    "4-3:skip": [
        "layers[1].skip: must join layers of equal width; got width 4 of the input and width 3 of layer 1."
    ],
    "4-4:skip(2)": ["layers[1].skip: must be at most 1, back to the input; got 2. Use skip(1)"],
    "4-4:skip(-1)": ["layers[1].skip: must be a whole number of layers, 0 for none; got -1."],
    "4-4:skip(x)": ["layers[1].skip: must be a whole number of layers, 0 for none; got 'x'."],
    "4-3:formula:": ["layers[1].activation.formula: must be a formula"],
    "4-3:formula:3": ["layers[1].activation.formula: must depend on z; got '3'. Use z in the formula."],
    "4-3:formula:__import__('os')": ["layers[1].activation.formula: must not contain"],
    "4-3:formula:z^9^9^9": ["layers[1].activation.formula: must raise to numbers of size at most 64"],
    "4-3:formula:relu=2*z": [
        "layers[1].activation.name: must be a new name of letters, digits and _; got 'relu'."
    ],
    "4-3:formula:" + "(" * 90 + "z" + ")" * 90: ["layers[1].activation.formula: must nest at most 50 deep"],
    "-".join(["2"] * 1002): ["layers: must be at most 1,000; got more."],
    "2-" * 150_000: ["layers: must have at most 200,000 characters; got 300,000 characters."],
    "4-3:rleu-x:skip(2):tanh-2:softmax:skip-1:elu(z)": [
        f"layers[1].activation: must be one of {ACTIVATIONS}; got 'rleu'. Did you mean 'relu'?",
        f"layers[2].width: {WIDTH}; got 'x'.",
        "layers[4].activation.alpha: must be a finite number; got 'z'.",
        "layers[3].activation: must not be softmax before the last layer, 4; got 'softmax'.",
        "layers[3].skip: must be absent on a softmax layer; got skip(1).",
    ],
}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec[:40])
def test_a_wrong_specification(spec: str) -> None:
    with pytest.raises(InputError) as caught:
        Network(spec)
    assert_told(caught.value, SPECS[spec])


OBJECTS = [
    ([True, 3], {}, [f"layers[0].width: {WIDTH}; got True."]),
    ([4, False], {}, ["layers[1]: must be a layer, a width or a text such as '3:relu'; got False."]),
    ([4, None, 3.5], {}, ["layers[1]: must be a layer", "layers[2]: must be a layer"]),
    (5, {}, ["layers: must be a text or a list; got 5."]),
    (b"4-3", {}, ["layers: must be a text or a list"]),
    ([4], {}, ["layers: must have an input and at least one layer; got only the input (4)."]),
    ([2, *["2-2"] * 900], {}, ["layers: must be at most 1,000; got more."]),
    ([], {}, ["layers: must have an input and at least one layer; got nothing."]),
    (
        [Layer(3), 2],
        {},
        ["layers[0]: must be the width of the input, a number; got Layer(3). Write 3 first."],
    ),
    (
        [4, {"width": 3, "actvation": "relu"}, {"activation": {"name": "elu", "alpha": float("nan")}}],
        {},
        [
            "layers[1].actvation: must be one of width, activation, bias, skip, norm; got an unknown",
            "layers[2].width: must be given",
            "layers[2].activation.alpha: must be a finite number; got nan.",
        ],
    ),
    (
        [4, {"width": 3, "activation": {}}],
        {},
        ["layers[1].activation.name: must be given; got an empty table."],
    ),
    (
        [4, {"width": 3, "bias": "no", "skip": 1.5}],
        {},
        ["layers[1].bias: must be true", "layers[1].skip: must be"],
    ),
    (
        "4-3:relu",
        {"loss": "binary_cross_entropy"},
        [
            "loss: must have predictions in [0, 1] for binary_cross_entropy; got 'relu' on layer 1. "
            "End with sigmoid, or use loss half_squared_error."
        ],
    ),
    (
        "4-3:tanh",
        {"loss": "cross_entropy"},
        ["loss: must have predictions in [0, 1] for cross_entropy; got 'tanh'"],
    ),
    ("3-3:sigmoid:skip", {"loss": "cross_entropy"}, ["loss: must have predictions in [0, 1]"]),
    (
        "4-3:sigmoid",
        {"loss": "bin_cross_entropy", "factor": 0, "reduction": "avg", "l2": -1},
        [
            "loss: must be one of squared_error, half_squared_error, mean_squared_error, "
            "binary_cross_entropy, cross_entropy; got 'bin_cross_entropy'. "
            "Did you mean 'binary_cross_entropy'?",
            "factor: must be a positive number; got 0.",
            "reduction: must be mean or sum (over the samples); got 'avg'. Leave it out for mean.",
            "l2: must be a number of at least 0; got -1.",
        ],
    ),
    ("4-3", {"factor": float("nan"), "l2": float("inf")}, ["factor: must be", "l2: must be"]),
    ("4-3", {"factor": "fast", "l2": True}, ["factor: must be", "l2: must be"]),
    ("4-3", {"loss": 3}, ["loss: must be one of"]),
    ("4-3", {"loss": {"nmae": "x"}}, ["loss.nmae: must be one of name", "loss: must be one of"]),
    ("4-3", {"loss": "formula:(y-z)^2"}, ["loss.formula: must use only the names y, t"]),
    ("4-3", {"loss": "formula:t^2"}, ["loss.formula: must depend on y; got 't^2'."]),
    (
        "4-3:rleu",
        {"reduction": "avg"},
        ["layers[1].activation: must be one of", "reduction: must be mean or sum"],
    ),
]


@pytest.mark.parametrize(("layers", "words", "expected"), OBJECTS)
def test_a_wrong_object(layers: object, words: dict[str, object], expected: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Network(layers, **words)  # type: ignore[arg-type]
    assert_told(caught.value, expected)


def test_wrong_parts_refuse_themselves() -> None:
    cases: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: Layer(0, "rleu", skip=-1), ["width: must", "activation: must", "skip: must"]),
        (lambda: Layer(3, 5), ["activation: must be the name of an activation; got 5."]),  # type: ignore[arg-type]
        (lambda: Activation("mine", "z*q", c=1), ["activation.formula: must use only the names z, c"]),
        (lambda: Activation("mine", "z*z", z=2), ["activation.z: must be another letter than the variable"]),
        (lambda: Activation("a b", "z"), ["activation.name: must be a new name"]),
        (lambda: Activation("relu", slope=1), ["activation: must have parameters of relu that are absent"]),
        (lambda: Activation(3), ["activation: must be one of"]),  # type: ignore[arg-type]
        (lambda: Loss("mine", 3), ["loss.formula: must be a formula in quotes; got 3."]),  # type: ignore[arg-type]
        (lambda: Residual(), ["layers: must have at least one layer in a Residual"]),
        (lambda: Residual("3:rleu", 0), ["layers[0].activation: must be", "layers[1].width: must be"]),
        (lambda: Residual(Residual(3)), ["layers[0].skip: must be 0 where a Residual ends; got 1."]),
    ]
    for build, expected in cases:
        with pytest.raises(InputError) as caught:
            build()
        assert_told(caught.value, expected)


def test_a_table_tells_everything() -> None:
    with pytest.raises(InputError) as caught:
        Network.from_dict({"layer": "4-3", "loss": "sqared", "factor": None})
    assert_told(
        caught.value,
        [
            "layers: must be given; got no layers.",
            "layer: must be one of layers, loss, factor, reduction, l2; got an unknown name. Did you mean",
            "factor: must be left out or have a value; got nothing.",
            "loss: must be one of",
        ],
    )


@given(st.text(alphabet="0123456789-:()=,.^*/ relutanhsigmoidskpbfm\u2013\n", max_size=60))
def test_any_text_is_a_network_or_refused(text: str) -> None:
    try:
        network = Network(text)
    except InputError:
        return
    assert Network(str(network)) == network


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["width", "activation", "name", "skip", "bias", "formula"]), inner
            )
        ),
        max_leaves=8,
    )
)
def test_any_data_is_a_network_or_refused(data: object) -> None:
    for layers in (data, [2, data], [data, "3:relu"]):
        with contextlib.suppress(InputError):
            Network(layers, data)  # type: ignore[arg-type]
