"""What a batch leaves in the lake: one file per kind and day, and the emissions of what it applied."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from functions.ingest.emissions import Grid, emissions_of
from functions.ingest.events import Event, LabelEvent, ReleaseEvent
from greenfraud import naming
from greenfraud.canonical import sha256_hex
from greenfraud.errors import ContractError
from greenfraud.features.logged import unpack
from greenfraud.features.manifest import Manifest
from greenfraud.instants import day_of
from greenfraud.items.decision import Decision

Files = dict[str, list[dict[str, Any]]]


class Lake:
    """The lake bucket, seen by the ingest function."""

    def __init__(self, client: Callable[[], Any], bucket: str, grid: Grid, manifest: Manifest) -> None:
        self._client = client
        self._bucket = bucket
        self._grid = grid
        self._manifest = manifest

    def land(self, events: Sequence[Event], notes: Iterable[str]) -> None:
        """Write every event, and what each of the `notes` says about emissions.

        A redelivered event is written again: readers de-duplicate by id.
        """
        if events:
            for key, rows in files_of(events, batch_id(events), self._manifest).items():
                self._put(key, "".join(f"{json.dumps(row)}\n" for row in rows))
        for note in notes:
            for key, record in json.loads(note).items():
                self._put(key, json.dumps(record))

    def note_of(self, events: Sequence[Event]) -> str | None:
        """The emissions records of events that are applied together, with their keys; None where nothing was decided.

        It is kept with the group's first decision's receipt, so a group whose records were not written before a crash
        has the very same ones written when it is delivered again: emissions cannot be de-duplicated by readers.
        """
        name, day = batch_id(events), datetime.now(UTC).date()
        records = {
            naming.emissions_key(day, "serve", f"{record.family}-{record.version}-{name}"): record.to_json()
            for record in emissions_of(events, self._grid)
        }
        return json.dumps(records) if records else None

    def _put(self, key: str, text: str) -> None:
        self._client().put_object(Bucket=self._bucket, Key=key, Body=text.encode())


def batch_id(events: Iterable[Event]) -> str:
    """The same events make the same id, so that a batch delivered twice overwrites its own files."""
    return sha256_hex("\n".join(event.event_id for event in events))[:24]


def files_of(events: Iterable[Event], batch: str, manifest: Manifest) -> Files:
    """The rows of each file, by key."""
    files: Files = defaultdict(list)
    for event in events:
        for key, row in _rows_of(event, batch, manifest):
            files[key].append(row)
    return files


def features_of(decision: Decision, manifest: Manifest) -> dict[str, float | None] | None:
    """The logged values by name; None where there are none, or none that this manifest can name."""
    if decision.features is None or decision.manifest_version != manifest.version:
        return None
    try:
        return unpack(decision.features, manifest.names)
    except ContractError:
        return None


def _rows_of(event: Event, batch: str, manifest: Manifest) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(event, LabelEvent):
        label = event.report.label
        return [(_landing(naming.labels_prefix(day_of(label.observed_us)), batch), label.lake_row())]
    if isinstance(event, ReleaseEvent):
        release = event.release
        return [(_landing(naming.releases_prefix(day_of(release.accepted_us)), batch), release.lake_row())]
    decision = event.decision
    row, day = decision.lake_row(), day_of(decision.transaction.occurred_us)
    logged = {
        "manifest_version": decision.manifest_version,
        "features": features_of(decision, manifest),
        "duration_seconds": decision.duration_seconds,
        "control_revision": decision.control_revision,
        **({"shadow": decision.shadow} if decision.shadow else {}),
    }
    return [
        (_landing(naming.transactions_prefix(day), batch), row),
        (naming.decisions_key(day, batch), row | decision.answer | logged),
    ]


def _landing(prefix: str, batch: str) -> str:
    return f"{prefix}landing-{batch}.jsonl"
