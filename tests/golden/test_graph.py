"""The computational graph: its data, the tutorial's chain of numbers, and both drawings."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from chalkgrad.derive import derive
from chalkgrad.derive.convention import CANONICAL
from chalkgrad.derive.entry_values import EntryValues
from chalkgrad.derive.graph import graph
from chalkgrad.evaluate import TraceStep, initialise, trace
from chalkgrad.formula import Exact, Float64
from chalkgrad.network import Network
from chalkgrad.notation.graph.page import graph_drawing, graph_page, graph_svg
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.html.svg import safe_svg
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import page as text_page

QUIZ = Network("1-1:relu:nobias-1:sigmoid", "half_squared_error")
NOTATIONS = ["matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch"]


def quiz_step() -> TraceStep:
    return trace(QUIZ, {"W1": [[0.01]], "W2": [[-5]], "b2": [-1]}, [[3]], [[1]]).steps[0]


def test_the_edges_of_the_quiz() -> None:
    found = graph(derive(QUIZ))
    assert [(e.source.name, e.target.name, e.role) for e in found.edges] == [
        ("X", "Z1", "main"),
        ("W1", "Z1", "parameter"),
        ("Z1", "A1", "main"),
        ("A1", "Z2", "main"),
        ("W2", "Z2", "parameter"),
        ("b2", "Z2", "parameter"),
        ("Z2", "Y", "main"),
        ("Y", "L", "main"),
        ("T", "L", "target"),
    ]
    assert {e.source.name: e.gradient.name for e in found.edges if e.gradient is not None} == {
        name: f"d{name}" for name in ("W1", "Z1", "A1", "W2", "b2", "Z2", "Y")
    }


def test_residuals_and_penalties_have_their_edges() -> None:
    found = graph(derive(Network("2-2:tanh-2:tanh-2:tanh:skip(2)-1", l2=0.1)))
    assert [(e.source.name, e.target.name) for e in found.edges if e.role == "skip"] == [("A1", "A3")]
    assert [e.source.name for e in found.edges if e.role == "penalty"] == ["W1", "W2", "W3", "W4"]


def test_a_norm_has_a_node_for_each_of_its_equations() -> None:
    found = graph(derive(Network("2-3:layer_norm:tanh-1")))
    names = ["X", "U1", "mu1", "var1", "r1", "N1", "Z1", "A1", "Z2", "Y", "L"]
    chain = [(e.source.name, e.target.name) for e in found.edges if e.role == "main"]
    assert chain == list(pairwise(names))
    branches = {(e.source.name, e.target.name) for e in found.edges if e.role == "branch"}
    assert branches == {("U1", "var1"), ("U1", "N1"), ("mu1", "N1")}
    given = {(e.source.name, e.target.name) for e in found.edges if e.role == "parameter"}
    assert {("gamma1", "Z1"), ("beta1", "Z1"), ("W1", "U1"), ("b1", "U1")} <= given


def test_a_batch_norm_of_one_sample_takes_what_it_remembers() -> None:
    found = graph(derive(Network("2-3:batch_norm:tanh-1")))
    given = {(e.source.name, e.target.name) for e in found.edges if e.role == "parameter"}
    assert {("running_mean1", "N1"), ("running_var1", "r1")} <= given


def test_a_layer_with_a_norm_is_cut_before_what_it_scales() -> None:
    network = Network("2-3:layer_norm:tanh-3:layer_norm:relu:skip-2:softmax")
    drawn = graph_drawing(network, "matrix", width=100)
    assert max(map(len, drawn.splitlines())) <= 100
    for letter in ("μ₍₁₎", "v₍₁₎", "r₍₁₎", "û₍₁₎", "γ₁", "β₁", "μ₍₂₎", "û₍₂₎"):
        assert letter in drawn
    width = float(ElementTree.fromstring(graph_svg(network, "matrix")).attrib["width"])
    assert width <= 960


def test_what_flows_back_is_the_sum_of_derivative_times_local() -> None:
    network = Network("1-1:tanh-1:sigmoid:skip-1:softplus-1", "squared_error")
    parameters = {name: np.full(shape, 0.7) for name, shape in network.parameter_shapes().items()}
    step = trace(network, parameters, [[0.4]], [[2.0]]).steps[0]
    known = {"L": 1.0, **{k[1:]: v.item() for k, v in step.errors.items()}}
    known |= {f"Z{layer}": delta.item() for layer, delta in step.deltas.items()}
    known |= {name: gradient.item() for name, gradient in step.gradients.items()}
    found = graph(derive(network))
    reader = EntryValues(found.derivation, {**step.values, **step.parameters}, Float64(), 0, CANONICAL)
    for node in found.nodes:
        edges = [edge for edge in found.out_of(node.symbol) if edge.gradient is not None]
        flows = [
            known[edge.target.name] * reader.value(edge.local) for edge in edges if edge.local is not None
        ]
        if flows:
            assert sum(flows) == pytest.approx(known[node.symbol.name], rel=1e-12)


def test_the_quiz_in_characters() -> None:
    drawn = graph_drawing(QUIZ, "nielsen", step=quiz_step(), width=90)
    lines = drawn.splitlines()
    assert max(map(len, lines)) <= 90
    assert "│ x │───────────────▶│ z¹ │────────────▶│ a¹ │" in lines
    assert "w¹ = 0.01   ∂C/∂w¹ = 2.081   ∂z¹/∂w¹ = 3" in drawn
    assert "= 0.2884" in drawn
    for printed in (
        "δ¹ = 0.6936",
        "δ² = −0.1387",
        "∂C/∂y = −0.7595",
        "∂C/∂w² = −0.004162",
        "∂C/∂b² = −0.1387",
    ):
        assert printed in drawn
    assert lines[-1] == "above each arrow: the value; below: the derivative of C, and the local derivative"


def test_the_tutorials_graph_in_its_letters() -> None:
    drawn = graph_drawing(Network("1-1:sigmoid-1:sigmoid", "squared_error"), "chain")
    for letters in ("zᴸ⁻¹", "aᴸ⁻¹", "∂zᴸ/∂aᴸ⁻¹ = wᴸ", "∂C/∂aᴸ = 2(aᴸ − y)", "σ′(zᴸ)"):
        assert letters in drawn


def written(svg: str) -> str:
    """The drawing's letters, one text a line."""
    root = ElementTree.fromstring(svg)
    found = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]
    return "\n".join(found).replace("\u00a0", " ")


