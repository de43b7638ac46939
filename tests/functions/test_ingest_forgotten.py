"""Nobody comes back by a record that the stream still carried when they were forgotten."""

from __future__ import annotations

import time

import pytest
from stream_world import CUSTOMER, OCCURRED_US, TERMINAL, IngestWorld, decision

from greenfraud import redelivery
from greenfraud.errors import StoreUnavailableError
from greenfraud.features.encoding import entity_id
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.items import forgotten, release
from greenfraud.items.decision import KEPT_SECONDS
from greenfraud.items.forgotten import Forgotten, Request
from greenfraud.items.release import ReleasedPayment

NOW = time.time()
STRANGER = "forgotten-1"


@pytest.fixture
def world(aws) -> IngestWorld:
    """An ingestion that knows that C1 was forgotten at NOW."""
    made = IngestWorld()
    made.ingestion._forgotten = ForgottenPeople(lambda: made.dynamodb, "receipts")
    listed = Forgotten("salt", {}).with_request("C1", Request(STRANGER, NOW), NOW)
    made.dynamodb.put_item(TableName="receipts", **forgotten.put(listed))
    return made


def written(number: int, at: float | None):
    """A decision of C1 that was stored at a moment."""
    record = decision(number, customer_id={"S": "C1"}, features={"B": "AAAAAAAA"}, extras={"S": '{"device": "mine"}'})
    record["dynamodb"].pop("ApproximateCreationDateTime", None)
    record["dynamodb"]["NewImage"]["expires_at"] = {"N": str(at + KEPT_SECONDS)} if at is not None else {"S": "?"}
    return record


def customers(world: IngestWorld) -> set[str]:
    """Who has an online state."""
    return {item["entity_id"]["S"] for item in world.dynamodb.scan(TableName=CUSTOMER.table)["Items"]}


@pytest.mark.parametrize("at", [NOW - 3600, NOW, None], ids=["an hour before", "in that moment", "who knows"])
def test_what_was_decided_before_goes_on_under_the_other_name(world, at):
    """In state and lake, without what only that customer had; a record that does not tell its moment counts as old."""
    assert world.ingest(written(7, at)) == []
    assert customers(world) == {entity_id("customer_id", STRANGER)}
    rows = [row for kind in ("transactions", "decisions") for lines in world.lake(f"{kind}/").values() for row in lines]
    assert [row["customer_id"] for row in rows] == [STRANGER, STRANGER]
    assert all("device" not in row and row.get("features") is None for row in rows)


def released(decided_at: float | None, at: float):
    """The release, stored at a moment, of a payment that C1 made."""
    payment = ReleasedPayment("T7", OCCURRED_US + 1, "analyst", OCCURRED_US, "C1", "M1", 1250, decided_at)
    (record,) = redelivery.numbered([redelivery.record_of(release.encode(payment, at))])
    return {**record, "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": at}}


@pytest.mark.parametrize("decided_at", [NOW - 3600, NOW, None], ids=["an hour before", "in that moment", "who knows"])
def test_the_release_of_a_payment_of_before_goes_on_under_the_other_name(world, decided_at):
    """Whenever it was let go: otherwise a day of releases would name whom nobody may name."""
    assert world.ingest(released(decided_at, NOW + 3600)) == []
    assert customers(world) == {entity_id("customer_id", STRANGER)}
    ((row,),) = world.lake("releases/").values()
    assert row["customer_id"] == STRANGER


def test_the_release_of_a_payment_made_since_is_a_strangers(world):
    """As the payment is."""
    assert world.ingest(released(NOW + 1, NOW + 3600)) == []
    assert customers(world) == {entity_id("customer_id", "C1")}


def test_the_terminal_counts_the_payment_all_the_same(world):
    """Other people's features do not change because somebody was forgotten."""
    record = written(7, NOW - 1)
    terminal = record["dynamodb"]["NewImage"]["terminal_id"]["S"]
    world.ingest(record)
    assert world.state(TERMINAL, terminal).newest_us is not None


def test_what_is_paid_since_is_a_strangers_past(world):
    """The customer comes again, and is known from then on."""
    assert world.ingest(written(7, NOW + 1)) == []
    assert customers(world) == {entity_id("customer_id", "C1")}


@pytest.mark.parametrize(("decided", "seen", "name"), [(1, -9, "C1"), (-1, 9, STRANGER)])
def test_a_decision_tells_itself_when_it_was_written(world, decided, seen, name):
    """`forget` judges by the same moment, so both agree on whose a payment is; the stream's own clock says nothing."""
    record = written(7, NOW + decided)
    record["dynamodb"]["ApproximateCreationDateTime"] = NOW + seen
    assert world.ingest(record) == []
    assert customers(world) == {entity_id("customer_id", name)}


def test_a_redriven_payment_of_since_stays_a_strangers(world):
    """A redrive makes records of the table's items, which no stream has dated."""
    image = written(7, NOW + 1)["dynamodb"]["NewImage"]
    assert world.ingest(*redelivery.numbered([redelivery.record_of(image)])) == []
    assert customers(world) == {entity_id("customer_id", "C1")}


def test_others_keep_their_names(world):
    """Only who is listed is renamed."""
    other = decision(8, customer_id={"S": "C2"})
    world.ingest(other)
    assert customers(world) == {entity_id("customer_id", "C2")}


def test_nothing_is_ingested_while_nobody_can_say_who_was_forgotten(world):
    """The records are delivered again."""
    world.dynamodb.faults["batch_get_item"] = lambda _, RequestItems: {"Responses": {}, "UnprocessedKeys": RequestItems}
    with pytest.raises(StoreUnavailableError):
        world.ingest(written(7, NOW - 1))


def test_the_list_is_read_again_after_some_seconds(world):
    """Not by every batch: what is known is fresh enough for the moment that a request waits for."""
    clock = [0.0]
    world.ingestion._forgotten = people = ForgottenPeople(lambda: world.dynamodb, "receipts", clock=lambda: clock[0])

    def readings() -> int:
        return sum("receipts" in given.get("RequestItems", {}) for name, given in world.dynamodb.calls if name == "batch_get_item")

    for seconds in (0.0, 9.9, 10.0):
        clock[0] = seconds
        people.known()
    assert readings() == 2


def test_the_list_forgets_requests_that_are_over_and_keeps_those_that_are_not():
    """Done and older than any record: gone. Never finished: kept until it is."""
    done, open_ = Request("a", 0.0, is_done=True), Request("b", 0.0)
    listed = Forgotten("salt", {}).with_request("C1", done, 1.0).with_request("C2", open_, 1.0)
    later = listed.with_request("C3", Request("c", 9e5), 9e5)
    assert (later.of("C1"), later.of("C2")) == (None, open_)
    assert forgotten.decode(forgotten.put(later)["Item"]) == Forgotten("salt", later.requests, 1)
    assert "expires_at" not in forgotten.put(later)["Item"]
