"""What decides now, and what its last change has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from starlette.requests import Request
from starlette.responses import Response

from cli.audit.entries import read_entries
from cli.console.console import Console
from cli.console.part import part_of, parts_of
from cli.errors import CommandError
from cli.policy.showing import lines_of
from cli.target import Target
from greenfraud.errors import GreenFraudError
from greenfraud.features.manifest import load_manifest
from greenfraud.items.ledger import APPLY_POLICY, UNDO_POLICY
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.policy.stored import PolicyRef, from_object

Entry = Mapping[str, Any]
SIGNS = {"- ": "removed", "+ ": "added", "  ": "kept"}


class Line(NamedTuple):
    """A line of a policy: `kind` is what the change did to it."""

    kind: str
    text: str


class Change(NamedTuple):
    """The last entry of the ledger about the policy, and the policies before and after it."""

    entry: Entry
    before: PolicyRef | None
    after: PolicyRef | None


def policy(console: Console, request: Request) -> Response:
    """Policy, last change, difference: each may be had without the others."""
    parts: dict[str, Any] = parts_of(
        {"production": lambda: console.ask("GET", "/v1/production"), "changed": lambda: last_change(console.target)}
    )
    change: Change | None = parts["changed"].value
    difference = part_of(lambda: difference_of(console.target, change) if change else [])
    told = parts["production"].value
    lines = part_of(lambda: list(lines_of(told["policy"], console.target.currency)) if told else [])
    return console.page(request, "policy", difference=difference, lines=lines, **parts)


def last_change(target: Target) -> Change | None:
    """None where nobody ever changed the policy."""
    entries = read_entries(target)
    of_policy = [place for place, entry in enumerate(entries) if entry["verb"] in (APPLY_POLICY, UNDO_POLICY)]
    if not of_policy:
        return None
    last = of_policy[-1]
    return Change(entries[last], _reference(entries[last - 1]) if last else None, _reference(entries[last]))


def difference_of(target: Target, change: Change) -> list[Line]:
    """The lines of the policy after the change, with those it removed; of lists how many stand on them, never who.

    The default is compared as it is delivered, without a deployment's own amount.
    """
    before, after = (list(lines_of(_described(target, one), target.currency)) for one in (change.before, change.after))
    return list(_marked(before, after))


def _marked(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Both texts in one, each line with what became of it.

    >>> list(_marked(["a", "b"], ["a", "c"]))
    [Line(kind='kept', text='a'), Line(kind='removed', text='b'), Line(kind='added', text='c')]
    """
    for line in ndiff(before, after, linejunk=None, charjunk=None):
        if line[:2] in SIGNS:  # others are hints for eyes
            yield Line(SIGNS[line[:2]], line[2:])


def _reference(entry: Entry) -> PolicyRef | None:
    told = (entry.get("control") or {}).get("policy_object")
    return None if told is None else PolicyRef.from_json(told)


def _described(target: Target, reference: PolicyRef | None) -> Mapping[str, Any]:
    """A policy in words. CommandError where it is not to be had."""
    if reference is None:
        return DEFAULT_POLICY.described()
    manifest = load_manifest()
    try:
        content = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=reference.key)["Body"].read()
        return from_object(reference, content, manifest.names, manifest.extra_columns).described()
    except (ClientError, BotoCoreError, GreenFraudError, json.JSONDecodeError) as error:
        raise CommandError(f"policy {reference.version} cannot be read: {error}") from None
