"""The desk over the tables themselves, by both clients: conditions hold, page follows page, and no fault halves an action."""

from __future__ import annotations

import pytest
from desk_world import ANA, BEN, CLAIM, HELD_MINOR, RELEASE, UNCLAIM, Person, listed, note, records, stored
from dynamodb_world import cut_off, done_and_dropped, dropped, no_fault, refused, slow, unprocessed
from score_world import Proxy, World

from functions.score import reviews
from greenfraud.items import casework

FAULTS = {
    "throttled": refused("ProvisionedThroughputExceededException"),
    "dropped": dropped,
    "done and dropped": done_and_dropped,
    "cut off": cut_off,
    "slow": slow,
}


@pytest.fixture
def world(client) -> World:
    """A service, over each of the two clients, that held T1."""
    world = World(dynamodb=Proxy(client))
    world.score(amount_minor=HELD_MINOR)
    return world


def test_a_claim_follows_another_and_of_two_at_once_one_is_written(world):
    """Each write replaces the revision that it was made from, and no other."""
    ana, ben = Person(world, ANA), Person(world, BEN)
    for action in (CLAIM, note("one"), UNCLAIM):
        assert ana.act(action)[0] == 200

    def overtaken(real, **arguments):
        world.dynamodb.faults.clear()
        assert ana.act(CLAIM)[0] == 200
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = overtaken
    assert ben.act(CLAIM)[0] == 409
    assert (casework.decode(stored(world, "review")).claim.by, stored(world, "review")["revision"]) == (ANA, {"N": "4"})


def test_no_note_brings_back_who_was_forgotten_meanwhile(world):
    """The review bears the pseudonym since it was read; the note comes again on top of that."""
    ana = Person(world, ANA)
    ana.act(CLAIM)

    def forgotten(real, **arguments):
        world.dynamodb.faults.clear()
        for record in ("decision", "review"):
            world.dynamodb.put_item(TableName="decisions", Item={**stored(world, record), "customer_id": {"S": "pseudonym"}})
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = forgotten
    assert ana.act(note("one"))[0] == 200
    assert stored(world, "review")["customer_id"] == {"S": "pseudonym"}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_decision_is_written_whole_or_refused_and_may_be_sent_again(world, faulty, fault):
    """Whether the fault passes or stays."""
    ana = Person(world, ANA)
    faulty.faults["TransactWriteItems"] = [fault]
    assert ana.act(RELEASE)[0] == 503
    assert records(world) in ({"decision"}, {"decision", "review", "report", "release"})
    faulty.faults["TransactWriteItems"] = [fault, no_fault]
    assert ana.act(RELEASE)[0] == 200
    assert records(world) == {"decision", "review", "report", "release"}


def test_what_the_store_left_unread_is_read_again_or_the_list_is_refused(world, faulty, monkeypatch):
    """Nobody is shown as open what was decided."""
    monkeypatch.setattr(reviews, "PAUSE_SECONDS", 0.0)
    Person(world, ANA).act(RELEASE)
    faulty.faults["BatchGetItem"] = [no_fault, unprocessed, no_fault]  # the first one is the control document's
    assert [one["state"] for one in listed(world, state="all")] == ["decided"]
    faulty.faults["BatchGetItem"] = [no_fault, unprocessed]
    assert world.http.get("/v1/reviews?day=2018-05-20&state=all").status_code == 503


def test_a_part_is_read_page_after_page_as_far_as_the_list_asks(world, monkeypatch):
    """Of 11 doubts, some of the same rank, none is lost or comes twice; a short list reads no further than its first pages."""
    monkeypatch.setattr(reviews, "PAGE", 2)
    monkeypatch.setattr(reviews.review, "PARTS", 1)
    for number in (0, *range(2, 12)):
        world.score(transaction_id=f"T{number}", amount_minor=HELD_MINOR + max(number, 6))
    world.dynamodb.calls.clear()
    monkeypatch.setattr(reviews, "LOOKED_AT_ONCE", 3)
    assert [one["transaction_id"] for one in listed(world, limit=3)] == ["T11", "T10", "T9"]
    assert len([call for call in world.dynamodb.calls if call[0] == "query"]) <= 2 + 3  # a page of each key, then as many as wanted
    ids = [one["transaction_id"] for one in listed(world, limit=1000)]
    assert ids[:5] == ["T11", "T10", "T9", "T8", "T7"]
    assert sorted(ids[5:]) == ["T0", "T2", "T3", "T4", "T5", "T6"]
