"""The policy in force, and applying another one: stored by its digest, then named by the control document and the ledger."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.control.documents import Artifacts
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.errors import GreenFraudError, InvalidInput
from greenfraud.features.manifest import load_manifest
from greenfraud.items.ledger import Entry
from greenfraud.policy import DEFAULT_POLICY, Policy, earlier
from greenfraud.policy.stored import PolicyRef, from_object, to_object

logger = logging.getLogger(__name__)
VERB = "policy"


@dataclass(frozen=True)
class AppliedPolicy:
    """The stores behind the policy."""

    stage: Stage
    artifacts: Artifacts

    def of(self, control: ControlDocument) -> Policy:
        """The policy that a control document asks for; what can be read of it where its object cannot."""
        if control.policy_object is None:
            return control.policy
        manifest = load_manifest()
        try:
            content = self.artifacts.read(control.policy_object.key)
            return from_object(control.policy_object, content, manifest.names, manifest.extra_columns)
        except GreenFraudError as error:
            logger.warning("policy %s cannot be read: %s", control.policy_object.version, error)
            return control.policy

    def apply(self, policy: Policy, *, actor: str, reason: str) -> ControlDocument:
        """Let a policy decide from the next request on. Applying what is in force already changes nothing.

        The default's own document brings the default back, which each release has anew: no object is named then. Raises
        InvalidInput where its version was another policy's, StateConflict when another change came first.
        """
        before = self.stage.current()
        after = self._after(before, policy)
        if (after.policy, after.policy_object) == (before.policy, before.policy_object):
            return before
        entry = Entry(
            revision=after.revision,
            verb=VERB,
            at=datetime.now(UTC).isoformat(),
            actor=actor,
            reasons=[reason],
            production=before.production,
            previous=before.production,
            control=after.to_json(),
        )
        self.stage.replace(after, entry)
        return after

    def _after(self, before: ControlDocument, policy: Policy) -> ControlDocument:
        """The control document by which a policy decides, whose object is stored then."""
        revision = before.revision + 1
        if policy == DEFAULT_POLICY:
            return dataclasses.replace(before, revision=revision, policy=DEFAULT_POLICY, policy_object=None)
        reference, content = to_object(policy)
        self._check_version(reference)
        self.artifacts.write(reference.key, content)
        spelled = earlier.from_json(earlier.to_json(policy))
        return dataclasses.replace(before, revision=revision, policy=spelled, policy_object=reference)

    def _check_version(self, reference: PolicyRef) -> None:
        """Decisions name a policy by its version, so that one version is one policy, for ever."""
        if reference.version == DEFAULT_POLICY.version:
            raise InvalidInput("version", f'"{reference.version}" is the default\'s: give your policy one of its own')
        for entry in self.stage.entries():
            told = (entry.get("control") or {}).get("policy_object")
            if told and (found := PolicyRef.from_json(told)).version == reference.version and found.sha256 != reference.sha256:
                at = f"revision {entry['revision']}"
                raise InvalidInput("version", f'"{reference.version}" was applied with other content ({at}): give it a new one')
