"""A promotion replaces the production that its evaluation judged, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, Overtaken

RULES = "the rules"


@dataclass(frozen=True)
class JudgedProduction:
    """The model that challengers were compared with, as `family/version`; None where only rules answered."""

    name: str | None

    @classmethod
    def of(cls, evaluation: Mapping[str, Any]) -> JudgedProduction:
        """What `evaluation.json` says. Raises ContractError where it says nothing."""
        if "production" not in evaluation or not isinstance(evaluation["production"], str | None):
            raise ContractError("the evaluation does not say which production it judged")
        return cls(evaluation["production"])

    def check(self, document: ControlDocument) -> None:
        """Raises Overtaken naming both where another model serves now than the one that was judged."""
        serving = document.production.name if document.production else None
        if serving != self.name:
            raise Overtaken(
                f"the evaluation judged {self.name or RULES}, and {serving or RULES} serves now (revision {document.revision}): "
                "nothing is promoted; a new execution judges what serves"
            )
