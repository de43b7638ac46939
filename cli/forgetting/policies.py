"""Policies whose lists name the person: while one is in force, somebody must apply another first; those of before are deleted."""

from __future__ import annotations

import json

from cli.errors import CommandError
from cli.forgetting.person import Person
from cli.target import Target
from greenfraud.items import control as control_items
from greenfraud.policy.payment import CUSTOMER
from greenfraud.policy.stored import PREFIX, PolicyRef


def is_policy(key: str) -> bool:
    """Tell whether an object among the artifacts is an applied or a proposed policy."""
    return key.startswith(PREFIX)


def lists_naming(body: bytes, person: Person) -> list[str]:
    """Return the names of a policy's lists of customers on which the person stands."""
    if not person.may_be_in(body):
        return []
    lists = json.loads(body).get("lists", [])
    return [one["name"] for one in lists if one["column"] == CUSTOMER and person.customer_id in one["entries"]]


def refuse_listed(target: Target, person: Person) -> None:
    """CommandError where the policy in force names the person: without its object the platform would not know what decides."""
    reference = _in_force(target)
    if reference is None:
        return
    answer = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=reference.key)
    if named := lists_naming(answer["Body"].read(), person):
        raise CommandError(
            f"the customer stands on {', '.join(named)} of the policy in force, {reference.version}. Apply one without that entry "
            "(`greenfraud policy apply`), then run the command again"
        )


def _in_force(target: Target) -> PolicyRef | None:
    pages = target.client("dynamodb").get_paginator("scan").paginate(TableName=target.outputs["ControlTable"], ConsistentRead=True)
    items = {item[control_items.KEY]["S"]: item for page in pages for item in page["Items"]}
    if control_items.copy_id(0) not in items:
        return None
    return control_items.read_newest(lambda key: items.get(key[control_items.KEY]["S"])).policy_object
