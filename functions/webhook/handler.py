"""The Lambda's entry: messages of the webhook's queue in, the ones that stay on it out."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from functions.webhook.delivery import Delivery, Queues
from functions.webhook.posting import post
from functions.webhook.settings import Settings
from functions.webhook.signing import Secrets
from greenfraud.faults import edge
from greenfraud.metrics import embedded_metrics

settings = Settings.from_env()
TIMEOUTS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
METRICS = {"delivered": "WebhooksDelivered", "failed": "WebhooksFailed", "undelivered": "WebhooksUndelivered"}
METRICS |= {"withheld": "WebhooksWithheld"}
UNITS = dict.fromkeys(METRICS.values(), "Count")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service, config=TIMEOUTS)


@cache
def is_local() -> bool:
    """Whether AWS itself is on this machine: there a receiver may be, too."""
    return urlsplit(client("sqs").meta.endpoint_url).hostname in LOOPBACK


@cache
def delivery() -> Delivery:
    """The receiver, secret and queues named by the settings."""
    return Delivery(
        lambda headers, body: post(settings.webhook_url, headers, body, is_local=is_local()),
        secrets=Secrets(lambda: client("secretsmanager"), settings.webhook_secret),
        queues=Queues(lambda: client("sqs"), settings.webhook_queue_url, settings.undelivered_queue_url),
        dynamodb=lambda: client("dynamodb"),
        decisions_table=settings.decisions_table,
    )


@edge
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Deliver a batch, all of it at once: a receiver that hangs costs the time of one message."""
    messages = event["Records"]
    with ThreadPoolExecutor(max_workers=len(messages)) as workers:
        outcomes = list(workers.map(delivery().deliver, messages))
    counts: Counter[str] = Counter(outcomes)
    # A metric that is never more than zero costs as much as any other.
    print(json.dumps(embedded_metrics({name: counts[key] for key, name in METRICS.items() if counts[key]}, UNITS)))
    stay = [message["messageId"] for message, outcome in zip(messages, outcomes, strict=True) if outcome == "failed"]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in stay]}
