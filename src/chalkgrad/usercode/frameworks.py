"""Code of other frameworks as an ordinary callable of named arrays.

A ``torch.autograd.Function``, a ``torch.nn.Module`` and scikit-learn's perceptrons are no functions
``f(X, y, W1, b1, …)``; an adapter makes one of them.  PyTorch and scikit-learn are imported only when the
target is theirs, and then they are imported already.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from chalkgrad.network import Network
from chalkgrad.usercode.kinds import kind_of

Array = NDArray[Any]


FORWARD_DIFFERS = "is not the network's: at random inputs"


class MisfitError(ValueError):
    """The target cannot be a part of the network; the message says why."""


class Adapted(ABC):
    """Somebody's piece of a framework, called as ``f(X, y, W1, b1, …) -> {"loss": …, "dW1": …}``.

    Arrays are in the canonical layout: samples as rows, W n_out × n_in, b (n,).

    Attributes
    ----------
    network
        What it computes the gradients of.
    fixed_widths
        Whether it works only for the widths of ``network``.
    known_as
        What its code calls things, by canonical name: ``{"Z1": "input", "dA1": "grad_output"}``.
    notes
        How it was read, and what was seen that is worth telling, one sentence each.
    """

    fixed_widths = False

    def __init__(self, network: Network, name: str) -> None:
        self.network = network
        self.known_as: dict[str, str] = {}
        self.notes: list[str] = []
        self.__name__ = name
        names = ["X", "y", *network.parameter_shapes()]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def __call__(self, *args: Array, **named: Array) -> dict[str, Any]:
        bound = dict(self.__signature__.bind(*args, **named).arguments)
        x, t = bound.pop("X"), bound.pop("y")
        return self.gradients(x, t, bound)

    @abstractmethod
    def gradients(self, x: Array, t: Array, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """Return the loss and the gradients by canonical name."""

    def tell(self, note: str) -> None:
        """Add a sentence to the notes, once."""
        if note not in self.notes:
            self.notes.append(note)


def framework_callable(target: Any, network: Network) -> tuple[Adapted, tuple[str, ...]] | None:
    """Make a callable of a framework's class or object; None for an ordinary function.

    Parameters
    ----------
    target
        A subclass of ``torch.autograd.Function`` or its ``apply``, a ``torch.nn.Module``, an
        ``MLPRegressor`` or an ``MLPClassifier``; of the last three an object or a class.
    network
        What its gradients should be of.

    Returns
    -------
    tuple
        The callable and notes on how the target was read.

    Raises
    ------
    MisfitError
        If the target cannot be a part of the network; the message says why.
    """
    match kind_of(target):
        case "torch function":
            from chalkgrad.usercode.torch_function import AdaptedFunction

            adapted: Adapted = AdaptedFunction(getattr(target, "__self__", target), network)
        case "torch module":
            from chalkgrad.usercode.torch_module import AdaptedModule

            adapted = AdaptedModule(target, network)
        case "sklearn":
            from chalkgrad.usercode.sklearn_mlp import AdaptedPerceptron

            adapted = AdaptedPerceptron(target, network)
        case _:
            return None
    return adapted, tuple(adapted.notes)


def framework_network(target: Any) -> Network | None:
    """Return the network that a target describes itself, where it does: a scikit-learn estimator.

    Raises
    ------
    MisfitError
        If the estimator does not say enough; the message says what is missing.
    """
    if kind_of(target) != "sklearn":
        return None
    from chalkgrad.usercode.sklearn_mlp import own_network

    return own_network(target)


__all__ = ["FORWARD_DIFFERS", "Adapted", "MisfitError", "framework_callable", "framework_network"]
