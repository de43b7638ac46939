"""How Lambda handles one batch of stream records that fails.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import EventSourceMapping

from local.context import Context
from local.functions.lambdas import Result, executor_of
from local.monitoring import metrics
from local.tables.failed_batches import Condition, FailureDestination, Records, sequence_number

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0
UNLIMITED = -1


def as_event(record: dict[str, Any], stream_arn: str, region: str) -> dict[str, Any]:
    """A stream record as a function receives it: times in epoch seconds, bytes in base64, its stream and region named."""
    change = {name: in_base64(part) for name, part in record["dynamodb"].items()}
    created = change["ApproximateCreationDateTime"]
    if isinstance(created, datetime):
        change["ApproximateCreationDateTime"] = created.replace(tzinfo=UTC).timestamp()
    return {**record, "dynamodb": change, "awsRegion": region, "eventSourceARN": stream_arn}


def in_base64(value: Any) -> Any:
    """A part of a record with every binary value as the text that JSON carries; moto keeps the bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: in_base64(part) for name, part in value.items()}
    return [in_base64(part) for part in value] if isinstance(value, list) else value


def first_failure(result: Result, records: Records, *, partial: bool) -> int | None:
    """The index of the first record to repeat, or None; an answer nobody can read repeats the whole batch."""
    if result.error:
        return 0
    if not partial:
        return None
    try:
        answer = json.loads(result.payload or b"null") or {}
        failed = {str(item["itemIdentifier"]) for item in answer.get("batchItemFailures") or []}
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0
    if not failed:
        return None
    positions = [index for index, record in enumerate(records) if sequence_number(record) in failed]
    return min(positions, default=0)


class Batcher:
    """Invokes the mapping's function until every record of a batch is processed or given up."""

    def __init__(self, context: Context, mapping: EventSourceMapping, active: Callable[[], bool]) -> None:
        self._context = context
        self._executor = executor_of(context)
        self._mapping = mapping
        self._active = active
        self.caller = self._executor.caller_of(mapping.function_arn)
        self._destination = FailureDestination(context, mapping, self.caller)

    def process(self, records: Records, attempt: int = 0) -> None:
        """Invoke; repeat from the first failure; split a batch that keeps failing; give up at the limit.

        Splitting does not count as an attempt, as in AWS, so a single bad record ends up alone.
        """
        while records and self._active():
            failed_at, result = self._invoke(records)
            if failed_at is None:
                return
            records, attempt = records[failed_at:], 0 if failed_at else attempt
            if self._mapping.bisect_on_error and len(records) > 1:
                if failed_at == 0:
                    middle = len(records) // 2
                    self.process(records[:middle], attempt)
                    self.process(records[middle:], attempt)
                    return
                continue
            if self._given_up(attempt):
                self._set_aside(records, attempt + 1, result)
                return
            time.sleep(min(FIRST_RETRY_SECONDS * 2**attempt, LONGEST_RETRY_SECONDS))
            attempt += 1

    def _invoke(self, records: Records) -> tuple[int | None, Result | None]:
        partial = "ReportBatchItemFailures" in (self._mapping.function_response_types or [])
        payload = json.dumps({"Records": records}).encode()
        function = self._mapping.function_arn
        age = (time.time() - records[0]["dynamodb"]["ApproximateCreationDateTime"]) * 1000
        metrics.record("AWS/Lambda", {"IteratorAge": age}, {"FunctionName": function.split(":")[6]}, "Milliseconds")
        try:
            result = self._executor.invoke(function, payload)
        except Exception as failure:
            print(f"{function}: {failure}", file=sys.stderr, flush=True)
            return 0, None
        return first_failure(result, records, partial=partial), result

    def _given_up(self, attempt: int) -> bool:
        limit = self._mapping.max_retry_attempts
        return limit is not None and int(limit) != UNLIMITED and attempt >= int(limit)

    def _set_aside(self, records: Records, attempts: int, result: Result | None) -> None:
        condition = Condition(attempts, result.version if result else None, result.error if result else None)
        self._destination.keep(records, condition)
