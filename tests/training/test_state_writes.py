"""Materialisation never takes back what live ingestion knows."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from greenfraud.features.encoding import encode_int64, event_ts
from training.state_writes import BATCH_ITEMS, write_newer

TABLE = "greenfraud.customer_activity"
EXPIRES_AT = 4_000_000_000


@pytest.fixture
def dynamodb(monkeypatch):
    """A client of an empty table."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Plain moto copies whole tables during a transaction and cannot stand a second one beside it.
    monkeypatch.setattr("training.state_writes.WRITERS", 1)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-north-1")
        client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def state(entity: str, newest_us: int, **columns: int):
    """Return a state in DynamoDB's form."""
    values = {name: {"B": encode_int64(number)} for name, number in (columns or {"c_last_us": newest_us}).items()}
    return {"entity_id": {"S": entity}, "event_ts": {"S": event_ts(newest_us)}, "values": {"M": values}}


def stored(client, entity: str):
    """Return the stored item."""
    return client.get_item(TableName=TABLE, Key={"entity_id": {"S": entity}})["Item"]


def test_a_new_entity_is_written_with_version_and_time_to_live(dynamodb):
    """The first write of an entity is version 1."""
    assert write_newer(dynamodb, TABLE, [state("a", 10)], expires_at=EXPIRES_AT) == (1, 0)
    expected = {**state("a", 10), "version": {"N": "1"}, "expires_at": {"N": str(EXPIRES_AT)}}
    assert stored(dynamodb, "a") == expected


def test_an_older_or_equal_state_is_kept_out(dynamodb):
    """What is stored knows as much or more."""
    write_newer(dynamodb, TABLE, [state("a", 10)], expires_at=EXPIRES_AT)
    assert write_newer(dynamodb, TABLE, [state("a", 10)], expires_at=EXPIRES_AT) == (0, 1)
    assert write_newer(dynamodb, TABLE, [state("a", 9)], expires_at=EXPIRES_AT) == (0, 1)
    assert stored(dynamodb, "a")["version"] == {"N": "1"}


def test_a_newer_state_counts_the_version_up(dynamodb):
    """An ingestion that read version 1 must read again."""
    write_newer(dynamodb, TABLE, [state("a", 10)], expires_at=EXPIRES_AT)
    assert write_newer(dynamodb, TABLE, [state("a", 11)], expires_at=EXPIRES_AT) == (1, 0)
    assert (stored(dynamodb, "a")["version"], stored(dynamodb, "a")["event_ts"]) == ({"N": "2"}, {"S": event_ts(11)})


def test_one_refused_item_does_not_hold_back_its_batch(dynamodb):
    """The others of its transaction are written one by one."""
    write_newer(dynamodb, TABLE, [state("b", 10)], expires_at=EXPIRES_AT)
    states = [state(entity, 5) for entity in ("a", "b", "c")]
    assert write_newer(dynamodb, TABLE, states, expires_at=EXPIRES_AT) == (2, 1)
    assert stored(dynamodb, "b")["event_ts"] == {"S": event_ts(10)}


def test_a_state_with_a_new_column_replaces_one_as_new(dynamodb):
    """A feature was added, and its history is filled in."""
    write_newer(dynamodb, TABLE, [state("a", 10, c_last_us=10)], expires_at=EXPIRES_AT)
    assert write_newer(dynamodb, TABLE, [state("a", 10, c_last_us=10, c_new=3)], expires_at=EXPIRES_AT) == (1, 0)
    assert set(stored(dynamodb, "a")["values"]["M"]) == {"c_last_us", "c_new"}


def test_more_states_than_a_transaction_takes_are_all_written(dynamodb):
    """DynamoDB takes a hundred at once."""
    states = [state(f"entity-{number}", 10) for number in range(BATCH_ITEMS * 2 + 1)]
    assert write_newer(dynamodb, TABLE, states, expires_at=EXPIRES_AT) == (len(states), 0)
