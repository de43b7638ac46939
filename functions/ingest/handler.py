"""The Lambda's entry: records of the decisions table's stream in, the ones to deliver again out."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from functions.ingest.ingestion import Ingestion, Tables
from functions.ingest.landing import Grid, Lake
from functions.ingest.online import OnlineStates
from functions.ingest.settings import Settings
from greenfraud.features.manifest import load_manifest

settings = Settings.from_env()


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service)


@cache
def ingestion() -> Ingestion:
    """The stores named by the settings."""
    return Ingestion(
        lambda: client("dynamodb"),
        Tables(settings.customer_table, settings.terminal_table, settings.decisions_table),
        load_manifest(),
        OnlineStates(lambda: client("dynamodb"), settings.receipts_table),
        Lake(lambda: client("s3"), settings.lake_bucket, Grid(settings.grid_intensity_g_per_kwh, settings.pue)),
    )


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Ingest one batch."""
    return ingestion().ingest(event["Records"])
