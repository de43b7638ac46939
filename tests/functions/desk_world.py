"""People at the review desk: each asks the API as API Gateway would say who he is.

A service over this process's memory where the rules of the desk are the matter; over tables where the store's conditions are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from score_world import TRANSACTION, Proxy, World

from functions.score.app import create_app
from functions.score.cost import Footprint
from functions.score.memory import MemoryTable, NoBundles, NoState
from functions.score.service import Service, compose
from functions.score.tokens import IdTokens
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import load_manifest
from greenfraud.identity import OFF
from greenfraud.items import decision
from greenfraud.outcomes import REVIEW

ANA, BEN = "arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/ben"
HELD_MINOR = 90_000  # above the rules' threshold for review
RELEASE, FRAUD = {"action": "decide", "decision": "release"}, {"action": "decide", "decision": "confirm_fraud"}
CLAIM, UNCLAIM = {"action": "claim"}, {"action": "unclaim"}


def note(text: str) -> dict[str, str]:
    """A note's body."""
    return {"action": "note", "text": text}


class MemoryWorld:
    """A service that knows nobody, over a table in memory."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.dynamodb = Proxy(self.table)
        self.service: Service = compose(
            load_manifest(),
            reader=NoState(),
            bundles=NoBundles(),
            decisions=lambda: self.dynamodb,
            decisions_table="decisions",
            footprint=Footprint(1769, 8.0, 1.135),
            review_above=220.0,
            exchange=Exchange(),
            tokens=IdTokens(lambda: None, OFF),
        )
        self.http = TestClient(create_app(self.service))

    def score(self, **changes: Any) -> dict[str, Any]:
        """The answer to the usual transaction with some changes."""
        answer: dict[str, Any] = self.http.post("/v1/score", json=TRANSACTION | changes).json()
        return answer


AnyWorld = World | MemoryWorld


def with_a_doubt() -> MemoryWorld:
    """A service that held T1."""
    world = MemoryWorld()
    assert world.score(amount_minor=HELD_MINOR)["decision"] == REVIEW
    return world


@dataclass
class Person:
    """Somebody with a name of AWS; `arn` None is who signs nothing."""

    world: AnyWorld
    arn: str | None

    def act(self, body: Any, transaction_id: str = "T1", *, by_query: bool = False) -> tuple[int, dict[str, Any]]:
        """Status and answer of an action."""
        app = create_app(self.world.service)
        iam = {"authorizer": {"iam": {"userArn": self.arn}}} if self.arn else {}

        async def signed(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "aws.event": {"requestContext": iam}}, receive, send)

        place = ("/v1/reviews", {"transaction_id": transaction_id}) if by_query else (f"/v1/reviews/{transaction_id}", {})
        response = TestClient(signed).post(place[0], params=place[1], content=json.dumps(body))
        answer: dict[str, Any] = response.json()
        return response.status_code, answer


def listed(world: AnyWorld, **query: Any) -> list[dict[str, Any]]:
    """The review list of the usual payment's day."""
    response = world.http.get("/v1/reviews", params={"day": "2018-05-20", **query})
    assert response.status_code == 200, response.text
    reviews: list[dict[str, Any]] = response.json()["reviews"]
    return reviews


def records(world: AnyWorld, transaction_id: str = "T1") -> set[str]:
    """Which records there are of a transaction."""
    asked = {"KeyConditionExpression": "transaction_id = :id", "ExpressionAttributeValues": {":id": {"S": transaction_id}}}
    return {item["record"]["S"] for item in world.dynamodb.query(TableName="decisions", **asked)["Items"]}


def stored(world: AnyWorld, record: str) -> dict[str, Any]:
    """A record of T1."""
    item: dict[str, Any] = world.dynamodb.get_item(TableName="decisions", Key=decision.key("T1", record))["Item"]
    return item
