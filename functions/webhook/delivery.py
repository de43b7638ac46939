"""What becomes of one message: delivered, tried again after a pause, set aside for a person, or withheld."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from functions.webhook.posting import Answer, UnreachableError
from functions.webhook.signing import Secrets, signature_of
from greenfraud.items import decision
from greenfraud.items.forgotten import PREFIX as FORGOTTEN

logger = logging.getLogger(__name__)

GONE = 410
GONE_SECONDS = 600.0  # for so long nobody is asked again whether he is gone
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 6 * 3_600.0
TRIED_FOR_SECONDS = 24 * 3_600.0
SPREAD = 0.2  # of a pause, so that what failed together does not come back together

Outcome = Literal["delivered", "failed", "undelivered", "withheld"]
Message = Mapping[str, Any]
Post = Callable[[Mapping[str, str], bytes], Answer]


def pause_after(age_seconds: float, wished_seconds: float = 0.0) -> float:
    """Return how long to wait: as long again as it has been tried, at least as long as the receiver wishes.

    >>> [pause_after(age) for age in (0.1, 8.0, 600.0, 86_000.0)], pause_after(2.0, 120.0)
    ([2.0, 8.0, 600.0, 21600.0], 120.0)
    """
    return min(max(FIRST_PAUSE_SECONDS, age_seconds, wished_seconds), LONGEST_PAUSE_SECONDS)


@dataclass(frozen=True)
class Queues:
    """The queue that messages come from, and the one where they wait for a person."""

    client: Callable[[], Any]
    url: str
    undelivered_url: str

    def hide(self, message: Message, seconds: float) -> None:
        """Let the message come back after a pause; where that fails, it comes back when the queue says."""
        spread = seconds * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - not for secrets
        try:
            self.client().change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message["receiptHandle"], VisibilityTimeout=max(1, round(spread))
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("message not hidden: %s", type(error).__name__)

    def set_aside(self, message: Message, reason: str) -> None:
        """Keep the message, body as it was, with the reason beside it. Raises botocore's errors."""
        attributes = {"reason": {"DataType": "String", "StringValue": reason}}
        self.client().send_message(QueueUrl=self.undelivered_url, MessageBody=message["body"], MessageAttributes=attributes)


class Delivery:
    """Messages to one receiver; whether he is gone is remembered for ten minutes, for as long as this environment lives."""

    def __init__(  # noqa: PLR0913
        self,
        post: Post,
        *,
        secrets: Secrets,
        queues: Queues,
        dynamodb: Callable[[], Any],
        decisions_table: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._post, self._secrets, self._queues, self._clock = post, secrets, queues, clock
        self._dynamodb, self._decisions_table = dynamodb, decisions_table
        self._gone_until = float("-inf")

    def deliver(self, message: Message) -> Outcome:
        """Deal with one message; after `failed` it stays on its queue, after anything else it is to be deleted."""
        try:
            if self._is_of_nobody(message):
                return "withheld"
            if self._clock() < self._gone_until:
                return self._set_aside(message, "gone")
            return self._settled(message, self._attempt(message))
        except Exception as error:  # one message must not take the others with it
            logger.warning("webhook not delivered: %s", _code(error))
            return self._again_or_aside(message, 0.0, _code(error))

    def _attempt(self, message: Message) -> Answer:
        body, at = message["body"].encode(), int(self._clock())
        message_id = json.loads(body)["id"]
        headers = {
            "content-type": "application/json",
            "user-agent": "GreenFraud-Webhooks/1",
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature_of(self._secrets.current(), message_id, at, body),
        }
        return self._post(headers, body)

    def _settled(self, message: Message, answer: Answer) -> Outcome:
        if answer.is_taken:
            return "delivered"
        logger.warning("webhook not taken: HTTP %d", answer.status)
        if answer.status == GONE:
            self._gone_until = self._clock() + GONE_SECONDS
            return self._set_aside(message, "gone")
        return self._again_or_aside(message, answer.retry_after, f"HTTP {answer.status}")

    def _again_or_aside(self, message: Message, wished_seconds: float, reason: str) -> Outcome:
        age = self._clock() - int(message["attributes"]["SentTimestamp"]) / 1000
        if age > TRIED_FOR_SECONDS:
            return self._set_aside(message, reason)
        self._queues.hide(message, pause_after(age, wished_seconds))
        return "failed"

    def _set_aside(self, message: Message, reason: str) -> Outcome:
        try:
            self._queues.set_aside(message, reason)
        except (BotoCoreError, ClientError) as error:
            logger.warning("message not set aside: %s", type(error).__name__)
            return "failed"
        return "undelivered"

    def _is_of_nobody(self, message: Message) -> bool:
        """Whether who made the payment was forgotten while the message waited, here or among the undelivered.

        Asked before every try: SQS counts the tries of a message that goes out again from 1.
        """
        transaction_id = json.loads(message["body"])["data"].get("transaction_id")
        if transaction_id is None:
            return False
        found = self._dynamodb().get_item(
            TableName=self._decisions_table,
            Key=decision.key(transaction_id),
            ProjectionExpression="customer_id",
            ConsistentRead=True,
        )
        return str(found.get("Item", {}).get("customer_id", {}).get("S", "")).startswith(FORGOTTEN)


def _code(error: Exception) -> str:
    """A code for log and queue, never a foreign message."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return str(error) if isinstance(error, UnreachableError) else type(error).__name__
