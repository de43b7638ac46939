"""SQS to Lambda: a queue's messages in batches; what the function took is deleted, the rest comes back when it is visible again.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.sqs.models import Message, Queue, sqs_backends

from local.context import ACCOUNT, REGION, Context
from local.functions.lambdas import executor_of
from local.patches import replace
from local.permissions.decision import AccessDeniedError, check
from local.permissions.needs import Need

IDLE_SECONDS = 0.1
REFUSED_SECONDS = 1.0


class QueueReader:
    """Follows one queue for one mapping, a batch at a time; AWS would start with several and end with more."""

    def __init__(self, context: Context, mapping: EventSourceMapping, queue: Queue) -> None:
        self._executor = executor_of(context)
        self._mapping, self._queue = mapping, queue
        self._caller = self._executor.caller_of(mapping.function_arn)

    @property
    def active(self) -> bool:
        """Whether the mapping still exists."""
        known = lambda_backends[ACCOUNT][REGION]._event_source_mappings
        return known.get(self._mapping.uuid) is self._mapping

    def run(self) -> None:
        """Hand batch after batch to the function, until the mapping is deleted."""
        while self.active:
            try:
                time.sleep(0.0 if self._take() else IDLE_SECONDS)
            except AccessDeniedError:  # Lambda asks again and again, and the messages wait
                time.sleep(REFUSED_SECONDS)
            except Exception as failure:
                print(f"{self._mapping.function_arn}: {failure}", file=sys.stderr, flush=True)
                time.sleep(REFUSED_SECONDS)

    def _take(self) -> bool:
        """Deal with one batch; whether there was one."""
        if not self._queue.messages:
            return False
        self._check("ReceiveMessage")
        hidden = int(self._queue.visibility_timeout)
        messages = sqs_backends[ACCOUNT][REGION].receive_message(self._queue.name, int(self._mapping.batch_size), 0, hidden)
        if not messages:
            return False
        result = self._executor.invoke(self._mapping.function_arn, json.dumps({"Records": list(self._records(messages))}).encode())
        failed = {message.id for message in messages} if result.error else named_failures(result.payload, messages)
        for message in messages:
            if message.id not in failed:
                self._check("DeleteMessage")
                self._queue.delete_message(message.receipt_handle)
        return True

    def _check(self, action: str) -> None:
        check(self._caller, Need(f"sqs:{action}", self._queue.queue_arn))

    def _records(self, messages: list[Message]) -> Iterator[dict[str, Any]]:
        for message in messages:
            yield {
                "messageId": message.id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": str(message.approximate_receive_count),
                    "SentTimestamp": str(message.sent_timestamp),
                    "SenderId": message.sender_id,
                    "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
                },
                "messageAttributes": {},
                "md5OfBody": message.body_md5,
                "eventSource": "aws:sqs",
                "eventSourceARN": self._queue.queue_arn,
                "awsRegion": REGION,
            }


def named_failures(payload: bytes, messages: list[Message]) -> set[str]:
    """The ids of the messages that the function did not take; all of them, where its answer is unreadable or names another one."""
    every = {str(message.id) for message in messages}
    try:
        named = {str(item["itemIdentifier"]) for item in (json.loads(payload or b"null") or {}).get("batchItemFailures") or []}
    except (ValueError, KeyError, TypeError, AttributeError):
        return every
    return every if named - every else named


def install(context: Context) -> None:
    """Follow every mapping from a queue; moto would call the function inside the sender's request, all or nothing."""

    def create_mapping(backend: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        mapping: EventSourceMapping = original(backend, spec)
        if ":sqs:" in mapping.event_source_arn:
            queue = sqs_backends[ACCOUNT][REGION].queues[mapping.event_source_arn.rsplit(":", 1)[-1]]
            queue.lambda_event_source_mappings.clear()
            threading.Thread(target=QueueReader(context, mapping, queue).run, name="queue", daemon=True).start()
        return mapping

    original = replace(LambdaBackend, "create_event_source_mapping", create_mapping)
