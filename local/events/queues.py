"""SQS to Lambda: one poller per mapping; what fails stays on the queue for its redrive policy."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.sqs.models import Queue

from local.context import Context
from local.functions.lambdas import Result, executor_of
from local.patches import replace

MOST_AT_ONCE = 10
WAIT_SECONDS = 1
PAUSE_SECONDS = 0.5


def record_of(message: dict[str, Any], mapping: EventSourceMapping, region: str) -> dict[str, Any]:
    """A received message as a function gets it."""
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {key[0].lower() + key[1:]: value for key, value in attribute.items()} for name, attribute in attributes.items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.event_source_arn,
        "awsRegion": region,
    }


def failed_ids(result: Result, messages: list[dict[str, Any]], *, partial: bool) -> set[str]:
    """The messages to keep: all after an error or an answer nobody can read, else those the function reports."""
    everything = {message["MessageId"] for message in messages}
    if result.error:
        return everything
    if not partial:
        return set()
    try:
        answer = json.loads(result.payload or b"null") or {}
        reported = {str(item["itemIdentifier"]) for item in answer.get("batchItemFailures") or []}
    except (ValueError, KeyError, TypeError, AttributeError):
        return everything
    return min(reported, everything)


class Poller:
    """Takes messages from one queue to one function, for as long as the mapping exists."""

    def __init__(self, context: Context, mapping: EventSourceMapping) -> None:
        self._context = context
        self._mapping = mapping
        self._client = context.client("sqs")
        name = mapping.event_source_arn.rsplit(":", 1)[-1]
        self._queue = {"QueueUrl": f"{context.endpoint}/{context.account}/{name}"}

    @property
    def active(self) -> bool:
        """Whether the mapping still exists."""
        known = lambda_backends[self._context.account][self._context.region]._event_source_mappings
        return known.get(self._mapping.uuid) is self._mapping

    def run(self) -> None:
        """Poll; a queue that does not answer is asked again later."""
        while self.active:
            if not self._mapping.enabled:
                time.sleep(PAUSE_SECONDS)
                continue
            try:
                messages = self._receive()
                if messages:
                    self._process(messages)
            except Exception as failure:
                if self.active:
                    print(f"{self._mapping.event_source_arn}: {failure}", file=sys.stderr, flush=True)
                time.sleep(PAUSE_SECONDS)

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            **self._queue,
            MaxNumberOfMessages=min(MOST_AT_ONCE, self._mapping.batch_size),
            WaitTimeSeconds=WAIT_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _process(self, messages: list[dict[str, Any]]) -> None:
        records = [record_of(message, self._mapping, self._context.region) for message in messages]
        result = executor_of(self._context).invoke(self._mapping.function_arn, json.dumps({"Records": records}).encode())
        partial = "ReportBatchItemFailures" in (self._mapping.function_response_types or [])
        kept = failed_ids(result, messages, partial=partial)
        for message in messages:
            if message["MessageId"] not in kept:
                self._client.delete_message(**self._queue, ReceiptHandle=message["ReceiptHandle"])


def install(context: Context) -> None:
    """Poll for every mapping from a queue; moto would invoke inside SendMessage, one message at a time."""

    def create_mapping(backend: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        mapping: EventSourceMapping = original(backend, spec)
        if ":sqs:" in mapping.event_source_arn:
            threading.Thread(target=Poller(context, mapping).run, daemon=True).start()
        return mapping

    def add_message(queue: Queue, message: Any) -> None:
        queue.lambda_event_source_mappings.clear()
        original_add(queue, message)

    original = replace(LambdaBackend, "create_event_source_mapping", create_mapping)
    original_add = replace(Queue, "add_message", add_message)
