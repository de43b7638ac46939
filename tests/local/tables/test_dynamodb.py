"""Conditional writes and transactions of the embedded DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def table(embedded, stack_name) -> str:
    """An empty table with one key and a stream."""
    embedded.client("dynamodb").create_table(
        TableName=stack_name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return stack_name


def put(table: str, id_: str, **condition) -> dict:
    """A transaction's put."""
    return {"Put": {"TableName": table, "Item": {"id": {"S": id_}, "n": {"N": "1"}}, **condition}}


def streamed(embedded, table: str) -> list[tuple[str, str]]:
    """Event and key of every stream record."""
    arn = embedded.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = embedded.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    return [
        (one["eventName"], one["dynamodb"]["Keys"]["id"]["S"]) for one in streams.get_records(ShardIterator=iterator)["Records"]
    ]


NEW = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def test_a_transaction_writes_all_its_items(embedded, table):
    """A hundred items, the most AWS takes."""
    client = embedded.client("dynamodb")
    client.transact_write_items(TransactItems=[put(table, str(number)) for number in range(100)])
    assert client.scan(TableName=table)["Count"] == 100


def test_more_than_a_hundred_items_are_refused(embedded, table):
    """As AWS refuses them."""
    with pytest.raises(ClientError, match="ValidationException"):
        embedded.client("dynamodb").transact_write_items(TransactItems=[put(table, str(number)) for number in range(101)])


def test_a_cancelled_transaction_writes_nothing_and_says_why(embedded, table):
    """One reason per item, in the order of the request, with the old item where asked for."""
    client = embedded.client("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "known"}})
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=[put(table, "fresh", **NEW), put(table, "known", **NEW)])
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == {"id": {"S": "known"}}
    assert "Item" not in client.get_item(TableName=table, Key={"id": {"S": "fresh"}})
    assert streamed(embedded, table) == [("INSERT", "known")]


def test_an_update_of_a_new_item_is_one_stream_record(embedded, table):
    """An insert with all its attributes, not an insert of the key and a change."""
    embedded.client("dynamodb").update_item(
        TableName=table, Key={"id": {"S": "a"}}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}}
    )
    assert streamed(embedded, table) == [("INSERT", "a")]


def test_a_refused_update_changes_nothing(embedded, table):
    """Adding to text fails as a whole."""
    client = embedded.client("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "a"}, "text": {"S": "x"}})
    with pytest.raises(ClientError):
        client.update_item(
            TableName=table,
            Key={"id": {"S": "a"}},
            UpdateExpression="SET fresh = :n ADD #t :n",
            ExpressionAttributeNames={"#t": "text"},
            ExpressionAttributeValues={":n": {"N": "1"}},
        )
    assert client.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == {"id": {"S": "a"}, "text": {"S": "x"}}


def test_of_many_conditional_writers_one_wins(embedded, table):
    """The check and the write are one step."""
    client = embedded.client("dynamodb")

    def attempt(number: int) -> bool:
        try:
            item = {"id": {"S": "one"}, "by": {"N": str(number)}}
            client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(id)")
        except client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_concurrent_counting_transactions_lose_nothing(embedded, table):
    """Transactions on the same item follow each other."""
    client = embedded.client("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "count"}, "n": {"N": "0"}})
    add = {
        "TableName": table,
        "Key": {"id": {"S": "count"}},
        "UpdateExpression": "SET n = n + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda number: client.transact_write_items(TransactItems=[{"Update": add}, put(table, f"r{number}")]), range(20)
            )
        )
    assert client.get_item(TableName=table, Key={"id": {"S": "count"}})["Item"]["n"] == {"N": "20"}


def test_two_operations_on_one_item_are_refused(embedded, table):
    """As AWS refuses them."""
    with pytest.raises(ClientError, match="multiple operations on one item"):
        embedded.client("dynamodb").transact_write_items(TransactItems=[put(table, "a"), put(table, "a")])


def test_a_refused_condition_shows_the_old_item(embedded, table):
    """ReturnValuesOnConditionCheckFailure saves a read."""
    client = embedded.client("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "a"}, "n": {"N": "7"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as refused:
        client.put_item(TableName=table, Item={"id": {"S": "a"}}, **NEW)
    assert refused.value.response["Item"]["n"] == {"N": "7"}


def test_a_query_answers_from_its_partition_in_order_and_page_by_page(embedded, stack_name):
    """Only that partition is looked at, however large the table is; an index still sees all of it."""
    client = embedded.client("dynamodb")
    client.create_table(
        TableName=stack_name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "record", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "record", "day")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_day",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for id_, record in (("T1", "report"), ("T2", "decision"), ("T1", "decision")):
        client.put_item(TableName=stack_name, Item={"id": {"S": id_}, "record": {"S": record}, "day": {"S": "Monday"}})

    def found(id_: str, **more) -> dict:
        values = {":id": {"S": id_}}
        return client.query(TableName=stack_name, KeyConditionExpression="id = :id", ExpressionAttributeValues=values, **more)

    assert [item["record"]["S"] for item in found("T1")["Items"]] == ["decision", "report"]
    first = found("T1", Limit=1)
    second = found("T1", Limit=1, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [page["Items"][0]["record"]["S"] for page in (first, second)] == ["decision", "report"]
    assert found("T3")["Items"] == []
    monday = {"ExpressionAttributeNames": {"#day": "day"}, "ExpressionAttributeValues": {":day": {"S": "Monday"}}}
    by_day = client.query(TableName=stack_name, IndexName="by_day", KeyConditionExpression="#day = :day", **monday)
    assert by_day["Count"] == 3


def test_what_expressions_have_replaced_is_refused(embedded, table):
    """The older parameters fail instead of being passed over."""
    with pytest.raises(ClientError, match="expressions in place of Expected"):
        embedded.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}}, Expected={"id": {"Exists": False}})
