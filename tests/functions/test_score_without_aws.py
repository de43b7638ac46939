"""The development server where no table is configured."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from score_world import MANIFEST, TRANSACTION

from functions.score.app import development
from functions.score.memory import MemoryTable, connect_nothing
from functions.score.settings import STORES, UNKNOWN_GRID
from greenfraud.errors import SettingsError

ID = {"transaction_id": {"S": "T1"}}
FRAUD = {"transaction_id": "T1", "is_fraud": True, "observed_at": "2018-05-22T00:00:00Z"}


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A client of a server that was told of no AWS at all."""
    for name in (*STORES, "GRID_INTENSITY_G_PER_KWH", "PUE"):
        monkeypatch.delenv(name, raising=False)
    return TestClient(development())


def test_it_answers_degraded_and_no_model_answers(http):
    """A container that starts without settings answers, and says that it knows nobody."""
    response, card = http.get("/health"), http.get("/v1/model").json()
    assert (response.status_code, response.json()) == (200, {"status": "degraded"})
    assert (card["answered_by"], card["degraded"]) == ("rules", [])
    assert card["columns"] == MANIFEST.extra_columns
    assert (card["production"], card["answering"], card["manifest_version"], card["revision"]) == (None, None, MANIFEST.version, 0)


def test_it_scores_by_rules_and_says_that_nobody_is_known(http):
    """Unreadable, not missing: whether the customer is new is not known."""
    answer = http.post("/v1/score", json=TRANSACTION | {"amount_minor": 30_000}).json()
    assert (answer["decision"], answer["model"], answer["fraud_probability"]) == ("review", None, None)
    assert answer["degraded"] == ["customer_unreadable", "terminal_unreadable"]


def test_a_transaction_is_decided_once(http):
    """The same content gets the stored answer, other content a conflict."""
    first = http.post("/v1/score", json=TRANSACTION).json()
    assert http.post("/v1/score", json=TRANSACTION).json() == first
    assert http.get("/v1/decisions/T1").json() == first
    assert http.post("/v1/score", json=TRANSACTION | {"amount_minor": 1}).status_code == 409
    assert http.get("/v1/decisions/T2").status_code == 404


def test_the_review_list_holds_the_doubts_of_the_day(http):
    """Allowed transactions and those of other days are not in it."""
    http.post("/v1/score", json=TRANSACTION)
    http.post("/v1/score", json=TRANSACTION | {"transaction_id": "T2", "amount_minor": 30_000})
    http.post(
        "/v1/score", json=TRANSACTION | {"transaction_id": "T3", "amount_minor": 30_000, "occurred_at": "2018-05-21T00:00:00Z"}
    )
    reviews = http.get("/v1/reviews", params={"day": "2018-05-20"}).json()["reviews"]
    assert [review["transaction_id"] for review in reviews] == ["T2"]


def test_labels_are_taken_and_corrected(http):
    """As by the table."""
    assert http.post("/v1/labels", json=FRAUD).status_code == 404
    http.post("/v1/score", json=TRANSACTION)
    assert http.post("/v1/labels", json=FRAUD).json() == {"results": ["stored"]}
    assert http.post("/v1/labels", json=FRAUD).json() == {"results": ["known"]}
    correction = FRAUD | {"is_fraud": False, "observed_at": "2018-05-23T00:00:00Z"}
    assert http.post("/v1/labels", json=correction).json() == {"results": ["correction"]}


def test_memory_is_bounded():
    """Beyond the capacity the oldest record is forgotten."""
    table = MemoryTable(capacity=2)
    for record in ("decision", "report", "report#1"):
        table.put_item(Item=ID | {"record": {"S": record}})
    assert [item["record"]["S"] for item in table.query(ExpressionAttributeValues={":id": ID["transaction_id"]})["Items"]] == [
        "report",
        "report#1",
    ]


def test_emissions_assume_the_dirtiest_grid_until_told_otherwise():
    """Never flattering by default."""
    per_second = [
        connect_nothing({"GRID_INTENSITY_G_PER_KWH": grid}).scorer._footprint.of(1.0).emissions_g
        for grid in ("", str(UNKNOWN_GRID), "8")
    ]
    assert per_second[0] == per_second[1] > per_second[2]


def test_half_a_configuration_is_an_error(monkeypatch):
    """Rules must not answer because of a typing error."""
    for name in STORES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARTIFACTS_BUCKET", "artifacts")
    with pytest.raises(SettingsError, match="CONTROL_TABLE"):
        development()
