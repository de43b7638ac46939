"""The job that tells dropped files: what it leaves, counts and says, and what it never says."""

from __future__ import annotations

import boto3
import pytest

from greenfraud.items import decision as decision_items
from greenfraud.items.decision import Decision
from greenfraud.items.tables import DECISIONS
from greenfraud.records import Transaction
from intake.labels import inbox
from training.steps import label

EXECUTION = "0123456789ab"
AT = "2025-10-20T10:00:00Z"


@pytest.fixture
def dropped(imported):
    """The bucket of dropped files, with a good one and a broken one, and one decision."""
    client = boto3.client("dynamodb")
    client.create_table(TableName="decisions", BillingMode="PAY_PER_REQUEST", **DECISIONS.definition)
    imported.s3.create_bucket(Bucket="inbox", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    made = Decision(
        Transaction("secret-7", 1_760_000_000_000_000, "C1", "M1", 100), {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0
    )
    client.put_item(TableName="decisions", Item=decision_items.encode(made, 1_760_000_000.0))
    good = f"transaction_id,label,reported_at\nsecret-7,fraud,{AT}\n"
    imported.s3.put_object(Bucket="inbox", Key="labels/bank-of-mine.csv", Body=good.encode())
    imported.s3.put_object(Bucket="inbox", Key="labels/broken.csv", Body=b"transaction_id,label\nsecret-8,secret-word\n")
    yield imported
    client.delete_table(TableName="decisions")
    bucket = boto3.resource("s3").Bucket("inbox")
    bucket.objects.delete()
    bucket.delete()


def test_files_are_told_counted_and_never_named(dropped, caplog):
    """Receipts lie beside them; the log has counts alone, and no row, file or reason."""
    caplog.set_level("INFO")
    dropped.run("label", {"execution": EXECUTION})
    listed = [one["Key"] for one in dropped.s3.list_objects_v2(Bucket="inbox")["Contents"]]
    assert listed[0] == "labels/broken.csv"
    assert len(listed) == 3
    assert "1 files told, 1 refused" in caplog.text
    assert not [word for word in ("secret", "bank-of-mine", "broken", "neither fraud") if word in caplog.text]
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="GreenFraud")["Metrics"]
    assert {"LabelFilesTold", "LabelFilesRefused", "LabelRowsAccepted"} <= {metric["MetricName"] for metric in metrics}


def test_a_job_that_fails_at_one_file_has_told_the_others_and_counted_what_it_refused(dropped, caplog, monkeypatch):
    """The refusal rings once, by its metric: the next run finds its receipt. The failure says where, and quotes nothing."""

    def failing(*_):
        raise LookupError("secret-7")

    counted = {}
    monkeypatch.setattr(inbox, "settle", failing)
    monkeypatch.setattr(label, "store_metrics", counted.update)
    with pytest.raises(AssertionError, match="CommandError at "):
        dropped.run("label", {"execution": EXECUTION})
    assert "not told to its end: LookupError at " in caplog.text
    assert "secret" not in caplog.text
    assert counted == {"LabelFilesTold": 0.0, "LabelFilesRefused": 1.0}
    assert dropped.s3.list_objects_v2(Bucket="inbox", Prefix="labels/")["KeyCount"] == 2
