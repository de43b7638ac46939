"""A file of labels that is dropped into its bucket starts by itself: no command, nobody who waits for it."""

from __future__ import annotations

import csv
import io

import pytest

from cli.data.upload import keys_below
from greenfraud.instants import DAY_US, day_of, format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.naming import labels_prefix
from tests.e2e.deployment import wait_until
from tests.e2e.landed import ids_in

pytestmark = pytest.mark.xdist_group("e2e")
RECEIPTS = "receipts/labels/"


def receipts(deployment):
    """Rows of each receipt by the name of its file."""
    bucket = deployment.outputs["InboxBucket"]
    found = {}
    for key in keys_below(deployment.client("s3"), bucket, RECEIPTS):
        body = deployment.read(bucket, key).decode()
        found[key.removeprefix(RECEIPTS).rsplit(".", 3)[0]] = list(csv.DictReader(io.StringIO(body)))
    return found


def is_in_doubt(deployment, name):
    """Whether a decided payment stands in the index of what the review list has to do."""
    found = deployment.client("dynamodb").get_item(TableName=deployment.outputs["DecisionsTable"], Key=decision_items.key(name))
    return decision_items.is_open(found["Item"])


def test_dropped_files_are_told_and_leave_receipts(deployment, first_run):
    """Two at once: one of a doubt decided here and an imported payment, told; one that cannot be used, which stays and says why."""
    large = {"transaction_id": "dropped-1", "customer_id": "dropped-customer", "amount_minor": 10**9}
    deployment.answer("POST", "/v1/score", {**first_run.held_back[1].transaction.to_json(), **large})
    assert is_in_doubt(deployment, "dropped-1")
    observed_us = first_run.held_back[1].transaction.occurred_us + DAY_US
    at, inbox, s3 = format_rfc3339(observed_us), deployment.outputs["InboxBucket"], deployment.client("s3")
    lake = deployment.outputs["LakeBucket"]
    day = next(key for key in keys_below(s3, lake, "transactions/") if key.endswith("/part-0.parquet"))
    imported = ids_in(deployment, day)[0]
    rows = [f"dropped-1,fraud,{at}", f"{imported},legitimate,{at}", f"nobody-knows,fraud,{at}"]
    good = "\n".join(["transaction_id,label,reported_at", *rows])

    s3.put_object(Bucket=inbox, Key="labels/bank/good.csv", Body=good.encode(), Metadata={"source": "chargeback"})
    s3.put_object(Bucket=inbox, Key="labels/bad.csv", Body=b"transaction_id,label\ndropped-1,fraud\ndropped-1,perhaps\n")

    told = wait_until(lambda: len(found := receipts(deployment)) == 2 and found)
    assert [(row["row"], row["outcome"]) for row in told["bank-good.csv"]] == [
        ("row 1 (line 2)", "accepted"),
        ("row 2 (line 3)", "accepted"),
        ("row 3 (line 4)", "unknown"),
    ]
    (refused,) = told["bad.csv"]
    assert refused["outcome"] == "refused"
    assert refused["reason"].startswith("column `label`, row 2 (line 3): `perhaps` is neither fraud nor legitimate")
    wait_until(lambda: keys_below(s3, inbox, "labels/") == ["labels/bad.csv"])
    assert not is_in_doubt(deployment, "dropped-1")
    landed = labels_prefix(day_of(observed_us))
    wait_until(lambda: "dropped-1" in [one for key in keys_below(s3, lake, landed) for one in ids_in(deployment, key)])
    (since,) = deployment.answer("GET", "/v1/explanations/dropped-1")["since"]
    assert (since["source"], since["is_fraud"]) == ("chargeback", True)
