"""Buckets and tables: keys, expiry, stream, and that nothing is ever deleted with its stack."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

CORE = Path(__file__).resolve().parents[2] / "layers/greenfraud/python"


@pytest.fixture
def shapes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The keys that all readers and writers go by; this part of the core is standard library alone."""
    monkeypatch.syspath_prepend(str(CORE))
    return importlib.import_module("greenfraud.items.tables")


def tables(resources):
    """Properties of the tables by their construct's name."""
    return {path.split("/")[-1]: table["Properties"] for path, table in resources("AWS::DynamoDB::Table").items()}


def test_every_table_has_the_key_its_readers_use(resources, shapes):
    """No table more and none fewer; partition key, then sort key, with their types."""
    found = {name: (table["KeySchema"], table["AttributeDefinitions"]) for name, table in tables(resources).items()}
    for name, (schema, attributes) in found.items():
        key = shapes.TABLES[name]
        assert schema == key.schema
        assert [one for one in attributes if one in key.attributes] == key.attributes
    assert found.keys() == shapes.TABLES.keys()


def test_only_what_may_be_forgotten_expires(resources, shapes):
    """Control, ledger and lineage are history and stay."""
    expiry = {name: table.get("TimeToLiveSpecification") for name, table in tables(resources).items()}
    expected = {"AttributeName": shapes.EXPIRY, "Enabled": True}
    assert expiry == {name: expected if name in shapes.EXPIRING else None for name in shapes.TABLES}


def test_decisions_stream_what_was_written_and_are_ranked_by_day(resources, shapes):
    """Ingestion reads the stream, the review list the index."""
    decisions = tables(resources)["Decisions"]
    (index,) = decisions["GlobalSecondaryIndexes"]
    assert decisions["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert (index["IndexName"], index["KeySchema"]) == (shapes.REVIEWS_INDEX, shapes.REVIEWS.schema)


def test_every_table_can_be_restored_to_any_second(resources):
    """Point-in-time recovery, on demand billing, encryption."""
    for table in tables(resources).values():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"] == {"SSEEnabled": True}


def test_data_outlives_its_stack(resources):
    """Buckets and tables are retained on deletion and on replacement, but not when their first creation rolls back."""
    kept = {**resources("AWS::S3::Bucket"), **resources("AWS::DynamoDB::Table")}
    assert len(kept) == 14
    assert {(item["DeletionPolicy"], item["UpdateReplacePolicy"]) for item in kept.values()} == {("RetainExceptOnCreate", "Retain")}


def test_what_is_replaced_or_deleted_can_be_brought_back_for_a_while(resources):
    """In the lake a week: each marker of a deletion makes a listing longer, so markers go with the versions."""
    buckets = {path.split("/")[-1]: bucket["Properties"] for path, bucket in resources("AWS::S3::Bucket").items()}
    kept = {
        name: rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for name, bucket in buckets.items()
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if rule.get("ExpiredObjectDeleteMarker")
    }
    assert kept == {"Lake": 7, "Artifacts": 30}
    assert all(buckets[name]["VersioningConfiguration"] == {"Status": "Enabled"} for name in kept)
