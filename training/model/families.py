"""The model families: how large each one's network is, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

MAXIMUM_BINS = 12  # more bins per feature rank worse


class Schedule(NamedTuple):
    """How a network is fitted: epochs, the peak of the learning rate, weight decay."""

    epochs: int
    rate: float
    decay: float


@dataclass(frozen=True)
class Architecture:
    """Size and training of one family; the same code trains all of them."""

    members: int  # networks whose logits are averaged
    hidden_units: int  # per member; 0 is logistic regression on the encoding
    maximum_parameters: int
    at_length: Schedule  # from nothing, and whenever the bins are cut anew
    briefly: Schedule  # on a chunk and a part of the replay sample, with the parent's bins
    looks_at_every_row: bool = False  # before it learns: legitimate rows that its parent suspects are then drawn sooner

    def bins_for(self, feature_count: int) -> int:
        """Return how many bins per feature keep the network within its parameters.

        >>> ARCHITECTURES["light"].bins_for(38), ARCHITECTURES["light"].bins_for(80)
        (12, 10)
        """
        units = self.members * self.hidden_units
        per_feature = (self.maximum_parameters - 2 * units - self.members - 1) // feature_count
        # A bin adds a ramp and a step to the linear part, and a ramp to the hidden one; so do "missing" and the value itself,
        # which the background reads too.
        return max(1, min(MAXIMUM_BINS, (per_feature - 2 * (self.members + units + 1)) // (2 * self.members + units)))


# Chosen on weeks before June 2018 of the Fraud Detection Handbook's data and on generated worlds: 294 trainings with settings
# drawn at random, ranked by their mean effect (docs/decisions/0011-bins-are-kept.md).
AT_LENGTH, BRIEFLY = Schedule(epochs=12, rate=0.03, decay=0.1), Schedule(epochs=4, rate=0.01, decay=0.05)
ARCHITECTURES: Mapping[str, Architecture] = {
    "baseline": Architecture(members=1, hidden_units=0, maximum_parameters=2_000, at_length=AT_LENGTH, briefly=BRIEFLY),
    "light": Architecture(members=1, hidden_units=8, maximum_parameters=9_950, at_length=AT_LENGTH, briefly=BRIEFLY),
    "heavy": Architecture(
        members=8,
        hidden_units=8,
        maximum_parameters=100_000,
        at_length=AT_LENGTH,
        briefly=BRIEFLY,
        looks_at_every_row=True,
    ),
}
