"""People at the desk: one has it, colleagues write notes, whoever is in the way is named; who acts is who signed."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from desk_world import (
    ANA,
    BEN,
    CLAIM,
    FRAUD,
    HELD_MINOR,
    RELEASE,
    UNCLAIM,
    MemoryWorld,
    Person,
    listed,
    note,
    records,
    stored,
    with_a_doubt,
)

from greenfraud.items import casework
from greenfraud.items.casework import CLAIM_US, MOST_NOTE, MOST_NOTES

HOUR_SECONDS = CLAIM_US / 1e6


@pytest.fixture
def world() -> MemoryWorld:
    """A service that held T1."""
    return with_a_doubt()


def test_whoever_claims_has_it_and_a_second_person_is_told_who(world, ana, ben):
    """Also in the list, with until when; it can be given back, by nobody else."""
    status, answer = ana.act(CLAIM)
    assert (status, answer["state"], answer["claim"]["by"]) == (200, "claimed", "ana")
    for action in (CLAIM, UNCLAIM, RELEASE, FRAUD):
        status, refused = ben.act(action)
        assert (status, refused["detail"]) == (409, f"transaction_id: ana has it until {answer['claim']['until']}")
    (entry,) = listed(world)
    assert (entry["state"], entry["claim"]) == ("claimed", answer["claim"])
    assert ana.act(UNCLAIM)[1]["state"] == "open"
    assert ana.act(UNCLAIM)[0] == 200
    assert ben.act(CLAIM)[1]["claim"]["by"] == "ben"


def test_a_claim_ends_by_itself_and_is_made_longer_by_claiming_again(world, ana, ben, monkeypatch):
    """Whoever goes home leaves nothing locked."""
    began = 1_800_000_000.0
    clock = SimpleNamespace(now=began)
    monkeypatch.setattr(world.service.desk, "_clock", lambda: clock.now)
    first = ana.act(CLAIM)[1]["claim"]
    clock.now = began + HOUR_SECONDS / 2
    longer = ana.act(CLAIM)[1]["claim"]
    assert (longer["since"], longer["until"] > first["until"]) == (first["since"], True)
    clock.now = began + HOUR_SECONDS
    assert ben.act(CLAIM)[0] == 409
    clock.now = began + 1.5 * HOUR_SECONDS
    assert ben.act(CLAIM)[1]["claim"]["by"] == "ben"


def test_of_two_who_claim_at_once_one_wins_and_the_other_learns_who(world, ana, ben):
    """Ben reads before Ana writes, and writes after her."""

    def overtaken(real, **arguments):
        world.dynamodb.faults.clear()
        assert ana.act(CLAIM)[0] == 200
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = overtaken
    status, refused = ben.act(CLAIM)
    assert (status, "ana has it until" in refused["detail"]) == (409, True)
    assert casework.decode(stored(world, "review")).claim.by == ANA


def test_of_a_claim_and_a_decision_at_once_the_first_one_written_stands(world, ana, ben):
    """Nothing of the other's is written, whichever it is."""

    def overtaken(real, **arguments):
        world.dynamodb.faults.clear()
        assert ana.act(CLAIM)[0] == 200
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = overtaken
    assert ben.act(RELEASE)[0] == 409
    assert records(world) == {"decision", "review"}


def test_notes_are_kept_with_author_and_time_and_the_same_sent_again_is_one(world, ana, ben):
    """Whoever has it, colleagues may write; the list shows it."""
    ana.act(CLAIM)
    ana.act(note("called the customer, no answer"))
    ana.act(note("called the customer, no answer"))
    status, answer = ben.act(note("  he called back: it was him  "))
    assert status == 200
    assert [(one["by"], one["text"]) for one in answer["notes"]] == [
        ("ana", "called the customer, no answer"),
        ("ben", "he called back: it was him"),
    ]
    assert listed(world)[0]["notes"] == answer["notes"]


