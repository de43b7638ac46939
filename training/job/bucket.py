"""Objects of one S3 bucket: bytes, JSON documents and Arrow tables."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from greenfraud.errors import ContractError, NotFound, StateConflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PARALLEL_READS = 64  # as many as the latency of small objects leaves a processor time for
DELETED_AT_ONCE = 1_000  # S3 takes no more
# Of a conditional write: somebody's was first, is under way, or took the object away.
CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


@cache
def client(service: str) -> Any:
    """Return the process's client of an AWS service; the endpoint follows AWS_ENDPOINT_URL."""
    import boto3
    from botocore.config import Config

    return boto3.client(service, config=Config(max_pool_connections=PARALLEL_READS))


@dataclass(frozen=True)
class Bucket:
    """One bucket, addressed by key."""

    name: str

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def folders(self, prefix: str) -> list[str]:
        """List the names of the next level below a prefix that ends with a slash, without what lies in them."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
        found = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
        return [name.removeprefix(prefix).rstrip("/") for name in found]

    def first_key(self, prefix: str) -> str | None:
        """Return the first key below a prefix, None where there is none."""
        found = client("s3").list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=1).get("Contents", [])
        return str(found[0]["Key"]) if found else None

    def get(self, key: str) -> bytes:
        """Read one object; raises NotFound naming the key."""
        try:
            body: bytes = client("s3").get_object(Bucket=self.name, Key=key)["Body"].read()
        except client("s3").exceptions.NoSuchKey:
            raise NotFound(f"s3://{self.name}/{key} does not exist") from None
        return body

    def get_many(self, keys: list[str]) -> list[bytes]:
        """Read several objects at once, in the order asked for."""
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            return list(pool.map(self.get, keys))

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""
        client("s3").put_object(Bucket=self.name, Key=key, Body=body)

    def put_page(self, key: str, page: str) -> None:
        """Write one page, which a browser shows."""
        client("s3").put_object(Bucket=self.name, Key=key, Body=page.encode(), ContentType="text/html; charset=utf-8")

    def fetch(self, key: str, path: Path) -> str | None:
        """Copy an object into a file, however large; returns the tag of what was read, None where there is none."""
        try:
            found = client("s3").get_object(Bucket=self.name, Key=key)
        except client("s3").exceptions.NoSuchKey:
            return None
        with path.open("wb") as file:
            shutil.copyfileobj(found["Body"], file)
        tag: str = found["ETag"]
        return tag

    def replace(self, key: str, path: Path, tag: str | None) -> None:
        """Write an object from a file, whole or not at all. Raises StateConflict where it is no longer the one of that tag."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        try:
            with path.open("rb") as file:
                client("s3").put_object(Bucket=self.name, Key=key, Body=file, **condition)
        except client("s3").exceptions.ClientError as error:
            if error.response["Error"]["Code"] in CHANGED:
                raise StateConflict(f"s3://{self.name}/{key} was changed by somebody else") from None
            raise

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is gone already is no error. Raises ContractError naming the first that stays."""
        for start in range(0, len(keys), DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[start : start + DELETED_AT_ONCE]]
            answer = client("s3").delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})
            for refused in answer.get("Errors", []):
                raise ContractError(f"s3://{self.name}/{refused['Key']} cannot be deleted: {refused['Code']}")

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document; raises NotFound naming the key."""
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put_json(self, key: str, document: dict[str, Any]) -> None:
        """Write one JSON document."""
        self.put(key, json.dumps(document, indent=1, sort_keys=True, allow_nan=False).encode())
