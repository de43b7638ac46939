"""The embedded AWS inside this process: tables as the stacks declare them, buckets in memory, the functions' environment."""

from __future__ import annotations

import base64
import importlib
import json
import os
from collections.abc import Callable
from typing import Any

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard

from benchmarks.parity.faults import Faults
from benchmarks.parity.front import Front
from greenfraud.control import ControlDocument
from greenfraud.features.manifest import load_manifest
from greenfraud.items import control as control_items
from greenfraud.items import tables
from local.context import ACCOUNT, REGION, Context
from local.patches import replace
from local.tables import dynamodb
from local.tables.stream_batches import as_event

LAKE, ARTIFACTS, DECISIONS, REJECTED = "lake", "artifacts", "decisions", "rejected"
KEYS = {"control": tables.CONTROL, "receipts": tables.RECEIPTS, DECISIONS: tables.DECISIONS}
STREAM_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{DECISIONS}/stream/2026-01-01T00:00:00.000"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Cloud:
    """Started once per process: the functions keep their clients."""

    control = "control"

    def __init__(self, faults: Faults) -> None:
        dynamodb.install(_no_context())
        replace(StreamShard, "add", _append)
        os.environ |= environment()
        mock_aws().start()
        self.front = Front(faults.throttle)
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = self.front.url
        boto3.setup_default_session()
        faults.watch_calls()
        self.s3 = boto3.client("s3")
        _make_stores(self.s3)
        self.dynamodb = boto3.client("dynamodb")
        self._score, self.ingest = _handler("score"), _handler("ingest")

    def post(self, path: str, body: Any) -> tuple[int, str | bytes]:
        """Status and content of the scoring function's answer to an event as API Gateway sends it."""
        response = self._score(_event(path, body), None)
        content = response["body"]
        return response["statusCode"], base64.b64decode(content) if response.get("isBase64Encoded") else content

    def rejected(self) -> int:
        """How many records the ingestion set aside."""
        asked = {"QueueUrl": os.environ["REJECTED_QUEUE_URL"], "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(boto3.client("sqs").get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])

    def stream_records(self) -> list[dict[str, Any]]:
        """What the decisions' stream holds since the last time it was asked, as Lambda hands it to a function."""
        shard = dynamodb_backends[ACCOUNT][REGION].get_table(DECISIONS).stream_shard
        records = [as_event(record.to_json(), STREAM_ARN, REGION) for record in shard.items]
        shard.starting_sequence_number += len(shard.items)
        shard.items.clear()
        return records


def _no_context() -> Context:
    return None  # type: ignore[return-value]  # the tables' part of the embedded AWS asks nothing of it


def _append(shard: StreamShard, old: Any, new: Any) -> None:
    """Keep what happened to an item; moto would look for functions to invoke, inside the write."""
    from moto.dynamodb.models.table import StreamRecord

    number = shard.starting_sequence_number + len(shard.items)
    name = "INSERT" if old is None else "MODIFY"
    shard.items.append(StreamRecord(shard.table, "NEW_IMAGE", name, old, new, number))


def environment() -> dict[str, str]:
    """What functions and jobs read of their environment; a deployment has other names of its own for some stores."""
    views = load_manifest().views
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "CONTROL_TABLE": "control",
        "CUSTOMER_TABLE": views["customer_activity"].table,
        "TERMINAL_TABLE": views["terminal_activity"].table,
        "DECISIONS_TABLE": DECISIONS,
        "RECEIPTS_TABLE": "receipts",
        "LEDGER_TABLE": "ledger",
        "LINEAGE_TABLE": "lineage",
        "LAKE_BUCKET": LAKE,
        "ARTIFACTS_BUCKET": ARTIFACTS,
        "INBOX_BUCKET": "inbox",
        "REJECTED_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{REJECTED}",
        "DYNAMODB_CLIENT": "lean",
        "CURRENCY": "EUR",
        "REVIEW_ABOVE": "220",
        "SCORE_ARCHITECTURE": "arm64",
        "ID_TOKENS": "off",
        "EXPLORATION_SHARE": "0",
        "EXPLORATION_LIMIT_MINOR": "0",
        "GRID_INTENSITY_G_PER_KWH": "8.0",
        "GRID_INTENSITY_SOURCE": "none",
        "PUE": "1.135",
        "COUNTRY_ISO3": "SWE",
        "LOG_RETENTION_DAYS": "30",
        "MLFLOW_TRACKING_URI": "sqlite://",
    }


def _make_stores(s3: Any) -> None:
    for bucket in (LAKE, ARTIFACTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    boto3.client("sqs").create_queue(QueueName=REJECTED)
    # Past the front: making tables is no part of what is measured, and moto's answer to it is not plain JSON.
    client = boto3.client("dynamodb", endpoint_url=f"https://dynamodb.{REGION}.amazonaws.com")
    for table, key in (KEYS | {view.table: tables.STATES for view in load_manifest().views.values()}).items():
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            **key.definition,
            StreamSpecification={"StreamEnabled": table == DECISIONS}
            | ({"StreamViewType": "NEW_IMAGE"} if table == DECISIONS else {}),
        )
    for index in range(control_items.COPIES):  # nothing was ever promoted
        client.put_item(TableName="control", Item=control_items.encode(ControlDocument(), index))


def _handler(function: str) -> Handler:
    """A cold start: the module reads its settings from the environment."""
    handler: Handler = importlib.import_module(f"functions.{function}.handler").handler
    return handler


def _event(path: str, body: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.execute-api.eu-north-1.amazonaws.com"},
        "requestContext": {
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "replay"},
            "stage": "$default",
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
