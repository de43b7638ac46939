"""The policy in force, and applying another one: stored by its digest, then named by the control document and the ledger."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.control.approval import ALONE, Approval
from functions.control.documents import Artifacts
from functions.control.ledger import standing_policies
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.errors import GreenFraudError, InvalidInput, NotFound, StateConflict
from greenfraud.features.manifest import load_manifest
from greenfraud.items.ledger import APPLY_POLICY, UNDO_POLICY, Entry
from greenfraud.policy import DEFAULT_POLICY, Policy, earlier
from greenfraud.policy.stored import PolicyRef, from_object, to_object

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AppliedPolicy:
    """The stores behind the policy."""

    stage: Stage
    artifacts: Artifacts
    approval: Approval = ALONE

    def of(self, control: ControlDocument) -> Policy:
        """The policy that a control document asks for; what can be read of it where its object cannot."""
        if control.policy_object is None:
            return control.policy
        try:
            return self._read(control.policy_object)
        except GreenFraudError as error:
            logger.warning("policy %s cannot be read: %s", control.policy_object.version, error)
            return control.policy

    def store(self, policy: Policy) -> PolicyRef:
        """Store a policy under its digest, where nothing obeys it yet. Raises InvalidInput where its version was another's."""
        reference, content = to_object(policy)
        if policy != DEFAULT_POLICY:
            self._check_version(reference)
        self.artifacts.write(reference.key, content)
        return reference

    def apply_stored(self, reference: Mapping[str, Any], *, actor: str, reason: str) -> ControlDocument:
        """Let a stored policy decide from the next request on. Applying what is in force already changes nothing.

        The default's own document brings the default back, which each release has anew: no object is named then. Raises
        InvalidInput where its version was another policy's, StateConflict when another change came first, NotFound or PolicyError
        where the stored one is no longer what it was.
        """
        before = self.stage.current()
        policy = self._read(PolicyRef.from_json(reference))
        after = self._after(before, policy)
        if (after.policy, after.policy_object) == (before.policy, before.policy_object):
            return before
        return self._replace(before, after, APPLY_POLICY, actor, reason)

    def undo(self, *, actor: str, reason: str) -> ControlDocument:
        """Let the policy decide again that stood before the one in force; repeated, it goes further back.

        Raises StateConflict where nothing is to be undone, or another change came first, NotFound or PolicyError where the one
        before is no longer what it was.
        """
        before = self.stage.current()
        *earlier_ones, _ = standing_policies(self.stage.entries())
        if not earlier_ones:
            raise StateConflict("no policy has been applied that is not undone: there is nothing to go back to")
        reference = earlier_ones[-1]
        policy = DEFAULT_POLICY if reference is None else self._read_earlier(reference)
        return self._replace(before, self._after(before, policy), UNDO_POLICY, actor, reason)

    def _replace(self, before: ControlDocument, after: ControlDocument, verb: str, actor: str, reason: str) -> ControlDocument:
        entry = Entry(
            revision=after.revision,
            verb=verb,
            at=datetime.now(UTC).isoformat(),
            actor=actor,
            reasons=[reason],
            production=before.production,
            previous=before.production,
            control=after.to_json(),
            **self.approval.entered(before.revision),
        )
        self.stage.replace(after, entry, self.approval.closed(actor, reason))
        return after

    def _after(self, before: ControlDocument, policy: Policy) -> ControlDocument:
        """The control document by which a policy decides."""
        revision = before.revision + 1
        if policy == DEFAULT_POLICY:
            return dataclasses.replace(before, revision=revision, policy=DEFAULT_POLICY, policy_object=None)
        reference, _ = to_object(policy)
        self._check_version(reference)
        spelled = earlier.from_json(earlier.to_json(policy))
        return dataclasses.replace(before, revision=revision, policy=spelled, policy_object=reference)

    def _read(self, reference: PolicyRef) -> Policy:
        manifest = load_manifest()
        return from_object(reference, self.artifacts.read(reference.key), manifest.names, manifest.extra_columns)

    def _read_earlier(self, reference: PolicyRef) -> Policy:
        try:
            return self._read(reference)
        except NotFound:
            gone = f"policy {reference.version}, which stood before, is gone: somebody whom it named was forgotten"
            raise StateConflict(f"{gone}; apply another one, or the default's document") from None

    def _check_version(self, reference: PolicyRef) -> None:
        """Decisions name a policy by its version, so that one version is one policy, for ever."""
        if reference.version == DEFAULT_POLICY.version:
            raise InvalidInput("version", f'"{reference.version}" is the default\'s: give your policy one of its own')
        for entry in self.stage.entries():
            told = (entry.get("control") or {}).get("policy_object")
            if told and (found := PolicyRef.from_json(told)).version == reference.version and found.sha256 != reference.sha256:
                at = f"revision {entry['revision']}"
                raise InvalidInput("version", f'"{reference.version}" was applied with other content ({at}): give it a new one')
