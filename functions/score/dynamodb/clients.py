"""The AWS clients, made at first use so that importing the function makes none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

from functions.score.dynamodb.connections import Connections, Reply, answer_seconds, endpoint_url, region_name, trusted_authorities
from functions.score.dynamodb.credentials import credential_source
from functions.score.dynamodb.lean import OK, LeanDynamoDB, answer_in


class DynamoDB(Protocol):
    """The six calls of the score function, with boto3's arguments, answers and errors."""

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Up to 100 items of several tables."""
        ...

    def get_item(self, **request: Any) -> dict[str, Any]:
        """One item by its key."""
        ...

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Store one item."""
        ...

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Change one item."""
        ...

    def query(self, **request: Any) -> dict[str, Any]:
        """The items of one partition, a page at a time."""
        ...

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Up to 100 changes, all or none."""
        ...


@cache
def lean_dynamodb() -> DynamoDB:
    """Our own client of this execution environment."""
    region = region_name()
    connections = Connections(endpoint_url(region), authorities=trusted_authorities(), answer_seconds=answer_seconds())
    return LeanDynamoDB(connections, credential_source(), region)


@cache
def boto3_dynamodb() -> DynamoDB:
    """The boto3 client of this execution environment."""
    return verified(_boto3_client("dynamodb"))


@cache
def s3() -> Any:
    """The S3 client of this execution environment."""
    return _boto3_client("s3")


@cache
def secrets() -> Any:
    """The Secrets Manager client of this execution environment; asked once."""
    return _boto3_client("secretsmanager")


def verified(client: Any) -> DynamoDB:
    """A boto3 client that raises UnreadableAnswerError for an answer cut off or altered, which it would read as an empty one."""
    client.meta.events.register("after-call.dynamodb", _verify)
    checked: DynamoDB = client
    return checked


# By the values of DYNAMODB_CLIENT.
DYNAMODB: Mapping[str, Callable[[], DynamoDB]] = MappingProxyType({"lean": lean_dynamodb, "boto3": boto3_dynamodb})

# Two tries in vain, each a connection and an answer waited for; a TLS handshake is two waits, and boto3 pauses up to a second.
LONGEST_CALL_SECONDS: Mapping[str, float] = MappingProxyType({"lean": 4.0, "boto3": 7.0})


def _verify(*, model: Any, http_response: Any, **_: Any) -> None:
    if http_response.status_code == OK:
        crc32 = http_response.headers.get("x-amz-crc32")
        answer_in(model.name, Reply(OK, http_response.content, crc32))


def _boto3_client(service: str) -> Any:
    import boto3  # not before it is needed: importing it is a tenth of a cold start
    from botocore.config import Config

    # A slow store must become a flagged answer, not a client's timeout: two short tries, then degrade.
    timeouts = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client(service, config=timeouts)
