"""The control document: which models serve, and by which policy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from greenfraud.canary import has_canary
from greenfraud.canonical import canonical_json
from greenfraud.errors import ContractError, StateConflict
from greenfraud.policy import DEFAULT_POLICY, Policy, in_force, to_store
from greenfraud.policy.stored import PolicyRef

# 2: a shadow scores and a canary answers, which releases that read only 1 do not obey. A document is of the least schema that tells
# all it says, so that a release which is taken back still reads what it can serve.
SCHEMA = 2


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A bundle to serve: its `prefix` among the artifacts and the SHA-256 of its manifest.json."""

    family: str
    version: str
    prefix: str
    sha256: str

    @property
    def name(self) -> str:
        """The model in one word, `family/version`."""
        return f"{self.family}/{self.version}"

    def check_digest(self, expected: str | None) -> None:
        """Raise StateConflict where somebody means another bundle of this name; None means whichever there is."""
        if expected is not None and expected != self.sha256:
            raise StateConflict(f"{self.name} is another bundle now than the one that was judged: {self.sha256}, not {expected}")

    def to_json(self) -> dict[str, str]:
        """Return the stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> ModelRef:
        """Read the stored form. Raises ContractError when a key is missing."""
        if absent := [field.name for field in fields(cls) if field.name not in body]:
            raise ContractError(f"a model reference lacks {', '.join(absent)}")
        return cls(body["family"], body["version"], body["prefix"], body["sha256"])


@dataclass(frozen=True, slots=True)
class ControlDocument:
    """What every score obeys; `canary` answers `canary_percent` of the customers, `shadow` scores beside and answers nobody.

    `fallback` answers where production cannot be loaded, before the rules do: what was in production before. `policy_object` names
    the policy that somebody applied; `policy` is then what earlier releases can read of it, and what holds where it cannot be had.
    """

    revision: int = 0
    production: ModelRef | None = None
    shadow: ModelRef | None = None
    canary: ModelRef | None = None
    policy: Policy = DEFAULT_POLICY
    canary_percent: int = 0
    fallback: ModelRef | None = None
    policy_object: PolicyRef | None = None

    @property
    def schema(self) -> int:
        """The least schema that tells all of it."""
        return SCHEMA if self.shadow or self.canary else 1

    def canary_for(self, customer_id: str) -> ModelRef | None:
        """Return the canary where it is to answer this customer, whose id is the one that is used behind the edge."""
        canary = self.canary
        return canary if canary and has_canary(customer_id, self.canary_percent, canary.sha256) else None

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same document back."""
        return {
            "schema": self.schema,
            "revision": self.revision,
            "production": self.production and self.production.to_json(),
            "fallback": self.fallback and self.fallback.to_json(),
            "shadow": self.shadow and self.shadow.to_json(),
            "canary": self.canary and self.canary.to_json(),
            "canary_percent": self.canary_percent,
            "policy": to_store(self.policy),
            **({"policy_object": self.policy_object.to_json()} if self.policy_object else {}),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> ControlDocument:
        """Read the stored form.

        Raises ContractError when it has no revision, a broken reference, says nothing of production, or is of a later schema.
        """
        if (schema := body.get("schema", 1)) not in range(1, SCHEMA + 1):
            raise ContractError(f"the control document is of schema {schema!r}, and this release reads up to {SCHEMA}")
        if not isinstance(body.get("revision"), int):
            raise ContractError("the control document has no revision")
        if absent := [name for name in ("production", "policy") if name not in body]:
            raise ContractError(f"the control document says nothing of {', '.join(absent)}")
        models = {stage: body.get(stage) for stage in ("production", "fallback", "shadow", "canary")}
        return cls(
            revision=body["revision"],
            policy=in_force(body["policy"]),
            canary_percent=body.get("canary_percent", 0),
            policy_object=PolicyRef.from_json(body["policy_object"]) if body.get("policy_object") else None,
            **{stage: ModelRef.from_json(model) if model else None for stage, model in models.items()},
        )

    def encode(self) -> str:
        """Return the text of the attribute `document`."""
        return canonical_json(self.to_json())

    @classmethod
    def decode(cls, text: str) -> ControlDocument:
        """Read the text of the attribute `document`. Raises ContractError when it is not one."""
        try:
            body = json.loads(text)
        except ValueError:
            raise ContractError("the control document is not JSON") from None
        return cls.from_json(body)
