"""Names and keys of the tables and buckets, and the events AWS sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from greenfraud.items import tables

EVENTS = Path(__file__).parents[1] / "events"
NAMES = {
    "CONTROL_TABLE": "control",
    "CUSTOMER_TABLE": "greenfraud.customer_activity",
    "TERMINAL_TABLE": "greenfraud.terminal_activity",
    "DECISIONS_TABLE": "decisions",
    "RECEIPTS_TABLE": "receipts",
    "LEDGER_TABLE": "ledger",
    "LEDGER_BUCKET": "ledger",
    "FOUR_EYES": "off",
    "LINEAGE_TABLE": "lineage",
    "LEASES_TABLE": "leases",
    "LAKE_BUCKET": "lake",
    "ARTIFACTS_BUCKET": "artifacts",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-north-1:123456789012:stateMachine:fraud-detection-pipeline",
    "REJECTED_QUEUE_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/rejected",
    "UNTOLD_QUEUE_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/untold",
    "EVENT_BUS": "greenfraud",
    "WEBHOOK_URL": "https://receiver.example/hook",
    "WEBHOOK_SECRET": "webhook",
    "WEBHOOK_QUEUE_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/webhook",
    "UNDELIVERED_QUEUE_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/undelivered",
    "ID_TOKENS": "off",
    "DYNAMODB_CLIENT": "boto3",  # the one that moto stands in for inside a process
    "GRID_INTENSITY_G_PER_KWH": "8",
    "PUE": "1.135",
    "BUDGET_G_A_MONTH": "0",
    "BUDGET_USD_A_MONTH": "0",
    "TRAINING_USD_AN_HOUR": "0.125",
    "USD_RATE": "0.8",
    "USD_RATE_SOURCE": "a bank",
    "CARBON_PRICE_A_TONNE": "75",
    "CARBON_PRICE_SOURCE": "a market",
    "SKIP_DAYS": "13",
    "INTENSITY_PROVIDER": "profile",
    "INTENSITY_ZONE": "none",
    "INTENSITY_SECRET": "none",
    "CURRENCY": "EUR",
    "REVIEW_ABOVE": "220",
    "EXPLORATION_SHARE": "0",
    "EXPLORATION_LIMIT_MINOR": "5000",
}
KEYS = {
    "CONTROL_TABLE": tables.CONTROL,
    "CUSTOMER_TABLE": tables.STATES,
    "TERMINAL_TABLE": tables.STATES,
    "DECISIONS_TABLE": tables.DECISIONS,
    "RECEIPTS_TABLE": tables.RECEIPTS,
    "LEDGER_TABLE": tables.LEDGER,
    "LINEAGE_TABLE": tables.LINEAGE,
    "LEASES_TABLE": tables.LEASES,
}

PREFIXES = {"stepfunctions": "states"}  # where IAM calls a service otherwise than boto3


def actions_of(service: str, operation: str, params: dict[str, Any]) -> list[str]:
    """What IAM calls an operation: a transaction is authorised by its parts, listing by the bucket."""
    if operation == "TransactWriteItems":
        return [f"dynamodb:{part}Item" for item in params["TransactItems"] for part in item]
    renamed = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject", "SendMessageBatch": "SendMessage"}
    return [f"{PREFIXES.get(service, service)}:{renamed.get(operation, operation)}"]


def golden(name: str) -> dict[str, Any]:
    """An event as AWS sends it."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event
