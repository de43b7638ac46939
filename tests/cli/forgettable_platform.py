"""A platform in memory that knows a small world in every store: lake, features, decisions, states, artifacts."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cli.data.dataset import Dataset, hold_back
from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from cli.target import Target
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items import decision as decision_items
from greenfraud.items import receipt as receipt_items
from greenfraud.items import state as state_items
from greenfraud.items import tables
from greenfraud.items.decision import Decision
from greenfraud.records import Transaction
from training.features.feature_matrix import FeatureMatrix
from training.features.history import History, read_history

MANIFEST = load_manifest()
CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
TABLES = {f"{name}Table": key for name, key in tables.TABLES.items()}
OUTPUTS = {**{name: name.lower() for name in TABLES}, "LakeBucket": "lake", "ArtifactsBucket": "artifacts"}
WORLD = make_world(WorldSpecification(customers=10, days=3))
DECIDED = 4  # of the world's last payments, by the platform itself


def renamed(dataset: Dataset) -> Dataset:
    """The same world with ids as long as tokens."""
    ids = [f"{identity}{'0' * 25}" for identity in dataset.table["customer_id"].to_pylist()]
    at = dataset.table.column_names.index("customer_id")
    return replace(dataset, table=dataset.table.set_column(at, "customer_id", pa.array(ids)))


class MemoryLake:
    """The bucket as the offline builder sees it."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def keys(self, prefix: str) -> list[str]:
        return [one["Key"] for one in self._s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]

    def get(self, key: str) -> bytes:
        return self._s3.get_object(Bucket="lake", Key=key)["Body"].read()

    def get_json(self, key: str) -> Any:
        return json.loads(self.get(key))


class Running:
    """A Step Functions without executions, unless a test starts one; a page of its list has one."""

    def __init__(self) -> None:
        self.executions: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> Running:
        assert name == "list_executions"
        return self

    def paginate(self, *, stateMachineArn: str) -> Iterator[dict[str, Any]]:
        return ({"executions": [one]} for one in self.executions if one.get("of", "machine") == stateMachineArn)


