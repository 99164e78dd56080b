"""What a prompt and a notebook show of every public object, and how a result is written and kept."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chalkgrad
from chalkgrad import (
    SGD,
    Activation,
    Adam,
    AdamW,
    Checkpoint,
    Cosine,
    EarlyStopping,
    Fault,
    Fit,
    InputError,
    Layer,
    Loss,
    Network,
    OneCycle,
    Problem,
    ReduceOnPlateau,
    Residual,
    RMSprop,
    StepDecay,
    WarmUp,
    check,
    derive,
    derive_function,
    diagnose,
    fit,
    load_model,
    trace,
)
from chalkgrad._pages import Paged, Written
from chalkgrad.check.key import verify_key
from chalkgrad.data import ArraySource, MemmapSource, Portion, Preparation, read_table
from chalkgrad.derive.cost import cost
from chalkgrad.derive.graph import graph
from chalkgrad.derive.paths import paths
from chalkgrad.evaluate import initialise
from chalkgrad.model import ClassEvaluation, ClassScore, NumberEvaluation
from chalkgrad.notation.boxes import Document
from chalkgrad.problem import load_problem
from chalkgrad.train import EpochReport, Progress

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(5)
LONGEST = 240
"""Characters of a ``repr``, in at most three lines."""
NETWORK = Network("30-20:relu-3:softmax")
X, T = RANDOM.normal(size=(200, 30)), np.arange(200) % 3
FORMATS = ("text", "latex", "html", "markdown", "typst")


def backward(X: Any, y: Any, W1: Any) -> dict[str, Any]:
    return {"dW1": (X @ W1.T - y).T @ X}


@cache
def objects() -> tuple[Any, ...]:
    """One of each public class, with as much in it as real ones have."""
    run = fit(NETWORK, X, T, epochs=30, validation=0.2)
    return (*described(), *derived(), *judged(), *trained(run), *read(), *settings())


def described() -> tuple[Any, ...]:
    swish, block = Activation("swish", "z*sigmoid(z)"), Residual(Layer(3, "relu"), 3)
    problem = Problem(Network("30-20-1"), x=X, t=X[:, 0])
    return NETWORK, NETWORK.layers[0], NETWORK.loss, Loss("q", "(y-t)^4"), swish, block, problem


def derived() -> tuple[Any, ...]:
    derivation = derive(NETWORK)
    step = derivation.step("dZ1")
    found = trace(Network("2-2:tanh-1"), initialise(Network("2-2:tanh-1")), [1, 2], 1)
    others = cost(derivation, 8), graph(derivation), paths(derivation, "W1[1,1]")
    sigmoid = derive_function("sigmoid")
    return derivation, step, step.forms[0], derivation.page(), *others, found, found.steps[0], sigmoid


def judged() -> tuple[Any, ...]:
    report = check(NETWORK)
    key = verify_key(load_problem(ROOT / "examples" / "quiz.toml"))
    found = diagnose(backward, Network("3-2:nobias", loss="half_squared_error"))
    return report, report.findings[0], key, key.findings[0], found, found.gradients[0], found.mistakes[0]


def trained(run: Fit) -> tuple[Any, ...]:
    numbers = fit(Network("30-4:tanh-1"), X, X[:, 0], epochs=2)
    epoch = run.history.epochs[0]
    answers = run.model.evaluate(X, T)
    told = EpochReport(epoch, 30, NETWORK, dict), Progress(1, 30, 5, 6, 0.5, None, 1e6, 3.0)
    evaluated = answers, answers.scores[0], numbers.model.evaluate(X, X[:, 0])
    return run, run.history, epoch, run.model, run.explain(3), *evaluated, *told


def read() -> tuple[Any, ...]:
    columns = {f"column {k}": RANDOM.normal(size=500) for k in range(30)}
    table = read_table(columns | {"y": ["a", "b"] * 250})
    portion = Portion(X, T, None, np.arange(200))
    return table, table.columns["y"], Preparation.infer(table, "y"), ArraySource(X, T), portion


def settings() -> tuple[Any, ...]:
    schedules = StepDecay(10), Cosine(), OneCycle(), WarmUp(3), ReduceOnPlateau()
    others = EarlyStopping(), Checkpoint("model.cg"), Fault("x", "be 1", "2")
    return SGD(), Adam(), AdamW(), RMSprop(), *schedules, *others


def public_classes() -> set[str]:
    """The classes that the API's page names, exceptions and what needs a file aside."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    names = re.findall(r"autoclass:: ([\w.]+)", page)
    return {name.rpartition(".")[2] for name in names} - {"MemmapSource", "ParquetSource"}


def test_one_of_every_public_class_is_here() -> None:
    here = {type(each).__name__ for each in objects()}
    listed = {name for name in chalkgrad.__all__ if inspect.isclass(getattr(chalkgrad, name))}
    errors = {name for name in listed if issubclass(getattr(chalkgrad, name), Exception)}
    assert public_classes() | listed - errors <= here


def test_a_prompt_shows_a_short_line() -> None:
    for each in objects():
        text = repr(each)
        assert len(text) <= LONGEST, (type(each).__name__, len(text), text[:300])
        assert text.count("\n") < 3, type(each).__name__
        assert " object at 0x" not in text, text
        assert "array(" not in text, type(each).__name__


def test_sources_of_files_are_short_too(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "t.npy", T)
    source = MemmapSource(*(np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in "xt"))
    assert repr(source) == "<MemmapSource of 200 rows × 30>"


def test_a_notebook_shows_the_page_of_every_result() -> None:
    shown = [each for each in objects() if isinstance(each, Paged | Document)]
    assert len(shown) >= 15
    for each in shown:
        html = each._repr_html_()
        assert html.startswith('<div class="chalkgrad'), type(each).__name__
        assert len(html) < 300_000, type(each).__name__


