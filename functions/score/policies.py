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
from greenfraud.policy.stored import PolicyRef, from_object, to_object

logger = logging.getLogger(__name__)


class Deciding(NamedTuple):
    """The policy to decide by, what is wrong with it in the words of an answer, and the class of a load that failed just now.

    `sha256` is the digest by which decisions name it for ever.
    """

    policy: Policy
    degraded: Sequence[str] = ()
    failed: Sequence[str] = ()
    sha256: str | None = None


class Found(NamedTuple):
    """The policy that a decision names, None where it is not to be had, and whether it decides to this day."""

    policy: Policy | None
    is_in_force: bool = False


NOT_FOUND = Found(None)


class Digested(NamedTuple):
    """A policy with the digest of its object, also where no object of it was stored."""

    policy: Policy
    sha256: str


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
        self._spelled: tuple[Policy, Digested] | None = None
        self._failure: tuple[PolicyRef, Failure] | None = None

    def deciding(self, control: ControlDocument) -> Deciding:
        """The policy for this request, loading what was applied and is not loaded yet."""
        wanted = control.policy_object
        if wanted is None:
            self._applied = self._failure = None  # what was undone is no last good policy
            return _deciding(self._own(control.policy))
        if self._applied and self._applied[0] == wanted:
            return _deciding(self._last_good(control))
        if (fault := self._rests(wanted)) is not None:
            return _deciding(self._last_good(control), [f"policy_{fault}"])
        try:
            self._applied = (wanted, self._load(wanted))
        except (BundleError, PolicyError) as error:
            logger.warning("policy %s was not loaded (%s): %s", wanted.version, error.fault, error)
            self._failure = (wanted, Failure(self._clock(), error.fault))
            return _deciding(self._last_good(control), [f"policy_{error.fault}"], [error.fault])
        self._failure = None
        return _deciding(self._last_good(control))

    def find(self, reference: PolicyRef, deciding: Deciding) -> Found:
        """The policy of a digest: the one that decides, or one that was applied before."""
        if reference.sha256 == deciding.sha256:
            return Found(deciding.policy, is_in_force=True)
        try:
            return Found(self._load(reference))
        except (BundleError, PolicyError) as error:
            logger.info("policy %s is not to be had: %s", reference.version, error.fault)
            return NOT_FOUND

    def _load(self, wanted: PolicyRef) -> Policy:
        content = self._source.fetch(wanted.key)
        return from_object(wanted, content, self._computed.names, self._computed.extra_columns)

    def _rests(self, wanted: PolicyRef) -> str | None:
        """The class of a fault that was met a moment ago: a broken policy is not fetched again by every request."""
        if self._failure is None or self._failure[0] != wanted:
            return None
        failure = self._failure[1]
        return failure.fault if self._clock() - failure.at < RETRY_SECONDS else None

    def _last_good(self, control: ControlDocument) -> Digested:
        return Digested(self._applied[1], self._applied[0].sha256) if self._applied else self._own(control.policy)

    def _own(self, spelled: Policy) -> Digested:
        """A policy of the control document with the deployment's own amount; every request reads the document anew."""
        if self._spelled is None or self._spelled[0] != spelled:
            own = spelled.in_deployment(self._review_above)
            self._spelled = (spelled, Digested(own, to_object(own)[0].sha256))
        return self._spelled[1]


def _deciding(policy: Digested, degraded: Sequence[str] = (), failed: Sequence[str] = ()) -> Deciding:
    return Deciding(policy.policy, degraded, failed, policy.sha256)
