"""An applied policy as an object among the artifacts: named by its digest, written once, read as it was applied or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.errors import ContractError, PolicyError
from greenfraud.policy.payment import CUSTOMER, NUMBERS, TERMINAL, TEXTS
from greenfraud.policy.policy import SCHEMA, Policy

PREFIX = "policies/"


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Which policy was applied: its version, by which decisions name it, and the SHA-256 of its object."""

    version: str
    sha256: str

    @property
    def key(self) -> str:
        """The object among the artifacts.

        >>> PolicyRef("ours", "ab" * 32).key.startswith("policies/abab")
        True
        """
        return f"{PREFIX}{self.sha256}.json"

    def to_json(self) -> dict[str, str]:
        """Return the stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> PolicyRef:
        """Read the stored form. Raises ContractError when a key is missing."""
        try:
            return cls(body["version"], body["sha256"])
        except (KeyError, TypeError):
            raise ContractError("the reference to the applied policy lacks version or sha256") from None


def to_object(policy: Policy) -> tuple[PolicyRef, bytes]:
    """Return the object's content, and how the control document refers to it."""
    content = canonical_json(policy.to_json()).encode()
    return PolicyRef(policy.version, sha256_hex(content)), content


def from_object(reference: PolicyRef, content: bytes, computed: Iterable[str], columns: Iterable[str] = ()) -> Policy:
    """Return the policy that was applied; `computed` names the features of this release, `columns` its extra columns.

    Raises PolicyError for another content, for a schema of another release, and for a value that this release does not know: a
    rule that can never hold again is no rule.
    """
    if sha256_hex(content) != reference.sha256:
        raise PolicyError("damaged", f"policy {reference.version} is not the one that was applied")
    body = json.loads(content)
    if body.get("schema") != SCHEMA:
        raise PolicyError("unknown_schema", f"policy {reference.version} has a schema of another release")
    try:
        policy = Policy.from_json(body)
    except ContractError as error:
        raise PolicyError("unknown_schema", f"policy {reference.version}: {error}") from None
    known = {*computed, *columns, *NUMBERS, *TEXTS, *(one.fact for one in policy.lists)}
    asked = policy.asked | ({one.column for one in policy.lists} - {CUSTOMER, TERMINAL})
    if unknown := sorted(asked - known):
        raise PolicyError("unknown_feature", f"policy {reference.version} asks for {', '.join(unknown)}, which is not computed")
    return policy
