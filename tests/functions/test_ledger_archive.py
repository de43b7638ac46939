"""Every entry is chained to those before it, and copied to where nobody overwrites it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from control_world import ControlWorld

from greenfraud.ledger_chain import GENESIS, verify


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions and a rollback."""
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v1")
    world.promote("v2")
    world.roll_back()
    return world


def findings(world):
    """What a verification says."""
    return {(one.revision, one.kind) for one in verify(world.stored(), world.archived(), world.copies()[0].revision)}


def test_promotions_and_rollbacks_make_one_chain_with_a_copy_of_each(world):
    """From the first on."""
    assert findings(world) == set()
    assert world.ledger()[0]["chained_to"] == GENESIS
    assert sorted(world.archived()) == [1, 2, 3]


def test_an_entry_that_somebody_rewrites_is_found(world):
    """With the rights of an administrator of the table."""
    item = world.dynamodb.query(
        TableName="ledger",
        KeyConditionExpression="ledger = :l AND revision = :r",
        ExpressionAttributeValues={":l": {"S": "promotions"}, ":r": {"N": "2"}},
    )["Items"][0]
    entry = {**json.loads(item["document"]["S"]), "actor": "somebody else"}
    world.dynamodb.put_item(TableName="ledger", Item={**item, "document": {"S": json.dumps(entry)}})
    assert findings(world) == {(2, "changed")}


def test_an_entry_that_somebody_removes_is_found(world):
    """The newest one too: production is ahead of it."""
    world.dynamodb.delete_item(TableName="ledger", Key={"ledger": {"S": "promotions"}, "revision": {"N": "3"}})
    assert findings(world) == {(3, "cut_off")}


def test_the_lock_holds_a_copy(world, s3):
    """Its version cannot be removed, and a second one under its name is refused."""
    (version,) = s3.list_object_versions(Bucket="ledger", Prefix="ledger/00000002")["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket="ledger", Key=version["Key"], VersionId=version["VersionId"])
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="ledger", Key=version["Key"], Body=b"{}", IfNoneMatch="*")


def test_a_change_stands_whose_copy_fails_and_the_next_one_copies_it(world, monkeypatch, capsys):
    """Whoever must roll back at night does not wait for an archive; the alarm does."""
    from functions.control.archive import Archive

    def fail(*_):
        raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "_put", fail)
        world.promote("v3")
    assert '"LedgerUnarchived": 1' in capsys.readouterr().out
    assert findings(world) == {(4, "unarchived")}
    world.roll_back()
    assert findings(world) == set()


def test_an_entry_of_an_earlier_release_is_covered_by_the_next(world):
    """It has neither a digest nor a copy, and counts all the same."""
    item = world.dynamodb.query(
        TableName="ledger",
        KeyConditionExpression="ledger = :l AND revision = :r",
        ExpressionAttributeValues={":l": {"S": "promotions"}, ":r": {"N": "3"}},
    )["Items"][0]
    for revision in (1, 2):
        world.dynamodb.delete_item(TableName="ledger", Key={"ledger": {"S": "promotions"}, "revision": {"N": str(revision)}})
    entry = json.loads(item["document"]["S"])
    del entry["chained_to"]
    world.dynamodb.put_item(TableName="ledger", Item={**item, "document": {"S": json.dumps(entry)}})
    world.promote("v3")
    newest = world.stored()
    assert [one.kind for one in verify(newest, None, 4)] == ["missing"]  # what was removed here by hand, and nothing else
