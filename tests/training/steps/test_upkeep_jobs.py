"""The jobs of the nightly upkeep, run as SageMaker runs them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import boto3
import pytest
from workplace import EXECUTION, Workplace

from greenfraud.carbon import EmissionsRecord
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of
from greenfraud.items.state import identity_of, key
from greenfraud.naming import decisions_key
from training.job.bucket import Bucket
from training.online.reconciliation import Reconciliation
from training.online.state_survey import LANDED_SECONDS
from training.steps.monitor import complete_days, rebuilt_features, skew_key

pytestmark = pytest.mark.xdist_group("training-jobs")
MANIFEST = load_manifest()


@pytest.fixture
def one_writer(monkeypatch):
    """Plain moto copies whole tables during a transaction and cannot stand a second one beside it."""
    monkeypatch.setattr("training.online.state_writes.WRITERS", 1)


def metric(name: str, **dimensions: str) -> float | None:
    """The largest value of a metric of ours, None while there is none."""
    wanted = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {"Namespace": "GreenFraud", "MetricName": name, "Dimensions": wanted},
                    "Period": 3600,
                    "Stat": "Maximum",
                },
            }
        ],
        StartTime="2020-01-01T00:00:00Z",
        EndTime="2100-01-01T00:00:00Z",
    )
    return max(data["MetricDataResults"][0]["Values"], default=None)


def items(view) -> dict[str, dict]:
    """Every item of a view's table."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=view.table)
    return {identity_of(item): item for page in pages for item in page["Items"]}


def test_reconcile_fills_lost_states_counts_them_and_finds_nothing_the_next_night(imported: Workplace, one_writer) -> None:
    """Metrics say what was done; the job's emissions are recorded."""
    imported.run("reconcile", {"execution": EXECUTION})
    before = {view.name: items(view) for view in MANIFEST.views.values()}
    assert metric("RecreatedStates") == sum(map(len, before.values())) > 250
    customer = MANIFEST.views["customer_activity"]
    lost = next(iter(before[customer.name]))
    boto3.client("dynamodb").delete_item(TableName=customer.table, Key=key(lost))
    imported.run("reconcile", {"execution": EXECUTION})
    assert items(customer)[lost]["values"] == before[customer.name][lost]["values"]
    after = {view.name: items(view) for view in MANIFEST.views.values()}
    imported.run("reconcile", {"execution": EXECUTION, "closed_hours": "48", "trusts_lake": "false"})
    assert after == {view.name: items(view) for view in MANIFEST.views.values()}
    assert (metric("ReconcileConflicts"), metric("StatesAheadOfLake")) == (0.0, 0.0)
    keys = [item["Key"] for item in imported.s3.list_objects_v2(Bucket="lake", Prefix="emissions/")["Contents"]]
    record = EmissionsRecord.from_json(imported.document(next(key for key in keys if "gf-reconcile" in key), "lake"))
    assert (record.stage, record.energy_kwh > 0) == ("materialize", True)


@pytest.mark.parametrize(("told", "pause_seconds"), [({}, LANDED_SECONDS), ({"landed_seconds": "5"}, 5.0)])
def test_reconcile_waits_for_landings_as_long_as_it_is_told(imported: Workplace, monkeypatch, told, pause_seconds) -> None:
    """As long as they may take in AWS, unless an order says otherwise."""
    waits = []
    monkeypatch.setattr(Reconciliation, "run", lambda self: waits.append(self.landed_seconds) or Counter())
    imported.run("reconcile", {"execution": EXECUTION, **told})
    assert waits == [pause_seconds]


def test_monitor_finds_no_skew_where_decisions_saw_what_training_sees_and_names_what_differs(imported: Workplace) -> None:
    """The last day that a later one has followed; a day without decisions has no share."""
    lake = Bucket("lake")
    (day,) = complete_days(lake, 1)
    assert day == day_of(imported.as_of_us) - timedelta(days=1)
    imported.run("monitor", {"execution": EXECUTION})
    assert imported.document(skew_key(day), "lake")["share"] is None
    assert metric("FeatureSkewShare") is None
    rebuilt = rebuilt_features(lake, MANIFEST, day)
    rows = [
        {
            "transaction_id": one,
            "manifest_version": MANIFEST.version,
            "features": {name: None if column[at] != column[at] else column[at] for name, column in rebuilt.columns.items()},
        }
        for one, at in rebuilt.row_of.items()
    ]
    key, other = decisions_key(day, "one"), decisions_key(day, "two")
    imported.s3.put_object(Bucket="lake", Key=key, Body="".join(f"{json.dumps(row)}\n" for row in rows[1:]).encode())
    imported.run("monitor", {"execution": EXECUTION})
    assert imported.document(skew_key(day), "lake")["compared_transactions"] == len(rows) - 1 > 300
    assert metric("FeatureSkewShare") == 0.0
    rows[0]["features"]["customer_count_30d"] += 1.0
    imported.s3.put_object(Bucket="lake", Key=other, Body=json.dumps(rows[0]).encode())
    imported.run("monitor", {"execution": EXECUTION, "days": "1"})
    report = imported.document(skew_key(day), "lake")
    assert (report["differing_values"], report["features"]["customer_count_30d"]["differing"]) == (1, 1)
    assert report["share"] == 1 / report["compared_values"]
    assert metric("FeatureSkewShare") > 0
    assert metric("FeatureSkewShare", View="customer_activity") > 0 == metric("FeatureSkewShare", View="terminal_activity")
