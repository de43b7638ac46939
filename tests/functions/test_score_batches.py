"""A batch is scored as if its transactions were sent one by one: each sees those before it, whatever order they are listed in."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
from aws_world import golden
from botocore.exceptions import EndpointConnectionError
from score_world import MANIFEST, TRANSACTION, World, customer_state
from stream_world import IngestWorld

from greenfraud.features.logged import unpack
from greenfraud.items import decision as decision_items
from greenfraud.records import format_rfc3339, parse_rfc3339

NOON = parse_rfc3339("2018-05-20T12:00:00Z")
MINUTE_US = 60 * 1_000_000
DAY_US = 24 * 60 * MINUTE_US
LATER = "2018-05-20T12:10:00Z"


@pytest.fixture
def world(aws: None) -> World:
    """A service that knows nothing yet, with an ingestion behind it."""
    world = World()
    world.stream = IngestWorld()
    return world


def post(world: World, batch: list[dict]) -> list[dict]:
    """The results of a batch."""
    response = world.http.post("/v1/score/batch", json=batch)
    assert response.status_code == 200, response.text
    results: list[dict] = response.json()["results"]
    return results


def decided(world: World, name: str) -> dict[str, Any]:
    """The stored decision."""
    item: dict[str, Any] = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key(name))["Item"]
    return item


def features(world: World, name: str) -> dict[str, float | None]:
    """The values that a decision was made on."""
    return unpack(decision_items.decode(decided(world, name)).features or b"", MANIFEST.names)


def ingest(world: World, name: str) -> None:
    """Let the stream bring a decision to the online state."""
    image = decided(world, name)
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": name, "NewImage": image}}
    assert world.stream.ingest(record) == []


def payments(prefix: str, seed: int, count: int = 24) -> list[dict]:
    """Payments of few customers at few terminals within days, some at the same moment, some without a terminal."""
    chance = random.Random(seed)
    moments = [NOON + chance.choice([0, MINUTE_US, 7 * DAY_US]) * chance.randint(0, 90) for _ in range(count)]
    return [
        TRANSACTION
        | {
            "transaction_id": f"{prefix}{number:03}",
            "occurred_at": format_rfc3339(moment),
            "customer_id": f"{prefix}{chance.randint(0, 3)}",
            "terminal_id": chance.choice([None, *(f"{prefix}{terminal}" for terminal in range(3))]),
            "amount_minor": chance.randint(0, 60_000),
        }
        for number, moment in enumerate(moments)
    ]


@pytest.mark.parametrize("seed", range(2))
def test_a_batch_has_the_features_of_sending_one_by_one(world, seed):
    """To the bit, with each ingested before the next; listed in any order, over states that are there already."""
    for customer in ("a0", "b0"):
        world.put_state("customer_activity", customer, customer_state(*[(NOON - n * DAY_US, 100 * n) for n in range(1, 60)]))
    alone, together = payments("a", seed), payments("b", seed)
    for one in sorted(alone, key=lambda one: (one["occurred_at"], one["transaction_id"])):
        world.http.post("/v1/score", json=one)
        ingest(world, one["transaction_id"])
    random.Random(seed).shuffle(together)
    results = post(world, together)
    assert [result["transaction_id"] for result in results] == [one["transaction_id"] for one in together]
    for one in alone:
        expected = features(world, one["transaction_id"])
        assert features(world, one["transaction_id"].replace("a", "b")) == expected, one
        expected_as_of = world.http.get(f"/v1/decisions/{one['transaction_id']}").json()["features_as_of"]
        answer = world.http.get(f"/v1/decisions/{one['transaction_id'].replace('a', 'b')}").json()
        assert answer["features_as_of"] == expected_as_of


def test_a_batch_cannot_hide_a_burst(world):
    """Twelve payments of a new customer within an hour: the rule on the pace speaks from the eleventh on."""
    moments = [format_rfc3339(NOON + n * 6 * MINUTE_US) for n in range(12)]
    burst = [TRANSACTION | {"transaction_id": f"T{n}", "occurred_at": at} for n, at in enumerate(moments)]
    alone = [{**one, "transaction_id": f"A{n}", "customer_id": "A", "terminal_id": "A"} for n, one in enumerate(burst)]
    expected = []
    for one in alone:
        expected.append(world.http.post("/v1/score", json=one).json()["decision"])
        ingest(world, one["transaction_id"])
    assert "review" in expected
    assert [result["decision"] for result in post(world, burst)] == expected


def test_what_was_refused_is_not_seen(world):
    """Other content under a known id is no payment."""
    world.score(customer_id="other")
    conflict, after = post(world, [TRANSACTION, TRANSACTION | {"transaction_id": "T2", "occurred_at": LATER}])
    assert conflict["status"] == 409
    assert after["features_as_of"] is None


def test_nobody_overtakes_a_payment_that_was_not_stored(world):
    """Whoever shares its customer or terminal, or those of one that waits already, waits too; the others of the batch stand."""
    failing = iter([True])

    def fail_once(real, **arguments):
        if next(failing, None):
            raise EndpointConnectionError(endpoint_url="x")
        return real(**arguments)

    world.dynamodb.faults["put_item"] = fail_once
    shared = {"lost": ("C1", "M1"), "same-customer": ("C1", "M2"), "their-terminal": ("C3", "M2"), "stranger": ("C4", "M4")}
    batch = [
        TRANSACTION
        | {"transaction_id": name, "customer_id": customer, "terminal_id": terminal, "occurred_at": f"2018-05-20T1{n}:00:00Z"}
        for n, (name, (customer, terminal)) in enumerate(shared.items())
    ]
    results = dict(zip(shared, post(world, batch), strict=True))
    waiting = [name for name, result in results.items() if (result.get("status"), result.get("retry")) == (503, True)]
    assert waiting == ["lost", "same-customer", "their-terminal"]
    again = dict(zip(shared, post(world, batch), strict=True))
    assert again["stranger"] == results["stranger"]
    assert again["same-customer"]["features_as_of"] == "2018-05-20T10:00:00Z"


@pytest.mark.parametrize("is_ingested", [True, False])
def test_a_batch_sent_again_counts_everybody_once(world, is_ingested):
    """What the state has in it already is not added to it; what the stream has not brought yet is."""
    batch = [TRANSACTION, TRANSACTION | {"transaction_id": "T2", "occurred_at": LATER}]
    post(world, batch[:1])
    if is_ingested:
        ingest(world, "T1")
    _, answer, _ = post(world, [*batch, batch[0]])
    assert ("customer_unsettled" in answer["degraded"]) == is_ingested
    if not is_ingested:
        ingest(world, "T1")
    world.score(transaction_id="T3", occurred_at=LATER)
    assert features(world, "T2") == features(world, "T3")


def test_a_batch_sent_again_says_where_nobody_can_tell_what_a_state_has(world, capsys):
    """A later event overtook the first payment in the stream, so its decision may be missing: told, and no fault."""
    first, second = (TRANSACTION | {"transaction_id": f"T{n}", "occurred_at": format_rfc3339(NOON + n * MINUTE_US)} for n in (1, 2))
    post(world, [first])
    world.score(transaction_id="later", occurred_at=LATER, terminal_id="other")
    ingest(world, "later")
    capsys.readouterr()
    _, answer, stranger = post(world, [first, second, TRANSACTION | {"transaction_id": "T3", "customer_id": "other"}])
    assert answer["degraded"] == ["customer_ahead", "customer_unsettled"]
    assert stranger["degraded"] == ["customer_missing", "terminal_missing"]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["Degraded"] == 0


def test_the_same_transaction_twice_in_a_batch_counts_once(world):
    """And has one answer."""
    first, again, _ = post(world, [TRANSACTION, TRANSACTION, TRANSACTION | {"transaction_id": "T2", "occurred_at": LATER}])
    assert first == again
    ingest(world, "T1")
    world.score(transaction_id="T3", occurred_at=LATER)
    assert features(world, "T2") == features(world, "T3")


class Clock:
    """A Lambda's context that has so much time left."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> float:
        """By the invocation's own timeout."""
        return self._seconds * 1000


