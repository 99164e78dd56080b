"""Are the gradients right?  Differences, the rate of the Taylor remainder, exact arithmetic, kinks.

The two functions here load what they need when they are called, so that importing chalkgrad stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalkgrad.network import Network

if TYPE_CHECKING:
    from chalkgrad.check.report import Finding, Report

__all__ = ["Finding", "Report", "check", "check_against"]


def check(
    network: Network,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
) -> Report:
    """Check the derived gradients against the loss itself.

    ``R(h) = |L(θ + h v) − L(θ) − h ⟨g, v⟩|`` falls as h² if g is right and as h if it is wrong.

    Every parameter's and every intermediate's gradient is judged by that rate in random directions, and entry
    by entry with differences.  A piecewise-linear network is also checked with fractions, where equality
    needs no tolerance.  At a kink the set of one-sided derivatives is allowed.

    Parameters
    ----------
    network
        The description.
    parameters
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``; drawn if left out.
    x, t
        Inputs (m, n₀) and targets (m, n_L), samples as rows; drawn if left out.
    seed
        Of what is drawn and of the directions.

    Returns
    -------
    Report
        Its ``ok`` is true only if everything is right and something was tested.

    Raises
    ------
    InputError
        With every fault of the data.

    Examples
    --------
    >>> from chalkgrad.network import Network
    >>> report = check(Network("3-2:tanh-1:sigmoid"))
    >>> report.ok, report.finding("dW1").verdict
    (True, 'right')
    """
    from chalkgrad.check.checking import check as run

    return run(network, parameters, x, t, seed=seed)


def check_against(
    function: Callable[..., Any] | str,
    network: Network,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
    time_limit: float = 10.0,
    memory_limit: int = 4_000_000_000,
) -> Report:
    """Check a user's own gradient function.

    Parameters
    ----------
    function
        ``"module.py:function"``, which runs in a process of its own with limits; or a callable, which runs
        here without any.  It asks for what it wants by the names of its parameters (``X, y, W1, b1, Z1, A1,
        m, params, cache``, in any usual spelling) and returns a dictionary or a tuple.
    network
        What its gradients should be of.
    parameters, x, t
        As in ``check``; drawn at random, with widths that differ from the batch size, if left out.
    seed
        Of what is drawn.
    time_limit
        Seconds for all calls.
    memory_limit
        Bytes.

    Returns
    -------
    Report
        One finding a gradient, by canonical name, with the user's array kept in ``claimed``.

    Raises
    ------
    InputError
        If the file or function does not exist, or asks for something that nothing matches.
    """
    from chalkgrad.check.against import check_against as run

    return run(
        function, network, parameters, x, t, seed=seed, time_limit=time_limit, memory_limit=memory_limit
    )


def __getattr__(name: str) -> Any:
    if name in ("Finding", "Report"):
        from chalkgrad.check import report

        return getattr(report, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
