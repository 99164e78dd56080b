"""Every displayed equation, read in its notation's convention and evaluated, gives the canonical numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from chalkgrad import Network, derive, trace
from chalkgrad.derive import derive_again
from chalkgrad.evaluate import values_in
from chalkgrad.evaluate.interpret import compile_expr
from chalkgrad.formula import Float64
from chalkgrad.notation.boxes import Document
from chalkgrad.notation.profiles.find import builtin_names, find_notation
from tests.laws.test_display_reads_back import step_extras

NETWORKS = (
    Network("4-3:relu-2:relu-1:sigmoid"),
    Network("4-3:relu-2:relu-1", loss="mean_squared_error"),
    Network("2-3:tanh-2", loss="half_squared_error", reduction="sum", factor=3),
    Network("3-4:silu-3:gelu:skip(2)-2:softmax", l2=0.01),
    Network("3-3:elu:skip-3:softplus:skip-3:softmax", loss="squared_error"),
    Network("2-2:sigmoid:nobias-1:sigmoid:nobias"),
    Network("1-1:sigmoid-1:sigmoid", loss="squared_error"),
    Network("2-3:leaky_relu(0.2)-2:sigmoid", loss="formula:(y-t)^4"),
    Network("2-3:formula:z*sigmoid(z)-2:tanh", loss="mean_squared_error", l2=0.5),
)


def sample(network: Network, m: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(m, network.input_width))
    t = rng.uniform(0.1, 0.9, size=(m, network.widths[-1]))
    return x, t / t.sum(1, keepdims=True) if network.loss.loss_function.domain.sums_to_one else t


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("name", builtin_names())
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_every_form_of_every_step_has_the_canonical_value(
    network: Network, name: str, batch: bool, trained: bool
) -> None:
    x, t = sample(network, 5 if batch else 1)
    rng = np.random.default_rng(1)  # biases of 0 would hide what is done to them
    parameters = {name: rng.normal(size=shape) for name, shape in network.parameter_shapes().items()}
    given = step_extras(network, len(x), rng) if trained else {}
    canonical = trace(network, parameters, x, t, learning_rate=0.3, **given)
    derivation = derive_again(canonical.derivation, find_notation(name).convention(batch))
    values = values_in(derivation, canonical)
    for step in derivation.steps:
        expected = values[step.symbol]
        for form in step.forms:
            found = compile_expr(form.expr, Float64())(values)
            assert found.shape == expected.shape, (step.name, form.rule)
            np.testing.assert_allclose(
                found, expected, rtol=1e-11, atol=1e-13, err_msg=f"{step.name} by {form.rule}"
            )


@pytest.mark.parametrize("name", builtin_names())
@pytest.mark.parametrize(("reduction", "how"), [("mean", "the mean"), ("sum", "the sum")])
def test_a_batchs_page_says_how_losses_are_taken_together_and_a_samples_does_not(
    name: str, reduction: str, how: str
) -> None:
    said = f"The loss of a batch is {how} of its samples' losses."
    derivation = derive(Network("2-2:sigmoid-1:sigmoid", reduction=reduction))
    for batch in (True, False):
        page = " ".join(derivation.page(name, batch=batch).text(500).split())
        assert (said in page) is batch


HALVED = Network("2-3:tanh-2", loss="half_squared_error", factor=0.5, l2=0.25)


@pytest.mark.parametrize("network", [*NETWORKS, HALVED], ids=str)
def test_code_has_one_sign_before_a_term(network: Network) -> None:
    for step in [
        *derive(network).page("pytorch").blocks,
        *derive(network).page("pytorch", zoom="index").blocks,
    ]:
        text = Document("", (step,)).text(500)
        assert not re.search(r"[-+−] *\(?[-−]", re.sub(r"[-─═]{2,}", "", text)), text
