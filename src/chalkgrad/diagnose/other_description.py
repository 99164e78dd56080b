"""How another network differs from the one that was described, in words and as options."""

from __future__ import annotations

from chalkgrad.network import Network


def difference(described: Network, other: Network) -> str:
    """Say what the other network has that the described one has not.

    >>> difference(Network("4-3:relu-1"), Network("4-3:relu-1:sigmoid", reduction="sum"))
    '4-3:relu-1:sigmoid with the loss binary_cross_entropy summed over the samples'
    """
    is_other = other.loss.name != described.loss.name
    loss = f"the loss {other.loss.name}" if is_other else "the loss"
    if other.loss.reduction != described.loss.reduction:
        loss += f" {'summed' if other.loss.reduction == 'sum' else 'averaged'} over the samples"
    parts = [str(other)] if str(other) != str(described) else []
    return " with ".join([*parts, loss] if loss != "the loss" else parts)


def options(described: Network, other: Network) -> str:
    """The options of the command line that describe the other network.

    >>> options(Network("4-3:relu-1"), Network("4-3:relu-1", reduction="sum"))
    '--reduction sum'
    """
    listed = [f"--network {other}"] if str(other) != str(described) else []
    if other.loss.name != described.loss.name:
        listed.append(f"--loss {other.loss.name}")
    if other.loss.reduction != described.loss.reduction:
        listed.append(f"--reduction {other.loss.reduction}")
    return " ".join(listed)
