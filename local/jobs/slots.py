"""How many training jobs run at once: the account's quota of instances per type, spot instances apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.exceptions import JsonRESTError

ADVICE = (
    "Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not available, "
    "contact AWS support to request an increase for this quota."
)


class ResourceLimitExceededError(JsonRESTError):  # type: ignore[misc]
    """No slot of the job's kind is free."""

    def __init__(self, kind: str, *, most: int, used: int, wanted: int) -> None:
        message = (
            f"The account-level service limit '{kind} usage' is {most} Instances, with current utilization of {used} Instances "
            f"and a request delta of {wanted} Instances. {ADVICE}"
        )
        super().__init__("ResourceLimitExceeded", message)


def kind_of(request: dict[str, Any]) -> str:
    """The quota's name.

    >>> kind_of({"ResourceConfig": {"InstanceType": "ml.m5.large"}, "EnableManagedSpotTraining": True})
    'ml.m5.large for spot training job'
    """
    spot = "spot " if request.get("EnableManagedSpotTraining") else ""
    return f"{request['ResourceConfig'].get('InstanceType')} for {spot}training job"


def instances_of(request: dict[str, Any]) -> int:
    """How many slots a job takes."""
    return int(request["ResourceConfig"].get("InstanceCount") or 1)


def check(request: dict[str, Any], running: Iterable[dict[str, Any]], most: int) -> None:
    """Raise ResourceLimitExceededError when the jobs that run leave this one no slot of its kind."""
    kind, wanted = kind_of(request), instances_of(request)
    used = sum(instances_of(other) for other in running if kind_of(other) == kind)
    if used + wanted > most:
        raise ResourceLimitExceededError(kind, most=most, used=used, wanted=wanted)
