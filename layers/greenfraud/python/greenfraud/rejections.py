"""What will never be ingested, or never be told, goes to a queue with its reason, so that it does not hold up what came after it.

A redrive finds the record again by its key in the decisions table, and is told of a rejection in the answer instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.redelivery import keys_of

MESSAGES_PER_CALL = 10


@dataclass(frozen=True)
class Rejection:
    """Which record it is and what is wrong with it: its key, classes and names, never values.

    `reason` is one of malformed, item_damaged and state_overflow; `at` names the attribute.
    """

    stream_arn: str
    sequence_number: str
    transaction_id: str | None
    record: str | None
    reason: str
    error: str
    at: str

    @classmethod
    def of(cls, record: Mapping[str, Any], reason: str, error: str, at: str) -> Rejection:
        """The rejection of a stream record; the record itself stays readable in its stream for a day, its item for a year."""
        transaction_id, kind = keys_of(record) or (None, None)
        number = record["dynamodb"]["SequenceNumber"]
        return cls(str(record.get("eventSourceARN", "")), number, transaction_id, kind, reason, error, at)

    def answer(self) -> dict[str, str]:
        """What a redrive is told."""
        return {"itemIdentifier": self.sequence_number, "reason": self.reason, "error": self.error, "at": self.at}


class RejectedQueue:
    """The queue of rejected records. A record that is delivered again is rejected again: readers see it at least once."""

    def __init__(self, client: Callable[[], Any], url: str) -> None:
        self._client = client
        self._url = url

    def send(self, rejections: Iterable[Rejection]) -> set[str]:
        """Send them all; the sequence numbers of those that the queue did not take. Raises botocore's ClientError."""
        refused: set[str] = set()
        waiting = list(rejections)
        for start in range(0, len(waiting), MESSAGES_PER_CALL):
            part = waiting[start : start + MESSAGES_PER_CALL]
            entries = [{"Id": str(number), "MessageBody": json.dumps(asdict(rejection))} for number, rejection in enumerate(part)]
            response = self._client().send_message_batch(QueueUrl=self._url, Entries=entries)
            refused |= {part[int(failure["Id"])].sequence_number for failure in response.get("Failed", [])}
        return refused
