"""The job that merges small files, and the jobs that read what it made."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from workplace import EXECUTION, Workplace

from cli.emissions import _documents
from greenfraud.carbon import EmissionsRecord
from greenfraud.errors import StateConflict
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of, start_of_day_us
from greenfraud.naming import decisions_key
from greenfraud.whole_days import WHOLE_DAY, whole_day_key
from training.compaction.compaction import Outcome
from training.features.history import read_history
from training.job.bucket import Bucket
from training.steps.compact import refuse
from training.steps.monitor import rebuilt_features, skew_key

pytestmark = pytest.mark.xdist_group("training-jobs")
MANIFEST = load_manifest()
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)  # or the day before, where midnight passes before the tests run


def put(imported: Workplace, key: str, *rows: dict) -> None:
    """Land rows in a file."""
    imported.s3.put_object(Bucket="lake", Key=key, Body="".join(f"{json.dumps(row)}\n" for row in rows).encode())


def payment(number: int, at_us: int) -> dict:
    """A landed payment."""
    return {
        "transaction_id": f"live-{number}",
        "occurred_us": at_us,
        "customer_id": "c",
        "terminal_id": None,
        "amount_minor": number,
    }


def test_a_night_merges_what_landed_on_days_that_are_over(imported: Workplace) -> None:
    """Today's files and an import's stay; the history reads the same; the second night has nothing to do."""
    lake, day = Bucket("lake"), day_of(imported.as_of_us)
    for number in range(3):
        put(imported, f"transactions/dt={day}/landing-{number}.jsonl", payment(number, start_of_day_us(day) + number))
    put(
        imported,
        f"labels/dt={day}/landing-1.jsonl",
        {"transaction_id": "live-1", "is_fraud": True, "observed_us": imported.as_of_us},
    )
    today = f"emissions/dt={datetime.now(UTC).date()}/serve-rules-0-1.json"
    put(imported, today, {"emissions_g": 1.0})
    before = read_history(lake)
    imported.run("compact", {"execution": EXECUTION})
    after = read_history(lake)
    assert after.table.equals(before.table)
    assert after.label_observed_us.tolist() == before.label_observed_us.tolist()
    names = [key.rpartition("/")[2] for key in lake.keys(f"transactions/dt={day}/")]
    assert names == ["part-0.parquet", WHOLE_DAY]
    assert today in lake.keys("emissions/")
    versions = boto3.client("s3").head_object(Bucket="lake", Key=whole_day_key("transactions", day))["LastModified"]
    imported.run("compact", {"execution": EXECUTION, "minutes": "1"})
    assert boto3.client("s3").head_object(Bucket="lake", Key=whole_day_key("transactions", day))["LastModified"] == versions
    keys = [key for key in lake.keys("emissions/") if "gf-compact" in key]
    record = EmissionsRecord.from_json(imported.document(keys[0], "lake"))
    assert (record.stage, record.energy_kwh > 0) == ("compact", True)


def test_a_night_without_time_leaves_the_days_and_counts_them(imported: Workplace) -> None:
    """The next one takes them; an alarm watches the count."""
    put(imported, f"labels/dt={YESTERDAY}/landing-1.jsonl", {"transaction_id": "x", "is_fraud": True, "observed_us": 1})
    imported.run("compact", {"execution": EXECUTION, "minutes": "0"})
    assert Bucket("lake").keys(f"labels/dt={YESTERDAY}/") == [f"labels/dt={YESTERDAY}/landing-1.jsonl"]


def test_what_cannot_be_read_fails_the_job_after_all_the_rest_is_merged(imported: Workplace) -> None:
    """By name, and with nothing that it holds."""
    put(imported, f"labels/dt={YESTERDAY}/landing-1.jsonl", {"transaction_id": "x", "is_fraud": True, "observed_us": 1})
    imported.s3.put_object(Bucket="lake", Key=f"labels/dt={YESTERDAY}/landing-0.jsonl", Body=b"secret")
    with pytest.raises(AssertionError) as failure:
        imported.run("compact", {"execution": EXECUTION})
    assert f"labels/dt={YESTERDAY}/landing-0.jsonl in the lake cannot be merged" in str(failure.value)
    assert "secret" not in str(failure.value)
    assert Bucket("lake").keys(f"labels/dt={YESTERDAY}/") == [
        f"labels/dt={YESTERDAY}/landing-0.jsonl",
        whole_day_key("labels", YESTERDAY),
    ]
    imported.s3.delete_object(Bucket="lake", Key=f"labels/dt={YESTERDAY}/landing-0.jsonl")  # a person has looked


def test_the_skew_watch_compares_merged_decisions_as_it_does_landed_ones(imported: Workplace) -> None:
    """Every logged value has kept its bits."""
    lake, day = Bucket("lake"), day_of(imported.as_of_us - DAY_US)
    rebuilt = rebuilt_features(lake, MANIFEST, day)
    for one, at in list(rebuilt.row_of.items())[:200]:
        features = {name: None if column[at] != column[at] else column[at] for name, column in rebuilt.columns.items()}
        row = {
            **payment(1, start_of_day_us(day)),
            "transaction_id": one,
            "features": features,
            "manifest_version": MANIFEST.version,
        }
        put(imported, decisions_key(day, one), row)
    imported.run("compact", {"execution": EXECUTION})
    assert lake.keys(f"decisions/dt={day}/") == [whole_day_key("decisions", day)]
    imported.run("monitor", {"execution": EXECUTION})
    report = imported.document(skew_key(day), "lake")
    assert (report["compared_transactions"], report["differing_values"]) == (200, 0)


def test_emissions_of_serving_are_counted_once_merged_or_not(imported: Workplace) -> None:
    """Also where the power failed between the merge and the removal: both lie there."""
    keys = [f"emissions/dt={YESTERDAY}/serve-rules-0-{number}.json" for number in range(3)]
    for key in keys:
        put(imported, key, {"emissions_g": 1.0})
    imported.run("compact", {"execution": EXECUTION})
    put(imported, keys[1], {"emissions_g": 1.0})
    found = _documents(imported.s3, "lake")
    assert [found[key] for key in keys] == [{"emissions_g": 1.0}] * 3


def test_a_merged_file_is_replaced_only_while_it_is_the_one_that_was_read(imported: Workplace, tmp_path) -> None:
    """S3 refuses the second of two writers."""
    lake, path = Bucket("lake"), tmp_path / "file"
    path.write_bytes(b"one")
    lake.replace("one", path, None)
    tag = lake.fetch("one", tmp_path / "read")
    lake.replace("one", path, tag)
    path.write_bytes(b"two")
    lake.replace("one", path, tag)
    for stale in (None, tag, '"gone"'):
        with pytest.raises(StateConflict):
            lake.replace("one", path, stale)
    assert lake.fetch("none", path) is None


def test_a_round_without_faults_refuses_nothing() -> None:
    """The job completes."""
    refuse(Outcome(days=1))
