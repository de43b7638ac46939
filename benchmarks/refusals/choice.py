"""Which grants are taken out: those where first deployments break, and more by a seed among what the unchanged walk needed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from benchmarks.refusals.grants import Grant, many

Record = Mapping[str, Any]  # of the unchanged walk; see local/permissions/record.py


class NoSuchGrantError(ValueError):
    """The template grants nothing of a kind that the table is about."""


@dataclass(frozen=True)
class Named:
    """A grant by what it is for; role, action and resource are patterns."""

    name: str
    holder: str
    action: str
    resource: str = "*"


NAMED = (
    Named("tags on jobs", "*/Pipeline/Machine/Role", "sagemaker:AddTags", "*training-job/gf-features-*"),
    Named("the topic's policy", "*/Alerts/Topic/Policy", "sns:Publish"),
    Named("the role handed to jobs", "*/Pipeline/Machine/Role", "iam:PassRole", "*Features*"),
    Named("the stream's read", "*/Ingest/Role", "dynamodb:GetRecords"),
    Named("the job's lake read", "*/Jobs/Roles/Features", "s3:GetObject", "*/transactions/*"),
)


def find(named: Named, grants: Iterable[Grant]) -> Grant:
    """The first grant that is meant. Raises NoSuchGrantError."""
    for grant in grants:
        pairs = ((grant.holder, named.holder), (grant.action, named.action), (grant.resource, named.resource))
        if all(fnmatchcase(value, pattern) for value, pattern in pairs):
            return grant
    raise NoSuchGrantError(f"{named.name}: no {named.holder} is granted {named.action} on {named.resource}")


def resolved(grants: Iterable[Grant], record: Record) -> list[Grant]:
    """The grants with the resources that their templates' references turned out to be."""
    return [replace(grant, resource=resource_of(grant, record)) if grant.is_of_role else grant for grant in grants]


def resource_of(grant: Grant, record: Record) -> str:
    """What a role's policy says once it is deployed: its statements are in the template's order."""
    statement = record["roles"][grant.holder]["granted"][grant.statement]
    return str(many(statement["Resource"])[grant.place])


def needed(grants: Iterable[Grant], record: Record, routes: Iterable[str]) -> list[Grant]:
    """The resolved grants that the unchanged walk could not have done without, in a stable order.

    Of a role: a request was made that no other grant of the role covers. A function's permission: the walk asks for its
    route. Nothing else can be told from a walk that goes on as if nothing was missing.
    """
    known, asked = sorted(grants), set(routes)
    of_roles = set(sole_grants(known, record))
    return [one for one in known if one in of_roles or (not one.is_of_role and one.resource.partition("/*/*")[2] in asked)]


def sole_grants(grants: Iterable[Grant], record: Record) -> list[Grant]:
    """For every request of a role's that exactly one grant allows: that grant."""
    by_role: dict[str, list[Grant]] = {}
    for grant in grants:
        if grant.is_of_role:
            by_role.setdefault(grant.holder, []).append(grant)
    found = []
    for holder, own in by_role.items():
        for action, resource in record["roles"][holder]["used"]:
            covering = [grant for grant in own if covers(grant, action, resource)]
            found += covering if len(covering) == 1 else []
    return found


def covers(grant: Grant, action: str, resource: str) -> bool:
    """Whether the grant allows a request; brackets of a pattern mean themselves."""
    return fnmatchcase(action.lower(), grant.action.lower()) and fnmatchcase(resource, grant.resource.replace("[", "[[]"))


def draw(grants: Iterable[Grant], seed: int, count: int) -> list[Grant]:
    """So many different grants, the same ones for the same seed and template."""
    ordered = sorted(set(grants))
    return random.Random(seed).sample(ordered, min(count, len(ordered)))  # noqa: S311 - no secret
