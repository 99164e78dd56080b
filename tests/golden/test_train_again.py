"""``chalkgrad train`` where little is said: measured on rows set aside, then trained again on all rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Cosine, Network, fit
from chalkgrad.data import read_table
from chalkgrad.model import load_model
from chalkgrad.train.setup.defaults import OPTIMISER
from tests.golden.answers import answer

Capture = pytest.CaptureFixture[str]
TRAIN = ("train", "t.csv", "--target", "y", "--network", "4:tanh", "-o", "a.cg")
ROWS = 120


@pytest.fixture(autouse=True)
def a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(ROWS, 2))
    y = x[:, 0] - x[:, 1] ** 2 + random.normal(size=ROWS)
    lines = ["a,b,y", *(f"{p:.4f},{q:.4f},{r:.4f}" for (p, q), r in zip(x, y, strict=True))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.chdir(tmp_path)


def told(capsys: Capture, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(capsys, *TRAIN, *options, "--format", "json")[0])
    return found


def best(found: dict[str, Any]) -> int:
    losses = [epoch["validation_loss"] for epoch in found["history"]["epochs"]]
    return losses.index(min(losses)) + 1


def test_the_weights_are_those_of_all_rows_and_half_as_many_epochs_again(
    capsys: Capture,
) -> None:
    found = told(capsys)
    epochs = round(1.5 * best(found))
    assert found["again"] == {"rows": ROWS, "epochs": epochs, "steps": 4 * epochs}
    assert found["training"]["rows"] + found["validation"]["rows"] == ROWS
    model = load_model("a.cg")
    assert model.preparation is not None
    x, t = model.preparation.arrays(read_table("t.csv"))
    order = np.concatenate([*_division(x, model.settings["rows"])])
    by_hand = fit(
        Network.from_dict(found["network"]), x[order], t[order], optimiser=OPTIMISER, epochs=epochs,
        schedule=Cosine(), metrics=None,
    )  # fmt: skip
    assert all(np.array_equal(by_hand.parameters[name], model.parameters[name]) for name in model.parameters)


def _division(x: Any, learned: int) -> tuple[Any, Any]:
    """The rows to learn from and those that were set aside, as the command of seed 0 divides them."""
    from chalkgrad.data.training_rows import held_out_rows

    table = read_table("t.csv")
    first, aside = held_out_rows(table, "y", "regression", 0.1, 0)
    assert aside is not None
    assert first.rows == learned
    values = table.columns["a"].values
    return tuple(np.flatnonzero(np.isin(values, part.columns["a"].values)) for part in (first, aside))  # type: ignore[return-value]


def test_the_page_says_what_is_going_to_be_done_and_what_was(capsys: Capture) -> None:
    output, _ = answer(capsys, *TRAIN)
    words = " ".join(output.split())
    plan = "at most 200; rate falling to 0; until 20 have not lowered the validation loss; "
    assert f"epochs {plan}then again on all 120 rows" in words
    assert "Then trained again on all 120 rows for" in words
    shown, _ = answer(capsys, "inspect", "a.cg")
    assert "trained again" in shown
    assert "seen" not in shown


@pytest.mark.parametrize(
    "options", ["--epochs 3", "--keep best", "--keep last", "--validation 0", "--validation t.csv"]
)
def test_what_is_said_is_done_and_no_more(capsys: Capture, options: str) -> None:
    found = told(capsys, *options.split())
    assert found["again"] is None
    if "--epochs" in options:
        assert len(found["history"]["epochs"]) == 3


def test_again_may_be_asked_for(capsys: Capture) -> None:
    found = told(capsys, "--epochs", "4", "--keep", "again")
    assert found["again"]["epochs"] == round(1.5 * best(found))
    _, errors = answer(capsys, *TRAIN, "--keep", "again", "--validation", "0", status=2)
    told_so = "--keep again: must have rows to validate on first; got --validation 0."
    assert errors == f"{told_so} Write --validation 0.1, say.\n"


def test_the_best_weights_are_kept_where_the_second_training_is_interrupted(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(capsys, "--keep", "best")
    first = load_model("a.cg").parameters

    def interrupted(*given: Any, **named: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("chalkgrad.app.training.second_training.longer", interrupted)
    output, errors = answer(capsys, *TRAIN, status=130)
    assert "the training on all rows was interrupted; the weights before it are kept" in errors
    assert "Then trained again" not in output
    kept = load_model("a.cg").parameters
    assert all(np.array_equal(first[name], kept[name]) for name in first)
