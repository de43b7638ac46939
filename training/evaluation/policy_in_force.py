"""The policy that decides beside the models which are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenfraud.features.manifest import load_manifest
from greenfraud.policy.stored import from_object

if TYPE_CHECKING:
    from greenfraud.control import ControlDocument
    from greenfraud.policy import Policy
    from training.job.bucket import Bucket


def policy_in_force(control: ControlDocument, artifacts: Bucket, review_above: float) -> Policy:
    """Return the policy that was applied, or the default with the deployment's own amount.

    Raises PolicyError where the applied one is not what it was: alerts are not judged by another one.
    """
    if control.policy_object is None:
        return control.policy.in_deployment(review_above)
    manifest = load_manifest()
    content = artifacts.get(control.policy_object.key)
    return from_object(control.policy_object, content, manifest.names, manifest.extra_columns)
