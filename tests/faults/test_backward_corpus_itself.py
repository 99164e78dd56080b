"""The corpus holds what it says, without asking the diagnosis: controls are right, planted mistakes show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.diagnose.mistakes.norm_kinds import NORMS
from chalkgrad.diagnose.mistakes.rules import KINDS
from tests.faults import norm_code
from tests.faults.backward.cases import SEEDS, Bench, planted, shows, singles, writable
from tests.faults.backward.controls import Control, controls
from tests.faults.backward.mistakes_slopes import TWINS
from tests.faults.backward.pairs import pairs
from tests.faults.backward.plan import right_plan
from tests.faults.backward.setups import SETUPS, Array, Arrays, Setup
from tests.faults.backward.written import answer, forward_values

SINGLES = singles(each=3)
CONTROLS = controls()


def loss(setup: Setup, parameters: Arrays, x: Array, t: Array) -> float:
    """The loss written down once more, for differences that owe nothing to a derivation."""
    y = forward_values(setup, parameters, x)[f"A{setup.depth}"]
    one = {
        "squared_error": lambda: ((y - t) ** 2).sum(),
        "half_squared_error": lambda: ((y - t) ** 2).sum() / 2,
        "mean_squared_error": lambda: ((y - t) ** 2).sum() / t.shape[1],
        "binary_cross_entropy": lambda: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(),
        "cross_entropy": lambda: -(t * np.log(y)).sum(),
    }[setup.loss]()
    penalty = setup.l2 * sum((value**2).sum() for name, value in parameters.items() if name[0] == "W")
    return float(one / (len(x) if setup.reduction == "mean" else 1) + penalty)


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_the_truth_is_the_slope_of_the_loss(setup: Setup) -> None:
    parameters, x, t = setup.draw(1)
    truth = setup.truth(parameters, x, t)
    h = 1e-6
    for name, array in parameters.items():
        for place in np.ndindex(*array.shape):
            kept = array[place]
            array[place] = kept + h
            up = loss(setup, parameters, x, t)
            array[place] = kept - h
            down = loss(setup, parameters, x, t)
            array[place] = kept
            assert (up - down) / (2 * h) == pytest.approx(truth[name][place], abs=1e-6, rel=1e-6)


def wrong_by(control: Control, folder: Path) -> float:
    """The largest error of a function over draws and two calls, relative to the largest entry."""
    path = control.written.save(folder, control.name).rsplit(":", 1)[0]
    worst = 0.0
    for seed in SEEDS:
        draw = control.setup.draw(seed)
        truth = control.setup.truth(*draw)
        for found in answer(control.written, control.setup, draw, path, calls=2):
            for name, value in truth.items():
                error = np.abs(found[name].reshape(value.shape) - value).max()
                worst = max(worst, float(error) / max(1.0, float(np.abs(value).max())))
    return worst


@pytest.mark.filterwarnings("ignore")  # what the functions do to numbers is theirs
@pytest.mark.parametrize("part", range(4))
def test_controls_are_right(part: int, tmp_path: Path) -> None:
    for control in CONTROLS[part::4]:
        assert wrong_by(control, tmp_path) < control.tolerance, f"{control}\n{control.written.text}"


def test_there_are_enough_controls() -> None:
    assert len(CONTROLS) >= 200
    assert len({(str(c.setup), c.written.text) for c in CONTROLS}) == len(CONTROLS)


def test_every_rule_is_planted_in_several_networks_and_styles() -> None:
    networks, styles = defaultdict(set), defaultdict(set)
    for case in SINGLES:
        (rule,) = case.planted
        networks[rule].add(str(case.setup))
        styles[rule].add(case.style)
    of_norms = {kind.rule for kind in NORMS}  # planted in code of their own
    assert of_norms <= set(norm_code.WRONG)
    assert set(networks) == set(KINDS) - of_norms
    assert [rule for rule in networks if len(styles[rule]) < 3] == []
    assert [rule for rule in networks if len(networks[rule]) < 3] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(4))
def test_planted_mistakes_show(part: int, tmp_path: Path) -> None:
    """On another draw of the same seed as well: what was found to show, shows again."""
    bench = Bench(tmp_path)
    for case in SINGLES[part::4]:
        assert shows(bench, case.written, case.setup, case.planted, case.runs), f"{case}\n{case.written.text}"


def test_both_mistakes_of_a_pair_are_planted() -> None:
    drawn = pairs(60)
    assert len(drawn) == 60
    assert all(len(case.planted) == 2 for case in drawn)


TWO_NAMES = {
    ("wrong-loss", "Σ |y − t|"),
    ("wrong-loss", "−t/y alone"),
    ("hadamard-for-matmul", "in dW"),
    ("derivative-is-function", "at the output"),
    *(("derivative-is-function", f"{name} {slope}") for name, slope in TWINS),
    *(("derivative-formula", f"{name} {slope}") for name, slope in TWINS),
}
"""One formula that two titles describe, so that there is nothing to compare.

With one output δ ⊙ a is both the entry-by-entry product and the one that is not summed.
"""


@pytest.mark.filterwarnings("ignore")
def test_declared_equivalences_hold(tmp_path: Path) -> None:
    """What else is accepted, a mistake or the network of another loss, has equal numbers."""
    bench = Bench(tmp_path)
    checked = 0
    for setup in SETUPS[::2]:
        plan, chained = right_plan(setup), right_plan(setup, chain=True)
        for mistake in (m for m in planted(plan) if m.runs and (m.rule, m.label) not in TWO_NAMES):
            for rules in mistake.also:
                text = writable(setup, "update_function", mistake.change(plan))
                found = None if text is None or len(rules) > 1 else bench.run(text, setup)
                if found is None:
                    continue
                others = [
                    writable(setup, "update_function", m.change(base))
                    for base in (plan, chained)
                    for m in planted(base)
                    if {m.rule} == rules and m.step[1:] == mistake.step[1:]
                ]
                rivals = [bench.run(other, setup) for other in others if other is not None]
                if rules == {"wrong-loss"}:
                    rivals = [
                        [[other.truth(*other.draw(seed))] for seed in SEEDS]
                        for other in of_other_losses(setup)
                    ]
                assert any(
                    rival is not None
                    and all(equal_numbers(a[0], b[0]) for a, b in zip(found, rival, strict=True))
                    for rival in rivals
                ), f"{mistake.rule} ({mistake.label}) and {set(rules)} in {setup}"
                checked += 1
    assert checked > 20


def of_other_losses(setup: Setup) -> list[Setup]:
    """The same network with each loss that its last activation allows."""
    losses = ["half_squared_error", "squared_error", "mean_squared_error"]
    losses += {"sigmoid": ["binary_cross_entropy"], "softmax": ["cross_entropy"]}.get(
        setup.activations[-1], []
    )
    return [replace(setup, loss=name) for name in losses if name != setup.loss]


def equal_numbers(first: Arrays, second: Arrays) -> bool:
    """Equal numbers, whatever their shape: a missing sum may come as a row or a column."""
    if {n: v.size for n, v in first.items()} != {n: v.size for n, v in second.items()}:
        return False
    return all(np.allclose(v.ravel(), second[n].ravel(), rtol=1e-9, atol=1e-12) for n, v in first.items())
