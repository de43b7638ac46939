"""From the stream into the online state, exactly once, and into the lake."""

from __future__ import annotations

import copy
import json
import threading
from typing import Any

import boto3
import pytest
from aws_world import golden
from botocore.exceptions import ClientError
from score_world import MANIFEST, Proxy, World, customer_state

from functions.ingest.ingestion import Ingestion, Tables
from functions.ingest.landing import Grid, Lake
from functions.ingest.online import ATTEMPTS, OnlineStates
from greenfraud.features.encoding import entity_id
from greenfraud.features.tiles import ViewState
from greenfraud.records import format_rfc3339

CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
DECISION, REPORT = golden("dynamodb_stream_decisions")["Records"]
OCCURRED_US, OBSERVED_US = 1526817600000000, 1527422400000000


class IngestWorld:
    """The ingestion over in-process tables, through clients that a test can break."""

    def __init__(self) -> None:
        self.dynamodb = Proxy(boto3.client("dynamodb"))
        self.s3 = Proxy(boto3.client("s3"))
        self.ingestion = Ingestion(
            lambda: self.dynamodb,
            Tables(CUSTOMER.table, TERMINAL.table, "decisions"),
            MANIFEST,
            OnlineStates(lambda: self.dynamodb, "receipts", pause_seconds=0.0005),
            Lake(lambda: self.s3, "lake", Grid(8.0, 1.135)),
        )
        self.dynamodb.put_item(TableName="decisions", Item=DECISION["dynamodb"]["NewImage"])

    def ingest(self, *records: dict[str, Any]) -> list[str]:
        """Ingest a batch; the sequence numbers of what failed."""
        failures = self.ingestion.ingest(records)["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures]

    def item(self, view: Any, identity: str) -> dict[str, Any]:
        """The stored item of an entity."""
        key = {"entity_id": {"S": entity_id(view.join_key, identity)}}
        item: dict[str, Any] = self.dynamodb.get_item(TableName=view.table, Key=key)["Item"]
        return item

    def state(self, view: Any, identity: str) -> ViewState:
        """The stored state of an entity."""
        values = self.item(view, identity)["values"]["M"]
        return ViewState.decode(view, {name: cell["B"] for name, cell in values.items()})

    def lake(self, prefix: str) -> dict[str, list[dict[str, Any]]]:
        """The lines of each file below a prefix."""
        listed = self.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
        bodies = {one["Key"]: self.s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in listed}
        return {key: [json.loads(line) for line in body.splitlines()] for key, body in bodies.items()}


@pytest.fixture
def world(aws: None) -> IngestWorld:
    """An ingestion whose transaction T1 was decided."""
    return IngestWorld()


def decision(number: int, **changes: dict[str, str]) -> dict[str, Any]:
    """The golden decision under another id, with changed attributes."""
    record = copy.deepcopy(DECISION)
    record["dynamodb"]["SequenceNumber"] = str(number)
    record["dynamodb"]["NewImage"] |= {"transaction_id": {"S": f"T{number}"}, **changes}
    return record


def expected_customer() -> ViewState:
    """What one golden decision makes of its customer."""
    return customer_state((OCCURRED_US, 1250))


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
    assert world.item(TERMINAL, "M1")["version"]["N"] == "2"


def test_a_report_counts_at_its_decisions_terminal_when_it_was_observed(world):
    """The label carries only the id; the stored decision supplies the rest."""
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
    assert world.state(CUSTOMER, "C1") == expected_customer()


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
        }
    ]
    assert [row["is_fraud"] for rows in world.lake("labels/").values() for row in rows] == [True]
    assert [row["decision"] for rows in world.lake("decisions/").values() for row in rows] == ["allow", "allow"]


def test_a_batch_delivered_again_overwrites_its_own_files_and_emits_once(world):
    """Readers de-duplicate; emissions cannot be."""
    world.ingest(DECISION, decision(2))
    first = world.lake("")
    world.ingest(DECISION, decision(2))
    assert world.lake("") == first
    ((record,),) = world.lake("emissions/").values()
    assert (record["stage"], record["family"], record["version"], record["functional_units"]) == ("serve", "light", "v1", 2)
    assert record["emissions_g"] == pytest.approx(8e-8)
    assert (record["method"], record["functional_unit"]) == ("constant", "score")


def test_each_model_has_an_emissions_record_of_its_own(world):
    """Rules emit too."""
    world.ingest(DECISION, decision(2, family={"S": "rules"}, version={"S": "2026-11-01"}))
    families = [record["family"] for records in world.lake("emissions/").values() for record in records]
    assert sorted(families) == ["light", "rules"]


@pytest.mark.parametrize("attribute", ["customer_id", "occurred_us", "answer", "energy_kwh"])
def test_a_poisonous_record_fails_alone_and_its_reason_is_logged_without_payload(world, caplog, attribute):
    """The others of its batch are ingested."""
    poison = decision(2, **{attribute: {"S": "C1 paid 1250"}} if attribute != "customer_id" else {attribute: {}})
    assert world.ingest(DECISION, poison, decision(3)) == ["2"]
    assert world.state(CUSTOMER, "C1") == customer_state(*[(OCCURRED_US, 1250)] * 2)
    assert "malformed" in caplog.text
    assert "1250" not in caplog.text


def test_a_report_without_its_decision_fails_with_its_reason(world, caplog):
    """Nothing is known to count it at."""
    record = copy.deepcopy(REPORT)
    record["dynamodb"]["NewImage"]["transaction_id"] = {"S": "T9"}
    assert world.ingest(record) == [REPORT["dynamodb"]["SequenceNumber"]]
    assert "decision_missing" in caplog.text


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


def test_a_clock_that_runs_ahead_does_not_age_the_state(world):
    """One transaction from the future must not wipe a customer's month."""
    future_us = 4_000_000_000_000_000
    assert world.ingest(DECISION, decision(2, occurred_us={"N": str(future_us)}), decision(3)) == []
    assert world.state(CUSTOMER, "C1") == customer_state(*[(at, 1250) for at in (OCCURRED_US, future_us, OCCURRED_US)])


def test_tiles_that_no_window_reads_any_more_are_dropped(world):
    """A state does not grow with its entity's age."""
    month_us = CUSTOMER.retention_us
    world.ingest(*[decision(2 + n, occurred_us={"N": str(OCCURRED_US + n * month_us)}) for n in range(4)])
    assert len(world.state(CUSTOMER, "C1").lists()["c_d1"]) < 4 * 3


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
    """Ingested, failed, and how far behind."""
    world.ingest(DECISION, REPORT, decision(3, answer={"S": "{"}))
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (metrics["IngestedEvents"], metrics["IngestFailures"]) == (2, 1)
    assert metrics["IngestLagMilliseconds"] > 0


def test_what_score_stores_is_what_ingest_reads_and_the_next_score_sees(world):
    """The whole loop: decide, ingest, decide again."""
    scoring = World()
    for number in range(11):
        scoring.score(transaction_id=f"S{number}", occurred_at=format_rfc3339(OCCURRED_US + number))
    items = scoring.dynamodb.scan(TableName="decisions")["Items"]
    stored = [item for item in items if item["transaction_id"]["S"].startswith("S")]
    records = [{"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": "1"}} for item in stored]
    assert world.ingest(*records) == []
    answer = scoring.score(transaction_id="S99", occurred_at=format_rfc3339(OCCURRED_US + 60_000_000))
    assert [(reason["feature"], reason["value"]) for reason in answer["reasons"]] == [("customer_count_1h", 11.0)]
    assert answer["degraded"] == []