@pytest.mark.parametrize("form", FORMATS)
def test_every_result_is_written_in_every_format(form: str) -> None:
    for each in objects():
        if isinstance(each, Paged):
            written = getattr(each, form)()
            assert each.page().title.split()[0] in written, type(each).__name__
            assert written == getattr(each.page(), form)(), type(each).__name__


def test_printing_a_derivation_is_reading_it() -> None:
    derivation = derive(NETWORK)
    assert str(derivation) == derivation.text().rstrip("\n")
    assert "Backward pass" in str(derivation)
    assert str(derivation.step("dW1")) == "dW1 = (dZ1ᵀ X)  (chain rule)"


def test_a_page_is_asked_for_in_a_notation_and_a_size() -> None:
    derivation = derive(Network("3-2:tanh-1"))
    assert "m samples" in derivation.text()
    assert "one sample" in derivation.text("bishop", batch=False)
    assert derivation.text("bishop", batch=False) != derivation.text("transposed", batch=False)
    assert "Where the transposes come from" in derivation.text(transposes=True)
    assert max(map(len, derivation.text(width=60).splitlines())) <= 60
    with pytest.raises(InputError, match="notation"):
        derivation.latex("bischop")


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        (".txt", "Backprop"),
        (".tex", r"\documentclass"),
        (".html", "<!DOCTYPE"),
        (".md", "# "),
        (".typ", "#set"),
    ],
)
def test_the_suffix_says_the_format(suffix: str, begins: str, tmp_path: Path) -> None:
    place = tmp_path / f"page{suffix}"
    derive(NETWORK).save(place, "bishop", batch=False)
    assert place.read_text(encoding="utf-8").startswith(begins)
    assert "bishop" in place.read_text(encoding="utf-8")


def test_what_cannot_be_written_leaves_no_trace(tmp_path: Path) -> None:
    result = derive(NETWORK)
    old = tmp_path / "old.tex"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match=r"must end in one of \.txt, \.tex"):
        result.save(tmp_path / "page.docx")
    with pytest.raises(InputError, match="must end in one of"):
        result.save(tmp_path / "page")
    with pytest.raises(InputError, match="bischop"):
        result.save(old, "bischop")
    with pytest.raises(InputError, match="be a file that can be written"):
        result.save(tmp_path / "absent" / "page.tex")
    assert [path.name for path in tmp_path.iterdir()] == ["old.tex"]
    assert old.read_text(encoding="utf-8") == "old"


def test_a_pdf_is_one_or_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst")
    derive(NETWORK).save(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"chalkgrad\[pdf\]"):
        derive(NETWORK).save(tmp_path / "other.pdf")


def test_a_history_is_a_frame() -> None:
    pandas = pytest.importorskip("pandas")
    run = next(each for each in objects() if type(each).__name__ == "Fit")
    frame = pandas.DataFrame(run.history)
    assert frame.equals(run.history.to_frame())
    assert len(frame) == len(run.history.epochs)
    assert frame["loss"].tolist() == list(run.history.losses)
    assert frame["accuracy"].tolist() == list(run.history.metric("accuracy"))
    assert {"epoch", "validation_loss", "learning_rate", "gradient_norm_1", "gradient_norm_2"} <= set(frame)
    assert run.history.columns["epoch"] == tuple(epoch.epoch for epoch in run.history.epochs)


def test_a_fit_is_scored_and_kept_as_a_model_is(tmp_path: Path) -> None:
    run = fit(NETWORK, X, T, epochs=5, validation=0.1)
    expected = float((run.predict(X).argmax(axis=1) == T).mean())
    assert run.score(X, T) == expected
    run.save(tmp_path / "model.cg")
    model = load_model(tmp_path / "model.cg")
    assert model.score(X, T) == expected
    assert model.history == run.history
    assert np.array_equal(model.outputs(X), run.predict(X))


@pytest.mark.parametrize("width", [1, 2])
def test_the_score_of_numbers_is_r_squared(width: int) -> None:
    t = X[:, :width] * [1, 5][:width] + RANDOM.normal(size=(200, width))
    run = fit(Network(f"30-8:tanh-{width}"), X, t, epochs=5)
    y = run.predict(X).astype(float)
    expected = (1 - ((y - t) ** 2).sum(axis=0) / ((t - t.mean(axis=0)) ** 2).sum(axis=0)).mean()
    assert run.score(X, t) == pytest.approx(expected, rel=1e-6)


def test_a_history_is_plotted_or_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    run = next(each for each in objects() if type(each).__name__ == "Fit")
    for found in (run, run.history, run.model):
        titles = [text.get_text() for axes in found.plot().axes for text in axes.texts]
        assert {"Loss", "Accuracy", "Size of the gradients"} <= set(titles)
    pyplot.close("all")
    with pytest.raises(InputError, match="have an epoch"):
        type(run.history)().plot()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"chalkgrad\[plot\]"):
        run.plot()


def test_scores_and_evaluations_are_told() -> None:
    evaluation = ClassEvaluation(0.5, ("a", "b"), ((3, 1), (0, 4)))
    assert repr(evaluation) == (
        "<ClassEvaluation of 8 rows: accuracy 0.875 (the most frequent class alone 0.5), loss 0.5>"
    )
    assert "Confusion" in evaluation.text()
    assert isinstance(evaluation.scores[0], ClassScore)
    assert "R² 0.9" in repr(NumberEvaluation(0.1, 10, 1.0, 0.8, 0.9, 3.0))
    assert isinstance(evaluation, Written)
