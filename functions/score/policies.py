"""Hot reload of the policy: the control document names what was applied; it is fetched once, proven, then decides.

Where it cannot be had, the last good one that this instance knows goes on, or else what the control document itself says of it:
flagged in every answer and counted, never silently.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from functions.score.bundles import RETRY_SECONDS, BundleSource, Failure
from greenfraud.control import ControlDocument
from greenfraud.errors import BundleError, PolicyError
from greenfraud.features.manifest import Manifest
from greenfraud.policy import Policy
from greenfraud.policy.stored import PolicyRef, from_object

logger = logging.getLogger(__name__)


class Deciding(NamedTuple):
    """The policy to decide by, what is wrong with it in the words of an answer, and the class of a load that failed just now."""

    policy: Policy
    degraded: Sequence[str] = ()
    failed: Sequence[str] = ()


class PolicySlot:
    """The policy that was loaded last, and the one that the control document spelled out last; each as this deployment holds it."""

    def __init__(
        self, source: BundleSource, computed: Manifest, *, review_above: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._computed = computed
        self._review_above = review_above
        self._clock = clock
        self._applied: tuple[PolicyRef, Policy] | None = None
        self._spelled: tuple[Policy, Policy] | None = None
        self._failure: tuple[PolicyRef, Failure] | None = None

    def deciding(self, control: ControlDocument) -> Deciding:
        """The policy for this request, loading what was applied and is not loaded yet."""
        wanted = control.policy_object
        if wanted is None:
            self._applied = self._failure = None  # what was undone is no last good policy
            return Deciding(self._own(control.policy))
        if self._applied and self._applied[0] == wanted:
            return Deciding(self._applied[1])
        if (fault := self._rests(wanted)) is not None:
            return Deciding(self._last_good(control), [f"policy_{fault}"])
        try:
            self._applied = (wanted, self._load(wanted))
        except (BundleError, PolicyError) as error:
            logger.warning("policy %s was not loaded (%s): %s", wanted.version, error.fault, error)
            self._failure = (wanted, Failure(self._clock(), error.fault))
            return Deciding(self._last_good(control), [f"policy_{error.fault}"], [error.fault])
        self._failure = None
        return Deciding(self._applied[1])

    def _load(self, wanted: PolicyRef) -> Policy:
        content = self._source.fetch(wanted.key)
        return from_object(wanted, content, self._computed.names, self._computed.extra_columns)

    def _rests(self, wanted: PolicyRef) -> str | None:
        """The class of a fault that was met a moment ago: a broken policy is not fetched again by every request."""
        if self._failure is None or self._failure[0] != wanted:
            return None
        failure = self._failure[1]
        return failure.fault if self._clock() - failure.at < RETRY_SECONDS else None

    def _last_good(self, control: ControlDocument) -> Policy:
        return self._applied[1] if self._applied else self._own(control.policy)

    def _own(self, spelled: Policy) -> Policy:
        """A policy of the control document with the deployment's own amount; every request reads the document anew."""
        if self._spelled is None or self._spelled[0] != spelled:
            self._spelled = (spelled, spelled.in_deployment(self._review_above))
        return self._spelled[1]
