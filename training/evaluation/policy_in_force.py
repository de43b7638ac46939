"""The policy that decides beside the models which are judged."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from greenfraud.errors import PolicyError
from greenfraud.features.manifest import load_manifest
from greenfraud.policy.stored import from_object

if TYPE_CHECKING:
    from greenfraud.control import ControlDocument
    from greenfraud.policy import Policy
    from training.job.bucket import Bucket

log = logging.getLogger(__name__)


def policy_in_force(control: ControlDocument, artifacts: Bucket, review_above: float) -> Policy:
    """Return the policy that was applied, or the default with the deployment's own amount.

    One that asks for what this release does not know is judged by what scoring falls back to: an execution that has trained
    does not end for it. Raises PolicyError where the applied one is not what it was: alerts are not judged by another one.
    """
    spelled = control.policy.in_deployment(review_above)
    if control.policy_object is None:
        return spelled
    manifest = load_manifest()
    content = artifacts.get(control.policy_object.key)
    try:
        return from_object(control.policy_object, content, manifest.names, manifest.extra_columns)
    except PolicyError as error:
        if error.fault == "damaged":
            raise
        log.warning("alerts are judged by what scoring falls back to: %s", error)
        return spelled
