"""Declared extra columns are part of the API's description, of the decision, and of what ingest reads from it."""

from __future__ import annotations

import json
from typing import cast

import pytest

from functions.ingest.events import DecisionEvent, event_of
from functions.score.app import create_app
from functions.score.service import Service
from greenfraud.errors import InvalidInput
from greenfraud.features.manifest import Manifest
from greenfraud.items.decision import Decision, encode
from greenfraud.records import Transaction
from tests.extra_columns import declared  # noqa: F401

BODY = {"transaction_id": "T1", "occurred_at": "2018-05-01T12:00:00Z", "customer_id": "C1", "amount_minor": 1250}
ANSWER = {"transaction_id": "T1", "model": None, "policy_version": "p", "decision": "allow", "emissions_g": 0.0}


def test_declared_columns_are_described(declared: Manifest):  # noqa: F811
    """As optional fields of a transaction."""
    schema = create_app(cast("Service", None)).openapi()["components"]["schemas"]["TransactionIn"]
    assert schema["properties"]["distance_km"]["anyOf"] == [{"type": "number"}, {"type": "null"}]
    assert schema["properties"]["channel"]["anyOf"][0] == {"maxLength": 256, "type": "string"}
    assert not {"distance_km", "channel"} & set(schema["required"])


def test_an_unusable_value_is_refused_at_the_edge(declared: Manifest):  # noqa: F811
    """The column is the field of the problem."""
    with pytest.raises(InvalidInput, match="number"):
        Transaction.from_json({**BODY, "distance_km": "far"})


def test_the_stream_carries_them_to_ingest(declared: Manifest):  # noqa: F811
    """What was decided about is what lands in the lake."""
    transaction = Transaction.from_json({**BODY, "distance_km": 3, "channel": "web"})
    decision = Decision(transaction, ANSWER, "rules", "1", 0.0, 0.0, 0.0, manifest_version=declared.version, features=b"")
    item = encode(decision, now_seconds=0.0)
    event = event_of({"eventName": "INSERT", "dynamodb": {"NewImage": json.loads(json.dumps(item, default=bytes.decode))}})
    assert isinstance(event, DecisionEvent)
    assert event.decision == decision
