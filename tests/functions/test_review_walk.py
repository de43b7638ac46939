"""An analyst's decision on its whole way, through the functions as AWS calls them: list, claim, label and release, features."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from aws_world import golden
from score_world import MANIFEST, TRANSACTION

from greenfraud.features.logged import unpack
from greenfraud.instants import MINUTE_US, format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.items import release as release_items

ANA = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Fraud_0a1b/Ana@example.com"


class Walk:
    """The scoring and the ingesting function, and the stream between them."""

    def __init__(self, start: Callable[[str], Callable[..., Any]], dynamodb: Any) -> None:
        self._score, self._ingest = start("score"), start("ingest")
        self._dynamodb = dynamodb
        self._seen: set[tuple[str, str]] = set()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to Ana, who is let in by API Gateway."""
        path, _, query = path.partition("?")
        event = golden("api_gateway_score") | {"rawPath": path, "rawQueryString": query, "body": json.dumps(body)}
        event["requestContext"]["http"] |= {"method": method, "path": path}
        event["requestContext"]["authorizer"]["iam"]["userArn"] = ANA
        response = self._score(event, None)
        assert response["statusCode"] == 200, response["body"]
        return json.loads(response["body"])

    def score(self, name: str, occurred_us: int, amount_minor: int) -> Any:
        """The answer to a payment of the usual customer."""
        changes = {"transaction_id": name, "occurred_at": format_rfc3339(occurred_us), "amount_minor": amount_minor}
        return self.ask("POST", "/v1/score", TRANSACTION | changes)

    def stream(self) -> set[str]:
        """Let ingestion take what was stored since; which records these were."""
        items = self._dynamodb.scan(TableName="decisions")["Items"]
        fresh = [item for item in items if _key(item) not in self._seen]
        self._seen |= {_key(item) for item in fresh}
        event = golden("dynamodb_stream_decisions")
        event["Records"] = [
            {
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": str(number), "NewImage": item, "ApproximateCreationDateTime": time.time()},
            }
            for number, item in enumerate(fresh)
        ]
        assert self._ingest(event, None) == {"batchItemFailures": []}
        return {f"{name} {record}" for name, record in map(_key, fresh)}

    def item(self, name: str, record: str) -> Any:
        """A stored record."""
        return self._dynamodb.get_item(TableName="decisions", Key=decision_items.key(name, record))["Item"]

    def values(self, name: str) -> dict[str, float | None]:
        """The values that a payment was decided on."""
        return unpack(self.item(name, "decision")["features"]["B"], MANIFEST.names)


def _key(item: Any) -> tuple[str, str]:
    return item["transaction_id"]["S"], item["record"]["S"]


@pytest.fixture
def walk(start, dynamodb) -> Walk:
    """A platform that nobody has asked yet."""
    return Walk(start, dynamodb)


def test_what_an_analyst_releases_is_a_label_and_the_customers_own_payment_from_then_on(walk, s3):
    """Of today, without a day named; ingestion takes label and release, and lets the claim and the notes be."""
    now_us = time.time_ns() // 1000
    assert walk.score("held", now_us - 30 * MINUTE_US, 90_000)["decision"] == "review"
    walk.stream()
    assert walk.score("before", now_us - 20 * MINUTE_US, 1_000)["decision"] == "allow"
    walk.stream()
    assert walk.values("before")["customer_mean_amount_1d"] is None  # what is held says nothing of what is usual

    (entry,) = walk.ask("GET", "/v1/reviews")["reviews"]
    assert (entry["transaction_id"], entry["state"], entry["at_stake_minor"]) == ("held", "open", 90_000.0)
    assert walk.ask("POST", "/v1/reviews/held", {"action": "claim"})["claim"]["by"] == "ana@example.com"
    walk.ask("POST", "/v1/reviews/held", {"action": "note", "text": "called him: it was him"})
    assert walk.stream() == {"held review"}
    decided = walk.ask("POST", "/v1/reviews/held", {"action": "decide", "decision": "release"})
    assert (decided["label"], decided["release"], decided["decided"]["by"]) == ("stored", "released", "ana@example.com")
    assert walk.ask("GET", "/v1/reviews")["reviews"] == []
    assert walk.stream() == {"held report", "held release"}

    accepted_us = release_items.decode(walk.item("held", "release")).accepted_us
    walk.score("after", max(accepted_us, time.time_ns() // 1000) + 1_000_000, 1_000)
    assert walk.values("after")["customer_mean_amount_1d"] == (90_000 + 1_000) / 2 / 100
    for kind in ("labels/", "releases/"):
        assert len(s3.list_objects_v2(Bucket="lake", Prefix=kind)["Contents"]) == 1


def test_a_confirmed_fraud_counts_at_its_terminal_from_then_on(walk):
    """The report is seen by the next payment there."""
    now_us = time.time_ns() // 1000
    walk.score("fraud", now_us - 30 * MINUTE_US, 90_000)
    walk.ask("POST", "/v1/reviews/fraud", {"action": "decide", "decision": "confirm_fraud"})
    assert walk.stream() == {"fraud decision", "fraud report", "fraud review"}
    walk.score("next", time.time_ns() // 1000 + 1_000_000, 1_000)
    assert walk.values("next")["terminal_reports_1d"] == 1.0
