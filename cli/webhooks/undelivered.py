"""`greenfraud webhooks redrive`: what the receiver did not take goes back to the queue from which it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cli.errors import CommandError
from cli.screen import Screen
from cli.target import Target

AT_ONCE = 10  # as many as SQS gives by one request
HIDDEN_SECONDS = 120
COUNT = "ApproximateNumberOfMessages"
BY_LAMBDA = "the function broke each time: its log tells why"
Message = dict[str, Any]


def redrive(target: Target, screen: Screen, *, only_looks: bool) -> None:
    """Move every message, or only list them. CommandError where no webhook is deployed."""
    try:
        undelivered, queue = target.outputs["UndeliveredQueueUrl"], target.outputs["WebhookQueueUrl"]
    except KeyError:
        raise CommandError("no webhook is deployed: give the deployment a webhook_url") from None
    sqs, moved, held = target.client("sqs"), 0, list[Message]()
    try:
        for message in waiting(sqs, undelivered):
            body = event_in(message["Body"])
            screen.line(f"  {words(body)}: {reason_of(message)}")
            if only_looks:
                held.append(message)
                continue
            sqs.send_message(QueueUrl=queue, MessageBody=body)
            sqs.delete_message(QueueUrl=undelivered, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    finally:
        for message in held:
            sqs.change_message_visibility(QueueUrl=undelivered, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    count = moved or len(held)
    screen.line(f"{count:,} event{'' if count == 1 else 's'} {'wait' if only_looks else 'sent out again'}")


def waiting(sqs: Any, url: str) -> Iterator[Message]:
    """As many messages as waited at first, hidden from others meanwhile: what is not taken again comes back behind them."""
    counted = int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[COUNT])["Attributes"][COUNT])
    seen: set[str] = set()
    while len(seen) < counted:
        asked = {
            "MaxNumberOfMessages": min(AT_ONCE, counted - len(seen)),
            "WaitTimeSeconds": 1,
            "VisibilityTimeout": HIDDEN_SECONDS,
        }
        got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], **asked).get("Messages", [])
        fresh = [message for message in got if message["MessageId"] not in seen]
        if not fresh:
            return
        seen |= {message["MessageId"] for message in fresh}
        yield from fresh


def event_in(body: str) -> str:
    """The event of a message; EventBridge keeps what it could not hand over with its own words around it."""
    document = _document(body)
    return json.dumps(document["detail"]) if "detail-type" in document and "detail" in document else body


def words(body: str) -> str:
    """Which event it is."""
    event = _document(body)
    return f"{event.get('id', 'unknown')} ({event.get('type', 'no event')}, {event.get('timestamp', 'undated')})"


def reason_of(message: Message) -> str:
    """Why it waits: by our function, by EventBridge, or because the function broke."""
    told = message.get("MessageAttributes", {})
    found = told.get("reason") or told.get("ERROR_CODE") or {}
    return str(found.get("StringValue", BY_LAMBDA))


def _document(body: str) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
