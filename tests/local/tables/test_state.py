"""What survives a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.stacks import Stacks
from tests.local.workbench import Embedded, start

TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
                "AttributeDefinitions": [
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "at", "AttributeType": "N"},
                ],
                "BillingMode": "PAY_PER_REQUEST",
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            },
        },
    },
    "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}, "Table": {"Value": {"Ref": "Table"}}},
}
ITEM = {
    "id": {"S": "a"},
    "at": {"N": "1"},
    "values": {"M": {"tiles": {"B": b"\x00\xff"}, "list": {"L": [{"BOOL": True}, {"NULL": True}]}}},
    "names": {"SS": ["x", "y"]},
}


def server_on(folder: Path) -> tuple[Embedded, Stacks]:
    """A server of the test's own on a state folder."""
    server = start(folder)
    return server, Stacks(server)


@pytest.fixture(scope="module")
def restarted(tmp_path_factory) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """The third server on a folder: the first filled two stacks, the second was stopped before any deployment."""
    folder = tmp_path_factory.mktemp("state")
    server, stacks = server_on(folder)
    stacks.deploy("Kept", TEMPLATE)
    stacks.deploy("Remade", TEMPLATE)
    names = stacks.outputs("Kept")
    s3, dynamodb = server.client("s3"), server.client("dynamodb")
    for body in (b"old", b"new"):
        s3.put_object(Bucket=names["Bucket"], Key="a/b c.bin", Body=body, ContentType="text/x", Metadata={"k": "v"})
    s3.put_object(Bucket=names["Bucket"], Key="gone", Body=b"")
    s3.delete_object(Bucket=names["Bucket"], Key="gone")
    described = s3.head_object(Bucket=names["Bucket"], Key="a/b c.bin")
    names["described"] = {name: described[name] for name in ("LastModified", "ETag")}
    for stack in ("Kept", "Remade"):
        dynamodb.put_item(TableName=stacks.outputs(stack)["Table"], Item=ITEM)
    assert server.stop() == 0
    assert server_on(folder)[0].stop() == 0
    server, stacks = server_on(folder)
    yield server, stacks, names
    server.stop()


def test_objects_survive_a_restart(restarted):
    """The newest version of each, with its metadata; a deleted one stays deleted."""
    server, stacks, names = restarted
    stacks.deploy("Kept", TEMPLATE)
    s3 = server.client("s3")
    found = s3.get_object(Bucket=names["Bucket"], Key="a/b c.bin")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"new", "text/x", {"k": "v"})
    assert {name: found[name] for name in names["described"]} == names["described"]
    assert s3.list_objects_v2(Bucket=names["Bucket"])["KeyCount"] == 1


def test_items_survive_a_restart(restarted):
    """Every type of attribute, under the same table name, without being streamed again."""
    server, stacks, names = restarted
    stacks.deploy("Kept", TEMPLATE)
    assert stacks.outputs("Kept").items() <= names.items()
    key = {"id": ITEM["id"], "at": ITEM["at"]}
    item = server.client("dynamodb").get_item(TableName=names["Table"], Key=key)["Item"]
    assert item | {"names": {"SS": sorted(item["names"]["SS"])}} == ITEM


def test_a_table_deleted_and_made_again_is_empty(restarted):
    """Saved items are put back once, not into every table of that name."""
    server, stacks, _ = restarted
    counts = []
    for _ in range(2):
        stacks.deploy("Remade", TEMPLATE)
        counts.append(server.client("dynamodb").scan(TableName=stacks.outputs("Remade")["Table"])["Count"])
        stacks.delete("Remade")
    assert counts == [1, 0]
