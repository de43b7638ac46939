"""The queue of what ingestion refused: each message names a record by its key, and the decisions table still has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cli.recovery.stored import Stored
from cli.recovery.waiting import Waiting
from greenfraud import redelivery

RECEIVED_AT_ONCE = 10  # as many as SQS gives, or deletes, by one request
HIDDEN_SECONDS = 600
POINTER = "tells only where it stood in the stream, which forgets after a day: find it with --since"
GONE = "is not in the decisions table any more: it expired, or its person was forgotten"


class RejectedEvents:
    """Messages of the ingest function, and of Lambda where an earlier release told it to use this queue."""

    noun = "message"

    def __init__(self, sqs: Any, url: str, stored: Stored, *, title: str = "queue") -> None:
        self._sqs, self._url, self._stored, self.title = sqs, url, stored, title
        self._held: dict[str, str] = {}  # message id -> what it can be released by

    def waiting(self) -> Iterator[Waiting]:
        """Every message once, hidden from others until it is released."""
        while messages := self._received():
            documents = [_document(message["Body"]) for message in messages]
            items = self._stored.items([key for key in map(_key, documents) if key is not None])
            for message, document in zip(messages, documents, strict=True):
                yield self._waiting(message, document, items)

    def forget(self, taken: Sequence[Waiting]) -> None:
        """Delete the messages."""
        for start in range(0, len(taken), RECEIVED_AT_ONCE):
            part = taken[start : start + RECEIVED_AT_ONCE]
            entries = [{"Id": str(n), "ReceiptHandle": self._held[one.handle]} for n, one in enumerate(part)]
            answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
            for one in (part[int(entry["Id"])] for entry in answer.get("Successful", [])):
                del self._held[one.handle]

    def release(self) -> None:
        """Show again what stays."""
        handles = list(self._held.values())
        for start in range(0, len(handles), RECEIVED_AT_ONCE):
            part = enumerate(handles[start : start + RECEIVED_AT_ONCE])
            entries = [{"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0} for n, handle in part]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        self._held.clear()

    def _received(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=RECEIVED_AT_ONCE, WaitTimeSeconds=1, VisibilityTimeout=HIDDEN_SECONDS
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in self._held]
        self._held |= {message["MessageId"]: message["ReceiptHandle"] for message in fresh}
        return fresh

    def _waiting(self, message: dict[str, Any], document: dict[str, Any], items: dict[tuple[str, str], Any]) -> Waiting:
        why = f"{document.get('reason', 'unknown')} at {document.get('at', '?')}"
        found = Waiting(f"{message['MessageId']} ({why})", [], message["MessageId"])
        key = _key(document)
        if key is None:
            found.stay(POINTER)
        elif key not in items:
            found.stay(GONE)
        else:
            found.records = [redelivery.record_of(items[key])]
            if document.get("reason") == "item_damaged" and (state := self._stored.damaged_state(items[key], str(document["at"]))):
                found.stay(f"its {state} is still damaged: `greenfraud rebuild` mends it from the lake")
        return found


def _document(body: str) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _key(document: dict[str, Any]) -> tuple[str, str] | None:
    transaction_id, record = document.get("transaction_id"), document.get("record")
    return (transaction_id, record) if isinstance(transaction_id, str) and isinstance(record, str) else None
