"""The nightly upkeep of features, started once by hand: the template's own definition, on real parts.

Its reconcile job is told that events land within seconds, as they do here: where items have just been written, it would
otherwise pause for the two minutes that they may take in AWS.
"""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pyarrow.parquet as pq
import pytest

from cli.data.upload import keys_below
from greenfraud.chunks import chunks_between
from greenfraud.coverage import read_coverage
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import start_of_day_us
from greenfraud.naming import quality_key
from greenfraud.whole_days import SMALL_FILES, WHOLE_DAY

pytestmark = pytest.mark.xdist_group("e2e")

LANDED_SECONDS = 5
MOMENT = "2026-11-30T03:00:00Z"


@pytest.fixture(scope="module")
def lost(deployment, first_run):
    """A customer's item that went missing."""
    table = load_manifest().views["customer_activity"].table
    (item,) = deployment.client("dynamodb").scan(TableName=table, Limit=1)["Items"]
    deployment.client("dynamodb").delete_item(TableName=table, Key={"entity_id": item["entity_id"]})
    return table, item


@pytest.fixture(scope="module")
def small_files(deployment, first_run):
    """What landed on days that are over: a payment that was imported, too; of another one a report, a decision, emissions.

    And what the model in production decided in the newest whole week, whose labels are still to come.
    """
    s3, bucket, day = deployment.client("s3"), deployment.outputs["LakeBucket"], datetime.now(UTC).date() - timedelta(days=2)
    imported = keys_below(s3, bucket, "transactions/")[0]
    payment = pq.read_table(io.BytesIO(deployment.read(bucket, imported))).slice(0, 1).to_pylist()[0]
    report = {"transaction_id": "of the night", "is_fraud": True, "observed_us": start_of_day_us(day), "source": "bank"}
    decision = {**payment, "transaction_id": "of the night", "decision": "allow"}
    job = next(key for key in keys_below(s3, bucket, "emissions/") if "/train-" in key)
    emission = {**json.loads(deployment.read(bucket, job)), "stage": "serve", "functional_units": 1}
    small = {f"{imported.rpartition('/')[0]}/landing-0.jsonl": payment, f"labels/dt={day}/landing-0.jsonl": report}
    released = keys_below(s3, bucket, "releases/")[0]
    release = pq.read_table(io.BytesIO(deployment.read(bucket, released))).to_pylist()[0]
    small |= {f"{released.rpartition('/')[0]}/landing-0.jsonl": release}
    small |= {f"decisions/dt={day}/0.jsonl": decision, f"emissions/dt={day}/serve-rules-0-0.json": emission}
    released = keys_below(s3, bucket, "releases/")[0]
    release = pq.read_table(io.BytesIO(deployment.read(bucket, released))).to_pylist()[0]
    small |= {f"{released.rpartition('/')[0]}/landing-0.jsonl": release}
    small |= {f"decisions/dt={newest_week(deployment).start_day}/0.jsonl": {**decision, **answer_of_a_model(deployment)}}
    for key, record in small.items():
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(record).encode())
    return list(small)


def newest_week(deployment):
    """The newest chunk that has ended."""
    coverage = read_coverage(deployment.client("s3"), deployment.outputs["LakeBucket"], today=datetime.now(UTC).date())
    return chunks_between(coverage.first_day, coverage.as_of_us, coverage.chunk_days)[-1]


def answer_of_a_model(deployment):
    """An alert of production's, on one feature."""
    family, version = deployment.health()["model"].split("/")
    logged = {"features": {"amount": 12.5}, "manifest_version": load_manifest().version}
    return {"fraud_probability": 0.7, "decision": "review", "model": {"family": family, "version": version}, **logged}


@pytest.fixture(scope="module")
def machine(deployment):
    """A state machine like the deployed one, but for the pause of a reconciliation."""
    client = deployment.client("stepfunctions")
    deployed = client.describe_state_machine(stateMachineArn=deployment.outputs["UpkeepStateMachineArn"])
    definition = json.loads(deployed["definition"])
    definition["States"]["Reconcile"]["Parameters"]["HyperParameters"]["landed_seconds"] = str(LANDED_SECONDS)
    made = client.create_state_machine(
        name="feature-upkeep-without-pause", definition=json.dumps(definition), roleArn=deployed["roleArn"]
    )
    return made["stateMachineArn"]


