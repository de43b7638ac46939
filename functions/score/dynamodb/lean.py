"""DynamoDB's client, lean: the six calls of the score function at a fraction of boto3's CPU, with its arguments and errors.

It speaks the JSON protocol over a keep-alive connection. A fault gets one quick second try; what fails twice is raised as
boto3 would raise it (ClientError, or a BotoCoreError), so whoever calls needs not know which client answers. Trying a put
again is safe because every put here has a condition: the second sees the item of the first, whose content is the same. A
transaction has a token, by which DynamoDB knows the second try for ten minutes.
Nothing of a request or an answer is ever logged.
"""

from __future__ import annotations

import random
import time
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from functions.score.dynamodb.connections import Connections, Reply
from functions.score.dynamodb.credentials import CredentialSource
from functions.score.dynamodb.signing import signed_headers

API = "DynamoDB_20120810"
PAUSE_SECONDS = 0.01
SERVER_ERROR = 500
OK = 200
BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
}
# What an answer cannot lack: without it, nothing read would look like nothing there.
MEMBER_OF = {"BatchGetItem": "Responses", "Query": "Items"}

Json = dict[str, Any]


class UnreadableAnswerError(BotoCoreError):  # type: ignore[misc]  # botocore is untyped
    """DynamoDB's answer cannot be read: it is not JSON, or not the bytes that DynamoDB sent."""

    fmt = "The answer to {operation} is unreadable"


class LeanDynamoDB:
    """Six operations of DynamoDB, with the arguments and answers of a boto3 client."""

    def __init__(
        self, connections: Connections, credentials: CredentialSource, region: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._connections = connections
        self._credentials = credentials
        self._region = region
        self._clock = clock

    def batch_get_item(self, **request: Any) -> Json:
        """Up to 100 items of several tables."""
        return self._call("BatchGetItem", request)

    def get_item(self, **request: Any) -> Json:
        """One item by its key."""
        return self._call("GetItem", request)

    def put_item(self, **request: Any) -> Json:
        """Store one item. It may be tried twice, so give it a condition."""
        return self._call("PutItem", request)

    def update_item(self, **request: Any) -> Json:
        """Change one item. It may be tried twice, so let it set what does not depend on what was there."""
        return self._call("UpdateItem", request)

    def query(self, **request: Any) -> Json:
        """The items of one partition, a page at a time."""
        return self._call("Query", request)

    def transact_write_items(self, **request: Any) -> Json:
        """Up to 100 changes, all or none. It may be tried twice, so give it a ClientRequestToken."""
        return self._call("TransactWriteItems", request)

    def _call(self, operation: str, request: Json) -> Json:
        body = orjson.dumps(request, default=_base64)
        try:
            return self._try(operation, body)
        except HTTPClientError:
            self._connections.forget()  # so that the second try is made on a new connection
        except UnreadableAnswerError:
            pass
        except ClientError as error:
            if not _is_passing(error):
                raise
            time.sleep(PAUSE_SECONDS * random.uniform(0.5, 1))  # noqa: S311 jitter
        return self._try(operation, body)

    def _try(self, operation: str, body: bytes) -> Json:
        headers = signed_headers(
            host=self._connections.host,
            target=f"{API}.{operation}",
            body=body,
            region=self._region,
            credentials=self._credentials(),
            now=self._clock(),
        )
        # Unpacking would cost more CPU than the few bytes saved within a region.
        return answer_in(operation, self._connections.post({**headers, "accept-encoding": "identity"}, body))


def read_answer(answer: Json) -> Json:
    """An answer whose binary values are bytes, as boto3 hands them out; JSON has them in base64.

    Raises ValueError, TypeError or AttributeError for anything but an answer.

    >>> read_answer({"Item": {"id": {"S": "QQ=="}, "values": {"M": {"tiles": {"B": "QQ=="}}}}})
    {'Item': {'id': {'S': 'QQ=='}, 'values': {'M': {'tiles': {'B': b'A'}}}}}
    """
    if "Responses" in answer:
        answer["Responses"] = {table: [_read_item(item) for item in items] for table, items in answer["Responses"].items()}
    if "Items" in answer:
        answer["Items"] = [_read_item(item) for item in answer["Items"]]
    if "Item" in answer:
        answer["Item"] = _read_item(answer["Item"])
    return answer


def _read_item(item: Json) -> Json:
    return {name: _read_cell(cell) for name, cell in item.items()}


def _read_cell(cell: Json) -> Json:
    ((kind, value),) = cell.items()
    if kind == "B":
        return {"B": a2b_base64(value, strict_mode=True)}
    if kind == "M":
        return {"M": _read_item(value)}
    if kind == "L":
        return {"L": [_read_cell(one) for one in value]}
    return cell


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    raise TypeError(f"{type(value).__name__} is no attribute value")


def answer_in(operation: str, reply: Reply) -> Json:
    """Return an operation's answer. Raises ClientError for an error of DynamoDB's, UnreadableAnswerError for anything else."""
    try:
        answer = _parse(reply)
    except (ValueError, TypeError, AttributeError):
        if reply.status != OK:
            raise _client_error(operation, reply.status, {}) from None
        raise UnreadableAnswerError(operation=operation) from None  # the cause would quote the payload
    if reply.status != OK:
        raise _client_error(operation, reply.status, answer)
    if MEMBER_OF.get(operation, "") not in {"", *answer}:
        raise UnreadableAnswerError(operation=operation)
    return answer


def _parse(reply: Reply) -> Json:
    if reply.crc32 is not None and int(reply.crc32) != zlib.crc32(reply.body):
        raise ValueError("altered on its way")
    answer = orjson.loads(reply.body)
    if not isinstance(answer, dict):
        raise TypeError("no object")
    return read_answer(answer)


def _client_error(operation: str, status: int, answer: Json) -> ClientError:
    code = str(answer.pop("__type", status)).rpartition("#")[2]
    message = str(answer.pop("message", answer.pop("Message", "")))
    described = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer | described, operation)


def _is_passing(error: ClientError) -> bool:
    response = error.response
    return response["ResponseMetadata"]["HTTPStatusCode"] >= SERVER_ERROR or response["Error"]["Code"] in BUSY
