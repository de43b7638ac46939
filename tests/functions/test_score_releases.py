"""What was held and let go: it counts as accepted from then on, once; what was declined never does."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from score_world import MANIFEST, World
from stream_world import CUSTOMER, OCCURRED_US, TERMINAL, IngestWorld, stored_by

from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, SECOND_US, format_rfc3339
from greenfraud.items.decision import written_at
from greenfraud.items.release import decode
from greenfraud.outcomes import BLOCK, REVIEW
from greenfraud.policy import Judgement

RELEASED_US = OCCURRED_US + HOUR_US
RELEASE = {"transaction_id": "T1", "released_at": format_rfc3339(RELEASED_US)}
LEGITIMATE = {"transaction_id": "T1", "is_fraud": False, "observed_at": format_rfc3339(RELEASED_US), "source": "analyst"}
HELD_MINOR = 90_000  # above the rules' threshold for review


@pytest.fixture
def world(aws: None) -> World:
    """A service that held T1."""
    world = World()
    assert world.score(amount_minor=HELD_MINOR)["decision"] == REVIEW
    return world


def release(world: World, **changes: object) -> tuple[int, object]:
    """Status, and what became of the release or what was wrong with it."""
    response = world.http.post("/v1/releases", json=RELEASE | changes)
    body = response.json()
    return response.status_code, body.get("results", body.get("detail"))


def held() -> ViewState:
    """The customer's state after the attempt alone."""
    return ViewState.empty(CUSTOMER).add_transaction(OCCURRED_US, HELD_MINOR, REVIEW, "M1")


def test_a_released_payment_counts_once_from_its_release_on(world):
    """Told again, also with another time, the first stands."""
    assert release(world) == (200, ["released"])
    assert release(world, released_at=format_rfc3339(RELEASED_US + 1)) == (200, ["known"])
    ingest = IngestWorld()
    assert ingest.ingest(*stored_by(world)) == []
    assert ingest.state(CUSTOMER, "C1") == held()
    assert ingest.ingest(*stored_by(world, kind="release")) == []
    assert ingest.ingest(*stored_by(world, kind="release")) == []
    state = ingest.state(CUSTOMER, "C1")
    assert state == held().add_release(OCCURRED_US, RELEASED_US, HELD_MINOR)
    values = compute(MANIFEST, (state, ingest.state(TERMINAL, "M1")), RELEASED_US + 1, 100)
    assert (values["customer_count_1d"], values["customer_mean_amount_1d"]) == (1.0, HELD_MINOR / 100)


def test_a_release_may_be_ingested_before_the_attempt(world):
    """A stream promises no order between two items."""
    release(world)
    ingest = IngestWorld()
    ingest.ingest(*stored_by(world, kind="release"))
    ingest.ingest(*stored_by(world))
    assert ingest.state(CUSTOMER, "C1") == held().add_release(OCCURRED_US, RELEASED_US, HELD_MINOR)


def test_the_lake_keeps_outcome_and_release(world):
    """So that whoever rebuilds features knows what serving knew."""
    release(world)
    ingest = IngestWorld()
    ingest.ingest(*stored_by(world), *stored_by(world, kind="release"))
    ((row,),) = ingest.lake("transactions/").values()
    assert (row["decision"], row["accepted_us"]) == (REVIEW, None)
    ((row,),) = ingest.lake("releases/dt=2018-05-20/").values()
    assert row == {
        "transaction_id": "T1",
        "accepted_us": RELEASED_US,
        "released_us": RELEASED_US,
        "source": "analyst",
        "occurred_us": OCCURRED_US,
        "customer_id": "C1",
        "terminal_id": "M1",
        "amount_minor": HELD_MINOR,
    }


@pytest.mark.parametrize(("path", "body"), [("releases", RELEASE), ("labels", LEGITIMATE)])
def test_a_release_knows_when_its_payment_was_decided(world, path, body):
    """Whoever was forgotten between the two made the payment before."""
    (decided,) = stored_by(world)
    world.http.post(f"/v1/{path}", json=body)
    (record,) = stored_by(world, kind="release")
    assert decode(record["dynamodb"]["NewImage"]).decided_at == written_at(decided["dynamodb"]["NewImage"])


def test_a_legitimate_label_releases_what_was_held(world):
    """Told again, nothing is released twice; a release before it stands."""
    for outcome in ("stored", "known"):
        assert world.http.post("/v1/labels", json=LEGITIMATE).json() == {"results": [outcome]}
    assert len(stored_by(world, kind="release")) == 1
    assert release(world) == (200, ["known"])