class World:
    """The stores of one platform that knows `dataset`."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.s3, self.dynamodb = (boto3.client(name, region_name="eu-north-1") for name in ("s3", "dynamodb"))
        self.machines = Running()
        self.target = Target(None)
        self.target.outputs = {**OUTPUTS, "StateMachineArn": "machine"}
        self.target._clients = {"s3": self.s3, "dynamodb": self.dynamodb, "stepfunctions": self.machines}
        for bucket in ("lake", "artifacts"):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for name, key in TABLES.items():
            self.dynamodb.create_table(TableName=name.lower(), BillingMode="PAY_PER_REQUEST", **key.definition)

    def fill(self) -> None:
        """Import the world, then decide its last payments, ingest them, and leave what jobs leave."""
        kept, held = hold_back(self.dataset)
        upload(self.s3, "lake", kept, held)
        for row in self.rows()[-DECIDED:]:
            self.decide(row)
        self.write_states()
        self.write_features()
        self.write_artifacts()

    def rows(self) -> list[dict[str, Any]]:
        return self.dataset.table.to_pylist()

    def decide(self, row: dict[str, Any], *, at: float | None = None) -> None:
        """A payment answered at a moment, by default now, and landed."""
        at = time.time() if at is None else at
        names = ("transaction_id", "occurred_us", "customer_id", "terminal_id", "amount_minor")
        transaction = Transaction(**{name: row[name] for name in names})
        answer = {"transaction_id": transaction.transaction_id, "decision": "allow", "degraded": []}
        made = Decision(transaction, answer, "rules", "1", 0.0, 0.0, 0.0, features=bytes(8), manifest_version=MANIFEST.version)
        self.dynamodb.put_item(TableName="decisionstable", Item=decision_items.encode(made, at))
        self.dynamodb.put_item(
            TableName="receiptstable", Item=receipt_items.put(f"decision#{transaction.transaction_id}", None, at)["Item"]
        )
        logged = {"manifest_version": MANIFEST.version, "features": {"amount": 1.5}, "accepted_at": 1, "outcome": "allow"}
        for kind in ("transactions", "decisions"):
            line = transaction.lake_row() | (answer | logged if kind == "decisions" else {"outcome": "allow"})
            self.put("lake", f"{kind}/dt=2026-01-03/landing-{transaction.transaction_id}.jsonl", f"{json.dumps(line)}\n".encode())

    def write_states(self) -> None:
        for view, table, other in ((CUSTOMER, "customertable", "terminal_id"), (TERMINAL, "terminaltable", "customer_id")):
            states: dict[str, ViewState] = {}
            for row in self.rows():
                state = states.get(row[view.join_key]) or ViewState.empty(view)
                states[row[view.join_key]] = state.add_transaction(row["occurred_us"], row["amount_minor"], other=row[other])
            for identity, state in states.items():
                key = state_items.key_of(view, identity)[state_items.KEY]["S"]
                self.dynamodb.put_item(TableName=table, Item=state_items.encode(key, state, version=1, now_seconds=time.time()))

    def write_features(self) -> None:
        """A chunk as the features job writes it, twice: the older version is kept by the bucket."""
        table = self.dataset.table.select(["transaction_id", "customer_id", "terminal_id", "is_fraud"])
        values = np.random.default_rng(7).random(table.num_rows)
        table = table.append_column("event_timestamp", self.dataset.table["occurred_us"].cast(pa.timestamp("us", tz="UTC")))
        sink = pa.BufferOutputStream()
        pq.write_table(table.append_column("amount_ratio", pa.array(values)), sink, compression="lz4")
        for _ in range(2):
            self.put("lake", "features/v1/chunk=20260101-20260108/part.parquet", sink.getvalue().to_pybytes())

    def write_artifacts(self) -> None:
        """A checkpoint with a replay sample, and records that wait to be replayed as AWS keeps them: JSON in JSON."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as checkpoint:
            checkpoint.writestr("data/0", np.random.default_rng(8).random(50).tobytes())
        self.put("artifacts", "checkpoints/light/v1/checkpoint.pt", archive.getvalue())
        images = [{"dynamodb": {"NewImage": item}} for item in self.items("decisionstable")]
        images = [json.loads(json.dumps(image, default=lambda content: content.decode("latin-1"))) for image in images]
        self.put("artifacts", "failures/batch.json", json.dumps({"payload": json.dumps({"Records": images})}).encode())

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"made": "so"})

    def items(self, table: str) -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=table)["Items"]

    def history(self) -> History:
        """The lake's history as the offline builder reads it."""
        return read_history(MemoryLake(self.s3))

    def features(self) -> dict[str, np.ndarray]:
        """Every feature of every payment."""
        history = self.history()
        rows = slice(0, history.table.num_rows)
        return FeatureMatrix(MANIFEST, history).compute(rows).columns(rows)

    def contents(self) -> dict[tuple[str, str, str], bytes]:
        """Every version of every object."""
        found = {}
        for bucket in ("lake", "artifacts"):
            for one in self.s3.list_object_versions(Bucket=bucket).get("Versions", []):
                body = self.s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
                found[bucket, one["Key"], one["VersionId"]] = body
        return found


def customers_of(body: bytes) -> list[str]:
    """Who stands in a Parquet file."""
    return pq.read_table(io.BytesIO(body))["customer_id"].to_pylist()


def named_in(world: World, person: str) -> list[str]:
    """Every place that names the person: raw content where that says something, customers' columns and fields."""
    words = {person.encode(), entity_id("customer_id", person).encode()}
    found = []
    for (bucket, key, _), body in world.contents().items():
        is_theirs = person in customers_of(body) if body.startswith(b"PAR1") else any(word in body for word in words)
        found += [f"{bucket}/{key}"] if is_theirs else []
    for table in ("customertable", "terminaltable", "decisionstable", "receiptstable"):
        found += [table for item in world.items(table) if any(word.decode() in repr(item) for word in words)]
    return sorted(set(found))
