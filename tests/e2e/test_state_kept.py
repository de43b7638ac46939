"""Stopping and starting again: what was learned, decided and promoted is there again."""

from __future__ import annotations

import sqlite3

import pytest

from cli.data.upload import keys_below
from greenfraud.instants import DAY_US, format_rfc3339
from tests.e2e.deployment import wait_until
from tests.e2e.landed import ids_in
from tests.e2e.running import running

pytestmark = pytest.mark.xdist_group("e2e")

BUCKETS = ("LakeBucket", "ArtifactsBucket")
TABLES = tuple(
    f"{name}Table" for name in ("Control", "Ledger", "Lineage", "Leases", "Decisions", "Receipts", "Customer", "Terminal")
)


def etags_of(deployment, bucket):
    """The etag of every object by key."""
    pages = deployment.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {entry["Key"]: entry["ETag"] for page in pages for entry in page.get("Contents", [])}


def items_of(deployment, table):
    """Every item of a table, in no order."""
    pages = deployment.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sorted(str(sorted(item.items())) for page in pages for item in page["Items"])


def runs_of(deployment):
    """Ids of MLflow's runs."""
    with sqlite3.connect(deployment.state / "mlflow/mlflow.db") as database:
        return sorted(database.execute("select run_uuid, status from runs").fetchall())


def snapshot(deployment):
    """All that must survive."""
    names = deployment.outputs
    return {
        **{name: etags_of(deployment, names[name]) for name in BUCKETS},
        **{name: items_of(deployment, names[name]) for name in TABLES},
        "mlflow": runs_of(deployment),
        "health": deployment.health(),
    }


def is_landed(deployment, transaction):
    """Whether the lake has a payment, as it landed or in its day's merged file: what ingestion does last."""
    prefix = f"transactions/dt={transaction['occurred_at'][:10]}/"
    keys = keys_below(deployment.client("s3"), deployment.outputs["LakeBucket"], prefix)
    return any(transaction["transaction_id"] in ids_in(deployment, key) for key in keys)


def test_everything_is_back_after_a_restart(deployment, first_run):
    """SIGTERM ends the server well with every process it started; the next one has objects, items, runs and the same model."""
    transaction = first_run.held_back[0].transaction.to_json()
    decided = deployment.answer("POST", "/v1/score", transaction)
    wait_until(lambda: is_landed(deployment, transaction))
    before = snapshot(deployment)
    started = {process.pid for process in running() if process.parent == deployment.process.pid}
    assert started
    assert deployment.stop() == 0
    assert started.isdisjoint({process.pid for process in running()})
    deployment.start()
    deployment.deploy()
    after = snapshot(deployment)
    for part, kept in before.items():
        assert kept == after[part], part
    assert decided == deployment.answer("POST", "/v1/score", transaction)


def test_the_model_answers_after_a_restart(deployment, first_run):
    """A transaction nobody has seen is scored by the model in production, on the states kept."""
    like = first_run.held_back[1].transaction
    later = {"transaction_id": "after-restart", "occurred_at": format_rfc3339(like.occurred_us + 2 * DAY_US)}
    answer = deployment.answer("POST", "/v1/score", {**like.to_json(), **later})
    assert "{family}/{version}".format(**answer["model"]) == deployment.health()["model"]
    assert answer["degraded"] == []


def test_there_is_nothing_to_train_after_a_restart(deployment, first_run):
    """The lineage is kept too."""
    assert deployment.execute({})["output"]["outcome"] == "nothing_to_train"
