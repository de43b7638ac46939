"""From the stream into the online state, exactly once, and into the lake."""

from __future__ import annotations

import base64
import copy
import json
import time

import pytest
from botocore.exceptions import ClientError
from score_world import MANIFEST, World, customer_state
from stream_world import (
    CUSTOMER,
    DECISION,
    OBSERVED_US,
    OCCURRED_US,
    REPORT,
    TERMINAL,
    IngestWorld,
    decision,
    expected_customer,
    stored_by,
)

from greenfraud.features.interpreter import compute
from greenfraud.features.logged import pack
from greenfraud.features.tiles import ViewState
from greenfraud.instants import format_rfc3339, parse_rfc3339


@pytest.fixture
def world(aws: None) -> IngestWorld:
    """An ingestion that has seen nothing yet."""
    return IngestWorld()


def test_a_decision_reaches_customer_and_terminal(world):
    """Also one that was blocked: it was an attempt."""
    assert world.ingest(DECISION) == []
    assert world.state(CUSTOMER, "C1") == expected_customer()
    assert world.state(TERMINAL, "M1").newest_us == OCCURRED_US


def test_items_have_feasts_layout_and_ours_beside_it(world):
    """Key, time and values are Feast's; version and expiry are ours."""
    world.ingest(DECISION)
    item = world.item(CUSTOMER, "C1")
    assert item.keys() == {"entity_id", "event_ts", "values", "version", "expires_at"}
    assert (item["event_ts"]["S"], item["version"]["N"]) == ("2018-05-20 12:00:00+00:00", "1")
    assert set(item["values"]["M"]) == set(CUSTOMER.columns)


def test_an_event_delivered_again_changes_nothing(world):
    """Its receipt was written with its effect."""
    for _ in range(3):
        assert world.ingest(DECISION, REPORT) == []
    assert world.state(CUSTOMER, "C1") == expected_customer()
    assert world.item(TERMINAL, "M1")["version"]["N"] == "1"


def test_a_report_counts_at_its_decisions_terminal_when_it_was_observed(world):
    """The label carried only the id; the stored decision supplied the rest when it was taken."""
    world.ingest(REPORT)
    empty = ViewState.empty(TERMINAL)
    assert world.state(TERMINAL, "M1") == empty.add_report(OBSERVED_US)


@pytest.mark.parametrize("change", [{"is_fraud": {"BOOL": False}, "is_first_report": {"BOOL": False}}])
def test_a_correction_goes_to_the_lake_alone(world, change):
    """What was known then stays what was known then."""
    record = copy.deepcopy(REPORT)
    record["dynamodb"]["NewImage"] |= change | {"record": {"S": f"report#{OBSERVED_US}"}}
    assert world.ingest(record) == []
    assert [call for name, call in world.dynamodb.calls if name == "transact_write_items"]
    (rows,) = world.lake("labels/dt=2018-05-27/").values()
    assert rows == [{"transaction_id": "T1", "is_fraud": False, "observed_us": OBSERVED_US, "source": "chargeback"}]
    with pytest.raises(KeyError):
        world.item(TERMINAL, "M1")


def test_a_decision_without_terminal_reaches_the_customer(world):
    """The terminal may be absent."""
    record = decision(2)
    del record["dynamodb"]["NewImage"]["terminal_id"]
    assert world.ingest(record) == []
    assert world.state(CUSTOMER, "C1") == customer_state((OCCURRED_US, 1250), terminal=None)


@pytest.mark.parametrize("event_name", ["MODIFY", "REMOVE"])
def test_changes_and_expiry_are_no_events(world, event_name):
    """Only what was inserted happened."""
    assert world.ingest(DECISION | {"eventName": event_name}) == []
    assert world.lake("transactions/") == {}


def test_a_batch_lands_in_the_lake_by_day(world):
    """Transactions, labels and decisions, as training reads them."""
    world.ingest(DECISION, decision(2, occurred_us={"N": str(OCCURRED_US + 86_400_000_000)}), REPORT)
    transactions = world.lake("transactions/")
    assert [key.split("/")[1] for key in transactions] == ["dt=2018-05-20", "dt=2018-05-21"]
    assert next(iter(transactions.values())) == [
        {
            "transaction_id": "T1",
            "occurred_us": OCCURRED_US,
            "customer_id": "C1",
            "terminal_id": "M1",
            "amount_minor": 1250,
            "decision": "allow",
            "accepted_us": OCCURRED_US,
        }
    ]
    assert [row["is_fraud"] for rows in world.lake("labels/").values() for row in rows] == [True]
    assert [row["decision"] for rows in world.lake("decisions/").values() for row in rows] == ["allow", "allow"]


def test_the_values_a_decision_was_made_on_land_beside_its_answer_by_name(world):
    """Null where there are none, or none that this manifest can name."""
    values = {name: float(number) for number, name in enumerate(MANIFEST.names)} | {MANIFEST.names[1]: None}
    packed = base64.b64encode(pack(values, MANIFEST.names)).decode()
    logged = {"manifest_version": {"S": MANIFEST.version}, "features": {"B": packed}}
    other = logged | {"manifest_version": {"S": "another"}}
    short = logged | {"features": {"B": packed[:8]}}
    world.ingest(decision(2, **logged), decision(3, **other), decision(4, **short), decision(5))
    (rows,) = world.lake("decisions/").values()
    assert [(row["manifest_version"], row["features"]) for row in rows] == [
        (MANIFEST.version, values),
        ("another", None),
        (MANIFEST.version, None),
        (None, None),
    ]


