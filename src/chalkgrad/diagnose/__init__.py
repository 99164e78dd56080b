"""What is wrong with somebody's gradient?  Mutants of the derivation that reproduce the user's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalkgrad.network import Network

if TYPE_CHECKING:
    from chalkgrad.diagnose.report import Diagnosis

__all__ = ["Diagnosis", "diagnose"]


def diagnose(
    target: Any,
    network: Network | None = None,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
    time_limit: float = 10.0,
    memory_limit: int = 4_000_000_000,
    reading: Any = None,
) -> Diagnosis:
    """Name the mistake in somebody's backward code.

    Every plausible mistake is made in the derivation; the ones that reproduce the user's numbers at every
    probe are told, with the step they stand in and the line that mends it.

    Parameters
    ----------
    target
        ``"FILE.py:function"``, ``"FILE.py:Class"`` or ``"FILE.py:Class.method"``, run in a process of its own
        with limits; or a callable, class or object, run here without any.  It may be PyTorch's: a
        ``torch.autograd.Function``, put in its place in the network, or a module; or scikit-learn's
        ``MLPRegressor`` or ``MLPClassifier``.
    network
        What its gradients should be of; a scikit-learn object says it itself.
    parameters, x, t
        The user's own data, judged beside the random probes: ``{"W1": (n₁, n₀), "b1": (n₁,), …}``, inputs
        (m, n₀) and targets (m, n_L).
    seed
        Of the probes.
    time_limit, memory_limit
        Seconds and bytes for one run of the user's code.
    reading
        What is settled about the layout of the arrays, such as ``{"samples": "columns"}``; the rest is tried.

    Returns
    -------
    Diagnosis
        Its ``outcome`` is ``right`` only if every gradient is right at every probe.

    Raises
    ------
    InputError
        If there is no such file or function, it asks for something that the network does not have, or two
        readings of its arrays fit equally well.

    Examples
    --------
    >>> import numpy as np
    >>> from chalkgrad import Network
    >>> def backward(X, y, W1):
    ...     return {"dW1": (X @ W1.T - y).T @ X}
    >>> found = diagnose(backward, Network("3-2:nobias", loss="half_squared_error"))
    >>> found.outcome, found.rules
    ('explained', ('batch-mean-missing',))
    """
    from chalkgrad.diagnose.diagnosing import diagnose as run

    return run(
        target,
        network,
        parameters,
        x,
        t,
        seed=seed,
        time_limit=time_limit,
        memory_limit=memory_limit,
        reading=reading,
    )


def __getattr__(name: str) -> Any:
    if name == "Diagnosis":
        from chalkgrad.diagnose.report import Diagnosis

        return Diagnosis
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