def test_notes_are_bounded(ana):
    """In number and in length."""
    for number in range(MOST_NOTES):
        assert ana.act(note(f"{number}" + "x" * (MOST_NOTE - 1)))[0] == 200
    status, refused = ana.act(note("one more"))
    assert (status, "takes no more" in refused["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({}, "action"),
        ({"action": "delete"}, "action"),
        ({"action": ["claim"]}, "action"),
        ({"action": "claim", "by": BEN}, "by"),
        ({"action": "decide", "decision": "release", "actor": BEN}, "actor"),
        ({"action": "decide"}, "decision"),
        ({"action": "decide", "decision": "allow"}, "decision"),
        ({"action": "decide", "decision": ["release"]}, "decision"),
        ({"action": "note"}, "text"),
        (note(" "), "text"),
        (note("x" * (MOST_NOTE + 1)), "text"),
        (note("two\nlines"), "text"),
        (note("\x1b[2J"), "text"),
        (note("\u202eright to left"), "text"),
        ({"action": "note", "text": 7}, "text"),
    ],
)
def test_an_unusable_action_names_its_field_and_stores_nothing(world, ana, body, field):
    """Who acts is nobody's to say in a body."""
    status, refused = ana.act(body)
    assert (status, refused["field"]) == (422, field)
    assert records(world) == {"decision"}


def test_half_a_character_is_no_note(world, ana):
    """JSON can spell it, and no store takes it."""
    status, refused = ana.act(note("\ud800"))
    assert (status, refused["field"] in ("text", "body")) == (422, True)
    assert records(world) == {"decision"}


def test_who_signs_nothing_does_nothing(world):
    """A server of one's own, without API Gateway before it, knows nobody."""
    assert Person(world, None).act(CLAIM)[0] == 403
    assert world.http.post("/v1/reviews/T1", json=CLAIM).status_code == 403
    assert records(world) == {"decision"}


def test_sessions_of_a_role_are_one_person_and_users_of_single_sign_on_are_not(world):
    """A session's name is chosen by whoever takes on the role; single sign-on's is not."""
    role, sso = "arn:aws:sts::123456789012:assumed-role/{}".format, "analyst/{}".format
    assert Person(world, role(sso("one"))).act(CLAIM)[0] == 200
    assert Person(world, role(sso("two"))).act(UNCLAIM)[0] == 200
    assert Person(world, role("AWSReservedSSO_Fraud_1/Ana@example.com")).act(CLAIM)[1]["claim"]["by"] == "ana@example.com"
    assert Person(world, role("AWSReservedSSO_Fraud_1/ben@example.com")).act(CLAIM)[0] == 409


def test_what_is_not_decided_or_was_allowed_is_no_review(world, ana):
    """The reason says where such things are told."""
    world.score(transaction_id="T2", amount_minor=100)
    assert ana.act(CLAIM, "T9")[0] == 404
    status, refused = ana.act(FRAUD, "T2")
    assert (status, "POST /v1/labels" in refused["detail"]) == (409, True)


@pytest.mark.parametrize("name", ["a/b", "é?", "T 1", "100%25", "..", "x" * 256])
def test_an_id_of_any_characters_is_reached_by_the_query(world, ana, name):
    """As decisions are."""
    world.score(transaction_id=name, amount_minor=HELD_MINOR)
    assert ana.act(CLAIM, name, by_query=True)[1]["transaction_id"] == name


def test_a_damaged_record_of_the_desk_is_named_and_hides_no_other_doubt(world, ana, caplog):
    """And no value of it is logged."""
    world.score(transaction_id="T2", amount_minor=HELD_MINOR)
    ana.act(note("4711 is his number"))
    item = stored(world, "review")
    world.table._items[("T1", "review")] = {**item, "notes": {"S": '[{"by": "4711"'}}
    assert [one["transaction_id"] for one in listed(world)] == ["T2"]
    assert ana.act(CLAIM)[0] == 500
    assert "review.notes:" in caplog.text
    assert "4711" not in caplog.text


def test_no_log_line_names_a_person(world, ana, ben, caplog):
    """Whatever is refused."""
    with caplog.at_level(logging.DEBUG, logger="functions"):
        ana.act(CLAIM)
        ben.act(CLAIM)
        ana.act(FRAUD)
        ben.act(RELEASE)
    assert not any(name in caplog.text for name in ("ana", "ben", ANA, BEN))


def test_what_people_did_expires_with_the_decision_it_is_about(world, ana):
    """Not 400 days after the last note."""
    ana.act(CLAIM)
    assert stored(world, "review")["expires_at"] == stored(world, "decision")["expires_at"]
