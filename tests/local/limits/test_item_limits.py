"""Items, batches, transactions and pages of DynamoDB at their limits."""

from __future__ import annotations

import pytest
from boundary import at_the_limit, refused_beyond

from local.limits import figure


@pytest.fixture
def client(strict):
    """DynamoDB's, with a table of its own."""
    dynamodb = strict.client("dynamodb")
    dynamodb.table = strict.table()["TableName"]
    return dynamodb


def item(key: str, size: int) -> dict:
    """An item of so many bytes, names included."""
    return {"id": {"S": key}, "v": {"S": "v" * (size - len("id") - len(key) - len("v"))}}


@at_the_limit
def test_an_item_has_a_size(client, beyond):
    """When it is put, in a transaction, and when an update lets it grow."""
    large = item("k", figure("dynamodb_item") + beyond)
    with refused_beyond("dynamodb_item", beyond, "Item size has exceeded the maximum allowed size"):
        client.put_item(TableName=client.table, Item=large)
    client.put_item(TableName=client.table, Item=item("k", 100))
    with refused_beyond("dynamodb_item", beyond, "Item size to update has exceeded the maximum allowed size"):
        client.update_item(
            TableName=client.table,
            Key={"id": {"S": "k"}},
            UpdateExpression="SET v = :v",
            ExpressionAttributeValues={":v": large["v"]},
        )


@at_the_limit
def test_a_batch_reads_so_many_items(client, beyond):
    """Of all tables together."""
    keys = [{"id": {"S": str(number)}} for number in range(figure("dynamodb_batch_get") + beyond)]
    with refused_beyond("dynamodb_batch_get", beyond, "less than or equal to 100"):
        client.batch_get_item(RequestItems={client.table: {"Keys": keys}})


@at_the_limit
def test_a_batch_reads_so_many_bytes(client, beyond):
    """What does not fit comes back unread."""
    whole, rest = divmod(figure("dynamodb_batch_get_size"), 400_000)
    items = [item(f"k{number}", 400_000) for number in range(whole)] + [item("last", rest + beyond)]
    for one in items:
        client.put_item(TableName=client.table, Item=one)
    answer = client.batch_get_item(RequestItems={client.table: {"Keys": [{"id": one["id"]} for one in items]}})
    assert len(answer["Responses"][client.table]) == len(items) - beyond
    assert [keys["Keys"] for keys in answer["UnprocessedKeys"].values()] == [[{"id": {"S": "last"}}]] * beyond


@at_the_limit
def test_a_batch_writes_so_many_items(client, strict, beyond):
    """Of all tables together."""
    other = strict.table()["TableName"]
    puts = [{"PutRequest": {"Item": item(str(number), 50)}} for number in range(figure("dynamodb_batch_write") - 1 + beyond)]
    with refused_beyond("dynamodb_batch_write", beyond, "Too many items requested for the BatchWriteItem call"):
        client.batch_write_item(RequestItems={client.table: puts, other: [{"PutRequest": {"Item": item("other", 50)}}]})


@at_the_limit
def test_a_transaction_writes_so_many_items(client, beyond):
    """All or none."""
    puts = [
        {"Put": {"TableName": client.table, "Item": item(str(number), 50)}}
        for number in range(figure("dynamodb_transaction") + beyond)
    ]
    with refused_beyond("dynamodb_transaction", beyond, "less than or equal to 100"):
        client.transact_write_items(TransactItems=puts)


@at_the_limit
def test_a_transaction_writes_so_many_bytes(client, beyond):
    """Of all its items together; none is written of one that is too large."""
    whole, rest = divmod(figure("dynamodb_transaction_size"), 400_000)
    items = [item(f"k{number}", 400_000) for number in range(whole)] + [item("last", rest + beyond)]
    with refused_beyond("dynamodb_transaction_size", beyond, "4194304 bytes"):
        client.transact_write_items(TransactItems=[{"Put": {"TableName": client.table, "Item": one}} for one in items])
    assert client.scan(TableName=client.table, Select="COUNT")["Count"] == (0 if beyond else 2)


@at_the_limit
def test_a_page_has_a_size(client, beyond):
    """What does not fit comes after the last key."""
    whole, rest = divmod(figure("dynamodb_page"), 400_000)
    for one in [item(f"k{number}", 400_000) for number in range(whole)] + [item("z", rest + beyond)]:
        client.put_item(TableName=client.table, Item=one)
    answer = client.scan(TableName=client.table)
    assert (len(answer["Items"]), "LastEvaluatedKey" in answer) == (whole + 1 - beyond, bool(beyond))
