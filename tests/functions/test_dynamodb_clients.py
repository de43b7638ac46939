"""What the two clients have in common: arguments, answers and errors, over HTTP."""

from __future__ import annotations

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from dynamodb_world import CLIENTS, altered, cut_off, done_and_dropped, dropped, refused, said, slow

KEY = {"transaction_id": {"S": "카드 №1 ☂ \U0001f4b3"}, "record": {"S": "decision"}}
ITEM = KEY | {
    "day": {"S": "2018-05-20"},
    "rank": {"N": "0.25"},
    "features": {"B": bytes(range(256))},
    "empty": {"B": b""},
    "nested": {"M": {"tiles": {"B": b"\x00\xff"}, "list": {"L": [{"B": b"A"}, {"S": "QQ=="}, {"BOOL": True}, {"NULL": True}]}}},
}
ONCE = {"ConditionExpression": "attribute_not_exists(transaction_id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def without_metadata(answer: dict) -> dict:
    """What the operation itself says."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_an_item_comes_back_as_it_was_stored(client):
    """Bytes, numbers as text, unicode, nested maps and lists."""
    assert without_metadata(client.put_item(TableName="decisions", Item=ITEM, **ONCE)) == {}
    answer = client.get_item(TableName="decisions", Key=KEY, ConsistentRead=True)
    assert without_metadata(answer) == {"Item": ITEM}


def test_what_is_not_there_has_no_item(client):
    """And is no error."""
    assert "Item" not in client.get_item(TableName="decisions", Key=KEY)


def test_a_condition_that_fails_hands_out_the_stored_item(client):
    """In the error, as bytes."""
    client.put_item(TableName="decisions", Item=ITEM, **ONCE)
    with pytest.raises(ClientError) as refusal:
        client.put_item(TableName="decisions", Item=ITEM | {"rank": {"N": "1"}}, **ONCE)
    assert refusal.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refusal.value.response["Item"] == ITEM


def test_one_read_spans_tables_and_leaves_out_what_is_not_there(client):
    """Each key of each table is answered."""
    control = {"control_id": {"S": "copy#0"}, "document": {"S": "{}"}}
    client.put_item(TableName="control", Item=control)
    request = {
        "control": {"Keys": [{"control_id": {"S": "copy#0"}}], "ConsistentRead": True},
        "greenfraud.customer_activity": {"Keys": [{"entity_id": {"S": "0"}}]},
    }
    answer = client.batch_get_item(RequestItems=request)
    assert answer["Responses"] == {"control": [control], "greenfraud.customer_activity": []}
    assert answer["UnprocessedKeys"] == {}


def test_a_query_goes_on_where_its_page_ended(client):
    """Through the index, in order."""
    for number in range(3):
        client.put_item(TableName="decisions", Item=ITEM | {"transaction_id": {"S": f"T{number}"}, "rank": {"N": str(number)}})
    request = {
        "TableName": "decisions",
        "IndexName": "by_day",
        "KeyConditionExpression": "#day = :day",
        "ExpressionAttributeNames": {"#day": "day"},
        "ExpressionAttributeValues": {":day": {"S": "2018-05-20"}},
        "ScanIndexForward": False,
        "Limit": 2,
    }
    first = client.query(**request)
    second = client.query(**request, ExclusiveStartKey=first["LastEvaluatedKey"])
    ranks = [item["rank"]["N"] for page in (first, second) for item in page["Items"]]
    assert ranks == ["2", "1", "0"]
    assert first["Items"][0]["features"] == ITEM["features"]


def test_an_unknown_table_is_a_client_error(client):
    """Named by its code, with its status."""
    with pytest.raises(ClientError) as refusal:
        client.get_item(TableName="nowhere", Key=KEY)
    assert refusal.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize("kind", CLIENTS)
def test_an_endpoint_where_nobody_listens_is_a_botocore_error(aws, kind):
    """Not an error of sockets."""
    with pytest.raises(BotoCoreError):
        CLIENTS[kind]("http://127.0.0.1:9").get_item(TableName="decisions", Key=KEY)


@pytest.mark.parametrize(
    "fault", [dropped, cut_off, slow, said(b"<html>", 503), refused("ThrottlingException"), refused("InternalServerError", 500)]
)
def test_a_fault_that_passes_is_tried_again(client, faulty, fault):
    """Once, and nobody notices."""
    client.put_item(TableName="decisions", Item=ITEM)
    faulty.faults["GetItem"] = [fault, lambda forward, _: forward()]
    assert client.get_item(TableName="decisions", Key=KEY)["Item"] == ITEM
    assert faulty.served.count("GetItem") == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused("ProvisionedThroughputExceededException"), "ProvisionedThroughputExceededException"),
        (refused("InternalServerError", 500), "InternalServerError"),
        (said(b"<html>", 503), "503"),
    ],
)
def test_a_refusal_that_stays_is_raised_by_its_code(client, faulty, fault, code):
    """After two tries."""
    faulty.faults["GetItem"] = [fault]
    with pytest.raises(ClientError) as refusal:
        client.get_item(TableName="decisions", Key=KEY)
    assert refusal.value.response["Error"]["Code"] == code
    assert faulty.served == ["GetItem"] * 2


@pytest.mark.parametrize("fault", [dropped, cut_off, slow])
def test_a_connection_that_keeps_failing_is_a_botocore_error(client, faulty, fault):
    """After two tries."""
    faulty.faults["GetItem"] = [fault]
    with pytest.raises(BotoCoreError):
        client.get_item(TableName="decisions", Key=KEY)
    assert faulty.served == ["GetItem"] * 2


@pytest.mark.parametrize(
    "fault",
    [
        cut_off,
        altered,
        said(b'{"Responses": {"control": [{"control'),
        said(b"{}"),
        said(b'{"Responses": null}'),
    ],
)
def test_an_answer_that_is_none_is_an_error_and_never_an_empty_one(client, faulty, fault):
    """The state would be missing without a word."""
    client.put_item(TableName="control", Item={"control_id": {"S": "copy#0"}})
    faulty.faults["BatchGetItem"] = [fault]
    with pytest.raises(BotoCoreError):
        client.batch_get_item(RequestItems={"control": {"Keys": [{"control_id": {"S": "copy#0"}}]}})


@pytest.mark.parametrize("fault", [cut_off, said(b'{"Item"'), said(b"")])
def test_an_item_that_cannot_be_read_is_not_missing(client, faulty, fault):
    """A decision that was stored would be denied."""
    client.put_item(TableName="decisions", Item=ITEM)
    faulty.faults["GetItem"] = [fault]
    with pytest.raises(BotoCoreError):
        client.get_item(TableName="decisions", Key=KEY)


def test_what_is_refused_for_good_is_not_tried_again(client, faulty):
    """A second try would be refused as well."""
    faulty.faults["PutItem"] = [refused("ValidationException")]
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_item(TableName="decisions", Item=ITEM)
    assert faulty.served == ["PutItem"]


def test_a_put_whose_answer_was_lost_meets_its_own_item(client, faulty):
    """So a caller who compares contents gets the same answer."""
    faulty.faults["PutItem"] = [done_and_dropped, lambda forward, _: forward()]
    with pytest.raises(ClientError) as refusal:
        client.put_item(TableName="decisions", Item=ITEM, **ONCE)
    assert refusal.value.response["Item"] == ITEM
