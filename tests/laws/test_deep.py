"""Laws of size: a thousand layers are derived, read and computed like three."""

from __future__ import annotations

import numpy as np
import pytest

from chalkgrad import Network, gradients, initialise
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page

DEPTH = 1000


@pytest.mark.parametrize("layer", ["16:relu", "16:tanh:nobias", "16:tanh:skip"])
@pytest.mark.parametrize("zoom", ["matrix", "index"])
def test_a_thousand_alike_layers_are_one(layer: str, zoom: str) -> None:
    network = Network("-".join(["16", *[layer] * (DEPTH - 1), "1:sigmoid"]))
    page = render(derivation_page(network, zoom=zoom), "text")
    assert len(page.splitlines()) < 100
    assert f"(these {DEPTH - 2} layers are alike)" in page
    assert "n_l × n_" in page


def test_gradients_of_a_thousand_layers_are_finite() -> None:
    network = Network("-".join(["4", *["4:tanh:skip"] * (DEPTH - 1), "2"]))
    _, slopes = gradients(network, initialise(network), np.ones((1, 4)), np.ones((1, 2)))
    assert len(slopes) == 2 * DEPTH
    assert all(np.isfinite(slope).all() for slope in slopes.values())
