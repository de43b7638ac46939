"""Whoever is forgotten takes along the device that named them: its state, and what reports repeat of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cli.forgetting.items import Tables, cut_tables, declared_tables
from cli.forgetting.person import Person
from greenfraud.features.manifest import Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items import decision, label, state
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.tables import DECISIONS, STATES
from greenfraud.records import Label, Transaction
from tests.declared_columns import with_columns  # noqa: F401

DEVICES = "greenfraud.device_activity"
AT_US = 1_780_000_000_000_000


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The tables that are cut, empty."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    with mock_aws():
        client = boto3.client("dynamodb")
        for name, key in (("decisions", DECISIONS), ("customers", STATES), (DEVICES, STATES)):
            client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **key.definition)
        yield client


def test_a_forgotten_customers_device_is_named_nowhere(dynamodb: Any, with_columns: Manifest):  # noqa: F811
    """Another customer's device and report stay as they are."""
    view = with_columns.views["device_activity"]
    for customer, device in (("C1", "device-one"), ("C2", "device-two")):
        sent = Transaction(f"T-{customer}", AT_US, customer, None, 100, extras={"device": device})
        made = Decision(sent, {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
        dynamodb.put_item(TableName="decisions", Item=decision.encode(made, 0.0))
        report = Report(Label(f"T-{customer}", True, AT_US), "report", True, AT_US, None, entities={"device": device})
        dynamodb.put_item(TableName="decisions", Item=label.encode(report, 0.0))
        seen = state.encode(
            state.key_of(view, device)[state.KEY]["S"], ViewState.empty(view).add_report(AT_US), version=1, now_seconds=0
        )
        dynamodb.put_item(TableName=DEVICES, Item=seen)
    tables = Tables(dynamodb, {"DecisionsTable": "decisions", "CustomerTable": "customers", **declared_tables()})
    cut_tables(tables, Person("C1", "forgotten-1"), is_first=True)
    stored = [*dynamodb.scan(TableName="decisions")["Items"], *dynamodb.scan(TableName=DEVICES)["Items"]]
    assert "device-one" not in repr(stored)
    assert repr(stored).count("device-two") == 2
    assert [item[state.KEY] for item in dynamodb.scan(TableName=DEVICES)["Items"]] == [state.key_of(view, "device-two")[state.KEY]]


def test_a_report_forgets_the_device_also_where_the_column_is_declared_no_more(dynamodb: Any):
    """What was written while it was declared is still somebody's."""
    made = Decision(Transaction("T-C1", AT_US, "C1", None, 100), {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
    report = Report(Label("T-C1", True, AT_US), "report", True, AT_US, None, entities={"device": "device-one"})
    for item in (decision.encode(made, 0.0), label.encode(report, 0.0)):
        dynamodb.put_item(TableName="decisions", Item=item)
    cut_tables(Tables(dynamodb, {"DecisionsTable": "decisions", "CustomerTable": "customers"}), Person("C1", "f-1"), is_first=True)
    assert "device-one" not in repr(dynamodb.scan(TableName="decisions")["Items"])
