"""Stream records that are handed to ingestion again, by a person: how they are asked for, named and answered.

Lambda's own redeliveries know nothing of this: they find every event again by its receipt.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from greenfraud.items import receipt
from greenfraud.items.decision import KEPT_SECONDS, KEY, RECORD
from greenfraud.items.tables import EXPIRY

Record = Mapping[str, Any]
TELLS_REJECTIONS = "tells_rejections"
# Within this time an event without a receipt was never counted; a day is kept back for one that is on its way.
TRUSTED_SECONDS = receipt.KEPT_SECONDS - 86_400


def event(records: Sequence[Record]) -> dict[str, Any]:
    """Return what ingestion is invoked with: it answers with what it rejects, instead of sending that to the queue."""
    return {"Records": records, TELLS_REJECTIONS: True}


def keys_of(record: Record) -> tuple[str, str] | None:
    """Return the transaction and the record of it that a stream record is about, None where it does not say.

    >>> keys_of({"dynamodb": {"Keys": {"transaction_id": {"S": "T1"}, "record": {"S": "report"}}}})
    ('T1', 'report')
    """
    change = record.get("dynamodb", {})
    image = {**(change.get("NewImage") or {}), **(change.get("Keys") or {})}
    transaction_id, kind = (image.get(name, {}).get("S") for name in (KEY, RECORD))
    return (transaction_id, kind) if transaction_id and kind else None


def record_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stream record of an item of the decisions table as it was written, in JSON's terms."""
    image = {name: _in_base64(cell) for name, cell in item.items()}
    return {"eventName": "INSERT", "dynamodb": {"Keys": {name: image[name] for name in (KEY, RECORD)}, "NewImage": image}}


def numbered(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return the records of many batches as those of one: each has the number by which it is answered."""
    return [{**record, "dynamodb": {**record["dynamodb"], "SequenceNumber": str(n)}} for n, record in enumerate(records)]


def written_at(record: Record) -> float | None:
    """Return when its item was written, in epoch seconds; None where it does not say."""
    change = record.get("dynamodb", {})
    try:
        return float(change["NewImage"][EXPIRY]["N"]) - KEPT_SECONDS
    except (KeyError, TypeError, ValueError):
        at = change.get("ApproximateCreationDateTime")
        return float(at) if isinstance(at, int | float) else None


def _in_base64(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value for kind, value in cell.items()}