def test_a_batch_delivered_again_overwrites_its_own_files_and_emits_once(world):
    """Readers de-duplicate; emissions cannot be."""
    world.ingest(DECISION, decision(2))
    first = world.lake("")
    world.ingest(DECISION, decision(2))
    assert world.lake("") == first
    ((record,),) = world.lake("emissions/").values()
    assert (record["stage"], record["family"], record["version"], record["functional_units"]) == ("serve", "light", "v1", 2)
    assert record["emissions_g"] == pytest.approx(8e-8)
    assert (record["method"], record["functional_unit"]) == ("reserved", "score")
    assert record["embodied_g"] > 0
    assert record["estimated_seconds"] == pytest.approx(0.016)
    assert record["hardware"].startswith("Lambda, ")


def test_each_model_has_an_emissions_record_of_its_own(world):
    """Rules emit too."""
    world.ingest(DECISION, decision(2, family={"S": "rules"}, version={"S": "2026-11-01"}))
    families = [record["family"] for records in world.lake("emissions/").values() for record in records]
    assert sorted(families) == ["light", "rules"]


def test_a_clock_that_runs_ahead_does_not_age_the_state(world):
    """One transaction from the future must not wipe a customer's month: the wall clock is where ageing ends."""
    now_us = time.time_ns() // 1000
    instants_us = (now_us, now_us + 400 * 86_400_000_000, now_us)
    assert world.ingest(*[decision(2 + n, occurred_us={"N": str(at_us)}) for n, at_us in enumerate(instants_us)]) == []
    assert world.state(CUSTOMER, "C1") == customer_state(*[(at_us, 1250) for at_us in instants_us])


def test_tiles_that_no_window_reads_any_more_are_dropped(world):
    """A state does not grow with its entity's age."""
    month_us = CUSTOMER.retention_us
    world.ingest(*[decision(2 + n, occurred_us={"N": str(OCCURRED_US + n * month_us)}) for n in range(4)])
    assert len(world.state(CUSTOMER, "C1").lists()["c_tried_d1"]) < 4 * 2


def test_a_lake_that_is_down_fails_the_batch_and_the_next_delivery_lands_it(world):
    """The state was updated; receipts keep it from being updated twice."""

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    world.s3.faults["put_object"] = refuse
    with pytest.raises(ClientError):
        world.ingest(DECISION)
    world.s3.faults.clear()
    assert world.ingest(DECISION) == []
    assert len(world.lake("transactions/")) == 1
    assert world.state(CUSTOMER, "C1") == expected_customer()


def test_a_batch_prints_one_line_of_metrics(world, capsys):
    """Ingested, failed, rejected, and how far behind."""
    world.ingest(DECISION, REPORT, decision(3, answer={"S": "{"}))
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (metrics["IngestedEvents"], metrics["IngestFailures"], metrics["IngestRejected"]) == (2, 0, 1)
    assert metrics["IngestLagMilliseconds"] > 0


def test_what_score_stores_is_what_ingest_reads_and_the_next_score_sees(world):
    """The whole loop: decide, ingest, decide again."""
    scoring = World()
    for number in range(11):
        scoring.score(transaction_id=f"S{number}", occurred_at=format_rfc3339(OCCURRED_US + number))
    assert world.ingest(*stored_by(scoring)) == []
    answer = scoring.score(transaction_id="S99", occurred_at=format_rfc3339(OCCURRED_US + 60_000_000))
    assert [(reason["feature"], reason["value"]) for reason in answer["reasons"]] == [("customer_accepted_1h", 11.0)]
    assert answer["degraded"] == []


def test_the_tenth_transaction_of_a_burst_sees_the_nine_before_it(world, capsys):
    """As soon as they are ingested, all within one minute of event time; the batch says how far behind it was."""
    scoring, second_us = World(), 1_000_000
    for number in range(9):
        scoring.score(transaction_id=f"S{number}", occurred_at=format_rfc3339(OCCURRED_US + 6 * number * second_us))
        assert world.ingest(*stored_by(scoring)) == []
        lag = json.loads(capsys.readouterr().out.splitlines()[-1])["IngestLagMilliseconds"]
        assert lag > 0
        at_us = OCCURRED_US + 6 * (number + 1) * second_us
        seen = compute(MANIFEST, (world.state(CUSTOMER, "C1"), world.state(TERMINAL, "M1")), at_us, 1250)
        assert seen["customer_count_1h"] == number + 1


def test_a_report_taken_by_the_api_counts_at_its_terminal_once_whatever_else_is_said(world):
    """The first report of a fraud: not its repetition, not its correction, not the correction of that."""
    scoring = World()
    scoring.score()
    observed = [(True, "2018-05-21"), (True, "2018-05-22"), (False, "2018-05-23"), (True, "2018-05-24")]
    for is_fraud, day in observed:
        body = {"transaction_id": "T1", "is_fraud": is_fraud, "observed_at": f"{day}T00:00:00Z"}
        assert scoring.http.post("/v1/labels", json=body).status_code == 200
    assert world.ingest(*stored_by(scoring, kind="report")) == []
    first_us = parse_rfc3339("2018-05-21T00:00:00Z")
    assert world.state(TERMINAL, "M1") == ViewState.empty(TERMINAL).add_report(first_us)
    landed = sorted((row["observed_us"], row["is_fraud"]) for rows in world.lake("labels/").values() for row in rows)
    assert [is_fraud for _, is_fraud in landed] == [True, False, True]
    assert min(at for at, is_fraud in landed if is_fraud) == first_us  # what training counts
