"""A network's description and its readings are the same thing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.formula import ACTIVATIONS, LOSSES
from chalkgrad.network import Activation, Layer, Loss, Network, Residual
from chalkgrad.network.norms import NORMS

FORMULAS = (
    "z*sigmoid(z)",
    "z-2",
    "-z",
    "z-0.5*z",
    "(z-1)*(z-3)",
    "exp(z)-1",
    "where(z > 0, z, z/3)",
    "max(0, z)-2",
    "z^3-z-1",
    "c*tanh(z)-c",
)
numbers = st.one_of(
    st.integers(1, 9),
    st.decimals("0.001", "9", places=3, allow_nan=False).map(lambda d: float(d) or 1.0),
    st.fractions("1/9", 9, max_denominator=50),
)


@st.composite
def activations(draw: st.DrawFn) -> Activation:
    kind = draw(st.sampled_from([*ACTIVATIONS, "own", "named"]))
    if kind == "leaky_relu":
        return Activation(kind, slope=draw(numbers))
    if kind == "elu":
        return Activation(kind, alpha=draw(numbers))
    if kind == "own":
        formula = draw(st.sampled_from(FORMULAS[:-1]))
        return Activation(f"formula:{formula}")
    if kind == "named":
        return Activation("mine", draw(st.sampled_from(FORMULAS)), c=draw(numbers))
    return Activation(kind)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=7))
    layers: list[Layer] = []
    for number, width in enumerate(widths[1:], start=1):
        backs = [0, *(back for back in range(1, number + 1) if widths[number - back] == width)]
        norm = draw(st.sampled_from([None, None, *NORMS, "layer_norm(0.001)"])) if width > 1 else None
        layers.append(
            Layer(width, draw(activations()), draw(st.booleans()), draw(st.sampled_from(backs)), norm)
        )
    if draw(st.booleans()):
        layers.append(Layer(3, draw(st.sampled_from(["softmax", "sigmoid"]))))
    last = layers[-1]
    losses = [
        "squared_error",
        "half_squared_error",
        "mean_squared_error",
        "formula:quartic=(y-t)^4",
        "formula:y-t",
    ]
    if str(last.activation) in ("softmax", "sigmoid") and not last.skip:
        losses += ["binary_cross_entropy", "cross_entropy"]
    loss = Loss(
        draw(st.sampled_from(losses)), factor=draw(numbers), reduction=draw(st.sampled_from(["mean", "sum"]))
    )
    return Network([widths[0], *layers], draw(st.sampled_from([None, loss])), l2=draw(st.just(0) | numbers))


@given(networks())
def test_text_reads_back(network: Network) -> None:
    assert Network(str(network), network.loss, l2=network.l2) == network
    assert str(Network(str(network), network.loss)) == str(network)


@given(networks())
def test_table_reads_back(network: Network) -> None:
    again = Network.from_dict(network.to_dict())
    assert again == network
    assert hash(again) == hash(network)


@given(networks())
def test_repr_is_a_constructor_call(network: Network) -> None:
    table = network.to_dict()
    layers = table.pop("layers")
    words = ", ".join(f"{key}={value!r}" for key, value in table.items())
    assert repr(network) == f"Network({layers!r}, {words})"
    assert Network(layers, **table) == network  # type: ignore[arg-type]


@given(networks())
def test_list_of_parts_is_the_text(network: Network) -> None:
    parts: list[object] = [network.input_width, *map(str, network.layers)]
    assert Network(parts, network.loss, l2=network.l2) == network
    assert tuple(Layer.parse(str(layer)) for layer in network.layers) == network.layers


@given(networks())
def test_shapes_chain(network: Network) -> None:
    shapes = network.parameter_shapes()
    for number, layer in enumerate(network.layers, start=1):
        assert shapes[f"W{number}"] == (network.widths[number], network.widths[number - 1])
        assert (f"b{number}" in shapes) == layer.bias
    assert network.depth == len(network.widths) - 1


def test_every_way_to_say_it() -> None:
    network = Network("4-3:leaky_relu(0.1):nobias-3:swish-1".replace("swish", "formula:swish=z*sigmoid(z)"))
    tables = [
        {"width": 4},
        {"width": 3, "activation": {"name": "leaky_relu", "slope": 0.1}, "bias": False},
        {"width": 3, "activation": {"name": "swish", "formula": "z*sigmoid(z)"}},
        {"width": 1},
    ]
    objects = [
        4,
        Layer(3, "leaky_relu(slope=0.1)", bias=False),
        Layer(3, Activation("swish", "z*sigmoid(z)")),
        1,
    ]
    texts = ["4", "3:nobias:leaky_relu(1/10)", "3:formula:swish=z*sigmoid(z)", 1]
    assert Network(tables) == Network(objects) == Network(texts) == network
    assert network == Network("4–3 : leaky_relu( 0.1 ) : nobias - 3:formula:swish=z*sigmoid(z) − 1")


def test_options_in_any_order() -> None:
    assert Network("3-3:skip:nobias:relu") == Network("3-3:relu:skip(1):nobias")


def test_a_residual_block_adds_its_input() -> None:
    inner = Residual(Layer(3, "tanh"), Layer(3))
    assert Network([4, Layer(3, "relu"), inner]) == Network("4-3:relu-3:tanh-3:skip(2)")
    assert Network([3, Residual("3:tanh-5:relu", 3), 2]) == Network("3-3:tanh-5:relu-3:skip(3)-2")
    assert Residual(inner, 3).layers == Residual(Layer(3, "tanh"), Layer(3, skip=2), 3).layers


@pytest.mark.parametrize(
    ("spec", "loss"),
    [
        ("2-1:sigmoid", "binary_cross_entropy"),
        ("2-3:softmax", "cross_entropy"),
        ("2-3", "half_squared_error"),
        ("2-2:sigmoid:skip", "half_squared_error"),
    ],
)
def test_the_loss_left_out_is_the_canonical_partner(spec: str, loss: str) -> None:
    assert Network(spec).loss == Loss(loss)


def test_numbers_are_what_was_typed() -> None:
    network = Network("2-2:leaky_relu(0.1)-1", factor=0.3, l2=0.01)
    assert network.layers[0].function.parameters == (("slope", Fraction(1, 10)),)
    assert (network.loss.factor, network.l2) == (Fraction(3, 10), Fraction(1, 100))
    assert Network("2-1:leaky_relu") == Network("2-1:leaky_relu(0.01)")


def test_factor_and_reduction_replace_those_of_the_loss() -> None:
    loss = Loss("squared_error", factor=2)
    assert Network("2-1", loss, factor=3, reduction="sum").loss == Loss(
        "squared_error", factor=3, reduction="sum"
    )
    assert Network("2-1", loss, reduction="sum").loss == Loss("squared_error", factor=2, reduction="sum")


def test_every_loss_has_its_function() -> None:
    for name in LOSSES:
        assert Loss(name).loss_function is LOSSES[name]
    own = Loss("quartic", "(y-t)^4")
    assert own.loss_function.function.variables == ("y", "t")
    assert not own.loss_function.mean_over_outputs


def test_a_minus_before_a_width_joins_layers_unless_in_parentheses() -> None:
    assert Network("3-3:formula:z-2").widths == (3, 3, 2)
    assert Network("3-3:formula:(z-2)").widths == (3, 3)
    assert Network("3-3:formula:z-2*z").widths == (3, 3)
    assert Network("3-3:formula:max(0, z-1)-2:relu").widths == (3, 3, 2)
