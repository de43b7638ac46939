"""Behind the edge nobody is called as the caller calls them, or nothing is scored."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from desk_world import ANA, CLAIM, Person, listed
from score_world import TRANSACTION, World

from functions.score.tokens import IdTokens
from greenfraud.features.encoding import entity_id
from greenfraud.identity import token

KEY = "k" * 64


class Secrets:
    """Secrets Manager, with a fault where a test sets one; counts what it was asked."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.text, self.asked = KEY, 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        self.asked += 1
        assert SecretId == "arn:key"
        if self.fault:
            raise self.fault
        return {"SecretString": self.text}


@pytest.fixture
def secrets() -> Secrets:
    """The vault."""
    return Secrets()


@pytest.fixture
def world(aws, secrets) -> World:
    """A service that replaces ids."""
    return World(tokens=IdTokens(lambda: secrets, "arn:key"))


def stored() -> str:
    """Everything that the tables hold."""
    client = boto3.client("dynamodb")
    return repr([client.scan(TableName=name)["Items"] for name in client.list_tables()["TableNames"]])


def test_what_is_stored_and_what_is_read_is_a_token(world, secrets):
    """The key is read once; the payment's own id stays, by which its answer is asked for."""
    answer = world.score(customer_id="a-person", terminal_id="a-shop")
    world.score(transaction_id="T2", customer_id="a-person", terminal_id="a-shop")
    assert "a-person" not in stored()
    assert "a-shop" not in stored()
    (item,) = boto3.client("dynamodb").query(
        TableName="decisions",
        KeyConditionExpression="transaction_id = :id",
        ExpressionAttributeValues={":id": {"S": answer["transaction_id"]}},
    )["Items"]
    assert item["customer_id"]["S"] == token("customer", "a-person", KEY.encode())
    assert item["terminal_id"]["S"] == token("terminal", "a-shop", KEY.encode())
    read = [key["entity_id"]["S"] for name, given in world.dynamodb.calls if name == "batch_get_item" for key in keys_of(given)]
    assert entity_id("customer_id", "a-person") not in read
    assert entity_id("customer_id", item["customer_id"]["S"]) in read
    assert secrets.asked == 1


def keys_of(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of states that a read asked for."""
    return [key for table in given["RequestItems"].values() for key in table["Keys"] if "entity_id" in key]


def test_the_same_payment_again_gets_the_stored_answer_and_another_one_a_conflict(world):
    """Told apart by tokens as by ids."""
    answer = world.score()
    assert world.score() == answer
    assert world.http.post("/v1/score", json=TRANSACTION | {"customer_id": "other"}).status_code == 409


def test_a_batch_and_a_payment_without_a_terminal_are_replaced_too(world):
    """No terminal stays no terminal."""
    body = [TRANSACTION | {"customer_id": "a-person", "terminal_id": None}]
    assert world.http.post("/v1/score/batch", json=body).json()["results"][0]["transaction_id"] == "T1"
    assert "a-person" not in stored()


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secretsmanager"),
        KeyError("SecretString"),
    ],
    ids=["refused", "unreachable", "empty"],
)
def test_nothing_is_scored_while_the_key_cannot_be_read(world, secrets, fault):
    """A 503 that says so, nothing stored, health unavailable; the next request tries again."""
    secrets.fault = fault
    response = world.http.post("/v1/score", json=TRANSACTION)
    assert response.status_code == 503
    assert "the key of the ids cannot be read" in response.json()["detail"]
    assert world.http.post("/v1/score/batch", json=[TRANSACTION]).status_code == 503
    assert "C1" not in stored()
    secrets.fault = None
    assert world.score()["decision"]


def test_a_key_that_could_be_guessed_is_no_key(world, secrets):
    """A secret that somebody typed in."""
    secrets.text = "password"
    response = world.http.post("/v1/score", json=TRANSACTION)
    assert response.status_code == 503
    assert "password" not in response.text


def test_the_model_card_says_how_people_are_called(aws, world):
    """A demonstration that stores ids as they are sent cannot be taken for a platform that does not."""
    assert world.http.get("/v1/model").json()["ids"] == "tokens"
    assert World().http.get("/v1/model").json()["ids"] == "as sent"


def test_who_is_reviewed_is_a_token_in_the_list_and_beside_the_decision(world):
    """The desk is behind the edge; the payment is still called by its own id."""
    world.score(customer_id="a-person", terminal_id="a-shop", amount_minor=90_000)
    Person(world, ANA).act(CLAIM)
    (entry,) = listed(world)
    assert (entry["transaction_id"], entry["customer_id"]) == ("T1", token("customer", "a-person", KEY.encode()))
    assert "a-person" not in stored()
