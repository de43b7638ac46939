"""S3's events of objects: told on EventBridge's own bus, for buckets that ask for it, and handed to the rules that match.

A rule delivers by the role of its target, where it has one, and in EventBridge's own name otherwise. Nothing is tried again here:
what a target does not take goes to the target's dead-letter queue at once.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule, events_backends
from moto.s3 import notifications

from local.context import ACCOUNT, REGION, Context
from local.patches import replace
from local.permissions.callers import Caller
from local.permissions.decision import take_on
from local.targets import deliver

SERVICE = "events.amazonaws.com"
CREATED = "ObjectCreated"


def install(context: Context) -> None:
    """Tell after the request is answered, as AWS does; moto would tell within it, and knows no such target."""

    def send(_account: str, bucket: Any, name: str, key: Any) -> None:
        event = created(bucket, name, key)
        if event is not None:
            threading.Thread(target=tell, args=(context, event), name="objects", daemon=True).start()

    replace(notifications, "_send_event_bridge_message", send)


def created(bucket: Any, name: str, key: Any) -> dict[str, Any] | None:
    """The event of an object that was written; None of anything else, which nobody here listens to.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    kind, _, reason = name.removeprefix("s3:").partition(":")
    if kind != CREATED:
        return None
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [bucket.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), "sequencer": f"{time.time_ns():016X}"},
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
            "reason": reason,
        },
    }


def tell(context: Context, event: dict[str, Any]) -> None:
    """Hand the event to every enabled rule that matches it."""
    bus = events_backends[ACCOUNT][REGION].event_buses["default"]
    for rule in list(bus.rules.values()):
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
            fire(context, rule, event)


def fire(context: Context, rule: Rule, event: dict[str, Any]) -> None:
    """Deliver to each of a rule's targets, or to the target's dead-letter queue."""
    for target in rule.targets:
        message = target.get("Input") or json.dumps(event)
        own = Caller(rule.arn, service=SERVICE)
        try:
            caller = take_on(target["RoleArn"], SERVICE, "events", source_arn=rule.arn) if "RoleArn" in target else own
            deliver(context, target["Arn"], message, caller=caller, source_arn=rule.arn)
        except Exception as failure:
            print(f"{rule.arn} -> {target['Arn']}: {failure}", file=sys.stderr, flush=True)
            set_aside(context, rule, target, message)


def set_aside(context: Context, rule: Rule, target: dict[str, Any], message: str) -> None:
    """Keep what a target did not take in its dead-letter queue, if it has one that lets EventBridge in."""
    letters = target.get("DeadLetterConfig", {}).get("Arn")
    if letters is None:
        return
    try:
        deliver(context, letters, message, caller=Caller(rule.arn, service=SERVICE), source_arn=rule.arn)
    except Exception as failure:
        print(f"{rule.arn} -> {letters}: {failure}", file=sys.stderr, flush=True)
