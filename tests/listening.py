"""Queues that hear what a rule of EventBridge tells."""

from __future__ import annotations

import json
from typing import Any


def let_send(sqs: Any, rule: str, *, url: str, queue: str) -> None:
    """Let a rule send to a queue, and nobody else; rule and queue by their ARNs."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