def test_the_quiz_drawn() -> None:
    svg = graph_svg(QUIZ, "nielsen", step=quiz_step())
    for label in (
        "0.01",
        "−5",
        "3",
        "−1.15",
        "0.2405",
        "∂C/∂w1 = 2.081",
        "δ2 = −0.1387",
        "∂z2/∂a1 = −5",
        " = 0.2884",
    ):
        assert label in written(svg).split("\n")


def test_the_drawing_is_self_contained_and_harmless() -> None:
    svg = graph_svg(QUIZ, "nielsen", step=quiz_step())
    safe = safe_svg(svg)
    assert safe is not None
    before, after = (len(list(ElementTree.fromstring(each).iter())) for each in (svg, safe))
    assert before == after + 1  # the style for a dark screen, which a page has of its own
    assert "url(#forward)" in safe
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", NOTATIONS)
def test_every_notation_can_draw_a_residual_network(name: str) -> None:
    network = Network("4-3:relu-3:tanh:skip-2:softmax", l2=0.1)
    rng = np.random.default_rng(0)
    step = trace(network, initialise(network), rng.normal(size=(1, 4)), [[0, 1]]).steps[0]
    for given in (None, step):
        assert "residual" in written(graph_svg(network, name, step=given))
        drawn = graph_drawing(network, name, step=given, width=100)
        assert "residual" in drawn
        assert max(map(len, drawn.splitlines())) <= 100
        page = graph_page(network, name, step=given)
        for document in (text_page.document(page, 100), latex.document(page), html.document(page)):
            assert "Computational graph" in document


def test_ten_layers_stay_readable_and_fifty_are_shortened() -> None:
    ten = Network("4-" + "-".join(["3:tanh"] * 9) + "-1")
    width = float(ElementTree.fromstring(graph_svg(ten, "nielsen")).attrib["width"])
    assert width <= 1200
    fifty = Network("4-" + "-".join(["3:tanh"] * 49) + "-1")
    assert "layers 5 to 46 are left out" in graph_drawing(fifty, "nielsen")
    assert "layers 5 to 46 are left out" in written(graph_svg(fifty, "nielsen"))


def test_exact_numbers_stay_fractions() -> None:
    network = Network("1-1:relu-1", "half_squared_error")
    parameters = {"W1": [[Fraction(2, 7)]], "b1": [0], "W2": [[1]], "b2": [0]}
    step = trace(network, parameters, [[3]], [[1]], exact=True).steps[0]
    assert "6/7" in graph_drawing(network, "nielsen", step=step, arithmetic=Exact())
