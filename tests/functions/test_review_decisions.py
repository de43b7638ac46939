"""What a person finds becomes a label and a release, once; neither a fault nor a colleague makes it half, twice or the contrary."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError
from desk_world import CLAIM, FRAUD, HELD_MINOR, RELEASE, MemoryWorld, listed, note, records, stored, with_a_doubt
from memory_aws import cancelled

from functions.score import desk as desks
from greenfraud.items import casework
from greenfraud.outcomes import BLOCK
from greenfraud.policy import Judgement


@pytest.fixture
def world() -> MemoryWorld:
    """A service that held T1."""
    return with_a_doubt()


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
