"""The policy that somebody proposed, as whoever approves it must see it: read by its digest, and proven to be that one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.api import call_api
from cli.errors import CommandError, InputError
from cli.policy.in_force import candidate_of
from cli.screen import Screen
from cli.target import Target
from greenfraud.errors import GreenFraudError
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import Policy
from greenfraud.policy.stored import PolicyRef, from_object


def candidate(target: Target, screen: Screen, file: Path | None, number: int | None) -> Policy:
    """The policy of a document, or of a proposal: one of both is named. InputError where neither or both are."""
    if (file is None) == (number is None):
        raise InputError("name one policy: a document, or --proposal N for one that somebody proposed")
    if file is not None:
        return candidate_of(target, screen, file)
    assert number is not None
    reference, policy = proposed(target, number)
    screen.line(f"proposal {number}: policy {reference.version}, sha256 {reference.sha256}, as it is stored")
    return policy


def proposed(target: Target, number: int) -> tuple[PolicyRef, Policy]:
    """Which policy a proposal would let decide, and that policy. CommandError where it is not there, or no longer that one."""
    reference = _reference(proposal_of(target, number))
    manifest = load_manifest()
    try:
        content = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=reference.key)["Body"].read()
        return reference, from_object(reference, content, manifest.names, manifest.extra_columns)
    except (ClientError, BotoCoreError, GreenFraudError, json.JSONDecodeError) as error:
        raise CommandError(f"the policy of proposal {number}, {reference.version}, cannot be read: {error}") from None


def proposal_of(target: Target, number: int) -> Mapping[str, Any]:
    """A proposal among the newest. InputError where there is none of that number."""
    listed: list[Mapping[str, Any]] = call_api(target, "GET", "/v1/proposals")["proposals"]
    for one in listed:
        if one["number"] == number:
            return one
    raise InputError(f"there is no proposal {number} among the newest {len(listed)}: greenfraud proposals lists them")


def _reference(proposal: Mapping[str, Any]) -> PolicyRef:
    told = proposal["body"].get("policy")
    if told is None:
        change = str(proposal["change"]).removeprefix("POST /v1/production/")
        raise InputError(
            f"proposal {proposal['number']} brings no policy of its own: it asks for {change}. "
            "What would stand then is told by greenfraud policy history"
        )
    return PolicyRef.from_json(told)
