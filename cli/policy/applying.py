"""Applying a policy: checked here, checked again where it is stored, and in force from the next request on."""

from __future__ import annotations

from pathlib import Path

from cli.api import call_api
from cli.errors import CommandError, InputError
from cli.policy.checking import read_policy, summary, text_of
from cli.policy.thresholds import lines_told
from cli.screen import Screen
from cli.target import Target


def apply(target: Target, screen: Screen, file: Path, why: str) -> None:
    """Send a document; ids of its lists become tokens behind the API, where ids are tokens."""
    policy = read_policy(screen, file)
    try:
        document = call_api(target, "POST", "/v1/production/policy", {"document": text_of(file), "reason": why})
    except InputError as error:
        raise CommandError(f"`policy apply` was refused, and the policy before stays: {error}") from None
    screen.line(f"now deciding: {summary(policy)}; revision {document['revision']}")
    for line in lines_told(document["policy"], target.currency):
        screen.line(f"  {line}")