@pytest.fixture(scope="module")
def upkeep(deployment, lost, small_files, machine):
    """The ended execution, begun as the schedule does."""
    return deployment.end_of(start(deployment, machine))


def start(deployment, machine):
    """Deliver the schedule's event; the execution's ARN."""
    client = deployment.client("stepfunctions")
    return client.start_execution(stateMachineArn=machine, input=json.dumps({"scheduled_at": MOMENT}))["executionArn"]


def test_a_second_delivery_of_the_nights_event_does_nothing(deployment, upkeep, machine):
    """It succeeds, which wakes nobody, and runs no job."""
    ended = deployment.end_of(start(deployment, machine))
    assert ended["status"] == "SUCCEEDED"
    assert "execution" not in ended["output"]  # it never named its run


def test_all_jobs_complete_under_names_of_the_run(deployment, upkeep):
    """Date, attempt and the twelve digits that the run gave itself."""
    assert upkeep["status"] == "SUCCEEDED", upkeep
    run = upkeep["output"]
    assert re.fullmatch(r"\d{8}-[0-9a-f]{12}", f"{run['date']}-{run['execution']}")
    jobs = {job["TrainingJobName"]: job["TrainingJobStatus"] for job in deployment.jobs(run["execution"])}
    assert jobs == {f"gf-{step}-{run['date']}-0-0-{run['execution']}": "Completed" for step in ("compact", "reconcile", "monitor")}


def test_no_day_that_is_over_has_small_files(deployment, upkeep, small_files):
    """One file per kind and day has what they said; nothing that is read any more was removed for good."""
    s3, bucket = deployment.client("s3"), deployment.outputs["LakeBucket"]
    keys = [key for kind in SMALL_FILES for key in keys_below(s3, bucket, f"{kind}/")]
    assert {f"{key.rpartition('/')[0]}/{WHOLE_DAY}" for key in small_files} <= set(keys)
    today = upkeep["startDate"].astimezone(UTC).date().isoformat()
    assert [key for key in keys if key.split("dt=")[1] < today and fnmatchcase(key, f"*/{SMALL_FILES[key.split('/')[0]]}")] == []
    assert deployment.metric_total("CompactedFiles") >= len(small_files)
    for key in small_files:
        assert s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"], key


def test_what_was_lost_is_back(deployment, upkeep, lost):
    """With every tile that is still read."""
    table, item = lost
    found = deployment.client("dynamodb").get_item(TableName=table, Key={"entity_id": item["entity_id"]})["Item"]
    assert found["event_ts"] == item["event_ts"]
    assert deployment.metric_total("RecreatedStates") >= 1


def test_the_skew_watch_leaves_a_report_of_the_last_complete_day(deployment, upkeep):
    """Without decisions on that day, its share is unavailable, not zero."""
    bucket = deployment.outputs["LakeBucket"]
    keys = [item["Key"] for item in deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix="reports/skew/")["Contents"]]
    report = json.loads(deployment.read(bucket, keys[-1]))
    assert report["manifest_version"] == load_manifest().version
    assert (report["share"] is None) == (report["compared_transactions"] == 0)


def test_the_newest_week_is_estimated_before_its_labels_are_there(deployment, upkeep):
    """By the alert of the model in production, against the baseline of its own bundle."""
    bucket, week = deployment.outputs["LakeBucket"], newest_week(deployment)
    document = json.loads(deployment.read(bucket, quality_key(week.id)))
    assert (document["alerts"], document["measured"]) == (1, None)
    assert document["estimated"]["alert_precision"]["value"] == 0.7
    assert document["covariates"]["rows"] == 1
    assert "fraud_probability" in document["covariates"]["columns"]
    assert deployment.metric_total("EstimatedAlertPrecision") == 0.7
    assert deployment.metric_total("QuarantinedChunks") == 0
