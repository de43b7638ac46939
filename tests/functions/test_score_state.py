"""Reading the online state, whole, in part, and not at all."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from dynamodb_world import PATIENT_SECONDS
from score_world import MANIFEST, Proxy, World, customer_state

from greenfraud.control import ControlDocument
from greenfraud.items import control as control_items
from greenfraud.records import parse_rfc3339

NOON = parse_rfc3339("2018-05-20T12:00:00Z")
MINUTE_US = 60 * 1_000_000


@pytest.fixture
def world(client) -> World:
    """A service whose customer C1 paid 12 times in the last hour, over each of the two clients."""
    return paid(World(dynamodb=Proxy(client)))


def paid(world: World) -> World:
    """The service, with these payments."""
    world.put_state("customer_activity", "C1", customer_state(*[(NOON - n * MINUTE_US, 100) for n in range(1, 13)]))
    world.dynamodb.calls.clear()
    return world


def throttled(*_: object, **__: object) -> object:
    """What DynamoDB raises when a table has no capacity left."""
    raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "BatchGetItem")


def test_a_stored_state_reaches_the_rules(world):
    """Twelve payments within the hour ask for a person."""
    answer = world.score()
    assert [reason["feature"] for reason in answer["reasons"]] == ["customer_accepted_1h"]
    assert answer["features_as_of"] == "2018-05-20T11:59:00Z"
    assert answer["degraded"] == ["terminal_missing"]


def test_one_read_fetches_both_entities_and_one_control_copy(world):
    """Only the control table is read consistently."""
    world.score()  # a cold start compares the copies
    world.dynamodb.calls.clear()
    world.score(transaction_id="T2")
    (request,) = [call["RequestItems"] for name, call in world.dynamodb.calls if name == "batch_get_item"]
    assert {table: (len(part["Keys"]), part["ConsistentRead"]) for table, part in request.items()} == {
        "control": (1, True),
        MANIFEST.views["customer_activity"].table: (1, False),
        MANIFEST.views["terminal_activity"].table: (1, False),
    }


def test_what_was_left_unprocessed_is_asked_for_again(client):
    """A throttled part of the read is no missing entity."""
    world, answers = paid(World(dynamodb=Proxy(client), asks_for_seconds=PATIENT_SECONDS)), iter([True])

    def once_nothing(real, **arguments):
        if next(answers, None):
            return {"Responses": {}, "UnprocessedKeys": arguments["RequestItems"]}
        return real(**arguments)

    world.dynamodb.faults["batch_get_item"] = once_nothing
    assert world.score()["decision"] == "review"


def test_a_table_that_stays_throttled_is_named_unreadable(world):
    """After as many askings as the deadline leaves room for; the rest of the answer stands."""

    def without_customers(real, RequestItems):
        left = {table: part for table, part in RequestItems.items() if "customer" in table}
        rest = {table: part for table, part in RequestItems.items() if "customer" not in table}
        response = real(RequestItems=rest) if rest else {"Responses": {}}
        return response | {"UnprocessedKeys": left}

    world.dynamodb.faults["batch_get_item"] = without_customers
    assert world.score()["degraded"] == ["customer_unreadable", "terminal_missing"]
    assert len(world.dynamodb.calls) <= 8  # pauses of 5 ms, doubling, within 250 ms


def answers(body: object) -> object:
    """A store that says this, whatever it is asked."""
    return lambda *_, **__: body


@pytest.mark.parametrize(
    "fault",
    [
        throttled,
        lambda *_, **__: (_ for _ in ()).throw(ReadTimeoutError(endpoint_url="x")),
        answers({}),
        answers({"Responses": None}),
        answers({"Responses": {"control": [{"control_id": "copy#0"}]}}),
        answers({"Responses": {"of somebody else": [{}]}}),
    ],
)
def test_a_read_that_fails_degrades_the_answer_and_counts_as_a_fault(world, capsys, fault):
    """No state, no control document, and still an answer."""
    world.dynamodb.faults["batch_get_item"] = fault
    answer = world.score(amount_minor=30_000)
    assert answer["decision"] == "review"
    assert answer["degraded"] == ["customer_unreadable", "terminal_unreadable", "control_unreadable"]
    assert '"Degraded":1' in capsys.readouterr().out


def test_an_expired_item_counts_as_never_seen(world):
    """DynamoDB deletes it days later; the answer does not wait for that."""
    state = customer_state(*[(NOON - n * MINUTE_US, 100) for n in range(1, 13)])
    world.put_state("customer_activity", "C1", state, expires_at={"N": str(int(time.time()) - 1)})
    assert "customer_missing" in world.score()["degraded"]


def test_a_state_without_an_event_for_a_year_is_stale_and_counts_as_never_seen(world):
    """By the time of the transaction, in whatever year it is scored; told, and no alarm."""
    fresh = world.score(transaction_id="T2", occurred_at="2019-05-21T11:59:00Z")
    stale = world.score(transaction_id="T3", occurred_at="2019-05-21T11:59:00.000001Z")
    assert fresh["degraded"] == ["terminal_missing"]
    assert (stale["degraded"], stale["features_as_of"]) == (["customer_stale", "terminal_missing"], None)


def test_a_late_transaction_is_told_that_later_events_are_known(world, capsys):
    """Its values stand, and hold what came after; no alarm."""
    answer = world.score(occurred_at="2018-05-20T11:58:59.999999Z")
    assert (answer["degraded"], answer["features_as_of"]) == (["customer_ahead", "terminal_missing"], "2018-05-20T11:59:00Z")
    assert '"Degraded":0' in capsys.readouterr().out


def test_events_of_the_same_instant_are_before(world):
    """What is known at the very microsecond is not ahead of it."""
    assert world.score(occurred_at="2018-05-20T11:59:00Z")["degraded"] == ["terminal_missing"]


def test_a_corrupt_item_is_unreadable_not_empty(world):
    """Bytes that are no tiles are named."""
    state = customer_state((NOON, 1))
    world.put_state(
        "customer_activity", "C1", state, values={"M": {MANIFEST.views["customer_activity"].columns[0]: {"B": b"\x00\x01"}}}
    )
    assert "customer_unreadable" in world.score()["degraded"]


@pytest.mark.parametrize("document", ["{", "[]", "{}"])
def test_a_corrupt_control_document_is_told_and_the_request_still_answered(world, document):
    """By the rules, where this instance never knew a document."""
    for index in range(control_items.COPIES):
        item = {**control_items.encode(ControlDocument(), index), "document": {"S": document}}
        world.dynamodb.put_item(TableName="control", Item=item)
    answer = world.score()
    assert (answer["decision"], answer["degraded"]) == ("review", ["terminal_missing", "control_damaged"])


def test_a_transaction_without_a_terminal_is_scored(world):
    """The terminal may be absent."""
    answer = world.score(terminal_id=None)
    assert answer["degraded"] == ["terminal_missing"]


def test_new_entities_are_no_alarm(aws, capsys):
    """Missing is told in the answer and not counted as a fault."""
    World().score()
    assert '"Degraded":0' in capsys.readouterr().out
