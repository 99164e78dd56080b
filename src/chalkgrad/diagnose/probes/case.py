"""What is to be diagnosed, and what it is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chalkgrad.diagnose.probes.probes import at_kinks, batch_sizes, distinct, mild, saturated
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.session import Session

Probes = list[tuple[Network, Data]]


@dataclass(frozen=True)
class Case:
    """What is to be diagnosed: a session, its network, and the user's own data if there are any."""

    session: Session
    network: Network
    given: Data | None
    seed: int
    subject: str

    def mild(self, network: Network) -> Probes:
        """Mild data of two batch sizes, and single samples unless a norm takes its mean over the batch."""
        first, second = batch_sizes(network)
        sizes = [(first, 1), (first, 2), (second, 3), (second, 4)]
        sizes += [] if network.statistics else [(1, 5), (1, 6), (1, 7)]
        return [(network, mild(network, rows, self.seed + seed)) for rows, seed in sizes]

    @cached_property
    def own(self) -> Probes:
        """Probes of the network as described."""
        return self.mild(self.network)

    @cached_property
    def wider(self) -> Probes:
        """Probes of the same layers with widths that all differ; none where they do so already."""
        other = distinct(self.network)
        return self.mild(other) if other != self.network and not self.session.fixed_widths else []

    @cached_property
    def hard(self) -> Probes:
        """Saturated outputs, and a unit exactly at a kink."""
        found = (saturated(self.network), at_kinks(self.network))
        return [(self.network, data) for data in found if data is not None]

    @property
    def theirs(self) -> Probes:
        """The user's own data."""
        return [] if self.given is None else [(self.network, self.given)]

    @property
    def tried(self) -> tuple[str, ...]:
        """What it is tried on, in words."""
        sizes = list(dict.fromkeys(len(data.x) for _, data in self.own))
        batches = f"batches of {', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
        told = f"random numbers that saturate no unit, {batches}"
        if not self.wider:
            return (told,)
        return told, f"the same layers with widths {'-'.join(map(str, self.wider[0][0].widths))}"
