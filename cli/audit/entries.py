"""The ledger's entries as commands tell them; one that somebody wrote over is named, and told as nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.audit.verification import stored_entries
from cli.errors import CommandError
from cli.target import Target
from greenfraud.errors import DamagedItem
from greenfraud.ledger_chain import Stored

TEXTS = ("verb", "at", "actor")
MODELS = ("production", "previous", "fallback", "shadow", "canary")


def read_entries(target: Target) -> list[dict[str, Any]]:
    """The ledger, oldest first. CommandError where it cannot be read, or holds what is no entry."""
    try:
        return [_entry(one) for one in stored_entries(target)]
    except (BotoCoreError, ClientError, DamagedItem) as error:
        raise CommandError(f"the ledger cannot be read: {error}. `greenfraud audit verify` says which entry") from None


def _entry(stored: Stored) -> dict[str, Any]:
    try:
        body = json.loads(stored.text)
    except ValueError:
        body = None
    if isinstance(body, dict) and _is_sound(body):
        return body
    raise CommandError(
        f"entry {stored.revision} of the ledger is no entry: somebody wrote over it. `greenfraud audit verify` tells what else is "
        "wrong, and the copies in the bucket what was written"
    )


def _is_sound(body: Mapping[str, Any]) -> bool:
    """Whether what a line is made of is there, in its own form."""
    control = body.get("control") or {}
    reasons = body.get("reasons")
    return (
        isinstance(body.get("revision"), int)
        and all(isinstance(body.get(name), str) for name in TEXTS)
        and isinstance(reasons, list)
        and all(isinstance(one, str) for one in reasons)
        and isinstance(control, dict)
        and all(_is_named(of.get(name), "family", "version") for of in (body, control) for name in MODELS)
        and _is_named(control.get("policy_object"), "version", "sha256")
    )


def _is_named(reference: object, *names: str) -> bool:
    return reference is None or (isinstance(reference, dict) and all(isinstance(reference.get(name), str) for name in names))