def test_what_a_slow_store_leaves_no_time_for_is_told_one_by_one(world, monkeypatch, capsys):
    """Nothing of it is stored, it may be sent again, and the metric counts it."""
    monkeypatch.setattr("functions.score.deadline.BATCH_SECONDS", 0.5)
    seconds = [0.0]
    for module in ("deadline", "turns"):
        monkeypatch.setattr(f"functions.score.{module}.time", SimpleNamespace(monotonic=lambda: seconds[0]))

    def slow(real, **arguments):
        seconds[0] += 0.2
        return real(**arguments)

    world.dynamodb.faults["put_item"] = slow
    batch = [TRANSACTION | {"transaction_id": f"T{9 - n}", "occurred_at": format_rfc3339(NOON - n * MINUTE_US)} for n in range(10)]
    results = post(world, batch)
    left = [result for result in results if "decision" not in result]
    assert len(results) - len(left) == 3
    assert {(one["status"], one["title"], one["retry"]) for one in left} == {(503, "Service Unavailable", True)}
    assert results[-1]["transaction_id"] == "T0"  # the earliest has its turn first
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["NotReached"] == len(left)
    stored = {item["transaction_id"]["S"] for item in world.dynamodb.scan(TableName="decisions")["Items"]}
    assert stored == {result["transaction_id"] for result in results if "decision" in result}
    world.dynamodb.faults.clear()
    assert all("decision" in result for result in post(world, batch))


def test_a_batch_ends_before_the_functions_own_timeout(start, world):
    """A caller whose function was killed would not know what was stored."""
    handler = start("score")
    event = golden("api_gateway_score")
    event["requestContext"]["http"]["path"] = event["rawPath"] = "/v1/score/batch"
    answered = {}
    for seconds in (60.0, 6.0):
        event["body"] = json.dumps([TRANSACTION | {"transaction_id": f"{seconds}-{n}"} for n in range(3)])
        response = handler(event, Clock(seconds))
        assert response["statusCode"] == 200
        answered[seconds] = ["decision" in result for result in json.loads(response["body"])["results"]]
    # With boto3 a put may take seven seconds until it gives up: with six left, none is begun.
    assert answered == {60.0: [True] * 3, 6.0: [False] * 3}


@pytest.mark.parametrize(("is_warm", "reads"), [(True, 1), (False, 2)])
def test_a_store_that_answers_no_part_of_a_read_is_not_asked_for_the_next(world, is_warm, reads):
    """Three parts of a batch, each waited for in vain, would be the whole time.

    Who knows no control document yet asks once more, for its copies alone.
    """
    if is_warm:
        world.score(transaction_id="warm", customer_id="warm", terminal_id="warm")

    def away(*_: object, **__: object) -> object:
        raise EndpointConnectionError(endpoint_url="x")

    world.dynamodb.faults["batch_get_item"] = away
    world.dynamodb.calls.clear()
    batch = [TRANSACTION | {"transaction_id": f"T{n}", "customer_id": f"C{n}", "terminal_id": f"M{n}"} for n in range(100)]
    results = post(world, batch)
    assert len([name for name, _ in world.dynamodb.calls if name == "batch_get_item"]) == reads
    assert all(result["degraded"] == ["customer_unreadable", "terminal_unreadable", "control_unreadable"] for result in results)
