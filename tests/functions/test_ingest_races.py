"""Lost races, busy stores and writers at the same time: every event counts, and once."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import ClientError
from score_world import World, customer_state
from stream_world import CUSTOMER, DECISION, OCCURRED_US, TERMINAL, IngestWorld, decision, expected_customer

from functions.ingest.online import ATTEMPTS
from greenfraud.features.distinct import place_of
from greenfraud.features.windows import TileRange
from greenfraud.instants import MINUTE_US


@pytest.fixture
def world(aws: None) -> IngestWorld:
    """An ingestion that has seen nothing yet."""
    return IngestWorld()


def cancelled(*codes: str) -> ClientError:
    """What DynamoDB raises for a transaction that lost."""
    response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": code} for code in codes]}
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    "fault",
    [
        cancelled("None", "TransactionConflict", "None"),
        cancelled("None", "ConditionalCheckFailed", "None"),
        cancelled("ThrottlingError", "None", "None"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems"),
    ],
)
def test_a_lost_race_is_run_again_on_what_is_there_now(world, fault):
    """And leaves its effect once."""
    faults = iter([fault, fault])

    def lose(real, **arguments):
        error = next(faults, None)
        if error:
            raise error
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = lose
    assert world.ingest(DECISION) == []
    assert world.state(CUSTOMER, "C1") == expected_customer()


def test_a_write_that_succeeded_unseen_is_not_repeated(world):
    """The answer got lost, the effect did not."""
    answers = iter([True])

    def lose_the_answer(real, **arguments):
        response = real(**arguments)
        if next(answers, None):
            raise ClientError({"Error": {"Code": "TransactionInProgressException"}}, "TransactWriteItems")
        return response

    world.dynamodb.faults["transact_write_items"] = lose_the_answer
    assert world.ingest(DECISION) == []
    assert world.state(CUSTOMER, "C1") == expected_customer()


def test_losing_every_time_is_a_failure_that_is_delivered_again(world, caplog):
    """Bounded, and named."""

    def lose(*_: object, **__: object) -> None:
        raise cancelled("None", "TransactionConflict")

    world.dynamodb.faults["transact_write_items"] = lose
    assert world.ingest(DECISION) == [DECISION["dynamodb"]["SequenceNumber"]]
    assert len([name for name, _ in world.dynamodb.calls if name == "transact_write_items"]) == ATTEMPTS
    assert "conflict" in caplog.text


def test_a_throttled_read_is_never_taken_for_an_empty_state(world):
    """Or a customer's past would be overwritten by nothing."""
    world.ingest(DECISION)
    answers = iter([True, True])

    def half_an_answer(real, **arguments):
        if next(answers, None):
            return {"Responses": {}, "UnprocessedKeys": arguments["RequestItems"]}
        return real(**arguments)

    world.dynamodb.faults["batch_get_item"] = half_an_answer
    assert world.ingest(decision(2)) == []
    assert world.state(CUSTOMER, "C1") == customer_state(*[(OCCURRED_US, 1250)] * 2)


def test_an_item_that_feast_wrote_without_a_version_is_built_upon(world):
    """Its time is the only sign of a change."""
    feast = World()
    feast.put_state("customer_activity", "C1", customer_state((OCCURRED_US - 1, 7)))
    assert world.ingest(DECISION) == []
    assert world.state(CUSTOMER, "C1") == customer_state((OCCURRED_US - 1, 7), (OCCURRED_US, 1250))


def test_concurrent_batches_lose_nothing_and_count_nothing_twice(world):
    """Two shards, one customer, every event delivered to both."""
    turn = threading.Lock()

    def in_turn(real, **arguments):  # moto lets another thread in between a condition and its write, DynamoDB does not
        with turn:
            return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = in_turn
    records = [decision(number) for number in range(2, 12)]
    failed: list[str] = []
    threads = [
        threading.Thread(target=lambda batch=batch: failed.extend(world.ingest(*batch))) for batch in (records, records[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.ingest(*[record for record in records if record["dynamodb"]["SequenceNumber"] in failed])
    assert world.state(CUSTOMER, "C1") == customer_state(*[(OCCURRED_US, 1250)] * 10)


def test_concurrent_batches_of_one_terminal_lose_none_of_its_customers(world):
    """Marks are united in the write that counts, whoever wins it first."""
    turn = threading.Lock()

    def in_turn(real, **arguments):
        with turn:
            return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = in_turn
    customers = [f"C{number}" for number in range(20)]
    records = [decision(number, customer_id={"S": customer}) for number, customer in enumerate(customers, start=2)]
    failed: list[str] = []
    threads = [threading.Thread(target=lambda part=part: failed.extend(world.ingest(*records[part::2]))) for part in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.ingest(*[record for record in records if record["dynamodb"]["SequenceNumber"] in failed])
    tile = OCCURRED_US // (5 * MINUTE_US)
    marked = world.state(TERMINAL, "M1").marked("t_customers_m5", TileRange(tile, tile + 1))
    assert marked == len({place_of(customer) for customer in customers})
