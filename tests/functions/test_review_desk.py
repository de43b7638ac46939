"""People at the desk: one has it, what he finds becomes a label and a release, once; whoever is in the way is named."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from botocore.exceptions import EndpointConnectionError
from desk_world import ANA, BEN, CLAIM, FRAUD, HELD_MINOR, RELEASE, UNCLAIM, MemoryWorld, Person, listed, note, records, stored
from memory_aws import cancelled

from functions.score import desk as desks
from greenfraud.items import casework
from greenfraud.items.casework import CLAIM_US, MOST_NOTE, MOST_NOTES
from greenfraud.outcomes import BLOCK, REVIEW
from greenfraud.policy import Judgement

HOUR_SECONDS = CLAIM_US / 1e6


@pytest.fixture
def world() -> MemoryWorld:
    """A service that held T1."""
    world = MemoryWorld()
    assert world.score(amount_minor=HELD_MINOR)["decision"] == REVIEW
    return world


@pytest.fixture
def ana(world) -> Person:
    """One of the team."""
    return Person(world, ANA)


@pytest.fixture
def ben(world) -> Person:
    """Another one."""
    return Person(world, BEN)


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


def test_a_decision_is_stored_once_however_often_its_author_repeats_it(world, ana):
    """Label, release and review are one transaction of the store."""
    answers = [ana.act(RELEASE) for _ in range(3)]
    assert [(status, one["label"], one["release"]) for status, one in answers] == [
        (200, "stored", "released"),
        (200, "known", "known"),
        (200, "known", "known"),
    ]
    assert {one["state"] for _, one in answers} == {"decided"}
    assert (answers[0][1]["decided"]["as"], answers[0][1]["decided"]["by"]) == ("legitimate", "ana")
    assert records(world) == {"decision", "report", "release", "review"}
    assert stored(world, "report")["source"] == stored(world, "release")["source"] == {"S": "review"}
    writes = [call for call in world.dynamodb.calls if call[0] == "transact_write_items"]
    assert len(writes) == 1


def test_a_confirmed_fraud_is_a_label_and_releases_nothing(world, ana):
    """And the list lets it go."""
    assert ana.act(FRAUD)[1]["label"] == "stored"
    assert records(world) == {"decision", "report", "review"}
    assert stored(world, "report")["is_fraud"] == {"BOOL": True}
    assert listed(world) == []
    (entry,) = listed(world, state="all")
    assert (entry["state"], entry["decided"]["as"], entry["decided"]["by"]) == ("decided", "fraud", "ana")


def test_what_was_declined_can_be_found_legitimate_and_is_never_accepted(world, ana, monkeypatch):
    """A label, no release."""
    monkeypatch.setattr("functions.score.verdict.judge", lambda *_: Judgement(BLOCK, "rules"))
    world.score(transaction_id="T2", amount_minor=HELD_MINOR)
    status, answer = ana.act(RELEASE, "T2")
    assert (status, answer["label"], answer["release"], answer["decided"]["as"]) == (200, "stored", None, "legitimate")
    assert records(world, "T2") == {"decision", "report", "review"}


@pytest.mark.parametrize(("first", "then"), [(RELEASE, FRAUD), (FRAUD, RELEASE)])
def test_the_contrary_of_what_was_decided_is_refused_whoever_says_so(ana, ben, first, then):
    """So is the same by another, who must know that he was not the first."""
    ana.act(first)
    for person, action in ((ana, then), (ben, then), (ben, first), (ben, CLAIM)):
        status, refused = person.act(action)
        assert (status, "by ana at" in refused["detail"], "POST /v1/labels" in refused["detail"]) == (409, True, True)


LABEL = {"transaction_id": "T1", "observed_at": "2018-05-27T12:00:00Z", "source": "bank"}
LET_GO = {"transaction_id": "T1", "released_at": "2018-05-20T13:00:00Z"}


@pytest.mark.parametrize(
    ("told", "found", "agrees"),
    [
        (("labels", LABEL | {"is_fraud": True}), ("fraud", "bank"), FRAUD),
        (("labels", LABEL | {"is_fraud": False}), ("legitimate", "bank"), RELEASE),
        (("releases", LET_GO), ("released", "analyst"), RELEASE),
    ],
)
def test_what_was_told_another_way_leaves_the_list_and_is_not_contradicted(world, ana, told, found, agrees):
    """To agree is possible: what is missing is added, and nothing twice."""
    (path, body), contradicts = told, FRAUD if agrees == RELEASE else RELEASE
    assert len(listed(world)) == 1
    world.http.post(f"/v1/{path}", json=body)
    assert listed(world) == []
    (entry,) = listed(world, state="all")
    assert (entry["state"], entry["decided"]["as"], entry["decided"]["by"]) == ("decided", *found)
    for action in (CLAIM, contradicts):
        status, refused = ana.act(action)
        assert (status, f"as {found[0]} by {found[1]} at" in refused["detail"]) == (409, True)
    before = records(world)
    status, answer = ana.act(agrees)
    assert (status, answer["decided"]["by"]) == (200, "ana")
    assert records(world) == before | {"review", "report"}


def test_labels_and_releases_go_on_for_what_people_work_on(world, ana):
    """Claims and notes are no reports, for whoever reads the records of a payment."""
    ana.act(CLAIM)
    ana.act(note("waiting for the bank"))
    assert world.http.get("/v1/explanations/T1").json()["since"] == []
    assert world.http.post("/v1/releases", json=LET_GO).json() == {"results": ["released"]}
    assert world.http.post("/v1/labels", json=LABEL | {"is_fraud": True}).json() == {"results": ["stored"]}
    assert [one["kind"] for one in world.http.get("/v1/explanations/T1").json()["since"]] == ["release", "label"]


@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize("action", [RELEASE, FRAUD, note("once")])
def test_a_lost_answer_leaves_all_of_an_action_or_nothing_and_it_may_be_sent_again(world, ana, action, is_written):
    """The store is cut off before or after it wrote; the same again ends the same way."""

    def cut_off(real, **arguments):
        world.dynamodb.faults.clear()
        if is_written:
            real(**arguments)
        raise EndpointConnectionError(endpoint_url="http://store")

    world.dynamodb.faults["transact_write_items"] = cut_off
    assert ana.act(action)[0] == 503
    between = records(world)
    assert ana.act(action)[0] == 200
    assert between == (records(world) if is_written else {"decision"})
    assert len(casework.decode(stored(world, "review")).notes) == int(action["action"] == "note")


def test_what_others_keep_changing_is_said_and_not_stored(world, ana, monkeypatch):
    """After a few tries."""
    monkeypatch.setattr(desks, "PAUSE_SECONDS", 0.0)

    def lose(_, **__):
        raise cancelled("None", "ConditionalCheckFailed")

    world.dynamodb.faults["transact_write_items"] = lose
    status, refused = ana.act(RELEASE)
    assert (status, "try again" in refused["detail"]) == (409, True)
    assert records(world) == {"decision"}


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


@pytest.mark.parametrize("path", ["reviews/T1", "labels", "releases"])
def test_what_is_decided_makes_room_in_the_index_of_what_is_open(world, ana, path):
    """Whoever looks for what is still to do reads none of the work that was done."""
    if path == "reviews/T1":
        ana.act(RELEASE)
    else:
        world.http.post(f"/v1/{path}", json=LABEL | {"is_fraud": True} if path == "labels" else LET_GO)
    assert stored(world, "decision")["day"]["S"].endswith("#decided")
    world.dynamodb.calls.clear()
    assert listed(world) == []
    assert [name for name, _ in world.dynamodb.calls] == ["query"] * 9
    assert [one["transaction_id"] for one in listed(world, state="all")] == ["T1"]


def test_a_label_is_taken_although_the_index_cannot_be_changed(world):
    """The list looks at the labels themselves; the same label told again moves it after all."""

    def refuse(_, **__):
        raise EndpointConnectionError(endpoint_url="http://store")

    world.dynamodb.faults["update_item"] = refuse
    assert world.http.post("/v1/labels", json=LABEL | {"is_fraud": True}).json() == {"results": ["stored"]}
    assert listed(world) == []
    world.dynamodb.faults.clear()
    assert world.http.post("/v1/labels", json=LABEL | {"is_fraud": True}).json() == {"results": ["known"]}
    assert stored(world, "decision")["day"]["S"].endswith("#decided")