def test_a_label_of_the_payments_own_moment_releases_it_after_that_moment(world):
    """In the microsecond in which it was held it was not accepted."""
    world.http.post("/v1/labels", json=LEGITIMATE | {"observed_at": format_rfc3339(OCCURRED_US)})
    (record,) = stored_by(world, kind="release")
    assert record["dynamodb"]["NewImage"]["accepted_us"]["N"] == str(OCCURRED_US + 1)


@pytest.mark.parametrize(("path", "body"), [("releases", RELEASE), ("labels", LEGITIMATE)])
@pytest.mark.parametrize("days", [0, 3])
def test_a_release_told_late_counts_from_when_serving_could_know_it(world, monkeypatch, path, body, days):
    """By the caller's clock of events, which began with the decision; what was told is kept."""
    later = time.time() + days * 86_400
    monkeypatch.setattr("functions.score.releases.time", SimpleNamespace(time=lambda: later))
    world.http.post(f"/v1/{path}", json=body)
    (record,) = stored_by(world, kind="release")
    stored = decode(record["dynamodb"]["NewImage"])
    assert stored.released_us == RELEASED_US
    accepted_us = max(RELEASED_US, OCCURRED_US + days * DAY_US - HOUR_US)
    assert 0 <= stored.accepted_us - accepted_us <= 60 * SECOND_US
    assert (days == 0) == (stored.accepted_us == RELEASED_US)


@pytest.mark.parametrize("body", [LEGITIMATE | {"is_fraud": True}])
def test_a_fraud_report_releases_nothing(world, body):
    """What was held rightly stays an attempt."""
    world.http.post("/v1/labels", json=body)
    assert stored_by(world, kind="release") == []


def test_what_is_reported_as_fraud_is_not_released_until_that_is_corrected(world):
    """Neither by a release, nor by a label that was told before, nor by a list that ends in a fraud."""
    fraud = LEGITIMATE | {"is_fraud": True, "observed_at": format_rfc3339(RELEASED_US + 1)}
    assert world.http.post("/v1/labels", json=[LEGITIMATE, fraud]).json() == {"results": ["stored", "correction"]}
    assert release(world)[0] == 409
    assert world.http.post("/v1/labels", json=LEGITIMATE).json() == {"results": ["known"]}
    assert stored_by(world, kind="release") == []
    corrected = LEGITIMATE | {"observed_at": format_rfc3339(RELEASED_US + 2)}
    assert world.http.post("/v1/labels", json=corrected).json() == {"results": ["correction"]}
    assert len(stored_by(world, kind="release")) == 1


def test_what_was_allowed_needs_no_release(world):
    """It was accepted when it was made."""
    world.score(transaction_id="T2", amount_minor=100)
    assert release(world, transaction_id="T2") == (200, ["accepted"])
    assert stored_by(world, kind="release") == []


def test_what_was_declined_is_never_accepted(world, monkeypatch):
    """A new attempt is another payment."""
    monkeypatch.setattr("functions.score.verdict.judge", lambda *_: Judgement(BLOCK, "rules"))
    assert world.score(transaction_id="T3", amount_minor=HELD_MINOR)["decision"] == BLOCK
    status, detail = release(world, transaction_id="T3")
    assert (status, "never accepted" in str(detail)) == (409, True)
    world.http.post("/v1/labels", json=LEGITIMATE | {"transaction_id": "T3"})
    assert stored_by(world, kind="release") == []


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"transaction_id": "T9"}, 404, "transaction_id"),
        ({"released_at": "2018-05-20T11:59:59Z"}, 422, "released_at"),
        ({"released_at": "2999-01-01T00:00:00Z"}, 422, "released_at"),
        ({"released_at": "soon"}, 422, "released_at"),
        ({"source": ""}, 422, "source"),
    ],
)
def test_an_unusable_release_names_its_field(world, changes, status, field):
    """In a list with its place, and nothing of the list is stored."""
    found, detail = release(world, **changes)
    assert (found, field in str(detail)) == (status, True)
    listed = world.http.post("/v1/releases", json=[RELEASE, RELEASE | changes])
    assert (listed.status_code, f"releases[1].{field}" in listed.text) == (status, True)
    assert stored_by(world, kind="release") == []
