"""The platform and the state it saved tell the same."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import boto3
import pytest
from moto import mock_aws
from platform_past import past

from cli.dashboard.archive import (
    read_dataset,
    read_executions,
    read_ledger,
    read_lineage_grams,
    read_quality,
    read_quarantine,
    saved_store,
)
from cli.dashboard.stores import PlatformStore, SavedStore
from cli.target import Target
from greenfraud.items.ledger import NAME
from greenfraud.items.tables import LEDGER

REGION = "eu-north-1"
TABLE = "GreenFraud-Data-TablesLedger-1"


@pytest.fixture
def platform(monkeypatch):
    """An AWS in memory that holds what three executions left."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        target = Target(None, REGION)
        target.outputs = {"LakeBucket": "the-lake", "ArtifactsBucket": "the-artifacts", "LedgerTable": TABLE}
        fill(target)
        yield PlatformStore(target)


def fill(target: Target) -> None:
    """Put documents where the pipeline puts them."""
    inputs, s3, dynamodb = past(3), target.client("s3"), boto3.client("dynamodb", region_name=REGION)
    for bucket in ("the-lake", "the-artifacts"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    objects = {("the-lake", "dataset.json"): inputs.dataset, ("the-artifacts", "executions/x/progress/a.json"): {}}
    objects |= {("the-lake", f"reports/quality/{week['chunk']}.json"): week for week in inputs.weeks}
    objects |= {("the-lake", f"quarantine/{one.chunk}.json"): asdict(one) for one in inputs.quarantine}
    for execution, left in inputs.executions.items():
        for name, document in left.documents.items():
            objects["the-artifacts", f"executions/{execution}/{name}.json"] = document
    for name, grams in inputs.lineage_grams.items():
        objects["the-artifacts", f"models/{name}/manifest.json"] = {"emissions": {"lineage": {"emissions_g": grams}}}
    for (bucket, key), document in objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(document).encode())
    dynamodb.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", **LEDGER.definition)
    for entry in reversed(inputs.ledger):
        item = {"ledger": {"S": NAME}, "revision": {"N": str(entry["revision"])}, "document": {"S": json.dumps(entry)}}
        dynamodb.put_item(TableName=TABLE, Item=item)


def save(folder) -> SavedStore:
    """Save that AWS as the embedded one does when it stops."""
    from moto.dynamodb.models import dynamodb_backends
    from moto.s3.models import s3_backends

    from local.tables.state import SavedState, save_bucket, save_table

    saved = SavedState(folder, "123456789012", REGION)
    for bucket in s3_backends["123456789012"]["aws"].buckets.values():
        save_bucket(saved, bucket)
    save_table(saved, dynamodb_backends["123456789012"][REGION].tables[TABLE])
    return SavedStore(folder)


def test_the_platform_tells_what_executions_and_promotions_left(platform):
    """Nothing else than the documents that the page is made of."""
    expected = past(3)
    assert read_ledger(platform) == expected.ledger
    assert {key: left.documents for key, left in read_executions(platform).items()} == {
        key: left.documents for key, left in expected.executions.items()
    }
    assert read_lineage_grams(platform) == expected.lineage_grams
    assert read_dataset(platform) == expected.dataset
    assert (read_quality(platform), read_quarantine(platform)) == (expected.weeks, expected.quarantine)


def test_the_saved_state_tells_the_same_as_the_platform(platform, tmp_path):
    """Written by the embedded AWS's own code."""
    saved = save(tmp_path)
    assert read_ledger(saved) == read_ledger(platform)
    assert read_lineage_grams(saved) == read_lineage_grams(platform)
    assert read_dataset(saved) == read_dataset(platform)
    assert (read_quality(saved), read_quarantine(saved)) == (read_quality(platform), read_quarantine(platform))
    live, kept = read_executions(platform), read_executions(saved)
    assert {key: left.documents for key, left in kept.items()} == {key: left.documents for key, left in live.items()}
    for key, left in kept.items():
        assert abs(left.written_at - live[key].written_at).total_seconds() < 1


def test_of_several_saved_states_the_one_that_knows_the_executions_is_read(platform, tmp_path):
    """Another data set was run since."""
    save(tmp_path / "ours")
    (tmp_path / "newer/dynamodb").mkdir(parents=True)
    os.utime(tmp_path / "ours/dynamodb", (1, 1))
    assert saved_store(tmp_path, {"00000002"}).folder == tmp_path / "ours"
    assert saved_store(tmp_path, {"ffffffff"}).folder == tmp_path / "newer"
    assert saved_store(tmp_path / "none", set()) is None
