"""Labels: reports, repetitions, corrections and contradictions."""

from __future__ import annotations

import pytest
from score_world import World

REPORT = {"transaction_id": "T1", "is_fraud": True, "observed_at": "2018-05-27T12:00:00Z", "source": "chargeback"}
LATER, EARLIER = "2018-05-28T12:00:00Z", "2018-05-26T12:00:00Z"


@pytest.fixture
def world(aws: None) -> World:
    """A service that decided T1."""
    world = World()
    world.score()
    return world


def label(world: World, **changes: object) -> tuple[int, object]:
    """Status, and what became of the label or what was wrong with it."""
    response = world.http.post("/v1/labels", json=REPORT | changes)
    body = response.json()
    return response.status_code, body.get("results", body.get("detail"))


def records(world: World) -> list[str]:
    """The records of T1 in order."""
    items = world.dynamodb.query(
        TableName="decisions",
        KeyConditionExpression="transaction_id = :id",
        ExpressionAttributeValues={":id": {"S": "T1"}},
    )["Items"]
    return [item["record"]["S"] for item in items]


def test_a_report_is_stored_once(world):
    """The bank may say it again."""
    assert label(world) == (200, ["stored"])
    assert label(world, observed_at=LATER) == (200, ["known"])
    assert records(world) == ["decision", "report"]


def test_a_later_contradiction_is_a_correction_beside_the_report(world):
    """Nothing told is lost."""
    label(world)
    assert label(world, is_fraud=False, observed_at=LATER) == (200, ["correction"])
    assert [record.partition("#")[0] for record in records(world)] == ["decision", "report", "report"]


@pytest.mark.parametrize("observed_at", [EARLIER, REPORT["observed_at"]])
def test_a_contradiction_observed_no_later_conflicts(world, observed_at):
    """Nobody could tell which of both is true."""
    label(world)
    status, detail = label(world, is_fraud=False, observed_at=observed_at)
    assert status == 409
    assert "observed_at" in detail


def test_what_was_corrected_told_again_is_known(world):
    """A bank that repeats its first message contradicts nobody."""
    label(world)
    label(world, is_fraud=False, observed_at=LATER)
    assert label(world) == (200, ["known"])


@pytest.mark.parametrize(("observed_at", "status"), [("2018-05-20T12:00:00Z", 200), ("2018-05-20T11:59:59.999999Z", 422)])
def test_nothing_is_reported_before_it_happened(world, observed_at, status):
    """At the same moment at the earliest; of a list nothing is stored."""
    response = world.http.post("/v1/labels", json=[REPORT | {"observed_at": observed_at}])
    assert response.status_code == status
    assert response.json().get("field") == (None if status == 200 else "labels[0].observed_at")
    assert len(records(world)) == (2 if status == 200 else 1)


@pytest.mark.parametrize("terminal_id", ["M1", None])
def test_a_report_tells_the_terminal_of_its_transaction(world, terminal_id):
    """Ingestion counts it there without asking."""
    world.score(transaction_id="T2", terminal_id=terminal_id)
    assert label(world, transaction_id="T2") == (200, ["stored"])
    (item,) = [item for item in world.dynamodb.scan(TableName="decisions")["Items"] if item["record"]["S"] == "report"]
    assert item.get("terminal_id") == (terminal_id and {"S": terminal_id})
    assert item["occurred_us"] == {"N": "1526817600000000"}


def test_of_two_corrections_at_once_only_one_is_the_first_report(world):
    """The one that comes second by a moment looks again: by then the fraud is known."""
    label(world, is_fraud=False)
    others = iter([LATER])

    def lose_a_race(real, **arguments):
        other = next(others, None)
        if other:
            assert label(world, observed_at=other) == (200, ["correction"])
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = lose_a_race
    assert label(world, observed_at="2018-05-29T12:00:00Z") == (200, ["known"])
    items = world.dynamodb.scan(TableName="decisions")["Items"]
    assert [item["is_first_report"]["BOOL"] for item in items if "is_first_report" in item] == [False, True]


def test_only_the_first_report_of_a_fraud_counts_in_features(world):
    """Also when the fraud is reported as a correction."""
    label(world, is_fraud=False)
    label(world, observed_at=LATER)
    items = world.dynamodb.scan(TableName="decisions")["Items"]
    counted = {item["record"]["S"]: item["is_first_report"]["BOOL"] for item in items if "is_first_report" in item}
    assert list(counted.values()) == [False, True]


def test_a_label_for_an_unknown_transaction_is_not_found(world):
    """The problem names it, and of a list nothing is stored."""
    response = world.http.post("/v1/labels", json=[REPORT, REPORT | {"transaction_id": "T9"}])
    assert response.status_code == 404
    assert "labels[1].transaction_id" in response.json()["detail"]
    assert "T9" in response.json()["detail"]
    assert records(world) == ["decision"]


def test_a_list_of_labels_is_answered_in_order(world):
    """Each for itself."""
    world.score(transaction_id="T2")
    response = world.http.post("/v1/labels", json=[REPORT, REPORT | {"transaction_id": "T2"}, REPORT])
    assert response.json() == {"results": ["stored", "stored", "known"]}


@pytest.mark.parametrize(
    ("change", "field"), [({"is_fraud": 1}, "is_fraud"), ({"observed_at": "now"}, "observed_at"), ({"source": ""}, "source")]
)
def test_a_bad_label_names_its_field(world, change, field):
    """As for transactions."""
    response = world.http.post("/v1/labels", json=REPORT | change)
    assert (response.status_code, response.json()["field"]) == (422, field)
