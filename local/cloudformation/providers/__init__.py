"""One provider per CloudFormation type. A type that is not in this table fails the deployment: nothing is skipped."""

from __future__ import annotations

from local.cloudformation.providers import (
    apis,
    custom,
    eventbridge,
    functions,
    identity,
    inert,
    messaging,
    observability,
    repositories,
    s3,
    secrets,
    tables,
    workflows,
)
from local.cloudformation.providers.resource import Provider

FAMILIES = (
    apis,
    custom,
    eventbridge,
    functions,
    identity,
    inert,
    messaging,
    observability,
    repositories,
    s3,
    secrets,
    tables,
    workflows,
)
PROVIDERS: dict[str, Provider] = {provider.type: provider for family in FAMILIES for provider in family.PROVIDERS}
INERT_TYPES = frozenset(inert.INERT)
