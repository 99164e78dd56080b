"""A kind of mistake is one record: what is added there is found, named, said and explained."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from chalkgrad import Network, derive, diagnose
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, times
from chalkgrad.diagnose.mistakes.kinds import MistakeKind
from chalkgrad.diagnose.mistakes.rules import KINDS, mutants
from chalkgrad.diagnose.mistakes.statement import blackboard, plain
from chalkgrad.diagnose.mistakes.wording import Wording

NETWORK = Network("3-7:tanh-4:tanh-2", loss="half_squared_error")


def slope_of_slope(site: Site) -> Iterator[Mutant]:
    yield Mutant(times(site.upstream, *[site.slope(site.layer)] * 3))


TOY = MistakeKind(
    "derivative-thrice",
    "the activation's derivative is there three times",
    "{what} {was} multiplied by {f′:z} three times",
    "Once is enough for {Y} and {T}.",
    {"hidden": slope_of_slope},
)


def backward(X, y, W1, b1, W2, b2, W3, b3):  # type: ignore[no-untyped-def]
    a1 = np.tanh(X @ W1.T + b1)
    a2 = np.tanh(a1 @ W2.T + b2)
    d3 = (a2 @ W3.T + b3 - y) / len(X)
    d2 = d3 @ W3 * (1 - a2**2)
    d1 = d2 @ W2 * (1 - a1**2) ** 3
    return {
        "dW1": d1.T @ X, "db1": d1.sum(axis=0), "dW2": d2.T @ a1, "db2": d2.sum(axis=0),
        "dW3": d3.T @ a2, "db3": d3.sum(axis=0),
    }  # fmt: skip


def test_a_kind_is_added_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, TOY.rule, TOY)
    found = diagnose(backward, NETWORK)
    assert (found.outcome, found.rules, found.first_wrong) == ("explained", (TOY.rule,), "dZ1")
    assert found.mistakes[0].sentence == "δ₁ was multiplied by tanh′(z₁) three times."
    text, html = found.text("nielsen", width=200), found.html()
    for written in (text, html):
        assert "derivative is there three times" in written.replace("&#x27;", "'")
        assert "three times." in written
        assert "Once is enough for" in written
    assert "Δ¹ was multiplied by f′(Z¹) three times." in text


@pytest.mark.parametrize(
    "spec", ["3-2:relu-2:tanh-1:sigmoid", "3-2:sigmoid-3:softmax", "2-2:tanh-2:relu:skip-2"]
)
def test_every_mutant_has_a_sentence(spec: str) -> None:
    """The template of its kind, filled at its step: no field is left open, and its place comes first."""
    network = Network(spec)
    for step in derive(network).backward:
        for mutant in mutants(derive(network), step.name):
            said = Wording(network, [step.symbol], mutant.detail).sentence(KINDS[mutant.rule])
            assert said[0] == step.symbol, mutant
            assert not {"{", "}"} & set(plain(said)), mutant


def test_words_follow_the_number_of_places() -> None:
    network = Network("3-2:relu-2:relu-1")
    sites = [derive(network).step(name).symbol for name in ("dZ2", "dZ1")]
    two = plain(Wording(network, sites).sentence(KINDS["derivative-missing"]))
    assert two == "δ₂ and δ₁ were formed without ⊙ relu′(z)"
    step = plain(Wording(network, sites).sentence(KINDS["learning-rate-missing"]))
    assert step == "δ₂ and δ₁: the step is not multiplied by the learning rate"


def test_a_whole_formula_has_no_brackets_around_it() -> None:
    made = mutants(derive(Network("3-3:tanh-1")), "dW1")
    turned = next(m for m in made if m.rule == "transpose-product" and not m.variant)
    assert blackboard(turned.expr) == "xᵀ δ₁"
