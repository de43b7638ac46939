"""Objects of one S3 bucket: bytes, JSON documents and Arrow tables."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from greenfraud.errors import NotFound

PARALLEL_READS = 8  # enough to hide S3's latency; a job has two cores


@cache
def client(service: str) -> Any:
    """Return the process's client of an AWS service; the endpoint follows AWS_ENDPOINT_URL."""
    import boto3
    from botocore.config import Config

    return boto3.client(service, config=Config(max_pool_connections=2 * PARALLEL_READS))


@dataclass(frozen=True)
class Bucket:
    """One bucket, addressed by key."""

    name: str

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

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

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document; raises NotFound naming the key."""
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put_json(self, key: str, document: dict[str, Any]) -> None:
        """Write one JSON document."""
        self.put(key, json.dumps(document, indent=1, sort_keys=True, allow_nan=False).encode())
