"""A platform that can be told labels: the real label store behind the API's route, tables and a lake in memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx

from cli.data.dataset import Dataset
from cli.data.upload import upload
from functions.score.labels import LabelStore
from functions.score.releases import ReleaseStore
from greenfraud.errors import GreenFraudError
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.tables import DECISIONS
from greenfraud.problems import problem_of
from greenfraud.records import Label, Transaction

REGION = "us-east-1"


@dataclass
class LabelledPlatform:
    """Made inside `mock_aws`, where a bucket `lake` is; stands for a target and for its API."""

    outputs: dict[str, str] = field(default_factory=lambda: {"LakeBucket": "lake", "DecisionsTable": "decisions"})
    requests: list[int] = field(default_factory=list)  # how many labels each had
    refusals: list[httpx.Response] = field(default_factory=list)  # what the API answers first

    def __post_init__(self) -> None:
        self._clients = {name: boto3.client(name, region_name=REGION) for name in ("dynamodb", "s3")}
        self.dynamodb = self._clients["dynamodb"]
        self.dynamodb.create_table(TableName="decisions", BillingMode="PAY_PER_REQUEST", **DECISIONS.definition)
        self._store = LabelStore(lambda: self.dynamodb, "decisions", ReleaseStore(lambda: self.dynamodb, "decisions"))

    def client(self, service: str) -> Any:
        """As a target hands them out."""
        return self._clients[service]

    def hold(self, dataset: Dataset) -> None:
        """Import a history."""
        upload(self.client("s3"), "lake", dataset)

    def decide(self, name: str, occurred_us: int) -> None:
        """Decide a payment, which is allowed."""
        made = Decision(Transaction(name, occurred_us, "C1", "M1", 100), {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
        self.dynamodb.put_item(TableName="decisions", Item=decision_items.encode(made, time.time()))

    def ask(self, target: Any, method: str, path: str, body: Sequence[dict[str, Any]]) -> httpx.Response:
        """POST /v1/labels."""
        assert (target, method, path) == (self, "POST", "/v1/labels")
        self.requests.append(len(body))
        if self.refusals:
            return self.refusals.pop(0)
        try:
            return httpx.Response(
                200, json={"results": self._store.put_all([Label.from_json(one) for one in body], place="labels[{}].")}
            )
        except GreenFraudError as error:
            problem = problem_of(error)
            return httpx.Response(problem["status"], json=problem)

    def reports(self) -> list[Report]:
        """Every report that is stored."""
        items = self.dynamodb.scan(TableName="decisions")["Items"]
        found = [item for item in items if decision_items.record_of(item).startswith(label_items.FIRST)]
        return sorted((label_items.decode(item) for item in found), key=lambda one: (one.label.transaction_id, one.record))
