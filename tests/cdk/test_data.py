"""Buckets and tables: keys, expiry, stream, and that nothing is ever deleted with its stack."""

from __future__ import annotations

KEYS = {
    "Customer": ["entity_id"],
    "Terminal": ["entity_id"],
    "Control": ["control_id"],
    "Ledger": ["ledger", "revision"],
    "Lineage": ["family", "chunk"],
    "Receipts": ["event_id"],
    "Decisions": ["transaction_id", "record"],
}
EXPIRING = {"Customer", "Terminal", "Receipts", "Decisions"}


def tables(resources):
    """Properties of the tables by their construct's name."""
    return {path.split("/")[-1]: table["Properties"] for path, table in resources("AWS::DynamoDB::Table").items()}


def test_every_table_has_the_keys_its_readers_use(resources):
    """Partition key, then sort key."""
    keys = {name: [key["AttributeName"] for key in table["KeySchema"]] for name, table in tables(resources).items()}
    assert keys == KEYS


def test_only_what_may_be_forgotten_expires(resources):
    """Control, ledger and lineage are history and stay."""
    expiry = {name: table.get("TimeToLiveSpecification") for name, table in tables(resources).items()}
    expected = {"AttributeName": "expires_at", "Enabled": True}
    assert expiry == {name: expected if name in EXPIRING else None for name in KEYS}


def test_decisions_stream_what_was_written_and_are_ranked_by_day(resources):
    """Ingestion reads the stream, the review list the index."""
    decisions = tables(resources)["Decisions"]
    (index,) = decisions["GlobalSecondaryIndexes"]
    assert decisions["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert (index["IndexName"], [key["AttributeName"] for key in index["KeySchema"]]) == ("by_day", ["day", "rank"])


def test_every_table_can_be_restored_to_any_second(resources):
    """Point-in-time recovery, on demand billing, encryption."""
    for table in tables(resources).values():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"] == {"SSEEnabled": True}


def test_data_outlives_its_stack(resources):
    """Buckets and tables are retained on deletion and on replacement."""
    kept = {**resources("AWS::S3::Bucket"), **resources("AWS::DynamoDB::Table")}
    assert len(kept) == 10
    assert {(item["DeletionPolicy"], item["UpdateReplacePolicy"]) for item in kept.values()} == {("Retain", "Retain")}
