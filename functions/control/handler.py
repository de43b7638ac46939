"""The Lambda's entry: one payload with a verb in, a small JSON object out."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from functions.control.documents import Artifacts
from functions.control.lineage_table import LineageTable
from functions.control.settings import Settings
from functions.control.stage import Stage
from functions.control.verbs import Control
from greenfraud.faults import edge

settings = Settings.from_env()


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service)


def control() -> Control:
    """The stores named by the settings."""
    return Control(
        Stage(lambda: client("dynamodb"), settings.control_table, settings.ledger_table),
        LineageTable(lambda: client("dynamodb"), settings.lineage_table, settings.artifacts_bucket),
        Artifacts(lambda: client("s3"), settings.artifacts_bucket),
    )


@edge
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Obey one verb."""
    return control().obey(event)
