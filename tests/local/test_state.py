"""What survives a restart."""

from __future__ import annotations

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


def test_objects_and_items_survive_a_restart(served):
    """They are back once their stack is deployed again, the newest version of each object with its metadata."""
    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    names = stacks.outputs("Kept")
    s3 = server.client("s3")
    for body in (b"old", b"new"):
        s3.put_object(Bucket=names["Bucket"], Key="a/b c.bin", Body=body, ContentType="text/x", Metadata={"k": "v"})
    s3.put_object(Bucket=names["Bucket"], Key="gone", Body=b"")
    s3.delete_object(Bucket=names["Bucket"], Key="gone")
    server.client("dynamodb").put_item(TableName=names["Table"], Item=ITEM)

    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    assert stacks.outputs("Kept") == names
    s3 = server.client("s3")
    found = s3.get_object(Bucket=names["Bucket"], Key="a/b c.bin")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"new", "text/x", {"k": "v"})
    assert s3.list_objects_v2(Bucket=names["Bucket"])["KeyCount"] == 1
    key = {"id": ITEM["id"], "at": ITEM["at"]}
    item = server.client("dynamodb").get_item(TableName=names["Table"], Key=key)["Item"]
    assert item | {"names": {"SS": sorted(item["names"]["SS"])}} == ITEM


def test_a_server_stopped_before_its_stacks_are_deployed_keeps_what_was_saved(served):
    """State nobody asked for yet is left as it is."""
    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    bucket = stacks.outputs("Kept")["Bucket"]
    server.client("s3").put_object(Bucket=bucket, Key="key", Body=b"body")
    served()
    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    assert server.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"


def test_a_bucket_deleted_and_made_again_is_empty(served):
    """Saved objects are put back once, not into every bucket of that name."""
    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    table = stacks.outputs("Kept")["Table"]
    server.client("dynamodb").put_item(TableName=table, Item=ITEM)
    server, stacks = served()
    stacks.deploy("Kept", TEMPLATE)
    stacks.delete("Kept")
    stacks.deploy("Kept", TEMPLATE)
    assert server.client("dynamodb").scan(TableName=table)["Count"] == 0
