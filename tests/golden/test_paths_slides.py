"""The slides' 3-layer network: ∂L/∂w₂₂⁽¹⁾ as a sum over two coloured paths.

The slides print the red path as … ∂z₁⁽²⁾/∂z₁⁽¹⁾ · ∂z₁⁽¹⁾/∂w₂₂⁽¹⁾.  With their own forward pass
z₂⁽¹⁾ = 𝒜(w₁₂x₁ + w₂₂x₂), z₁⁽¹⁾ does not depend on w₂₂⁽¹⁾: the path goes through z₂⁽¹⁾.
"""

from __future__ import annotations

import math

import pytest

from chalkgrad.derive import derive
from chalkgrad.derive.paths import paths
from chalkgrad.evaluate import initialise, trace
from chalkgrad.formula import Float64
from chalkgrad.network import Network
from chalkgrad.notation.boxes import Coloured, Display, Under, Words
from chalkgrad.notation.pages.paths import path_page
from chalkgrad.notation.profiles.find import find_notation
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import page as text_page

SLIDES = Network("2-2:sigmoid:nobias-2:sigmoid:nobias-1:sigmoid:nobias")
W1 = [[0.1, -0.4], [0.7, 0.3]]  # n_out × n_in: the slides' w⁽¹⁾ is the transpose
W2 = [[0.5, -0.6], [0.2, 0.8]]
W3 = [[1.5, -0.9]]
X, T = [0.6, -1.1], 1.0


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def by_hand() -> tuple[float, float]:
    """Blue and red with the slides' letters: z1, z2 are the hidden units, y is y*."""
    z1 = [sigmoid(W1[j][0] * X[0] + W1[j][1] * X[1]) for j in range(2)]
    z2 = [sigmoid(W2[j][0] * z1[0] + W2[j][1] * z1[1]) for j in range(2)]
    y = sigmoid(W3[0][0] * z2[0] + W3[0][1] * z2[1])
    upper = [(y - T) * W3[0][k] * z2[k] * (1 - z2[k]) * W2[k][1] for k in range(2)]
    lower = z1[1] * (1 - z1[1]) * X[1]
    return upper[1] * lower, upper[0] * lower


def test_the_two_paths() -> None:
    derivation = derive(SLIDES, convention=find_notation("transposed").convention(batch=False))
    found = paths(derivation, "W1[2,2]", merged=True)
    units = [[(n.symbol.name, n.row) for n in path.nodes[1:-1]] for path in found.paths]
    assert units == [[("Y", 1), ("A2", 2), ("A1", 2)], [("Y", 1), ("A2", 1), ("A1", 2)]]
    step = trace(SLIDES, {"W1": W1, "W2": W2, "W3": W3}, [X], [[T]]).steps[0]
    numbers = found.evaluate({**step.values, **step.parameters}, Float64())
    assert numbers.products == pytest.approx(by_hand(), rel=1e-12)
    assert numbers.total == pytest.approx(step.gradients["W1"][1, 1], rel=1e-12)


def test_the_sum_as_the_slides_draw_it() -> None:
    display = path_page(SLIDES, "W1[2,2]").blocks[1]
    assert isinstance(display, Display)
    colours = []
    for line in display.lines:
        assert isinstance(line.right, Coloured)
        assert isinstance(line.right.body, Under)
        assert line.right.body.label == Words(line.right.colour)
        colours.append(line.right.colour)
    assert colours == ["blue", "red"]
    lines = [line for line in text_page.document(path_page(SLIDES, "W1[2,2]"), 100).splitlines() if line]
    assert lines[4:10] == [
        "  ∂L/∂w₂₂⁽¹⁾ = ∂L/∂y* · ∂y*/∂z₂⁽²⁾ · ∂z₂⁽²⁾/∂z₂⁽¹⁾ · ∂z₂⁽¹⁾/∂w₂₂⁽¹⁾",
        "               ╰─────────────────────────┬────────────────────────╯",
        "                                       blue",
        "             + ∂L/∂y* · ∂y*/∂z₁⁽²⁾ · ∂z₁⁽²⁾/∂z₂⁽¹⁾ · ∂z₂⁽¹⁾/∂w₂₂⁽¹⁾",
        "               ╰─────────────────────────┬────────────────────────╯",
        "                                       red",
    ]


def test_put_together_it_is_the_slides_product() -> None:
    page = text_page.document(path_page(SLIDES, "W1[2,2]"), 100)
    blue = "= (y* − y) w₂₁⁽³⁾ z₂⁽²⁾(1 − z₂⁽²⁾) w₂₂⁽²⁾ z₂⁽¹⁾(1 − z₂⁽¹⁾) x₂"
    red = "+ (y* − y) w₁₁⁽³⁾ z₁⁽²⁾(1 − z₁⁽²⁾) w₂₁⁽²⁾ z₂⁽¹⁾(1 − z₂⁽¹⁾) x₂"
    assert blue in page
    assert red in page


def test_the_numbers_stand_on_the_page() -> None:
    step = trace(SLIDES, {"W1": W1, "W2": W2, "W3": W3}, [X], [[T]]).steps[0]
    page = text_page.document(path_page(SLIDES, "W1[2,2]", step=step), 100)
    blue, red = by_hand()
    for value in (blue, red, blue + red):
        assert f"{abs(value):.4g}" in page


def test_the_two_layer_network_has_one_path() -> None:
    network = Network("2-2:sigmoid:nobias-1:sigmoid:nobias")
    page = text_page.document(path_page(network, "W1[2,2]"), 100)
    assert "∂L/∂w₂₂⁽¹⁾ = ∂L/∂y* · ∂y*/∂z₂ · ∂z₂/∂w₂₂⁽¹⁾".replace("z₂", "z₂⁽¹⁾") in page
    assert "= (y* − y) w₂₁⁽²⁾ z₂⁽¹⁾(1 − z₂⁽¹⁾) x₂" in page


def test_the_tutorial_goes_from_the_weight_upwards_through_every_node() -> None:
    page = text_page.document(
        path_page(Network("1-1:sigmoid-1:sigmoid", "squared_error"), "W2", "chain"), 100
    )
    assert "∂C/∂wᴸ = ∂zᴸ/∂wᴸ · ∂aᴸ/∂zᴸ · ∂C/∂aᴸ" in page
    assert "∂C/∂aᴸ = 2(aᴸ − y)" in page


def test_a_penalty_is_a_path_of_its_own() -> None:
    network = Network("2-2:tanh-1", l2=0.5)
    page = text_page.document(path_page(network, "W1[2,1]", "nielsen"), 100)
    assert "penalty" in page
    assert "+ 2λw₂₁¹" in page


def test_very_many_paths_are_counted_and_factored() -> None:
    network = Network("4-" + "-".join(["1000:relu"] * 8) + "-2:softmax")
    page = text_page.document(path_page(network, "W1[1,1]", "nielsen", limit=2), 100)
    assert "reaches the loss by about 4·10^21 paths" in page
    assert "The first 2 are shown." in page
    assert "∑" in page


@pytest.mark.parametrize(
    "name", ["matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch"]
)
def test_every_notation_and_format_can_write_it(name: str) -> None:
    network = Network("2-3:relu-3:tanh:skip-2:softmax", l2=0.1)
    step = trace(network, initialise(network), [X], [[0, 1]]).steps[0]
    page = path_page(network, "W1[1,2]", name, limit=20, step=step)
    for written in (text_page.document(page, 100), latex.document(page), html.document(page)):
        assert "penalty" in written
