"""The Lambda's entry: records of the decisions table's stream in, the ones to deliver again out."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from functions.notify.bus import EventBus
from functions.notify.settings import Settings
from functions.notify.telling import Telling
from greenfraud.faults import edge
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.redelivery import TELLS_REJECTIONS
from greenfraud.rejections import RejectedQueue

settings = Settings.from_env()
# A call that hangs must not take the whole invocation with it: what is told twice has the same id.
TIMEOUTS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service, config=TIMEOUTS)


@cache
def telling() -> Telling:
    """The bus, the list and the queue named by the settings."""
    return Telling(
        EventBus(lambda: client("events"), settings.event_bus),
        forgotten=ForgottenPeople(lambda: client("dynamodb"), settings.receipts_table),
        untold=RejectedQueue(lambda: client("sqs"), settings.untold_queue_url),
    )


@edge
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Tell of one batch."""
    return telling().tell(event["Records"], tells_rejections=event.get(TELLS_REJECTIONS) is True)
