"""People at the review desk: each asks the API as API Gateway would say who he is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from score_world import World

from functions.score.app import create_app

ANA, BEN = "arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/ben"
HELD_MINOR = 90_000  # above the rules' threshold for review
RELEASE, FRAUD = {"action": "decide", "decision": "release"}, {"action": "decide", "decision": "confirm_fraud"}
CLAIM, UNCLAIM = {"action": "claim"}, {"action": "unclaim"}


def note(text: str) -> dict[str, str]:
    """A note's body."""
    return {"action": "note", "text": text}


@dataclass
class Person:
    """Somebody with a name of AWS; `arn` None is who signs nothing."""

    world: World
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


def listed(world: World, **query: Any) -> list[dict[str, Any]]:
    """The review list of the usual payment's day."""
    response = world.http.get("/v1/reviews", params={"day": "2018-05-20", **query})
    assert response.status_code == 200, response.text
    reviews: list[dict[str, Any]] = response.json()["reviews"]
    return reviews


def records(world: World, transaction_id: str = "T1") -> set[str]:
    """Which records there are of a transaction."""
    items = world.dynamodb.scan(TableName="decisions")["Items"]
    return {item["record"]["S"] for item in items if item["transaction_id"]["S"] == transaction_id}
