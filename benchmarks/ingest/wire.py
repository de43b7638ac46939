"""A DynamoDB client whose requests are counted, and throttled or cut off by a seed, in botocore's own hooks."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from typing import Any

from botocore.awsrequest import AWSResponse

from greenfraud.items import receipt
from local.context import connect

THROTTLED = json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "too many requests"}).encode()


class WriterCrashError(BaseException):
    """The writer's process ends here; nothing in it may catch this."""


class Wire:
    """Counts what is sent to one service; the shares of faults are 0 unless given."""

    def __init__(self, service: str, endpoint: str, *, throttled: float = 0.0, crashed: float = 0.0, seed: int = 3) -> None:
        self.client: Any = connect(service, endpoint=endpoint)
        self.counts: Counter[str] = Counter()
        self._throttled, self._crashed = throttled, crashed
        self._chance, self._lock = random.Random(seed), threading.Lock()  # noqa: S311
        self.client.meta.events.register("before-send", self._before_send)
        for moment in ("before-call", "after-call"):
            self.client.meta.events.register(moment, self._pass)

    @property
    def requests(self) -> int:
        """How many were sent, repeated ones included."""
        return self.counts["sent"]

    def _before_send(self, request: Any, **_: Any) -> AWSResponse | None:
        self._count("sent")
        if not self._happens("throttled", self._throttled):
            return None
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.0"}, _Body(THROTTLED))

    def _pass(self, **_: Any) -> None:
        if self._happens("crashed", self._crashed):
            raise WriterCrashError

    def _happens(self, name: str, share: float) -> bool:
        with self._lock:
            is_now = self._chance.random() < share
        if is_now:
            self._count(name)
        return is_now

    def _count(self, name: str) -> None:
        with self._lock:
            self.counts[name] += 1


class SeenAt:
    """A DynamoDB client that remembers when each event's effect became visible, by the monotonic clock."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.seconds: dict[str, float] = {}  # by event id

    def __getattr__(self, operation: str) -> Any:
        """Every other call."""
        return getattr(self._client, operation)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> Any:  # noqa: N803  boto3's own name
        """Write, and note the moment for every event whose receipt was in it."""
        answer = self._client.transact_write_items(TransactItems=TransactItems)
        now = time.monotonic()
        receipts = [receipt.event_id_of(one["Put"]["Item"]) for one in TransactItems if receipt.KEY in one["Put"]["Item"]]
        self.seconds |= dict.fromkeys(receipts, now)
        return answer


class _Body:
    """What botocore reads a response's bytes from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> list[bytes]:
        """All of it at once."""
        return [self._content]
