"""The gradient of one weight as the sum over every path to the loss.

    ∂L/∂w = Σ_paths Π_(u → v on the path) ∂v/∂u

Each factor is the local derivative of one forward equation, entry by entry.  The number of paths grows
with the product of the widths; it is counted without walking them, and at most ``limit`` are walked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._pages import Written
from chalkgrad.derive.chosen import find_weight
from chalkgrad.derive.convention import CANONICAL, Convention
from chalkgrad.derive.derivation import Derivation
from chalkgrad.derive.deriving import derive
from chalkgrad.derive.entry_values import EntryValues
from chalkgrad.derive.index import Entry
from chalkgrad.derive.influence import Influence
from chalkgrad.formula import nodes

if TYPE_CHECKING:
    from chalkgrad.formula import Arithmetic


@dataclass(frozen=True)
class LocalDerivative:
    """One factor: ∂top/∂bottom, and its formula in entries."""

    top: Entry
    bottom: Entry
    node: nodes.Node


@dataclass(frozen=True)
class Path:
    """One way from the loss down to the weight.

    Attributes
    ----------
    nodes
        Loss, output, …, weight: every entry on the way.
    factors
        The local derivatives between them, in the same order; their product is the path's share.
    """

    nodes: tuple[Entry, ...]
    factors: tuple[LocalDerivative, ...]


@dataclass(frozen=True)
class PathNumbers:
    """The numbers of the paths shown.

    Attributes
    ----------
    factors, products
        Of each path: its factors' values and their product.
    total
        The sum of the products; the gradient, if all paths are shown.
    complete
        Whether all paths are shown.
    """

    factors: tuple[tuple[Any, ...], ...]
    products: tuple[Any, ...]
    total: Any
    complete: bool

    @property
    def dead(self) -> tuple[bool, ...]:
        """Whether each path carries nothing, because a factor is exactly 0 (an inactive ReLU, say)."""
        return tuple(any(value == 0 for value in values) for values in self.factors)


@dataclass(frozen=True)
class PathSum(Written):
    """∂L/∂w as a sum over paths.

    Attributes
    ----------
    derivation
        The equations of a single sample that the paths go through.
    weight
        The chosen weight or bias.
    paths
        The first paths: those that stay at one unit's number come first.
    count
        How many there are in all.
    merged
        Whether the paths visit activations only, pre-activations being left out.
    per_sample
        Whether the derivation asked about was for a batch: these are then the paths of one of its
        samples; the gradient of the batch adds up (or averages) those of all samples.
    """

    derivation: Derivation
    weight: Entry
    paths: tuple[Path, ...]
    count: int
    merged: bool = False
    per_sample: bool = False

    def __repr__(self) -> str:
        found = self.weight
        place = ",".join(str(index) for index in (found.row, found.column) if index is not None)
        count = f"{self.count:,} {'path' if self.count == 1 else 'paths'}"
        return f"<PathSum of {found.symbol.name}[{place}] in {self.derivation.network!r}: {count}>"

    @property
    def truncated(self) -> bool:
        """Whether there are more paths than ``paths`` holds."""
        return self.count > len(self.paths)

    def evaluate(
        self,
        values: Mapping[Any, Any],
        arithmetic: Arithmetic,
        *,
        sample: int = 0,
        convention: Convention = CANONICAL,
    ) -> PathNumbers:
        """Put numbers into every factor.

        Parameters
        ----------
        values
            Parameters, X, T and every Z, A and Y, by symbol or by canonical name, as a trace has them.
        arithmetic
            float64, exact or with many digits.
        sample
            Which of the samples, from 0.
        convention
            How the arrays are laid out.
        """
        reader = EntryValues(self.derivation, values, arithmetic, sample, convention)
        known: dict[LocalDerivative, Any] = {}
        factors = []
        for path in self.paths:
            for factor in path.factors:
                if factor not in known:
                    known[factor] = reader.value(factor.node)
            factors.append(tuple(known[factor] for factor in path.factors))
        products = tuple(_product(each, arithmetic) for each in factors)
        total = sum(products, start=arithmetic.number(0))
        return PathNumbers(tuple(factors), products, total, not self.truncated)


def paths(
    derivation: Derivation,
    weight: str | tuple[str, tuple[int, ...]],
    *,
    limit: int = 64,
    merged: bool = False,
) -> PathSum:
    """Find the paths from the loss to a chosen weight or bias.

    ∂L/∂w = Σ_paths Π ∂v/∂u

    Parameters
    ----------
    derivation
        For a batch, the paths are those of a single sample.
    weight
        ``"W1[2,2]"``, ``"b1[2]"`` or ``("W1", (2, 2))``, counted from 1, in the order of the
        derivation's matrix: for W as n_in × n_out the sender comes first.
    limit
        How many paths are walked at most.
    merged
        Visit activations only; each factor then leads through the pre-activations between them.

    Raises
    ------
    InputError
        No such weight, or a limit below 1.

    Examples
    --------
    >>> from chalkgrad.derive import derive
    >>> from chalkgrad.network import Network
    >>> found = paths(derive(Network("2-2:sigmoid-2:sigmoid-1:sigmoid")), "W1[2,2]")
    >>> found.count, [entry.symbol.name for entry in found.paths[0].nodes]
    (2, ['L', 'Y', 'Z3', 'A2', 'Z2', 'A1', 'Z1', 'W1'])
    """
    per_sample = derivation.convention.batch
    if per_sample:
        single = replace(derivation.convention, batch=False)
        derivation = derive(derivation.network, convention=single)
    if limit < 1:
        raise InputError(Fault("limit", "be at least 1", str(limit), "Leave it out for 64."))
    start = find_weight(derivation, weight)
    influence = Influence(derivation, merged)
    known: dict[tuple[Entry, Entry], LocalDerivative] = {}

    def factor(top: Entry, bottom: Entry) -> LocalDerivative:
        if (top, bottom) not in known:
            known[top, bottom] = LocalDerivative(top, bottom, influence.local(top, bottom))
        return known[top, bottom]

    walked = []
    for way in islice(_walk(influence, start), limit):
        down = tuple(reversed(way))
        walked.append(Path(down, tuple(factor(t, b) for t, b in pairwise(down))))
    return PathSum(derivation, start, tuple(walked), influence.counts()[start.symbol], merged, per_sample)


def _walk(influence: Influence, start: Entry) -> Iterator[list[Entry]]:
    """Every way from the weight up to the loss, depth first."""
    way, choices = [start], [iter(influence.moved(start))]
    while choices:
        following = next(choices[-1], None)
        if following is None:
            way.pop()
            choices.pop()
        elif following.symbol.kind == "loss":
            yield [*way, following]
        else:
            way.append(following)
            choices.append(iter(influence.moved(following)))


def _product(values: tuple[Any, ...], arithmetic: Arithmetic) -> Any:
    total = arithmetic.number(1)
    for value in values:
        total = total * value
    return total
