"""The policies that are tried beside each other: the one in force, and the candidate with its ids as the platform calls them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.api import call_api
from cli.errors import CommandError
from cli.id_key import read_id_key
from cli.policy.checking import read_policy
from cli.policy.kept import Kept
from cli.screen import Screen
from cli.target import Target
from greenfraud.errors import GreenFraudError
from greenfraud.features.manifest import load_manifest
from greenfraud.identity import Kind, token
from greenfraud.policy import DEFAULT_POLICY, Policy
from greenfraud.policy.payment import CUSTOMER, TERMINAL
from greenfraud.policy.read_lists import Naming
from greenfraud.policy.stored import PolicyRef, from_object

KINDS: dict[str, Kind] = {CUSTOMER: "customer", TERMINAL: "terminal"}
Named = tuple[int, str]  # when a decision happened, and the version of its policy
OWN_AMOUNT = f"{DEFAULT_POLICY.version}, review above "  # how decisions name the default of a deployment with an amount of its own


def policy_in_force(target: Target, days: Callable[[], Iterable[Sequence[Named]]]) -> Policy:
    """What decides now. CommandError where it cannot be read, or is no longer what was applied.

    `days` gives how the decisions that are tried name their policies, the newest day first; it is only asked for the default.
    """
    applied = call_api(target, "GET", "/v1/production").get("policy_object")
    if applied is None:
        return _default(days())
    reference, manifest = PolicyRef.from_json(applied), load_manifest()
    try:
        content = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=reference.key)["Body"].read()
        return from_object(reference, content, manifest.names, manifest.extra_columns)
    except (ClientError, BotoCoreError, GreenFraudError, json.JSONDecodeError) as error:
        raise CommandError(f"the policy in force, {reference.version}, cannot be read: {error}") from None


def candidate_of(target: Target, screen: Screen, file: Path) -> Policy:
    """The policy of a document. Where ids are tokens its lists hold tokens, as decisions do, by the key that makes them."""
    return read_policy(screen, file, naming=_naming(target))


def _naming(target: Target) -> Naming:
    key = read_id_key(target)

    def name(column: str, identity: str) -> str:
        kind = KINDS.get(column)
        return identity if kind is None else token(kind, identity, key)

    return name


def named(one: Kept) -> Named:
    """When a decision happened, and how it names its policy."""
    return one.occurred_us, one.policy_version or ""


def _default(days: Iterable[Sequence[Named]]) -> Policy:
    """The default, with the deployment's own amount where its newest decision is named after one."""
    for day in days:
        own = [one for one in day if one[1].startswith(OWN_AMOUNT)]
        if own:
            _, version = max(own, key=lambda one: one[0])
            return DEFAULT_POLICY.in_deployment(float(version.removeprefix(OWN_AMOUNT)))
    return DEFAULT_POLICY
