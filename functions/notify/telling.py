"""A batch of stream records: of every decision but allow one event, each record answered for by itself.

Lambda repeats a stream's batch from the first number reported as failed, so what comes after it may be told twice: under the
same id, by which whoever listens drops the second.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.notify.bus import EventBus
from greenfraud.decision_events import event_of
from greenfraud.errors import DamagedItem
from greenfraud.forgotten_people import ForgottenPeople, is_since
from greenfraud.items import decision as decision_items
from greenfraud.items.forgotten import PREFIX as PSEUDONYM
from greenfraud.items.forgotten import Forgotten
from greenfraud.metrics import embedded_metrics
from greenfraud.outcomes import ALLOW
from greenfraud.rejections import RejectedQueue, Rejection

logger = logging.getLogger(__name__)

Record = Mapping[str, Any]
UNITS = dict.fromkeys(("EventsTold", "EventsNotTaken", "EventsUntold", "EventsWithheld"), "Count")


@dataclass
class Batch:
    """What is to be told, by sequence number, and what became of the rest."""

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    withheld: int = 0  # of people who were forgotten meanwhile


class Telling:
    """The road from the decisions table onto the bus."""

    def __init__(self, bus: EventBus, *, forgotten: ForgottenPeople, untold: RejectedQueue) -> None:
        self._bus, self._forgotten, self._untold = bus, forgotten, untold

    def tell(self, records: Sequence[Record], *, tells_rejections: bool = False) -> dict[str, Any]:
        """Tell of a batch; prints one line of the metrics that are not zero, and returns what Lambda should deliver again.

        What can never be told goes to the queue, or, where rejections are to be told, into the answer. Raises
        StoreUnavailableError when nobody can say who was forgotten.
        """
        batch = read_batch(records, self._forgotten.known())
        not_taken = self._bus.put(batch.events)
        failed = not_taken | (set() if tells_rejections else self._send(batch.rejected))
        counts = (len(batch.events) - len(not_taken), len(not_taken), len(batch.rejected), batch.withheld)
        # A metric that is never more than zero costs as much as any other.
        if found := {name: count for name, count in zip(UNITS, counts, strict=True) if count}:
            print(json.dumps(embedded_metrics(found, UNITS)))
        numbers = (number_of(record) for record in records)
        told = {"rejected": [rejection.answer() for rejection in batch.rejected]} if tells_rejections else {}
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers if number in failed]} | told

    def _send(self, rejected: Sequence[Rejection]) -> set[str]:
        try:
            return self._untold.send(rejected)
        except (BotoCoreError, ClientError) as error:
            logger.warning("rejections not sent: %s", type(error).__name__)
            return {rejection.sequence_number for rejection in rejected}


def read_batch(records: Sequence[Record], forgotten: Forgotten) -> Batch:
    """Return what the records tell of; changes, other records of a payment, and what was allowed tell of nothing."""
    batch = Batch()
    for record in records:
        try:
            image = image_of(record)
            if image is None or decision_items.outcome_of(image) == ALLOW:
                continue
            decision, decided_at = decision_items.decode(image), decision_items.written_at(image)
            if _is_of_nobody(decision.transaction.customer_id, decided_at, forgotten):
                batch.withheld += 1
                continue
            batch.events[number_of(record)] = event_of(decision, decided_at)
        except DamagedItem as damage:
            logger.warning("decision not told: %s", damage)
            batch.rejected.append(Rejection.of(record, "malformed", damage.reason, damage.attribute))
    return batch


def _is_of_nobody(customer_id: str, decided_at: float, forgotten: Forgotten) -> bool:
    """Whether who paid was forgotten since: by the list, or, in a record that waited longer, by the name in their place."""
    request = forgotten.of(customer_id)
    return customer_id.startswith(PSEUDONYM) or (request is not None and not is_since(decided_at, request))


def image_of(record: Record) -> Mapping[str, Any] | None:
    """Return the item of a new decision, None of anything else. Raises DamagedItem."""
    if record.get("eventName") != "INSERT":
        return None
    image = record.get("dynamodb", {}).get("NewImage")
    if not isinstance(image, Mapping):
        raise DamagedItem("stream record", "NewImage", type(image).__name__)
    kind = image.get(decision_items.RECORD)
    return image if kind == {"S": decision_items.KIND} else None


def number_of(record: Record) -> str:
    """Return by what Lambda knows a record."""
    return str(record["dynamodb"]["SequenceNumber"])
