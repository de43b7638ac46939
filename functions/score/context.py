"""What is the same for every transaction of one request that the same model answers."""

from __future__ import annotations

from dataclasses import dataclass

from functions.score.bundles import Answering
from functions.score.policies import Deciding
from functions.score.state import Snapshot
from greenfraud.control import ControlDocument
from greenfraud.items.control import Fault


@dataclass(frozen=True)
class Context:
    """What was read for a request, and who answers by what."""

    snapshot: Snapshot
    control: ControlDocument
    control_faults: list[Fault]
    answering: Answering
    deciding: Deciding

    @property
    def degraded(self) -> list[str]:
        """What is wrong with the control document, and why what it names first does not answer or decide."""
        faults = (f"control_{fault}" for fault in self.control_faults)
        return [*faults, *self.deciding.degraded, *self.answering.degraded]
