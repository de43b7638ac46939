"""Reads the ledger, its copies and the document in force, with the person's own rights, and says what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from cli.screen import Screen
from cli.target import Target
from greenfraud.errors import DamagedItem
from greenfraud.items import control as control_items
from greenfraud.items import ledger as ledger_items
from greenfraud.ledger_chain import COPIES, Finding, Stored, copied_revision, digest_of, verify


class Ledger(NamedTuple):
    """All that is known of the changes of what serves."""

    entries: list[Stored]
    copies: dict[int, str]
    revision: int | None  # in force; None where no copy of the control document is whole
    lock: str  # how long copies are held, in words; empty where they are not
    overwritten: list[Finding]  # copies over which somebody wrote; functions write each once


def read_ledger(target: Target) -> Ledger:
    """Raises CommandError where the person may not read one of them."""
    try:
        entries, versions = list(stored_entries(target)), _versions(target)
        return Ledger(entries, _copies(target, versions), _revision(target), _lock(target), list(_overwritten(versions)))
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"the ledger cannot be read: {error}") from None
    except DamagedItem as error:
        raise CommandError(f"the ledger holds what is no entry: {error}") from None


def verify_ledger(target: Target, screen: Screen) -> None:
    """Print what was found and what was looked at. Raises CommandError where anything was found."""
    ledger = read_ledger(target)
    _tell(ledger, screen)
    _refuse_findings(ledger)


def export_ledger(target: Target, screen: Screen, to: Path) -> None:
    """Write the entries as they are stored, a line each; then as `verify_ledger`."""
    ledger = read_ledger(target)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text("".join(f"{entry.text}\n" for entry in ledger.entries), encoding="utf-8")
    screen.line(f"written    {to}")
    _tell(ledger, screen)
    _refuse_findings(ledger)


def _tell(ledger: Ledger, screen: Screen) -> None:
    screen.line(f"entries    {len(ledger.entries)}, production at revision {_or_unknown(ledger.revision)}")
    screen.line(f"digest     {digest_of(ledger.entries)}, after the newest")
    screen.line(f"copies     {len(ledger.copies)}, {ledger.lock or 'NOT LOCKED: whoever may write the bucket may remove them'}")
    if emergencies := sum(_is_emergency(entry) for entry in ledger.entries):
        screen.line(f"alone      {emergencies} of them in an emergency, without a second person")


def _refuse_findings(ledger: Ledger) -> None:
    findings = sorted([*verify(ledger.entries, ledger.copies, ledger.revision), *ledger.overwritten])
    if findings or ledger.revision is None:
        lines = [f"entry {one.revision}: {one.kind.replace('_', ' ')}: {one.words}" for one in findings]
        lines += ["no copy of the control document is whole"] if ledger.revision is None else []
        raise CommandError("the ledger is not whole:\n  " + "\n  ".join(lines) + f"\n{_advice(findings)}")


def _advice(findings: list[Finding]) -> str:
    if findings and all(finding.kind == "unarchived" for finding in findings):
        return "The next change copies the newest entry again; older ones without a copy stay so."
    return "The copies in the bucket are what was written; CloudTrail says who wrote to the table."


def stored_entries(target: Target) -> Iterator[Stored]:
    """Every entry as it is stored, oldest first; an empty text where it has none. Raises what the client raises, DamagedItem."""
    query = {"TableName": target.outputs["LedgerTable"], **ledger_items.all_entries()}
    for page in target.client("dynamodb").get_paginator("query").paginate(**query):
        yield from (ledger_items.stored({"document": {"S": ""}, **item}) for item in page["Items"])


def _versions(target: Target) -> dict[str, list[dict[str, Any]]]:
    """All versions of every copy and all marks of deletion, by key; the oldest of a key comes last."""
    found: dict[str, list[dict[str, Any]]] = {}
    paginator = target.client("s3").get_paginator("list_object_versions")
    for page in paginator.paginate(Bucket=target.outputs["LedgerBucket"], Prefix=COPIES):
        for version in (*page.get("DeleteMarkers", []), *page.get("Versions", [])):  # each listed newest first
            found.setdefault(version["Key"], []).append(version)
    return {key: sorted(of_key, key=lambda one: one["LastModified"], reverse=True) for key, of_key in found.items()}


def _copies(target: Target, versions: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[int, str]:
    """The first version of each key, which was written with the entry; a later one, or a mark of deletion, hides it only."""
    s3, bucket = target.client("s3"), target.outputs["LedgerBucket"]
    copies = {}
    for key, of_key in versions.items():
        written = [version["VersionId"] for version in of_key if "ETag" in version]
        if written:
            found = s3.get_object(Bucket=bucket, Key=key, VersionId=written[-1])
            copies[_revision_of(key)] = found["Body"].read().decode(errors="replace")
    return copies


def _overwritten(versions: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Finding]:
    for key, of_key in versions.items():
        if len(of_key) > 1:
            words = f"somebody wrote over its copy, or marked it as removed, at {of_key[0]['LastModified']:%Y-%m-%d %H:%M:%S} UTC"
            yield Finding(_revision_of(key), "overwritten", f"{words}; the first version is what was written")


def _revision_of(key: str) -> int:
    """The revision of a copy; an object that somebody else put beside the copies is one of revision 0, which no entry has."""
    try:
        return copied_revision(key)
    except ValueError:
        return 0


def _revision(target: Target) -> int | None:
    table, client = target.outputs["ControlTable"], target.client("dynamodb")
    try:
        document = control_items.read_newest(lambda key: client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item"))
    except DamagedItem:
        return None
    return document.revision


def _lock(target: Target) -> str:
    try:
        found = target.client("s3").get_object_lock_configuration(Bucket=target.outputs["LedgerBucket"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ObjectLockConfigurationNotFoundError":
            raise
        return ""
    return _lock_in_words(found["ObjectLockConfiguration"])


def _lock_in_words(configuration: Mapping[str, Any]) -> str:
    retention = configuration.get("Rule", {}).get("DefaultRetention", {})
    is_held = configuration.get("ObjectLockEnabled") == "Enabled" and "Days" in retention
    return f"each held for {retention['Days']} days ({retention['Mode'].lower()})" if is_held else ""


def _is_emergency(entry: Stored) -> bool:
    try:
        return bool(json.loads(entry.text).get("is_emergency"))
    except (ValueError, AttributeError):
        return False


def _or_unknown(revision: int | None) -> str:
    return "unknown" if revision is None else str(revision)
