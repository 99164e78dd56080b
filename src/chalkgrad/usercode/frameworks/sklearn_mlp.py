"""scikit-learn's MLPRegressor and MLPClassifier as a callable of named arrays, by their public interface.

One step of plain descent on the whole batch gives the gradient: (old − new)/η.  η is a large power of two,
so that the subtraction loses no digits.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.evaluate import initialise
from chalkgrad.evaluate.data import Data
from chalkgrad.formula import ACTIVATIONS, SOFTMAX
from chalkgrad.formula.activations import known_name
from chalkgrad.network import Network
from chalkgrad.usercode.answer.loss_value import loss_against_gradient
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.frameworks.base import Adapted, MisfitError
from chalkgrad.usercode.note import NoteKind

_RATE = 2.0**30
_ACTIVATIONS = {word: str(known_name(word, ACTIVATIONS)) for word in ("identity", "logistic", "tanh", "relu")}
_THEIRS = {ours: theirs for theirs, ours in _ACTIVATIONS.items()}
_OUTPUTS = _ACTIVATIONS | {SOFTMAX: SOFTMAX}


class AdaptedPerceptron(Adapted):
    """An estimator that computes loss and gradients of a network.

    Parameters
    ----------
    target
        The estimator, or its class.
    network
        Any with one hidden activation and layers with biases and without skips.

    Raises
    ------
    MisfitError
        If such an estimator cannot be this network.
    """

    def __init__(self, target: Any, network: Network) -> None:
        self.estimator = target() if isinstance(target, type) else target
        super().__init__(network, type(self.estimator).__name__)
        self.classifies = hasattr(self.estimator, "predict_proba")
        hidden = self._hidden_activation()
        if not isinstance(target, type) and network.depth > 1 and hidden != self.estimator.activation:
            raise MisfitError(
                f"{self.__name__}: must have the network's hidden activation {_ACTIVATIONS[hidden]}; got "
                f"{self.estimator.activation!r}. Set activation={hidden!r}."
            )
        self._hidden = hidden
        self.tell(
            f"{self.__name__} takes one step of plain descent on the batch: its gradient is (old − new)/η"
        )
        self._measure()

    def _hidden_activation(self) -> str:
        network = self.network
        if any(layer.skip or not layer.bias for layer in network.layers):
            raise MisfitError(
                f"{self.__name__} has a bias in every layer and no skips; {network} is another network."
            )
        names = {str(layer.activation) for layer in network.layers[:-1]} or {"identity"}
        if len(names) > 1 or not names <= set(_THEIRS):
            raise MisfitError(
                f"{self.__name__} has one hidden activation of {', '.join(_THEIRS)}; the network has "
                f"{', '.join(sorted(names))}."
            )
        last = str(network.layers[-1].activation)
        possible = ("sigmoid", "softmax") if self.classifies else ("identity",)
        if last not in possible:
            raise MisfitError(
                f"{self.__name__}: its last activation is {' or '.join(possible)}; the network has {last}."
            )
        return _THEIRS[names.pop()]

    def gradients(self, x: Array, t: Array, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """One step on one batch."""
        from sklearn.base import clone

        m, names = len(x), self.network.parameter_names
        weights, biases = names(WEIGHT), names(BIAS)
        settings: dict[str, Any] = {
            "hidden_layer_sizes": tuple(len(parameters[name]) for name in weights[:-1]),
            "activation": self._hidden,
            "solver": "sgd",
            "momentum": 0.0,
            "nesterovs_momentum": False,
            "learning_rate": "constant",
            "learning_rate_init": _RATE,
            "batch_size": m,
            "shuffle": False,
            "alpha": 2 * m * float(self.network.l2),
            "early_stopping": False,
            "warm_start": False,
        }
        estimator = clone(self.estimator).set_params(**settings)
        labels, first = self._labels(t)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            estimator.partial_fit(x, labels, **first)
            estimator.coefs_ = [np.array(parameters[name].T, dtype=np.float64) for name in weights]
            estimator.intercepts_ = [np.array(parameters[name], dtype=np.float64) for name in biases]
            estimator.partial_fit(x, labels)
        answer: dict[str, Any] = {"loss": float(estimator.loss_)}
        for name, coefficients in zip(weights, estimator.coefs_, strict=True):
            answer[f"d{name}"] = (parameters[name] - coefficients.T) / _RATE
        for name, intercepts in zip(biases, estimator.intercepts_, strict=True):
            answer[f"d{name}"] = (parameters[name] - intercepts) / _RATE
        return answer

    def _labels(self, t: Array) -> tuple[Array, dict[str, Any]]:
        """Return the targets as the estimator wants them, and what its first step needs to know."""
        if not self.classifies:
            return (t[:, 0] if t.shape[1] == 1 else t), {}
        if not np.isin(t, (0, 1)).all():
            raise ValueError(f"{self.__name__} takes classes as targets, not probabilities.")
        width = t.shape[1]
        if self.network.layers[-1].is_softmax:
            if width == 2:
                raise MisfitError(
                    f"{self.__name__} has one sigmoid output for two classes, not a softmax of 2."
                )
            return t.argmax(axis=1), {"classes": np.arange(width)}
        if width == 1:
            return t[:, 0].astype(int), {"classes": np.arange(2)}
        return t.astype(int), {"classes": np.arange(width)}

    def _measure(self) -> None:
        """Find out whether its loss and its gradient belong together."""
        draws = []
        for seed, more in ((0, 0), (1, 1)):
            network = _with_outputs(self.network, more) if not self.classifies else self.network
            draws.append(self._draw(network, seed))
        found = loss_against_gradient(draws, "its") if self.network.widths[-1] > 1 else None
        if found is not None:
            issue = f" (scikit-learn issue #8349, measured with version {_version()})"
            where = issue if found.over == "outputs" else ""
            kind: NoteKind = "loss" if found.is_averaged_loss else "framework"
            self.tell(f"{self.__name__}: {found.text}{where}", kind)

    def _draw(self, network: Network, seed: int) -> Observation:
        random = np.random.default_rng(seed)
        m, (inputs, outputs) = 5 + 2 * seed, (network.widths[0], network.widths[-1])
        table = {k: v + random.normal(0, 0.2, v.shape) for k, v in initialise(network, seed).items()}
        x, t = random.normal(size=(m, inputs)), random.normal(size=(m, outputs))
        if network.layers[-1].is_softmax:
            t = np.eye(outputs)[np.arange(m) % outputs]
        elif self.classifies:
            t = (random.permutation(m * outputs) % 2).reshape(m, outputs).astype(float)
        answer = self.gradients(x, t, table)
        return Observation(network, Data(table, x, t), loss=answer.pop("loss"), gradients=answer)


def _with_outputs(network: Network, more: int) -> Network:
    """The same network with some outputs more."""
    table = network.to_dict()
    layers = str(table["layers"]).split("-")
    width, colon, rest = layers[-1].partition(":")
    layers[-1] = f"{int(width) + more}{colon}{rest}"
    return Network.from_dict(table | {"layers": "-".join(layers)})


def _version() -> str:
    import sklearn

    return str(sklearn.__version__)


def own_network(target: Any) -> Network:
    """Return the network that an estimator is: its layers, and the loss that it says it has.

    The loss of a regressor is half the squared error averaged over samples and outputs, which is what
    ``loss_`` is; its penalty α/(2m)·ΣW² is that of m samples, m being its ``batch_size`` or 200 at most.

    Raises
    ------
    MisfitError
        If its loss is none of ours.
    """
    estimator = target() if isinstance(target, type) else target
    name = type(estimator).__name__
    if getattr(estimator, "loss", "squared_error") not in ("squared_error", "log_loss", "binary_log_loss"):
        raise MisfitError(f"{name}: a network must be given for loss={estimator.loss!r}.")
    sizes = estimator.hidden_layer_sizes
    hidden = [int(size) for size in (sizes if np.iterable(sizes) else [sizes])]
    fitted = getattr(estimator, "coefs_", None)
    classifies = hasattr(estimator, "predict_proba")
    inputs, outputs = (len(fitted[0]), fitted[-1].shape[1]) if fitted else (4, 3 if classifies else 2)
    last = _OUTPUTS[estimator.out_activation_] if fitted else "softmax" if classifies else "identity"
    layers: list[object] = [inputs, *(f"{n}:{_ACTIVATIONS[estimator.activation]}" for n in hidden)]
    batch = estimator.batch_size if isinstance(estimator.batch_size, int) else 200
    penalty = Fraction(str(estimator.alpha)) / (2 * batch)
    specification = "-".join(map(str, [*layers, f"{outputs}:{last}"]))
    if classifies:
        return Network(specification, l2=penalty)
    return Network(specification, "mean_squared_error", factor=0.5, l2=penalty)
