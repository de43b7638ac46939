"""The Lambda's entry: records of the decisions table's stream in, the ones to deliver again out."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from functions.ingest.emissions import Grid
from functions.ingest.ingestion import FOREVER, Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from functions.ingest.settings import Settings
from greenfraud.faults import edge
from greenfraud.features.manifest import load_manifest
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.items.state import tables_of
from greenfraud.redelivery import TELLS_REJECTIONS
from greenfraud.rejections import RejectedQueue

settings = Settings.from_env()
# A call that hangs must not take the whole invocation with it: receipts make a second try safe.
TIMEOUTS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
# Kept back from the invocation's time for landing what was applied.
LANDING_SECONDS = 15.0


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service, config=TIMEOUTS)


@cache
def ingestion() -> Ingestion:
    """The stores named by the settings."""
    manifest = load_manifest()
    grid = Grid(settings.grid_intensity_g_per_kwh, settings.pue)
    return Ingestion(
        tables_of(manifest, settings.customer_table, settings.terminal_table),
        manifest,
        states=OnlineStates(lambda: client("dynamodb"), settings.receipts_table),
        lake=Lake(lambda: client("s3"), settings.lake_bucket, grid, manifest),
        rejected=RejectedQueue(lambda: client("sqs"), settings.rejected_queue_url),
        forgotten=ForgottenPeople(lambda: client("dynamodb"), settings.receipts_table),
    )


@edge
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Ingest one batch, as far as the invocation's time allows."""
    give_up_at = FOREVER
    if context is not None:
        give_up_at = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - LANDING_SECONDS
    tells_rejections = event.get(TELLS_REJECTIONS) is True
    return ingestion().ingest(event["Records"], give_up_at=give_up_at, tells_rejections=tells_rejections)
