"""Who is being forgotten: one item beside the receipts, so that what ingestion reads late does not bring a person back.

It holds no id: a salted digest of what the platform calls the customer, the name that takes its place, and since when. A digest
goes when no record of before can come any more; until then whoever holds the salt, this table and the id can link the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import EXPIRY, RECEIPTS

KIND, NAME = "forgotten", "forgotten"  # no event is called so: theirs have a record, a #, and a transaction
PREFIX = "forgotten-"  # of the name that takes a customer's place
KEPT_SECONDS = 2 * 86_400  # a stream keeps its records for one day
FRESH_SECONDS = 10  # every ingestion asks again after so long
KNOWN_AFTER_SECONDS = FRESH_SECONDS + 5  # and then every one of them knows; clocks differ


@dataclass(frozen=True)
class Request:
    """One customer: the name that takes its place in all that was stored before `at` (epoch seconds); done, or resumed."""

    pseudonym: str
    at: float
    is_done: bool = False


@dataclass(frozen=True)
class Forgotten:
    """The requests by the salted digest of a customer; `version` counts the writes."""

    salt: str
    requests: Mapping[str, Request]
    version: int = 0

    def digest(self, customer_id: str) -> str:
        """Return under what a customer is found."""
        return hashlib.sha256(f"{self.salt}{customer_id}".encode()).hexdigest()

    def of(self, customer_id: str) -> Request | None:
        """Return the request about a customer, if there is one."""
        return self.requests.get(self.digest(customer_id)) if self.requests else None

    def with_request(self, customer_id: str, request: Request, now_seconds: float) -> Forgotten:
        """Return the list with a request, without those that are over."""
        kept = {digest: one for digest, one in self.requests.items() if not one.is_done or one.at + KEPT_SECONDS > now_seconds}
        return Forgotten(self.salt, {**kept, self.digest(customer_id): request}, self.version)


def key() -> dict[str, Any]:
    """Return the key of the one item."""
    return {RECEIPTS.partition: {"S": NAME}}


def put(forgotten: Forgotten) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over the list that was read."""
    newest = max((request.at for request in forgotten.requests.values()), default=0.0)
    item: dict[str, Any] = {
        **key(),
        "salt": {"S": forgotten.salt},
        "requests": {"S": json.dumps({digest: vars(request) for digest, request in forgotten.requests.items()})},
        "version": {"N": str(forgotten.version + 1)},
    }
    if all(request.is_done for request in forgotten.requests.values()):  # one that was not finished must be found again
        item[EXPIRY] = {"N": str(int(newest) + KEPT_SECONDS)}
    before = {":before": {"N": str(forgotten.version)}}
    condition = {"ConditionExpression": RECEIPTS.is_new}
    if forgotten.version:
        names = {"#version": "version"}
        condition = {"ConditionExpression": "#version = :before", "ExpressionAttributeNames": names}  # type: ignore[dict-item]
        condition |= {"ExpressionAttributeValues": before}  # type: ignore[dict-item]
    return {"Item": item, **condition}


def decode(item: Item) -> Forgotten:
    """Return the list of an item. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return Forgotten(read.text("salt"), read.parsed("requests", _requests), read.whole("version", 1 << 62))


def _requests(text: str) -> dict[str, Request]:
    return {digest: Request(**request) for digest, request in json.loads(text).items()}
