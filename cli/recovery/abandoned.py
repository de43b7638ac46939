"""The bucket in which Lambda keeps the batches that the stream's retries could not mend, each an object with its records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cli.recovery.waiting import Waiting

PREFIX = "aws/lambda/"
READS_AT_ONCE = 8
DELETES_AT_ONCE = 1000  # as many as one request takes


class AbandonedBatches:
    """Objects as Lambda writes them: `payload` is the event that the function got."""

    noun = "object"

    def __init__(self, s3: Any, bucket: str, function: str, *, others: bool = False, title: str = "bucket") -> None:
        """Those that `function` was given; with `others` those of every other one, and of none that is named."""
        self._s3, self._bucket, self.title = s3, bucket, title
        self._function, self._others = function, others

    def waiting(self) -> Iterator[Waiting]:
        """Every object, oldest first within its shard."""
        with ThreadPoolExecutor(READS_AT_ONCE) as readers:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX):
                found = readers.map(self._read, [entry["Key"] for entry in page.get("Contents", [])])
                yield from (one for one in found if one is not None)

    def forget(self, taken: Sequence[Waiting]) -> None:
        """Delete the objects."""
        for start in range(0, len(taken), DELETES_AT_ONCE):
            keys = [{"Key": one.handle} for one in taken[start : start + DELETES_AT_ONCE]]
            refused = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}).get("Errors", [])
            why = {one["Key"]: one.get("Code", "refused") for one in refused}
            for one in taken:
                if one.handle in why:
                    one.stay(f"is ingested, but could not be deleted ({why[one.handle]}): harmless, run redrive again")

    def release(self) -> None:
        """Nothing was held."""

    def _read(self, key: str) -> Waiting | None:
        body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        if (function_of(body) == self._function) is self._others:
            return None
        found = Waiting(key, [], key)
        try:
            found.records = records_of(body)
        except (ValueError, KeyError, TypeError) as fault:
            found.stay(f"is no record of a failed batch ({type(fault).__name__})")
        return found


def function_of(body: bytes) -> str | None:
    """The name of the function that an object's records were given to, None where it does not say."""
    try:
        return str(json.loads(body)["requestContext"]["functionArn"]).split(":")[6]
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def records_of(body: bytes) -> list[dict[str, Any]]:
    """The stream records of an object. ValueError, KeyError or TypeError where there are none."""
    payload = json.loads(body)["payload"]
    records: list[dict[str, Any]] = (json.loads(payload) if isinstance(payload, str) else payload)["Records"]
    if not all(isinstance(record["dynamodb"], dict) for record in records):
        raise TypeError
    return records
