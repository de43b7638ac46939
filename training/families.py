"""The model families: how large each one's network is, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAXIMUM_BINS = 8  # more bins per feature gained nothing on the Fraud Detection Handbook's data


@dataclass(frozen=True)
class Architecture:
    """Size and training of one family; the same code trains all of them."""

    members: int  # networks whose logits are averaged
    hidden_units: int  # per member; 0 is logistic regression on the encoding
    epochs: int
    continued_epochs: int  # on a chunk and a part of the replay sample, once there is a mature parent
    learning_rate: float
    weight_decay: float
    maximum_parameters: int

    def bins_for(self, feature_count: int) -> int:
        """Return how many bins per feature keep the network within its parameters.

        >>> FAMILIES["light"].bins_for(23), FAMILIES["light"].bins_for(80)
        (8, 5)
        """
        per_code = self.members * (self.hidden_units + 1)
        codes_per_feature = self.maximum_parameters // (per_code * feature_count)
        return max(1, min(MAXIMUM_BINS, (codes_per_feature - 2) // 2))


# Chosen on weeks of May 2018 of the Fraud Detection Handbook's data: wider members found no more frauds, and more weight decay
# fewer of the rare but certain ones. Fewer epochs leave the weights of rare codes too small to rank their frauds first.
FAMILIES: Mapping[str, Architecture] = {
    "baseline": Architecture(
        members=1, hidden_units=0, epochs=12, continued_epochs=5, learning_rate=0.03, weight_decay=0.1, maximum_parameters=2_000
    ),
    "light": Architecture(
        members=1, hidden_units=8, epochs=12, continued_epochs=5, learning_rate=0.03, weight_decay=0.1, maximum_parameters=9_950
    ),
    "heavy": Architecture(
        members=8, hidden_units=8, epochs=10, continued_epochs=5, learning_rate=0.03, weight_decay=0.1, maximum_parameters=100_000
    ),
}
