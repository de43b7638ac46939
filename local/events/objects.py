"""S3's events of objects: told on EventBridge's own bus, for buckets that ask for it, and handed to the rules that match."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import events_backends
from moto.s3 import notifications

from local.context import ACCOUNT, REGION, Context
from local.events.buses import OWN_BUS, tell
from local.patches import replace

CREATED = "ObjectCreated"


def install(context: Context) -> None:
    """Tell after the request is answered, as AWS does; moto would tell within it, and knows no such target."""

    def send(_account: str, bucket: Any, name: str, key: Any) -> None:
        event = created(bucket, name, key)
        if event is not None:
            told = (context, events_backends[ACCOUNT][REGION], OWN_BUS, event)
            threading.Thread(target=tell, args=told, name="objects", daemon=True).start()

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
