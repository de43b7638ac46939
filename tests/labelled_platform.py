"""A platform that can be told labels: tables, a lake and a bucket of dropped files in memory."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import dataclass, field
from typing import Any

import boto3

from cli.data.dataset import Dataset
from cli.data.upload import upload
from functions.score.labels import LabelStore
from functions.score.releases import ReleaseStore
from functions.score.reviews import ReviewIndex
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.release import ReleasedPayment
from greenfraud.items.tables import DECISIONS, REVIEWS, REVIEWS_INDEX
from greenfraud.records import Label, Transaction
from intake.labels.places import Places

REGION = "us-east-1"


@dataclass
class LabelledPlatform:
    """Made inside `mock_aws`, where a bucket `lake` is; stands for a target and for its API."""

    outputs: dict[str, str] = field(
        default_factory=lambda: {"LakeBucket": "lake", "DecisionsTable": "decisions", "InboxBucket": "inbox"}
    )

    def __post_init__(self) -> None:
        self._clients = {name: boto3.client(name, region_name=REGION) for name in ("dynamodb", "s3")}
        self.dynamodb = self._clients["dynamodb"]
        index = {"IndexName": REVIEWS_INDEX, "KeySchema": REVIEWS.schema, "Projection": {"ProjectionType": "ALL"}}
        self.dynamodb.create_table(
            TableName="decisions",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=DECISIONS.schema,
            AttributeDefinitions=[*DECISIONS.attributes, *REVIEWS.attributes],
            GlobalSecondaryIndexes=[index],
        )
        self.client("s3").create_bucket(Bucket="inbox")

    def client(self, service: str) -> Any:
        """As a target hands them out."""
        return self._clients[service]

    def hold(self, dataset: Dataset) -> None:
        """Import a history."""
        upload(self.client("s3"), "lake", dataset)

    def decide(self, name: str, occurred_us: int, outcome: str = "allow") -> None:
        """Decide a payment."""
        made = Decision(Transaction(name, occurred_us, "C1", "M1", 100), {"decision": outcome}, "rules", "1", 0.0, 0.0, 0.0)
        self.dynamodb.put_item(TableName="decisions", Item=decision_items.encode(made, time.time()))

    def tell(self, *labels: Label) -> list[str]:
        """As POST /v1/labels does."""
        return LabelStore(lambda: self.dynamodb, "decisions", ReleaseStore(lambda: self.dynamodb, "decisions")).put_all(labels)

    def reports(self) -> list[Report]:
        """Every report that is stored."""
        items = self.dynamodb.scan(TableName="decisions")["Items"]
        found = [item for item in items if decision_items.record_of(item).startswith(label_items.FIRST)]
        return sorted((label_items.decode(item) for item in found), key=lambda one: (one.label.transaction_id, one.record))

    def releases(self) -> list[ReleasedPayment]:
        """Every payment that was let go."""
        items = self.dynamodb.scan(TableName="decisions")["Items"]
        return [release_items.decode(item) for item in items if decision_items.record_of(item) == release_items.KIND]

    def doubts(self, day: str, *, is_all: bool = False) -> set[str]:
        """The payments of a day that stand in the review list's index as open, or all of them."""
        found = ReviewIndex(lambda: self.dynamodb, "decisions").walk([day], is_all=is_all)
        return {one.decision["transaction_id"]["S"] for one in found if one is not None}

    @property
    def places(self) -> Places:
        """Where labels come from and go to."""
        return Places(self.client("s3"), self.dynamodb, "lake", "decisions", "inbox")

    def drop(self, name: str, *rows: str, **told: str) -> None:
        """Leave a CSV of labels in the bucket."""
        body = "\n".join(["transaction_id,label,reported_at", *rows]) + "\n"
        self.client("s3").put_object(Bucket="inbox", Key=f"labels/{name}", Body=body.encode(), Metadata=told)

    def dropped(self) -> list[str]:
        """Names of the files that lie there."""
        return [one["Key"].removeprefix("labels/") for one in self._listed("labels/")]

    def receipts(self) -> dict[str, list[dict[str, str]]]:
        """The rows of each receipt that lies in the bucket."""
        bodies = {
            one["Key"]: self.client("s3").get_object(Bucket="inbox", Key=one["Key"])["Body"] for one in self._listed("receipts/")
        }
        return {key: list(csv.DictReader(io.StringIO(body.read().decode()))) for key, body in bodies.items()}

    def _listed(self, prefix: str) -> list[dict[str, Any]]:
        return list(self.client("s3").list_objects_v2(Bucket="inbox", Prefix=prefix).get("Contents", []))
