"""scikit-learn's MLPClassifier and MLPRegressor, an epoch a call of ``partial_fit``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.sides import Task
from benchmarks.workloads import Parameters, Workload


def starting_at(base: Any, parameters: Parameters) -> Any:
    """A subclass that starts from given parameters (its own drawing cannot be told them)."""
    layers: Iterator[int] = iter(range(1, len(parameters) // 2 + 1))

    class Started(base):  # type: ignore[misc]
        def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[Any, Any]:
            l = next(layers)
            return parameters[f"W{l}"].T.astype(dtype), parameters[f"b{l}"].astype(dtype)

    return Started


def model_of(w: Workload, parameters: Parameters) -> Any:
    """The model; its squared error is halved, which twice the learning rate makes good."""
    base = MLPRegressor if w.loss == "squared_error" else MLPClassifier
    return starting_at(base, parameters)(
        hidden_layer_sizes=w.widths[1:-1],
        activation="logistic" if w.activation == "sigmoid" else w.activation,
        solver=w.optimiser,
        alpha=0.0,
        batch_size=w.batch,
        learning_rate_init=w.learning_rate * (2 if base is MLPRegressor else 1),
        shuffle=False,
        momentum=0.0,
        nesterovs_momentum=False,
    )


class Epochs:
    """The state of the optimiser stays from call to call."""

    def __init__(self, task: Task) -> None:
        self.workload = w = task.workload
        self.granularity = w.steps_per_epoch
        used = w.steps_per_epoch * w.batch
        self.x, self.t = task.x[:used], task.t[:used].ravel()
        self.told: dict[str, Any] = {}
        if w.loss != "squared_error":
            self.t = self.t.astype(np.int64)
            self.told = {"classes": np.unique(self.t)}
        self.model = model_of(w, task.parameters)

    def run(self, steps: int) -> None:
        """Take whole epochs, or the first steps of one."""
        while steps > 0:
            now = min(steps, self.granularity)
            rows = slice(now * self.workload.batch)
            self.model.partial_fit(self.x[rows], self.t[rows], **self.told)
            steps -= now

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l, (W, b) in enumerate(zip(self.model.coefs_, self.model.intercepts_, strict=True), start=1):
            found[f"W{l}"], found[f"b{l}"] = W.T.copy(), b.copy()
        return found


def prepare(task: Task) -> Epochs:
    """Its BLAS has its threads from the environment."""
    return Epochs(task)
