"""The stores of a change, and what is changed by them under an approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.control.applied_policy import AppliedPolicy
from functions.control.approval import ALONE, Approval
from functions.control.beside import Beside
from functions.control.documents import Artifacts
from functions.control.production import Production
from functions.control.proposals import Proposals
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.policy.read_lists import Naming


@dataclass(frozen=True)
class Operated:
    """What a person may look at and change."""

    stage: Stage
    artifacts: Artifacts
    servable: Servable
    proposals: Proposals
    naming: Callable[[], Naming]  # what is stored of an id in a policy's lists; the key is read when a policy comes

    def production(self, approval: Approval = ALONE) -> Production:
        """The models that serve."""
        return Production(self.stage, self.artifacts, self.servable, approval)

    def beside(self, approval: Approval = ALONE) -> Beside:
        """The models in shadow, and the canary."""
        return Beside(self.stage, self.artifacts, self.servable, approval)

    def policy(self, approval: Approval = ALONE) -> AppliedPolicy:
        """What decides."""
        return AppliedPolicy(self.stage, self.artifacts, approval)

    def told(self, document: ControlDocument) -> dict[str, object]:
        """The document as the API tells it, with the policy in words."""
        return {**document.to_json(), "policy": self.policy().of(document).described()}
