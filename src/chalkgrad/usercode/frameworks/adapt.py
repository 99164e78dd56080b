"""Code of other frameworks as an ordinary callable of named arrays.

A ``torch.autograd.Function``, a ``torch.nn.Module`` and scikit-learn's perceptrons are no functions
``f(X, y, W1, b1, …)``; an adapter makes one of them.  PyTorch and scikit-learn are imported only when the
target is theirs, and then they are imported already.
"""

from __future__ import annotations

from typing import Any

from chalkgrad.network import Network
from chalkgrad.usercode.frameworks.base import Adapted
from chalkgrad.usercode.kinds import kind_of
from chalkgrad.usercode.note import Note


def framework_callable(target: Any, network: Network) -> tuple[Adapted, tuple[Note, ...]] | None:
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
            from chalkgrad.usercode.frameworks.torch_function import AdaptedFunction

            adapted: Adapted = AdaptedFunction(getattr(target, "__self__", target), network)
        case "torch module":
            from chalkgrad.usercode.frameworks.torch_module import AdaptedModule

            adapted = AdaptedModule(target, network)
        case "sklearn":
            from chalkgrad.usercode.frameworks.sklearn_mlp import AdaptedPerceptron

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
    from chalkgrad.usercode.frameworks.sklearn_mlp import own_network

    return own_network(target)
