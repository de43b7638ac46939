"""EventBridge's PutEvents: ten events a call, and a word for each."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.decision_events import SOURCE

logger = logging.getLogger(__name__)

EVENTS_PER_CALL = 10


class EventBus:
    """The deployment's own bus, by a client that is made when it is first needed."""

    def __init__(self, client: Callable[[], Any], name: str) -> None:
        self._client, self._name = client, name

    def put(self, events: Mapping[str, Mapping[str, Any]]) -> set[str]:
        """Put the events; the keys of those that the bus did not take."""
        refused: set[str] = set()
        waiting = list(events.items())
        for start in range(0, len(waiting), EVENTS_PER_CALL):
            part = waiting[start : start + EVENTS_PER_CALL]
            codes = self._codes([self._entry(event) for _, event in part])
            failed = {key: code for (key, _), code in zip(part, codes, strict=True) if code is not None}
            for code in sorted(set(failed.values())):
                logger.warning("events not taken: %s", code)
            refused |= failed.keys()
        return refused

    def _entry(self, event: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event["type"],
            "Time": datetime.fromisoformat(event["timestamp"]),
            "Detail": json.dumps(event),
        }

    def _codes(self, entries: list[dict[str, Any]]) -> list[str | None]:
        """Of each entry why it was not taken, None where it was."""
        try:
            answers = self._client().put_events(Entries=entries)["Entries"]
        except ClientError as error:
            return [str(error.response["Error"]["Code"])] * len(entries)
        except BotoCoreError as error:
            return [type(error).__name__] * len(entries)
        return [answer.get("ErrorCode") for answer in answers]
